use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::world::{apply, claim_all, machine, other, own, owner, place, plan_at_start, wanted};
use crate::addr::ours::{MARK, Ours};
use crate::addr::present::{Found, Place};
use crate::addr::steps::{Blocked, Owner, Step, plan};
use crate::base::{LoopbackAddress, Scope};

const NINE: &str = "9.9.9.9";

fn nine() -> LoopbackAddress {
    wanted(NINE, "lo", Some("lo:9"))
}

#[test]
fn what_is_missing_is_added() {
    let plan = plan_at_start(&machine([]), [nine()]);
    assert_eq!(plan.steps, [Step::Add(place(NINE, 1), nine())]);
    assert!(plan.kept.is_empty());
}

#[test]
fn what_an_earlier_run_left_and_is_wanted_stays_untouched() {
    let plan = plan_at_start(&machine([own(NINE)]), [nine()]);
    assert_eq!(plan.steps, []);
    assert_eq!(owner(&plan, &nine()), Some(Owner::Herald));
}

#[test]
fn what_an_earlier_run_left_and_is_not_wanted_is_removed() {
    let plan = plan_at_start(&machine([own(NINE)]), []);
    assert_eq!(plan.steps, [Step::Remove(own(NINE))]);
}

#[test]
fn an_address_of_somebody_else_counts_as_bound_and_is_left_alone() {
    for found in
        [other(NINE), Found { length: 24, ..own(NINE) }, Found { mark: Some(18), ..own(NINE) }]
    {
        let present = machine([found]);
        let plan = plan_at_start(&present, [nine()]);
        assert_eq!(plan.steps, []);
        assert_eq!(owner(&plan, &nine()), Some(Owner::Other));
        assert_eq!(plan_at_start(&present, []).steps, []);
    }
}

#[test]
fn another_label_or_scope_of_ours_is_replaced() {
    for found in [
        Found { label: Some("lo:7".into()), ..own(NINE) },
        Found { label: Some("lo".into()), ..own(NINE) },
        Found { scope: 254, ..own(NINE) },
    ] {
        let plan = plan_at_start(&machine([found.clone()]), [nine()]);
        assert_eq!(plan.steps, [Step::Replace(found, nine())]);
        assert!(plan.kept.is_empty());
    }
}

#[test]
fn without_a_label_the_kernels_own_is_as_wanted() {
    let bare = wanted(NINE, "lo", None);
    let found = Found { label: Some("lo".into()), ..own(NINE) };
    assert_eq!(plan_at_start(&machine([found]), [bare]).steps, []);
}

#[test]
fn scope_and_label_mean_nothing_for_ipv6() {
    let six = LoopbackAddress { scope: Scope::Host, ..wanted("2001:db8::9", "lo", Some("lo:9")) };
    let found = own("2001:db8::9");
    assert_eq!((found.length, found.label.clone(), found.scope), (128, None, 0));
    assert_eq!(plan_at_start(&machine([found]), [six]).steps, []);
}

#[test]
fn an_interface_that_is_missing_or_down_blocks_its_addresses_only() {
    let (gone, down) = (wanted(NINE, "d9", None), wanted(NINE, "down0", None));
    let plan = plan_at_start(&machine([]), [gone.clone(), down.clone(), nine()]);
    let existing = "d0, down0, lo".to_owned();
    assert_eq!(plan.blocked[&gone], Blocked::NoInterface { existing });
    assert_eq!(plan.blocked[&down], Blocked::Down);
    assert_eq!(plan.steps, [Step::Add(place(NINE, 1), nine())]);
}

#[test]
fn a_wanted_address_on_an_interface_that_is_down_is_not_removed() {
    let found = Found { place: place(NINE, 3), ..own(NINE) };
    let present = machine([found.clone()]);
    assert_eq!(plan_at_start(&present, [wanted(NINE, "down0", None)]).steps, []);
    assert_eq!(plan_at_start(&present, []).steps, [Step::Remove(found)]);
}

#[test]
fn of_two_labels_for_one_address_either_will_do() {
    let other_label = wanted(NINE, "lo", Some("lo:7"));
    let plan = plan_at_start(&machine([own(NINE)]), [nine(), other_label.clone()]);
    assert_eq!(plan.steps, []);
    assert_eq!(owner(&plan, &other_label), Some(Owner::Herald));
    let plan = plan_at_start(&machine([own(NINE)]), [other_label.clone()]);
    assert_eq!(plan.steps, [Step::Replace(own(NINE), other_label)]);
}

