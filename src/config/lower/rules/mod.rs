//! Rules between tables: what each of them may say alone, and not together.

mod addresses;
mod aws;
mod azure;
mod daemons;
mod next_hops;
mod peering;
mod profiles;
mod restarts;
mod sites;
mod unused;

use std::collections::BTreeSet;

use super::{bgp, haproxy, neighbor, service};
use crate::base::Family;
use crate::config::reader::Section;

/// Checks all rules.
pub(super) fn check(
    root: &Section<'_>,
    bgp: &bgp::Draft<'_>,
    neighbors: &[neighbor::Draft<'_>],
    services: &[service::Draft<'_>],
    instances: &[haproxy::Draft],
) {
    for neighbor in neighbors {
        peering::check(bgp, neighbor);
    }
    peering::refuse_shared_addresses(neighbors);
    addresses::check(neighbors, services);
    next_hops::check(neighbors, services);
    profiles::check(bgp, neighbors, services);
    aws::check(neighbors);
    azure::check(neighbors, services);
    daemons::check(neighbors);
    restarts::check(neighbors);
    sites::check(neighbors, services);
    unused::check(root, neighbors, services, instances);
}

/// The families of a neighbour: its own words, else those of the services it gets, else that of its
/// address.
pub(super) fn families(
    neighbor: &neighbor::Draft<'_>,
    services: &[service::Draft<'_>],
) -> BTreeSet<Family> {
    if let Some(families) = &neighbor.families {
        return families.value.clone();
    }
    let announced = services.iter().filter(|service| service.neighbors.contains(&neighbor.name));
    let needed: BTreeSet<Family> =
        announced.flat_map(service::Draft::prefixes).map(|prefix| prefix.value.family()).collect();
    match neighbor.session_family() {
        Some(own) if needed.is_empty() => [own].into(),
        Some(_) | None => needed,
    }
}
