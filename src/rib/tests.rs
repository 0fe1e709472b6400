use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::base::{Asn, NextHop};

fn attributes(length: usize) -> Arc<RouteAttributes> {
    Arc::new(RouteAttributes {
        as_path: vec![Asn(65010); length],
        next_hop: NextHop::SelfAddress,
        med: None,
        communities: BTreeSet::new(),
        large_communities: BTreeSet::new(),
    })
}

fn prefix(text: &str) -> Prefix {
    text.parse().unwrap()
}

fn plan(routes: &[(&str, usize)]) -> Plan {
    let routes = routes.iter().map(|(p, length)| (prefix(p), attributes(*length))).collect();
    Plan { version: 1, routes: Arc::new(routes), ..Plan::default() }
}

fn all(_: &Prefix, _: &RouteAttributes) -> bool {
    true
}

#[test]
fn unchanged_routes_are_not_said_again() {
    let mut out = AdjRibOut::default();
    let wanted = plan(&[("9.9.9.9", 1), ("2001:db8::1", 1)]);
    assert_eq!(out.advance(&wanted, &all, &BTreeSet::new()).announced.len(), 1);
    assert!(out.advance(&wanted, &all, &BTreeSet::new()).is_empty());
}

#[test]
fn a_changed_route_is_replaced_in_place() {
    let mut out = AdjRibOut::default();
    out.advance(&plan(&[("9.9.9.9", 1)]), &all, &BTreeSet::new());
    let delta = out.advance(&plan(&[("9.9.9.9", 4)]), &all, &BTreeSet::new());
    assert!(delta.withdrawn.is_empty());
    assert_eq!(delta.announced, BTreeMap::from([(attributes(4), vec![prefix("9.9.9.9")])]));
}

#[test]
fn routes_with_equal_attributes_stand_together() {
    let mut out = AdjRibOut::default();
    let wanted = plan(&[("9.9.9.9", 1), ("9.9.9.8", 2), ("9.9.9.7", 1)]);
    let delta = out.advance(&wanted, &all, &BTreeSet::new());
    assert_eq!(delta.announced[&attributes(1)], [prefix("9.9.9.7"), prefix("9.9.9.9")]);
    assert_eq!(delta.announced[&attributes(2)], [prefix("9.9.9.8")]);
}

#[test]
fn a_refresh_says_the_family_again_and_still_withdraws() {
    let mut out = AdjRibOut::default();
    out.advance(&plan(&[("9.9.9.9", 1), ("9.9.9.8", 1), ("::1", 1)]), &all, &BTreeSet::new());
    let wanted = plan(&[("9.9.9.9", 1), ("::1", 1)]);
    let delta = out.advance(&wanted, &all, &[Family::Ipv4Unicast].into());
    assert_eq!(delta.withdrawn, [prefix("9.9.9.8")]);
    assert_eq!(delta.announced[&attributes(1)], [prefix("9.9.9.9")]);
}

#[test]
fn a_family_that_was_not_negotiated_is_not_said() {
    let mut out = AdjRibOut::default();
    let wanted = plan(&[("9.9.9.9", 1), ("2001:db8::1", 1)]);
    let only_ipv4 = |prefix: &Prefix, _: &RouteAttributes| prefix.family() == Family::Ipv4Unicast;
    let delta = out.advance(&wanted, &only_ipv4, &BTreeSet::new());
    assert_eq!(delta.announced[&attributes(1)], [prefix("9.9.9.9")]);
    assert_eq!(out.len(), 1);
}

#[test]
fn what_a_neighbour_may_have_kept_is_withdrawn_once_it_is_decided_against() {
    let mut out = AdjRibOut::default();
    out.advance(&plan(&[("9.9.9.9", 1)]), &all, &BTreeSet::new());
    out.outlive();
    assert!(out.is_empty());
    out.inherit([prefix("9.9.9.8"), prefix("9.9.9.7")]);
    let open = Arc::new([prefix("9.9.9.9")].into());
    let undecided = Plan { undecided: open, ..plan(&[("9.9.9.8", 1)]) };
    let delta = out.advance(&undecided, &all, &BTreeSet::new());
    assert_eq!(delta.withdrawn, [prefix("9.9.9.7")]);
    assert_eq!(delta.announced[&attributes(1)], [prefix("9.9.9.8")]);
    let delta = out.advance(&plan(&[("9.9.9.8", 1)]), &all, &BTreeSet::new());
    assert_eq!((delta.withdrawn, delta.announced.len()), (vec![prefix("9.9.9.9")], 0));
    assert!(out.advance(&plan(&[("9.9.9.8", 1)]), &all, &BTreeSet::new()).is_empty());
}