#[test]
fn additions_come_before_removals() {
    let plan = plan_at_start(&machine([own("9.9.9.7")]), [nine()]);
    assert_eq!(plan.steps, [Step::Add(place(NINE, 1), nine()), Step::Remove(own("9.9.9.7"))]);
}

fn any_found() -> impl Strategy<Value = Found> {
    let address = prop::sample::select(vec!["9.9.9.7", "9.9.9.8", "9.9.9.9", "2001:db8::9"]);
    let label = prop::sample::select(vec!["lo", "lo:7", "lo:9"]);
    let mark = prop::sample::select(vec![None, Some(1), Some(MARK)]);
    (address, 1..4_u32, label, mark, prop::bool::ANY, prop::bool::weighted(0.8)).prop_map(
        |(address, index, label, mark, host_scope, host)| {
            let mut found = own(address);
            found.place.index = index;
            if let Some(old) = &mut found.label {
                (*old, found.scope) = (label.into(), if host_scope { 254 } else { 0 });
            }
            Found { mark, length: if host { found.length } else { found.length - 8 }, ..found }
        },
    )
}

fn any_wanted() -> impl Strategy<Value = LoopbackAddress> {
    let address = prop::sample::select(vec!["9.9.9.7", "9.9.9.8", "9.9.9.9", "2001:db8::9"]);
    let interface = prop::sample::select(vec!["lo", "d0", "down0", "gone0"]);
    let label = prop::sample::select(vec![None, Some("lo:7"), Some("lo:9")]);
    (address, interface, label).prop_map(|(a, i, l)| wanted(a, i, l))
}

/// One address of one length at a place, as the kernel has it.
fn any_machine() -> impl Strategy<Value = BTreeSet<Found>> {
    prop::collection::vec(any_found(), 0..8).prop_map(|all| {
        let mut present = machine([]);
        all.into_iter().for_each(|found| present.add(found));
        present.addresses
    })
}

proptest! {
    #[test]
    fn the_steps_lead_to_the_wanted_set_once_and_touch_nothing_of_others(
        addresses in any_machine(),
        wanted in prop::collection::btree_set(any_wanted(), 0..8),
        // Whether this run holds what is marked: true as at a start, false as when another herald came later.
        claimed in prop::bool::ANY,
    ) {
        let before = machine(addresses);
        let mut ours = if claimed { claim_all(&before, &wanted) } else { Ours::new(true) };
        let owned = |ours: &Ours, found: &Found| ours.owns(found);
        let others: Vec<_> = before.addresses.iter().filter(|f| !owned(&ours, f)).cloned().collect();
        let plan_before = plan(&before, &wanted, &ours);

        let mut after = before.clone();
        let mut touched = BTreeSet::<Place>::new();
        for step in &plan_before.steps {
            prop_assert!(touched.insert(step.place()), "{step:?} touches a place twice");
            apply(&mut after, &mut ours, step);
        }

        for found in others {
            prop_assert!(after.addresses.contains(&found), "{found:?} of somebody else is gone");
        }
        for kept in plan_before.kept.keys() {
            let (index, _) = before.link(&kept.interface).unwrap();
            let at = Place { index, address: kept.address };
            prop_assert!(!touched.contains(&at), "{kept:?} was kept and touched");
        }
        for address in &wanted {
            let Some((index, link)) = after.link(&address.interface) else { continue };
            let there = after.at(Place { index, address: address.address }).next().is_some();
            prop_assert!(there || !link.up, "{address:?} is wanted and not there");
        }
        for found in after.addresses.iter().filter(|f| ours.owns(f)) {
            let name: Arc<str> = after.name(found.place.index);
            let asked = wanted.iter().any(|w| (w.address, &w.interface) == (found.place.address, &name));
            prop_assert!(asked, "{found:?} is ours, not wanted and still there");
        }
        let again = plan(&after, &wanted, &ours);
        prop_assert_eq!(again.steps, vec![]);
        let bound_or_blocked = again.kept.len() + again.blocked.len();
        prop_assert_eq!(bound_or_blocked, wanted.len());
    }
}
