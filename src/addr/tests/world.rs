//! A small machine to plan for: `lo` (1) and `d0` (2) are up, `down0` (3) is down.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use crate::addr::ours::{MARK, Ours};
use crate::addr::present::{Found, Link, Place, Present};
use crate::addr::steps::{Owner, Plan, Step, plan};
use crate::base::{LoopbackAddress, Scope};

pub(super) fn wanted(address: &str, interface: &str, label: Option<&str>) -> LoopbackAddress {
    LoopbackAddress {
        address: address.parse().unwrap(),
        interface: interface.into(),
        label: label.map(Arc::from),
        scope: Scope::Global,
    }
}

pub(super) fn place(address: &str, index: u32) -> Place {
    Place { index, address: address.parse().unwrap() }
}

/// An address of herald's on `lo` with label `lo:9`.
pub(super) fn own(address: &str) -> Found {
    let interface: Arc<str> = "lo".into();
    Found::of(&wanted(address, "lo", Some("lo:9")), 1, &interface, MARK)
}

/// The same, put there by somebody else.
pub(super) fn other(address: &str) -> Found {
    Found { mark: None, ..own(address) }
}

pub(super) fn machine(addresses: impl IntoIterator<Item = Found>) -> Present {
    let link = |name: &str| Link { name: name.into(), up: !name.starts_with("down") };
    Present {
        links: [(1, link("lo")), (2, link("d0")), (3, link("down0"))].into(),
        addresses: addresses.into_iter().collect(),
    }
}

/// As after a start: everything marked is claimed.
pub(super) fn claim_all(present: &Present, wanted: &BTreeSet<LoopbackAddress>) -> Ours {
    let mut ours = Ours::new(true);
    ours.claim(present, wanted);
    ours
}

pub(super) fn plan_at_start(
    present: &Present,
    wanted: impl IntoIterator<Item = LoopbackAddress>,
) -> Plan {
    let wanted = wanted.into_iter().collect();
    plan(present, &wanted, &claim_all(present, &wanted))
}

pub(super) fn owner(plan: &Plan, wanted: &LoopbackAddress) -> Option<Owner> {
    plan.kept.get(wanted).copied()
}

/// Carries a step out as strictly as the kernel does.
pub(super) fn apply(present: &mut Present, ours: &mut Ours, step: &Step) {
    let place = step.place();
    if let Step::Replace(found, _) | Step::Remove(found) = step {
        assert!(present.addresses.remove(found), "{found:?} is removed but not there");
        ours.release(place);
    }
    if let Some(wanted) = step.result() {
        let taken = present.at(place).any(Found::is_host);
        assert!(!taken, "{:?} is added twice", IpAddr::to_canonical(&place.address));
        let name = present.name(place.index);
        present.add(Found::of(wanted, place.index, &name, MARK));
        ours.hold(place);
    }
}
