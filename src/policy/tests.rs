use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use super::*;
use crate::base::{Asn, Community, Family, NextHop, Percent, Reason};
use crate::health::{Verdict, VerdictKind};
use crate::rib::ReceivedRoute;

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
        let decided = decide(&service(), State::Pending, &verdict(kind), word.as_ref(), None).state;
        assert_eq!(decided, state, "{kind:?} {effect:?}");
        let disabled = Service { enabled: false, ..service() };
        assert_eq!(
            decide(&disabled, State::Pending, &verdict(kind), word.as_ref(), None).state,
            State::Disabled
        );
    }
}

#[test]
fn what_is_announced_despite_its_health_is_led_away_all_the_same() {
    use State::*;
    let until = Instant::now();
    let drain = word(Effect::Draining { until });
    let after = |service: &Service, from, kind| {
        decide(service, from, &verdict(kind), Some(&drain), None).state
    };
    let usual = service();
    let last_resort = Service { down: table(true, Extras::default()), ..service() };
    // From, with bad health, by default and with down.announce.
    let cases = [
        (Up, DrainingUnhealthy, DrainingUnhealthy),
        (LastResort, DrainingUnhealthy, DrainingUnhealthy),
        (DrainingUnhealthy, DrainingUnhealthy, DrainingUnhealthy),
        (Down, Drained, DrainingUnhealthy),
        (Draining, Drained, DrainingUnhealthy),
        (Drained, Drained, Drained),
        (Withdrawn, Drained, Drained),
        (Standby, Drained, Drained),
        (Pending, Drained, Drained),
    ];
    for (from, plain, resort) in cases {
        assert_eq!(after(&usual, from, VerdictKind::Unhealthy), plain, "{from:?}");
        assert_eq!(after(&last_resort, from, VerdictKind::Unhealthy), resort, "{from:?}");
        assert_eq!(after(&usual, from, HEALTHY), Draining, "{from:?}");
    }
    assert_eq!(after(&last_resort, Draining, VerdictKind::Pending), Drained, "nothing is known");
}

#[test]
fn the_reason_travels_with_the_decision() {
    let because = |kind, effect: Option<Effect>| {
        let word = effect.map(word);
        decide(&service(), State::Pending, &verdict(kind), word.as_ref(), None).because.to_string()
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
fn every_state_reads_its_own_table() {
    let with_standby = |standby| Service {
        up: table(true, extras(1, Some(1), &[])),
        degraded: table(true, extras(2, Some(2), &[])),
        down: table(false, extras(3, Some(3), &[])),
        drain: Drain { attributes: table(true, extras(4, Some(4), &[])), ..service().drain },
        standby,
        ..service()
    };
    let watch = Watch { neighbors: BTreeSet::new(), patience: Duration::ZERO };
    let (plain, standby) = (with_standby(None), with_standby(Some(watch)));
    let (none, ready) = (Claim::Regular, Claim::Standby(ROUTER_ID));
    let resort = Claim::LastResort(ROUTER_ID);
    // State, its table, whether it is announced, the claim without and with standby.
    let cases = [
        (State::Pending, None, false, none, none),
        (State::Up, Some(("up", 1)), true, none, ready),
        (State::Degraded, Some(("degraded", 2)), true, none, ready),
        (State::Down, Some(("down", 3)), false, none, none),
        (State::LastResort, Some(("down", 3)), true, resort, resort),
        (State::Standby, None, false, none, none),
        (State::Draining, Some(("drain", 4)), true, none, ready),
        (State::DrainingUnhealthy, Some(("drain", 4)), true, none, resort),
        (State::Drained, None, false, none, none),
        (State::Withdrawn, None, false, none, none),
        (State::Disabled, None, false, none, none),
    ];
    for (state, named, announced, claim, with_standby) in cases {
        for (service, claim) in [(&plain, claim), (&standby, with_standby)] {
            let (params, neighbor) = (params(Extras::default()), neighbor(Extras::default()));
            assert_eq!(announces(service, state), announced, "{state:?}");
            assert_eq!(
                super::table(service, state).map(|(name, _)| name),
                named.map(|(name, _)| name)
            );
            let route = attributes(&params, service, state, &neighbor, Family::Ipv4Unicast);
            let told = route.as_ref().map(|route| (route.as_path.len(), route.med));
            let wanted = named.filter(|_| announced).map(|(_, n)| (1 + n as usize, Some(n)));
            assert_eq!(told, wanted, "{state:?}");
            let marks: Vec<_> =
                route.into_iter().flat_map(|route| route.large_communities).collect();
            assert_eq!(marks, Vec::from_iter(claim.mark(Asn(65010))), "{state:?}");
        }
    }
}

#[test]
fn a_sick_standby_is_announced_in_its_turn_only() {
    let mut service = service();
    service.down.announce = true;
    assert!(announces(&service, State::Down));
    service.standby = Some(Watch { neighbors: BTreeSet::new(), patience: Duration::ZERO });
    assert!(!announces(&service, State::Down));
    assert!(announces(&service, State::LastResort));
}

#[test]
fn a_turn_decides_only_what_health_leaves_open() {
    use VerdictKind::{Pending, Unhealthy};
    let turn = |ours| Turn { ours, because: "a turn".into() };
    let cases = [
        (Pending, false, State::Pending),
        (Pending, true, State::Pending),
        (HEALTHY, false, State::Standby),
        (HEALTHY, true, State::Up),
        (DEGRADED, false, State::Standby),
        (DEGRADED, true, State::Degraded),
        (Unhealthy, false, State::Down),
        (Unhealthy, true, State::LastResort),
    ];
    for (kind, ours, state) in cases {
        let decided = decide(&service(), State::Pending, &verdict(kind), None, Some(&turn(ours)));
        assert_eq!((decided.state, decided.because.as_str()), (state, "a reason; a turn"));
        let forced = word(Effect::Withdrawn);
        let decided =
            decide(&service(), State::Pending, &verdict(kind), Some(&forced), Some(&turn(ours)));
        assert_eq!(decided.state, State::Withdrawn);
    }
}

#[test]
fn of_two_claims_the_smaller_stays_and_marks_carry_them() {
    let ids = [[10, 0, 0, 1], [10, 0, 0, 2]].map(Ipv4Addr::from);
    let in_order = [
        Claim::Regular,
        Claim::Standby(ids[0]),
        Claim::Standby(ids[1]),
        Claim::LastResort(ids[0]),
        Claim::LastResort(ids[1]),
    ];
    assert!(in_order.is_sorted());
    for claim in in_order {
        let route = ReceivedRoute {
            as_path: Vec::new(),
            next_hop: None,
            med: None,
            communities: Vec::new(),
            large_communities: ["65010:1:2".parse().unwrap()]
                .into_iter()
                .chain(claim.mark(Asn(65010)))
                .collect(),
        };
        assert_eq!(Claim::of(&route), claim);
        assert_eq!(
            claim.is_of(ids[0]),
            claim.mark(Asn(1)).is_some_and(|m| m.local2 == u32::from(ids[0]))
        );
        let kept_back = in_order.map(|own| claim.keeps_back(own));
        let resorts = matches!(claim, Claim::LastResort(_));
        assert_eq!(kept_back, [!resorts, !resorts, !resorts, true, true], "{claim:?}");
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
