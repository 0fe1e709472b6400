//! What one look shows of several checks is decided at once.

use super::*;
use crate::base::Family;
use crate::rib::AdjRibOut;
use crate::wire::{Context, Message, pack_withdrawals};

const SERVICES: u32 = 1000;
const NEIGHBORS: usize = 8;
const UP: Outcome = Outcome::Healthy { capacity: Percent::FULL };

/// A thousand services with an address each, told to eight neighbours.
fn crowd(remove_on_down: bool) -> Params {
    let mut params = params(remove_on_down);
    let neighbor = params.policy.neighbors["rs-0"].clone();
    let names = (0..NEIGHBORS).map(|n| NeighborName::from(format!("rs-{n}").as_str()));
    let names: BTreeSet<_> = names.collect();
    params.policy.neighbors = names.iter().map(|name| (name.clone(), neighbor.clone())).collect();
    let (web, own) = (params.policy.services["web"].clone(), params.services["web"].clone());
    params.policy.services.clear();
    params.services.clear();
    for n in 0..SERVICES {
        let name = service(n);
        let address = format!("198.18.{}.{}", n / 250, n % 250 + 1);
        let prefix: Prefix = address.parse().unwrap();
        let neighbors = names.clone();
        let routes = policy::Service { prefixes: [prefix].into(), neighbors, ..web.clone() };
        params.policy.services.insert(name.clone(), routes);
        let addresses = [(prefix, loopback(&address))].into();
        params.services.insert(name, ServiceParams { addresses, ..own.clone() });
    }
    params
}

fn service(n: u32) -> ServiceName {
    format!("s{n:03}").as_str().into()
}

fn sampled(service: ServiceName, check: &str, outcome: Outcome) -> CheckSample {
    let sample = Sample { outcome, because: "said so".into() };
    CheckSample { service, check: check.into(), sample }
}

/// One answer of a HAProxy that serves all of them.
fn answer(outcome: Outcome) -> Vec<CheckSample> {
    (0..SERVICES).map(|n| sampled(service(n), "backend", outcome)).collect()
}

/// All of them announced to everybody.
fn announced(remove_on_down: bool) -> Bench {
    let mut bench = Bench::new(crowd(remove_on_down));
    bench.look(answer(UP));
    bench.bind();
    bench.carry_all();
    assert!(bench.plans.values().all(|plan| plan.routes.len() == SERVICES as usize));
    bench
}

#[test]
fn a_thousand_services_that_fall_at_once_are_one_plan_and_as_few_updates_as_can_be() {
    let mut bench = announced(false);
    let (before, plans) = (bench.version(), bench.plans.clone());
    bench.now += SECOND;
    let outputs = bench.look(answer(Outcome::Gone));
    assert_eq!(outputs[0], "routes", "before anything is said about them");
    assert_eq!(outputs.iter().filter(|output| **output == "routes").count(), 1);
    assert_eq!(outputs.len(), 1 + SERVICES as usize, "and a transition of each");
    for (name, plan) in &bench.plans {
        assert_eq!((plan.version, plan.routes.len()), (before + 1, 0), "{name}");
        assert_eq!(plan.samples.earliest_after(before), Some(bench.now), "{name}");
        let mut out = AdjRibOut::default();
        out.advance(&plans[name], &|_, _| true, &BTreeSet::new());
        let delta = out.advance(plan, &|_, _| true, &BTreeSet::new());
        let context = Context::default();
        let updates = pack_withdrawals(Family::Ipv4Unicast, &delta.withdrawn, &context);
        // Header and both lengths are 23 octets, a /32 is 5.
        assert_eq!(updates.len(), (SERVICES as usize).div_ceil((4096 - 23) / 5), "{name}");
        let longest = updates.into_iter().map(|u| Message::Update(u).encode(&context).len()).max();
        assert!(longest <= Some(4096));
    }
}

#[test]
fn a_thousand_addresses_wait_until_every_neighbour_has_the_withdrawals() {
    let mut bench = announced(true);
    let outputs = bench.look(answer(Outcome::Gone));
    assert!(!outputs.contains(&"addresses"), "{outputs:?}");
    let version = bench.version();
    for n in 0..NEIGHBORS {
        assert_eq!(bench.addresses.len(), SERVICES as usize, "{n} have been told");
        bench.carry(&format!("rs-{n}"), Carried::Upto(version));
    }
    assert!(bench.addresses.is_empty());
}

#[test]
fn what_changes_places_within_one_look_leaves_the_service_as_it_is() {
    let mut params = params(false);
    let health = &mut params.services.get_mut("web").unwrap().health;
    let other = health.checks["backend"];
    (health.rule, health.hold_up) = (Rule::Any, 30 * SECOND);
    health.checks.insert("other".into(), other);
    let mut bench = Bench::new(params);
    bench.bind();
    let seen = |backend, other| {
        vec![sampled("web".into(), "backend", backend), sampled("web".into(), "other", other)]
    };
    bench.look(seen(UP, Outcome::Unhealthy));
    assert_eq!(bench.announced(), Some(1));
    let none: [&str; 0] = [];
    assert_eq!(bench.look(seen(Outcome::Unhealthy, UP)), none);
    assert_eq!((bench.announced(), bench.state()), (Some(1), State::Up));
}

#[test]
fn a_service_that_is_gone_from_the_configuration_costs_the_others_of_its_look_nothing() {
    let mut bench = Bench::new(params(false));
    bench.bind();
    let seen = ["nobody", "web", "zero"].map(|name| sampled(name.into(), "backend", UP));
    assert_eq!(bench.look(seen.into()), ["routes", "transition"]);
    assert_eq!(bench.announced(), Some(1));
}