fn received() -> Arc<ReceivedRoute> {
    Arc::new(ReceivedRoute {
        as_path: vec![Asn(65515)],
        next_hop: None,
        med: None,
        communities: Vec::new(),
        large_communities: Vec::new(),
    })
}

#[test]
fn received_routes_stop_at_the_limit_and_the_excess_is_counted() {
    let mut table = AdjRibIn::new(2);
    for text in ["10.0.0.0/8", "11.0.0.0/8", "12.0.0.0/8", "10.0.0.0/8"] {
        table.announce(prefix(text), &received());
    }
    assert_eq!((table.len(), table.refused()), (2, 1));
    table.withdraw(&prefix("10.0.0.0/8"));
    table.announce(prefix("12.0.0.0/8"), &received());
    assert_eq!(table.len(), 2);
}

#[test]
fn watched_prefixes_are_kept_beyond_the_limit_and_their_changes_are_noticed() {
    let mut table = AdjRibIn::new(1);
    let (own, other) = (prefix("9.9.9.9"), prefix("10.0.0.0/8"));
    assert!(!table.watches() && !table.take_changed());
    table.watch(&Arc::new([own].into()));
    assert!(table.take_changed());
    table.announce(other, &received());
    assert!(!table.take_changed(), "nobody watches it");
    table.announce(own, &received());
    assert!(table.take_changed());
    assert_eq!((table.len(), table.refused()), (2, 0));
    table.announce(own, &received());
    assert!(!table.take_changed(), "the same again");
    assert_eq!(table.watched().into_keys().collect::<Vec<_>>(), [own]);
    table.withdraw(&other);
    assert!(!table.take_changed());
    table.withdraw(&own);
    assert!(table.take_changed());
    table.withdraw(&own);
    assert!(!table.take_changed());
    table.announce(own, &received());
    table.forget();
    assert!(table.take_changed() && table.watched().is_empty());
}

proptest! {
    /// Whatever tables follow each other, a neighbour that applies each delta has the last table.
    #[test]
    fn a_neighbour_that_applies_every_delta_ends_with_the_wanted_table(
        steps in prop::collection::vec(prop::collection::btree_map(0u8..20, 1usize..4, 0..12), 1..8)
    ) {
        let mut out = AdjRibOut::default();
        let mut theirs = RouteTable::new();
        for step in steps {
            let wanted: RouteTable = step
                .into_iter()
                .map(|(n, length)| (prefix(&format!("10.0.0.{n}")), attributes(length)))
                .collect();
            let routes = Arc::new(wanted.clone());
            let next = Plan { version: 1, routes, ..Plan::default() };
            let delta = out.advance(&next, &all, &BTreeSet::new());
            for gone in &delta.withdrawn {
                prop_assert!(theirs.remove(gone).is_some(), "withdrew what it did not have");
            }
            for (attributes, prefixes) in delta.announced {
                for p in prefixes {
                    let before = theirs.insert(p, Arc::clone(&attributes));
                    prop_assert_ne!(before, Some(Arc::clone(&attributes)), "said again");
                }
            }
            prop_assert_eq!(&theirs, &wanted);
        }
    }
}

#[test]
fn the_earliest_sample_of_the_versions_that_were_missed_counts() {
    let start = Instant::now();
    let at = |millis| start + Duration::from_millis(millis);
    let mut samples = Samples::default();
    assert_eq!(samples.earliest_after(0), None);
    for (version, millis) in [(1, 10), (3, 20), (4, 20), (7, 30)] {
        samples.note(version, at(millis));
    }
    let expected = [(0, 10), (1, 20), (3, 20), (4, 30), (6, 30)];
    for (seen, millis) in expected {
        assert_eq!(samples.earliest_after(seen), Some(at(millis)), "after {seen}");
    }
    assert_eq!(samples.earliest_after(7), None);
    (8..100).for_each(|version| samples.note(version, at(version * 10)));
    assert_eq!(samples.earliest_after(0), Some(at(920)), "only the last few are kept");
}
