//! One neighbour and `[bgp]`: who connects, from where, and between which ASes.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{bgp, neighbor};
use crate::base::{Family, is_link_local};
use crate::config::reader::Placed;

pub(super) fn check(bgp: &bgp::Draft<'_>, neighbor: &neighbor::Draft<'_>) {
    refuse_own_as(bgp, neighbor);
    refuse_mixed_families(neighbor);
    refuse_silence(bgp, neighbor);
    refuse_self(neighbor);
}

fn refuse_own_as(bgp: &bgp::Draft<'_>, neighbor: &neighbor::Draft<'_>) {
    let local_as = neighbor.local_as.as_ref().or(bgp.local_as.as_ref());
    if let (Some(local_as), Some(peer_as)) = (local_as, &neighbor.peer_as)
        && local_as.value == peer_as.value
    {
        neighbor.section.notes.fault(
            &peer_as.span,
            format!("peer-as cannot be {}, which is our own AS", peer_as.shown),
            "herald speaks eBGP: both sides have different AS numbers",
            "give herald an AS number of its own in [bgp] local-as",
        );
    }
}

fn refuse_mixed_families(neighbor: &neighbor::Draft<'_>) {
    if let (Some(address), Some(local)) = (&neighbor.address, &neighbor.local_address)
        && Family::of(address.value) != Family::of(local.value)
    {
        neighbor.section.notes.fault(
            &local.span,
            format!("local-address {} cannot reach address {}", local.shown, address.shown),
            "one is an IPv4 address, the other an IPv6 address",
            "give both in the same family",
        );
    }
}

/// A neighbour that is not dialled must be able to dial us.
fn refuse_silence(bgp: &bgp::Draft<'_>, neighbor: &neighbor::Draft<'_>) {
    let (Some(passive), Some(listen)) = (&neighbor.passive, &bgp.listen) else { return };
    let Some(address) = neighbor.address.as_ref().filter(|_| passive.value) else { return };
    let rule = match listen.value.map(|endpoint| endpoint.ip()) {
        None => "[bgp] listen is \"off\"",
        Some(IpAddr::V4(_)) if address.value.is_ipv6() => "[bgp] listen takes IPv4 only",
        Some(IpAddr::V6(own)) if address.value.is_ipv4() && !own.is_unspecified() => {
            "[bgp] listen takes IPv6 only"
        }
        Some(_) => return,
    };
    neighbor.section.notes.fault(
        &passive.span,
        "this session can never come up: neither side is able to connect",
        format!("passive never dials, and {rule}"),
        "leave passive out, or set [bgp] listen = \"[::]:179\" for IPv4 and IPv6",
    );
}

fn refuse_self(neighbor: &neighbor::Draft<'_>) {
    if let (Some(address), Some(local)) = (&neighbor.address, &neighbor.local_address)
        && address.value == local.value
    {
        neighbor.section.notes.fault(
            &local.span,
            format!("local-address {} is the neighbour's own address", local.shown),
            "a session has two ends",
            "local-address is an address of this machine",
        );
    }
}

/// Connections are told apart by the addresses at both ends and, with link-local ones, by the
/// interface.
pub(super) fn refuse_shared_addresses(neighbors: &[neighbor::Draft<'_>]) {
    let mut owners: BTreeMap<IpAddr, Vec<&neighbor::Draft<'_>>> = BTreeMap::new();
    for neighbor in neighbors {
        let Some(address) = &neighbor.address else { continue };
        let owners = owners.entry(address.value).or_default();
        if let Some(owner) = owners.iter().find(|owner| !told_apart(owner, neighbor)) {
            refuse_second(neighbor, address, owner);
        } else if let Some(owner) = owners.iter().find(|owner| !same_signature(owner, neighbor)) {
            refuse_second_signature(neighbor, owner);
        }
        owners.push(neighbor);
    }
}

fn told_apart(one: &neighbor::Draft<'_>, other: &neighbor::Draft<'_>) -> bool {
    let link_local = one.address.as_ref().is_some_and(|own| is_link_local(own.value));
    differ(&one.local_address, &other.local_address)
        || link_local && differ(&one.local_interface, &other.local_interface)
}

fn differ<T: PartialEq>(one: &Option<Placed<T>>, other: &Option<Placed<T>>) -> bool {
    one.as_ref().zip(other.as_ref()).is_some_and(|(one, other)| one.value != other.value)
}

fn refuse_second(
    neighbor: &neighbor::Draft<'_>,
    address: &Placed<IpAddr>,
    owner: &neighbor::Draft<'_>,
) {
    let (rule, help) = match is_link_local(address.value) {
        true => (
            "link-local neighbours at one address are told apart by local-interface",
            "give each of the two a local-interface of its own, or remove one",
        ),
        false => (
            "neighbours at one address are told apart by local-address",
            "give each of the two a local-address of its own, or remove one",
        ),
    };
    neighbor.section.notes.fault(
        &address.span,
        format!("address {} is already that of neighbour {}", address.shown, owner.name),
        rule,
        help,
    );
}

/// Before a connection is accepted, the kernel knows nothing of it but where it comes from.
fn same_signature(one: &neighbor::Draft<'_>, other: &neighbor::Draft<'_>) -> bool {
    let of = |draft: &neighbor::Draft<'_>| draft.signature.as_ref().map(|own| own.value.clone());
    of(one) == of(other)
}

fn refuse_second_signature(neighbor: &neighbor::Draft<'_>, owner: &neighbor::Draft<'_>) {
    let key = neighbor.signature.as_ref().map_or("password-file", |own| own.value.key());
    neighbor.section.notes.fault(
        &neighbor.section.span_of(key),
        format!("neighbours {} and {} differ in their password or key", owner.name, neighbor.name),
        "they have one address, and the kernel knows one password for an address",
        "give both the same password-file or tcp-ao, or none",
    );
}
