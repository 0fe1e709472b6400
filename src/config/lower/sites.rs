//! `[service.X.standby]` and `[service.X.last-site]`.

use std::collections::BTreeSet;

use super::neighbor::Draft as Neighbor;
use super::neighbor_names;
use crate::base::NeighborName;
use crate::config::reader::Section;
use crate::policy::Watch;

/// A table that watches neighbours.
#[derive(Debug)]
pub(super) struct Draft {
    /// Whether there is such a table.
    pub(super) given: bool,
    /// `None` when there is none, or after a fault.
    pub(super) watch: Option<Watch>,
}

/// Reads the table of a service that is announced to `recipients`; `patience` is the key that says
/// how long.
pub(super) fn read(
    service: &Section<'_>,
    name: &str,
    patience: &str,
    neighbors: &[Neighbor<'_>],
    recipients: &BTreeSet<NeighborName>,
) -> Draft {
    if !service.has(name) {
        return Draft { given: false, watch: None };
    }
    let section = service.section(name);
    let (rule, help) = ("nothing would ever be seen", "leave it out for those that get the routes");
    let watched = match section.has("watch") {
        true => neighbor_names::listed(&section, "watch", neighbors, (rule, help)),
        false => recipients.clone(),
    };
    let patience = section.duration(patience);
    let watch = patience.map(|patience| Watch { neighbors: watched, patience: patience.value });
    Draft { given: true, watch }
}
