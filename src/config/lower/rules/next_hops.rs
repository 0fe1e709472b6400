//! Every route that a neighbour is told needs a next hop of its own family.

use std::net::IpAddr;

use super::{families, neighbor, service};
use crate::base::{Family, is_link_local};
use crate::config::lower::scalar::special;
use crate::config::reader::{Placed, Section};

pub(super) fn check(neighbors: &[neighbor::Draft<'_>], services: &[service::Draft<'_>]) {
    for neighbor in neighbors {
        let own = [("next-hop", &neighbor.next_hop), ("next-hop-ipv6", &neighbor.next_hop_ipv6)];
        for (key, next_hop) in own {
            let Some(next_hop) = next_hop else { continue };
            check_address(&neighbor.section, key, next_hop, &[neighbor]);
            refuse_anycast(&neighbor.section, key, next_hop, services);
            refuse_elsewhere(&neighbor.section, key, next_hop, &[neighbor], neighbors);
        }
        for family in families(neighbor, services) {
            refuse_missing(neighbor, family, services);
        }
    }
    for service in services {
        let told = neighbors.iter().filter(|neighbor| service.neighbors.contains(&neighbor.name));
        let told: Vec<&neighbor::Draft<'_>> = told.collect();
        for state in service.states() {
            let Some(next_hop) = &state.next_hop else { continue };
            check_address(&service.section, "next-hop", next_hop, &told);
            refuse_anycast(&service.section, "next-hop", next_hop, services);
            refuse_elsewhere(&service.section, "next-hop", next_hop, &told, neighbors);
        }
        worry_about_unreachable(service, &told, services);
    }
}

fn check_address(
    section: &Section<'_>,
    key: &str,
    next_hop: &Placed<IpAddr>,
    told: &[&neighbor::Draft<'_>],
) {
    let message = || format!("{key} cannot be {}", next_hop.shown);
    if let Some(kind) = special(next_hop.value) {
        let help = "give an address that the neighbour can reach";
        section.notes.fault(&next_hop.span, message(), format!("it is {kind}"), help);
    }
    let of = |neighbor: &&&neighbor::Draft<'_>| {
        neighbor.address.as_ref().is_some_and(|address| address.value == next_hop.value)
    };
    if let Some(neighbor) = told.iter().find(of) {
        section.notes.fault(
            &next_hop.span,
            message(),
            format!("it is the address of neighbour {} itself (RFC 4271 §5.1.3)", neighbor.name),
            "give an address on this side of the session",
        );
    }
}

/// A route whose next hop is an anycast address leads to wherever that address is nearest.
fn refuse_anycast(
    section: &Section<'_>,
    key: &str,
    next_hop: &Placed<IpAddr>,
    services: &[service::Draft<'_>],
) {
    let announced = |service: &&service::Draft<'_>| {
        let mut hosts = service.prefixes().filter(|prefix| prefix.value.is_host());
        hosts.any(|prefix| prefix.value.address() == next_hop.value)
    };
    if let Some(service) = services.iter().find(announced) {
        section.notes.fault(
            &next_hop.span,
            format!("{key} cannot be {}", next_hop.shown),
            format!(
                "it is an address of service {}, which other machines announce too",
                service.name
            ),
            "give an address that only this machine, or the load balancer before it, has",
        );
    }
}

/// RFC 2545 §3: on a session between link-local addresses our own goes along beside the global one, and
/// both must be this machine's.
fn refuse_elsewhere(
    section: &Section<'_>,
    key: &str,
    next_hop: &Placed<IpAddr>,
    told: &[&neighbor::Draft<'_>],
    neighbors: &[neighbor::Draft<'_>],
) {
    let on_link = |draft: &&&neighbor::Draft<'_>| {
        draft.address.as_ref().is_some_and(|address| is_link_local(address.value))
    };
    let (Some(on_link), IpAddr::V6(address)) = (told.iter().find(on_link), next_hop.value) else {
        return;
    };
    let of = |draft: &&neighbor::Draft<'_>| {
        draft.address.as_ref().is_some_and(|own| own.value == next_hop.value)
    };
    let rule = if address.to_ipv4_mapped().is_some() {
        "it is an IPv4 address".to_owned()
    } else if let Some(owner) = neighbors.iter().find(of) {
        format!("it is the address of neighbour {}", owner.name)
    } else {
        return;
    };
    section.notes.fault(
        &next_hop.span,
        format!("{key} cannot be {} on the link-local session to {}", next_hop.shown, on_link.name),
        format!("{rule}, and our link-local address stands beside it as one machine (RFC 2545 §3)"),
        "give a global IPv6 address that this machine has on the link",
    );
}

/// The session's local address serves for its own family only, and not at all when it is link-local.
fn refuse_missing(neighbor: &neighbor::Draft<'_>, family: Family, services: &[service::Draft<'_>]) {
    let Some(session) = neighbor.session_family() else { return };
    if neighbor.next_hop_family() == Some(family) || neighbor.next_hop_for(family).is_some() {
        return;
    }
    let lacking = services.iter().find(|service| {
        let has_own = |next_hop: &Placed<IpAddr>| Family::of(next_hop.value) == family;
        service.neighbors.contains(&neighbor.name)
            && service.prefixes().any(|prefix| prefix.value.family() == family)
            && !service.announcing().all(|state| state.next_hop.as_ref().is_some_and(has_own))
    });
    let Some(service) = lacking else { return };
    if (neighbor.next_hop_family(), family) == (Some(Family::Ipv6Unicast), Family::Ipv4Unicast) {
        neighbor.section.notes.worry(
            neighbor.section.span(),
            format!("neighbour {} must take IPv4 routes over IPv6", neighbor.name),
            format!(
                "service {} has no IPv4 next hop here: it is told only to a neighbour that announces RFC 8950",
                service.name
            ),
            "set next-hop to an IPv4 address, unless the neighbour is configured for it",
        );
        return;
    }
    let (key, words, example) = match family {
        Family::Ipv4Unicast => ("next-hop", "IPv4", "192.0.2.20"),
        Family::Ipv6Unicast => ("next-hop-ipv6", "IPv6", "2001:db8::20"),
    };
    let (rule, help) = match session == family {
        true => (
            format!(
                "a link-local address cannot be the only next hop of service {} (RFC 2545 §3)",
                service.name
            ),
            format!("set {key} to a global address that this machine has on the link"),
        ),
        false => (
            format!(
                "the session has no {words} address to be the next hop of service {}",
                service.name
            ),
            format!(
                "for example {key} = \"{example}\", or carry one family only: families = [\"{session}\"]"
            ),
        ),
    };
    let message = format!("neighbour {} needs {key}", neighbor.name);
    neighbor.section.notes.fault(neighbor.section.span(), message, rule, help);
}

fn worry_about_unreachable(
    service: &service::Draft<'_>,
    told: &[&neighbor::Draft<'_>],
    services: &[service::Draft<'_>],
) {
    for prefix in service.prefixes() {
        let family = prefix.value.family();
        let carried = told.iter().any(|neighbor| families(neighbor, services).contains(&family));
        if !carried && !told.is_empty() {
            service.section.notes.worry(
                &prefix.span,
                format!("{} is announced to nobody", prefix.shown),
                format!("none of its neighbours has {family} among its families"),
                format!("add {family} to the families of a neighbour, or remove the address"),
            );
        }
    }
}
