use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use super::*;
use crate::base::{Asn, Community, Family, NextHop, Percent, Reason};
use crate::health::{Verdict, VerdictKind};

const ROUTER_ID: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

fn extras(prepend: u8, med: Option<u32>, communities: &[&str]) -> Extras {
    let communities = communities.iter().map(|c| c.parse().unwrap()).collect();
    Extras { prepend, med, communities, large_communities: BTreeSet::new() }
}

fn table(announce: bool, extras: Extras) -> StateAttributes {
    StateAttributes { announce, extras, next_hop: None }
}

fn service() -> Service {
    Service {
        enabled: true,
        prefixes: ["9.9.9.9".parse().unwrap()].into(),
        neighbors: ["rs".into()].into(),
        up: table(true, Extras::default()),
        degraded: table(true, extras(2, None, &[])),
        down: table(false, Extras::default()),
        drain: Drain {
            attributes: table(true, extras(3, None, &["graceful-shutdown"])),
            lasts: Duration::from_secs(30),
        },
        standby: None,
        last_site: None,
    }
}

fn neighbor(extras: Extras) -> Neighbor {
    Neighbor { local_as: Asn(65010), extras, next_hop: None, next_hop_ipv6: None }
}

fn params(region: Extras) -> Params {
    Params { router_id: ROUTER_ID, region, neighbors: BTreeMap::new(), services: BTreeMap::new() }
}

fn verdict(kind: VerdictKind) -> Verdict {
    Verdict { kind, because: Reason::new("a reason") }
}

const HEALTHY: VerdictKind = VerdictKind::healthy(Percent::FULL);

const DEGRADED: VerdictKind = VerdictKind::Healthy { capacity: Percent::FULL, degraded: true };

fn word(effect: Effect) -> Override {
    Override {
        owner: Owner::Operator,
        effect,
        by: "somebody".into(),
        because: "told to".into(),
        since: Instant::now(),
    }
}

#[test]
fn every_verdict_and_word_has_its_state() {
    use VerdictKind::{Pending, Unhealthy};
    let until = Instant::now();
    let (draining, announced) = (Effect::Draining { until }, Effect::Announced { until });
    let cases = [
        (Pending, None, State::Pending),
        (HEALTHY, None, State::Up),
        (DEGRADED, None, State::Degraded),
        (Unhealthy, None, State::Down),
        (HEALTHY, Some(draining), State::Draining),
        (DEGRADED, Some(draining), State::Draining),
        (Unhealthy, Some(draining), State::Drained),
        (Pending, Some(draining), State::Drained),
        (HEALTHY, Some(Effect::Drained), State::Drained),
        (Unhealthy, Some(Effect::Drained), State::Drained),
        (Pending, Some(Effect::Drained), State::Drained),
        (HEALTHY, Some(Effect::Withdrawn), State::Withdrawn),
        (Unhealthy, Some(Effect::Withdrawn), State::Withdrawn),
        (Pending, Some(Effect::Withdrawn), State::Withdrawn),
        (HEALTHY, Some(announced), State::Up),
        (Unhealthy, Some(announced), State::Up),
        (Pending, Some(announced), State::Up),
    ];
    for (kind, effect, state) in cases {
        let word = effect.map(word);
        let decided = decide(&service(), &verdict(kind), word.as_ref(), None).state;
        assert_eq!(decided, state, "{kind:?} {effect:?}");
        let disabled = Service { enabled: false, ..service() };
        assert_eq!(decide(&disabled, &verdict(kind), word.as_ref(), None).state, State::Disabled);
    }
}

#[test]
fn the_reason_travels_with_the_decision() {
    let because = |kind, effect: Option<Effect>| {
        let word = effect.map(word);
        decide(&service(), &verdict(kind), word.as_ref(), None).because.to_string()
    };
    let until = Instant::now();
    assert_eq!(because(VerdictKind::Unhealthy, None), "a reason");
    assert_eq!(because(HEALTHY, Some(Effect::Announced { until })), "told to");
    for effect in [Effect::Draining { until }, Effect::Announced { until }] {
        let said = because(VerdictKind::Unhealthy, Some(effect));
        assert_eq!(said, "told to; not healthy: a reason", "{effect:?}");
    }
}

#[test]
fn the_stop_outranks_the_operator_and_the_operator_the_cloud() {
    assert!(Owner::Stop > Owner::Operator && Owner::Operator > Owner::Maintenance);
}

#[test]
fn the_path_is_one_plus_the_prepends_of_region_neighbour_and_state() {
    let service = service();
    let (region, neighbor) = (params(extras(2, None, &[])), neighbor(extras(1, None, &[])));
    let path = |state| {
        attributes(&region, &service, state, &neighbor, Family::Ipv4Unicast).map(|a| a.as_path)
    };
    assert_eq!(path(State::Up), Some(vec![Asn(65010); 4]));
    assert_eq!(path(State::Draining), Some(vec![Asn(65010); 7]));
    for state in [State::Pending, State::Down, State::Drained, State::Withdrawn, State::Disabled] {
        assert_eq!(path(state), None, "{state}");
    }
}

#[test]
fn down_may_be_announced_as_last_resort() {
    let service = Service { down: table(true, extras(6, None, &[])), ..service() };
    let neighbor = neighbor(Extras::default());
    let params = params(Extras::default());
    let route = attributes(&params, &service, State::Down, &neighbor, Family::Ipv4Unicast);
    assert_eq!(route.unwrap().as_path.len(), 7);
}

#[test]
fn communities_unite_and_the_most_specific_med_stands() {
    let mut service = service();
    let region = params(extras(0, Some(10), &["65010:1"]));
    let with_med = neighbor(extras(0, Some(20), &["65010:2", "65010:1"]));
    let route = |service: &Service, neighbor: &Neighbor| {
        attributes(&region, service, State::Up, neighbor, Family::Ipv4Unicast).unwrap()
    };
    let communities: BTreeSet<Community> =
        ["65010:1", "65010:2"].map(|c| c.parse().unwrap()).into();
    assert_eq!(route(&service, &with_med).communities, communities);
    assert_eq!(route(&service, &with_med).med, Some(20));
    assert_eq!(route(&service, &neighbor(Extras::default())).med, Some(10));
    service.up.extras.med = Some(30);
    assert_eq!(route(&service, &with_med).med, Some(30));
}

#[test]
fn next_hops_of_state_then_neighbour_then_session_each_in_its_own_family() {
    let mut service = service();
    service.up.next_hop = Some("10.0.0.100".parse().unwrap());
    let mut neighbor = neighbor(Extras::default());
    neighbor.next_hop = Some("10.0.0.200".parse().unwrap());
    neighbor.next_hop_ipv6 = Some("2001:db8::200".parse().unwrap());
    let params = params(Extras::default());
    let hop = |service: &Service, neighbor: &Neighbor, family| {
        attributes(&params, service, State::Up, neighbor, family).unwrap().next_hop
    };
    let address = |text: &str| NextHop::Address(text.parse().unwrap());
    assert_eq!(hop(&service, &neighbor, Family::Ipv4Unicast), address("10.0.0.100"));
    assert_eq!(hop(&service, &neighbor, Family::Ipv6Unicast), address("2001:db8::200"));
    service.up.next_hop = None;
    assert_eq!(hop(&service, &neighbor, Family::Ipv4Unicast), address("10.0.0.200"));
    neighbor.next_hop = None;
    assert_eq!(hop(&service, &neighbor, Family::Ipv4Unicast), NextHop::SelfAddress);
}
