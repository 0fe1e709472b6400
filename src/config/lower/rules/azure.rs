//! What Azure's route servers do with a route, and where they are.
//!
//! Sources: Azure Route Server FAQ, limits, troubleshooting and next hop pages; Virtual WAN "BGP
//! peering with a virtual hub" (Microsoft Learn, 2022 to 2026).

use std::net::IpAddr;

use super::profiles::azure;
use super::{neighbor, service};
use crate::base::Prefix;
use crate::config::reader::Placed;
use crate::config::types::{Profile, Ttl};

/// Routes of one peer above which the session is dropped.
const MOST_ROUTES: usize = 4000;

pub(super) fn check(neighbors: &[neighbor::Draft<'_>], services: &[service::Draft<'_>]) {
    for neighbor in neighbors {
        let Some(kind) = azure(neighbor) else { continue };
        let told = || services.iter().filter(|service| service.neighbors.contains(&neighbor.name));
        worry_about_distance(neighbor, kind);
        worry_about_address(neighbor, kind);
        worry_about_next_hops(neighbor, told());
        worry_about_count(neighbor, kind, told().flat_map(service::Draft::prefixes).count());
    }
    for service in services {
        let mut told = neighbors.iter().filter(|n| service.neighbors.contains(&n.name));
        if let Some(kind) = told.find_map(azure) {
            worry_about_default_route(service, kind);
        }
    }
}

/// They live in a subnet of their own, so there is always a router in between.
fn worry_about_distance(neighbor: &neighbor::Draft<'_>, kind: &str) {
    if neighbor.ttl == Some(Ttl::Multihop(1)) {
        neighbor.section.notes.worry(
            &neighbor.section.span_of("multihop"),
            format!("multihop 1 does not reach {}", neighbor.name),
            format!("{kind} lives in a subnet of its own, behind a router"),
            "leave it out for 255",
        );
    }
}

fn worry_about_address(neighbor: &neighbor::Draft<'_>, kind: &str) {
    if let Some(address) = neighbor.address.as_ref().filter(|address| address.value.is_ipv6()) {
        neighbor.section.notes.worry(
            &address.span,
            format!("address {} is not that of {kind}", address.shown),
            "its instances have IPv4 addresses, and their peers too",
            "give the address that virtualRouterIps shows",
        );
    }
}

fn worry_about_next_hops<'a>(
    neighbor: &neighbor::Draft<'_>,
    told: impl Iterator<Item = &'a service::Draft<'a>>,
) {
    if neighbor.profile.as_ref().is_none_or(|profile| profile.value != Profile::VirtualWan) {
        return;
    }
    let worry = |next_hop: &Placed<IpAddr>| {
        neighbor.section.notes.worry(
            &next_hop.span,
            format!("next-hop {} may be ignored by the hub", next_hop.shown),
            "a Virtual WAN hub takes only the address of the peering as next hop",
            "leave it out",
        );
    };
    neighbor.next_hop.iter().for_each(worry);
    told.flat_map(service::Draft::announcing).filter_map(|s| s.next_hop.as_ref()).for_each(worry);
}

/// The limit is compared with what is known and what an UPDATE says, together: routes that are said
/// once more count twice.
fn worry_about_count(neighbor: &neighbor::Draft<'_>, kind: &str, count: usize) {
    if count > MOST_ROUTES / 2 {
        neighbor.section.notes.worry(
            neighbor.section.span(),
            format!("neighbour {} is told {count} routes", neighbor.name),
            format!(
                "{kind} drops the session above {MOST_ROUTES}, and counts a route twice while it is \
                 announced once more"
            ),
            "announce a network in place of its addresses, by prefixes",
        );
    }
}

fn worry_about_default_route(service: &service::Draft<'_>, kind: &str) {
    let is_default = |prefix: &&Placed<Prefix>| prefix.value.length() == 0;
    if let Some(prefix) = service.prefixes().find(is_default) {
        service.section.notes.worry(
            &prefix.span,
            format!("{} reaches this machine's own interface too", prefix.shown),
            format!("{kind} gives a default route to every interface in its networks"),
            "give the subnet of this machine a route table with a default route of its own",
        );
    }
}
