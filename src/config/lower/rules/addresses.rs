//! What may be announced at all, and by whom.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{neighbor, service};
use crate::base::Prefix;
use crate::config::lower::scalar::special;
use crate::config::reader::Placed;

pub(super) fn check(neighbors: &[neighbor::Draft<'_>], services: &[service::Draft<'_>]) {
    let mut owners: BTreeMap<Prefix, &service::Draft<'_>> = BTreeMap::new();
    for service in services {
        refuse_nothing(service);
        for prefix in service.prefixes() {
            refuse_unroutable(service, prefix);
            refuse_machine_address(service, prefix, neighbors);
            match owners.get(&prefix.value) {
                Some(owner) => refuse_second_owner(service, prefix, owner),
                None => drop(owners.insert(prefix.value, service)),
            }
        }
    }
}

fn refuse_nothing(service: &service::Draft<'_>) {
    let section = &service.section;
    if section.is_misspelt("addresses") || section.is_misspelt("prefixes") {
        return;
    }
    if !section.has("addresses") && !section.has("prefixes") {
        section.notes.fault(
            section.span(),
            format!("service {} has neither addresses nor prefixes", service.name),
            "it would announce nothing",
            "for example addresses = [\"192.0.2.1/32\"]",
        );
        return;
    }
    // What cannot be read has had its fault.
    if section.elements("addresses") + section.elements("prefixes") == 0 {
        let key = if section.has("addresses") { "addresses" } else { "prefixes" };
        section.notes.fault(
            &section.span_of(key),
            format!("service {} has an empty list of {key}", service.name),
            "it would announce nothing",
            "for example addresses = [\"192.0.2.1/32\"]",
        );
    }
}

/// Addresses that no router forwards to; a network is judged by its first address.
fn refuse_unroutable(service: &service::Draft<'_>, prefix: &Placed<Prefix>) {
    let whole_family = prefix.value.length() == 0;
    let Some(kind) = special(prefix.value.address()).filter(|_| !whole_family) else { return };
    service.section.notes.fault(
        &prefix.span,
        format!("{} cannot be announced", prefix.shown),
        match prefix.value.is_host() {
            true => format!("it is {kind}"),
            false => format!("it begins with {kind}"),
        },
        "an anycast address is a global or private unicast address",
    );
}

/// The address of a session must not move with the service: its end would cut off the session, and
/// announcing a neighbour's own address would lead its traffic here.
fn refuse_machine_address(
    service: &service::Draft<'_>,
    prefix: &Placed<Prefix>,
    neighbors: &[neighbor::Draft<'_>],
) {
    let names = |address: &Option<Placed<IpAddr>>| {
        prefix.value.is_host()
            && address.as_ref().is_some_and(|address| address.value == prefix.value.address())
    };
    let clash = neighbors.iter().find_map(|neighbor| {
        let of = if names(&neighbor.address) {
            "the address of"
        } else if names(&neighbor.local_address) {
            "our local-address towards"
        } else {
            return None;
        };
        Some(format!("it is {of} neighbour {}", neighbor.name))
    });
    if let Some(rule) = clash {
        service.section.notes.fault(
            &prefix.span,
            format!("{} cannot be an anycast address", prefix.shown),
            rule,
            "give the service an address that nothing else uses",
        );
    }
}

fn refuse_second_owner(
    service: &service::Draft<'_>,
    prefix: &Placed<Prefix>,
    owner: &service::Draft<'_>,
) {
    let (message, help) = if owner.name == service.name {
        (format!("{} is given twice", prefix.shown), "remove one of the two".to_owned())
    } else {
        let message = format!("{} already belongs to service {}", prefix.shown, owner.name);
        (message, format!("remove it here, or from service {}", owner.name))
    };
    service.section.notes.fault(&prefix.span, message, "a prefix belongs to one service", help);
}
