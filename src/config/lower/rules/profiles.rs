//! Who may speak to the neighbours of a profile, and how; what their instances must have in common.
//!
//! Sources: Azure Route Server FAQ and troubleshooting guide, Virtual WAN "BGP peering with a virtual
//! hub" (Microsoft Learn, 2022 to 2026).

use crate::base::{Asn, Family};
use crate::config::notes::Span;
use crate::config::reader::Placed;
use crate::config::types::Profile;

use super::{bgp, families, neighbor, service};

/// The AS of every Azure Route Server and Virtual WAN hub.
const AZURE: Asn = Asn(65515);

/// AS numbers that an NVA beside Azure's route servers may not use: Azure's own, then IANA's.
const RESERVED: [(u32, u32); 7] = [
    (8074, 8075),
    (12076, 12076),
    (65515, 65515),
    (65517, 65520),
    (23456, 23456),
    (64496, 64511),
    (65535, 65551),
];

pub(super) fn check(
    bgp: &bgp::Draft<'_>,
    neighbors: &[neighbor::Draft<'_>],
    services: &[service::Draft<'_>],
) {
    for neighbor in neighbors.iter().filter(|neighbor| azure(neighbor).is_some()) {
        refuse_as(bgp, neighbor);
        worry_about_peer_as(neighbor);
        worry_about_ipv6(neighbor, services);
        worry_about_ttl_security(neighbor);
        worry_about_signature(neighbor);
        worry_about_bfd(neighbor);
    }
    worry_about_single(neighbors);
    worry_about_split_services(neighbors, services);
    refuse_different_paths(bgp, neighbors);
}

/// What to call it, when it is one of Azure's.
pub(super) fn azure(neighbor: &neighbor::Draft<'_>) -> Option<&'static str> {
    match neighbor.profile.as_ref()?.value {
        Profile::AzureRouteServer => Some("Azure Route Server"),
        Profile::VirtualWan => Some("a Virtual WAN hub"),
        Profile::AwsRouteServer | Profile::Frr | Profile::Bird | Profile::Gobgp => None,
    }
}

fn refuse_as(bgp: &bgp::Draft<'_>, neighbor: &neighbor::Draft<'_>) {
    let Some(own) = neighbor.local_as.as_ref().or(bgp.local_as.as_ref()) else { return };
    let number = own.value.0;
    let rule = if own.value == AZURE {
        "65515 is Azure's own AS: it drops routes that carry it"
    } else if RESERVED.iter().any(|(first, last)| (*first..=*last).contains(&number)) {
        "Azure reserves 8074, 8075, 12076, 65515 and 65517 to 65520, IANA 23456, 64496 to 64511 and 65535 to 65551"
    } else if number > 65534 {
        "Azure's route servers take 2-octet AS numbers only"
    } else {
        return;
    };
    let kind = azure(neighbor).unwrap_or_default();
    neighbor.section.notes.fault(
        &own.span,
        format!("local-as {} cannot be used with {kind}", own.shown),
        rule,
        "take a private AS number from 64512 to 65514",
    );
}

fn worry_about_peer_as(neighbor: &neighbor::Draft<'_>) {
    let Some(peer_as) = neighbor.peer_as.as_ref().filter(|peer_as| peer_as.value != AZURE) else {
        return;
    };
    let kind = azure(neighbor).unwrap_or_default();
    neighbor.section.notes.worry(
        &peer_as.span,
        format!("peer-as {} is not that of {kind}", peer_as.shown),
        format!("the AS of {kind} is always {AZURE}"),
        format!("set peer-as = {AZURE}, or another profile"),
    );
}

fn worry_about_ipv6(neighbor: &neighbor::Draft<'_>, services: &[service::Draft<'_>]) {
    if families(neighbor, services).contains(&Family::Ipv6Unicast) {
        let kind = azure(neighbor).unwrap_or_default();
        neighbor.section.notes.worry(
            &neighbor.section.span_of("families"),
            format!("neighbour {} is offered ipv6-unicast", neighbor.name),
            format!("{kind} forwards no IPv6"),
            "set families = [\"ipv4-unicast\"]",
        );
    }
}

fn worry_about_ttl_security(neighbor: &neighbor::Draft<'_>) {
    if neighbor.section.has("ttl-security") {
        let kind = azure(neighbor).unwrap_or_default();
        neighbor.section.notes.worry(
            &neighbor.section.span_of("ttl-security"),
            format!("ttl-security may keep the session to {} down", neighbor.name),
            format!("which TTL {kind} sends is not documented"),
            "leave it out",
        );
    }
}

fn worry_about_bfd(neighbor: &neighbor::Draft<'_>) {
    if neighbor.section.has("bfd") {
        let kind = azure(neighbor).unwrap_or_default();
        neighbor.section.notes.worry(
            &neighbor.section.span_of("bfd"),
            format!("bfd has no effect towards {}", neighbor.name),
            format!(
                "{kind} is not documented to speak BFD: it never comes up, and BGP goes on without"
            ),
            "leave it out",
        );
    }
}

fn worry_about_signature(neighbor: &neighbor::Draft<'_>) {
    if let Some(signature) = &neighbor.signature {
        let kind = azure(neighbor).unwrap_or_default();
        neighbor.section.notes.worry(
            &signature.span,
            format!("{} keeps the session to {} down", signature.value.key(), neighbor.name),
            format!("{kind} does not sign TCP segments"),
            "leave it out",
        );
    }
}

/// Azure runs two instances, and each forwards by what it was told itself.
fn worry_about_single(neighbors: &[neighbor::Draft<'_>]) {
    for kind in [Profile::AzureRouteServer, Profile::VirtualWan] {
        let of_kind: Vec<_> = neighbors
            .iter()
            .filter_map(|neighbor| Some((neighbor, neighbor.profile.as_ref()?)))
            .filter(|(_, profile)| profile.value == kind)
            .collect();
        if let [(only, profile)] = of_kind.as_slice() {
            only.section.notes.worry(
                &profile.span,
                format!("neighbour {} is the only one with profile {}", only.name, profile.shown),
                "Azure runs two instances; with a session to one, half of the traffic is lost",
                "add the other instance as a neighbour, usually at the next address",
            );
        }
    }
}

/// Both instances must be told the same routes.
fn worry_about_split_services(neighbors: &[neighbor::Draft<'_>], services: &[service::Draft<'_>]) {
    for service in services {
        for told in neighbors.iter().filter(|neighbor| azure(neighbor).is_some()) {
            let untold = neighbors
                .iter()
                .find(|other| same_group(told, other) && !service.neighbors.contains(&other.name));
            let Some(untold) = untold.filter(|_| service.neighbors.contains(&told.name)) else {
                continue;
            };
            service.section.notes.worry(
                &service.section.span_of("neighbors"),
                format!("service {} is not announced to {}", service.name, untold.name),
                format!("{} gets it, and both instances must get the same routes", told.name),
                format!("add {:?} to neighbors", untold.name.as_str()),
            );
        }
    }
}

fn same_group(one: &neighbor::Draft<'_>, other: &neighbor::Draft<'_>) -> bool {
    let kind = |neighbor: &neighbor::Draft<'_>| neighbor.profile.as_ref().map(|p| p.value);
    let peer_as = |neighbor: &neighbor::Draft<'_>| neighbor.peer_as.as_ref().map(|asn| asn.value);
    kind(one).is_some() && kind(one) == kind(other) && peer_as(one) == peer_as(other)
}

/// Neighbours with the same AS and profile are instances of one thing: they get the same AS path.
fn refuse_different_paths(bgp: &bgp::Draft<'_>, neighbors: &[neighbor::Draft<'_>]) {
    for (index, neighbor) in neighbors.iter().enumerate() {
        let Some(first) = neighbors[..index].iter().find(|other| same_group(neighbor, other))
        else {
            continue;
        };
        let (own, others) = (prepend(neighbor), prepend(first));
        refuse_difference(
            neighbor,
            first,
            "prepend",
            neighbor.section.span_of("prepend"),
            own,
            others,
        );
        let (own, others) = (local_as(bgp, neighbor), local_as(bgp, first));
        let span = neighbor.section.span_of("local-as");
        refuse_difference(neighbor, first, "local-as", span, own, others);
    }
}

fn refuse_difference(
    neighbor: &neighbor::Draft<'_>,
    first: &neighbor::Draft<'_>,
    key: &str,
    span: Span,
    own: Option<u32>,
    others: Option<u32>,
) {
    let (Some(own), Some(others)) = (own, others) else { return };
    if own != others {
        neighbor.section.notes.fault(
            &span,
            format!("{key} is {own} for {}, and {others} for {}", neighbor.name, first.name),
            "neighbours with the same peer-as and profile must get the same AS path",
            "give both the same value, or set it in [region.NAME]",
        );
    }
}

fn prepend(neighbor: &neighbor::Draft<'_>) -> Option<u32> {
    neighbor.extras.as_ref().map(|extras| extras.prepend.into())
}

fn local_as(bgp: &bgp::Draft<'_>, neighbor: &neighbor::Draft<'_>) -> Option<u32> {
    let of = |asn: &Placed<Asn>| asn.value.0;
    neighbor.local_as.as_ref().or(bgp.local_as.as_ref()).map(of)
}
