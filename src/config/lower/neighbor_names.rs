use std::collections::BTreeSet;

use super::neighbor::Draft as Neighbor;
use crate::base::{NeighborName, closest};
use crate::config::reader::{Placed, Section, plain};

/// The neighbours that a list names; those that exist. An empty list is a fault with this rule and
/// way out.
pub(super) fn listed(
    section: &Section<'_>,
    key: &str,
    neighbors: &[Neighbor<'_>],
    (rule, help): (&str, &str),
) -> BTreeSet<NeighborName> {
    let Some(list) = section.list(key, plain::<String>) else { return BTreeSet::new() };
    if list.value.is_empty() {
        section.notes.fault(&section.span_of(key), format!("{key} names nobody"), rule, help);
    }
    let names = || neighbors.iter().map(|neighbor| &neighbor.name);
    let known = |name: &Placed<String>| names().find(|known| known.as_str() == name.value);
    for name in list.value.iter().filter(|name| known(name).is_none()) {
        let help = match closest(&name.value, names().map(NeighborName::as_str)) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => "add the neighbour, or leave the name out".to_owned(),
        };
        let message = format!("there is no neighbour {}", name.shown);
        section.notes.fault(&name.span, message, "not one of the [neighbor.NAME] tables", help);
    }
    list.value.iter().filter_map(known).cloned().collect()
}
