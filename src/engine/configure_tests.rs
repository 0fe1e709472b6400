use super::tests::{ADDRESS, Bench, SECOND, loopback, params, prefix};
use super::*;
use crate::health::{CheckParams, Outcome};

const OTHER: &str = "192.0.2.53";

fn other() -> Prefix {
    OTHER.parse().unwrap()
}

fn configure(bench: &mut Bench, params: Params) -> Vec<&'static str> {
    bench.input(Input::Configured(params)).to_vec()
}

/// The usual parameters with a second service `dns` beside `web`.
pub(super) fn with_a_second_service() -> Params {
    let mut params = params(false);
    let mut routing = params.policy.services[&ServiceName::from("web")].clone();
    routing.prefixes = [other()].into();
    params.policy.services.insert("dns".into(), routing);
    let mut own = params.services[&ServiceName::from("web")].clone();
    own.addresses = [(other(), loopback(OTHER))].into();
    params.services.insert("dns".into(), own);
    params
}

fn told(bench: &Bench, neighbor: &str, prefix: Prefix) -> bool {
    bench.plans[neighbor].routes.contains_key(&prefix)
}

#[test]
fn the_same_configuration_again_changes_nothing() {
    let mut bench = Bench::up();
    assert!(configure(&mut bench, params(false)).is_empty());
    assert_eq!(bench.announced(), Some(1));
}

#[test]
fn attributes_change_in_place_without_a_change_of_state() {
    let mut bench = Bench::up();
    let mut params = params(false);
    params.policy.region.prepend = 2;
    assert_eq!(configure(&mut bench, params), ["routes"]);
    assert_eq!(bench.announced(), Some(3));
}

#[test]
fn a_new_service_waits_for_its_health_and_the_old_one_notices_nothing() {
    let mut bench = Bench::up();
    // That the second is undecided is part of the plans.
    assert_eq!(configure(&mut bench, with_a_second_service()), ["routes", "addresses"]);
    assert_eq!(bench.announced(), Some(1));
    assert!(!told(&bench, "rs-0", other()));
    assert!(bench.addresses.contains(&loopback(OTHER)));
}

#[test]
fn a_service_that_is_gone_is_withdrawn_before_its_address_is_released() {
    let mut bench = Bench::new(with_a_second_service());
    bench.healthy();
    bench.sample_of("dns", Outcome::Healthy { capacity: crate::base::Percent::FULL });
    bench.bind();
    bench.carry_all();
    assert!(told(&bench, "rs-0", other()));

    assert_eq!(configure(&mut bench, params(false)), ["routes"]);
    assert!(!told(&bench, "rs-0", other()) && told(&bench, "rs-0", prefix()));
    assert!(bench.addresses.contains(&loopback(OTHER)), "released before the withdrawal");
    bench.carry_all();
    assert!(!bench.addresses.contains(&loopback(OTHER)));
    assert!(bench.addresses.contains(&loopback(ADDRESS)));
}

#[test]
fn a_neighbour_that_is_gone_holds_no_address_and_a_new_one_is_told_everything() {
    let mut bench = Bench::up();
    let mut fewer = params(false);
    fewer.policy.neighbors.remove("rs-1");
    configure(&mut bench, fewer.clone());
    assert!(!bench.engine.rollout.uncarried().any(|name| name.as_str() == "rs-1"));
    assert_eq!(configure(&mut bench, params(false)), ["routes"]);
    assert!(told(&bench, "rs-1", prefix()));
}

#[test]
fn a_new_check_leaves_the_verdict_standing_until_it_has_its_own() {
    let with_new_check = || {
        let mut params = params(false);
        let own = params.services.get_mut("web").unwrap();
        own.health.checks.insert("new".into(), CheckParams { rise: 1, fall: 1 });
        params
    };
    let mut bench = Bench::up();
    configure(&mut bench, with_new_check());
    assert_eq!(bench.state(), State::Up);
    bench.pass(10 * SECOND - Duration::from_millis(1));
    assert_eq!(bench.state(), State::Up);
    bench.pass(Duration::from_millis(1));
    assert_eq!((bench.state(), bench.announced()), (State::Pending, None), "unknown-for is over");

    let mut bench = Bench::up();
    configure(&mut bench, with_new_check());
    bench.check("new", Outcome::Unhealthy);
    assert_eq!((bench.state(), bench.announced()), (State::Down, None));
}

#[test]
fn while_the_agent_stops_a_configuration_comes_too_late() {
    let mut bench = Bench::up();
    bench.input(Input::Stop { grace: 5 * SECOND, because: "SIGTERM".into() });
    assert!(configure(&mut bench, with_a_second_service()).is_empty());
    assert_eq!(bench.state(), State::Draining);
}

#[test]
fn a_word_stays_with_its_service_and_goes_with_it() {
    let mut bench = Bench::new(with_a_second_service());
    let (target, owner) = (Target::One("dns".into()), Owner::Operator);
    let (by, because) = ("somebody".into(), "told to".into());
    bench.input(Input::Command(Command { target, word: Word::Withdraw, owner, by, because }));
    let mut longer = with_a_second_service();
    longer.policy.region.prepend = 2;
    configure(&mut bench, longer);
    let state = |bench: &Bench| bench.engine.services().next().unwrap().state;
    assert_eq!((state(&bench), bench.words.len()), (State::Withdrawn, 1));
    configure(&mut bench, params(false));
    assert!(bench.words.is_empty(), "it would be kept for nobody");
    configure(&mut bench, with_a_second_service());
    assert_eq!(state(&bench), State::Pending);
}

/// What a standby waits for has been so since then, however long the patience was at that time.
#[test]
fn a_new_patience_counts_from_when_the_others_were_gone() {
    let with = |seconds: u32| {
        let mut params = params(false);
        let neighbors = [NeighborName::from("rs-0")].into();
        let watch = policy::Watch { neighbors, patience: SECOND * seconds };
        let service = params.policy.services.get_mut(&ServiceName::from("web")).unwrap();
        service.standby = Some(watch);
        params
    };
    for (patience, changed, waits) in [(60, 10, 5), (10, 60, 55), (60, 3, 0)] {
        let mut bench = Bench::new(with(patience));
        bench.healthy();
        bench.bind();
        bench.input(Input::Shown("rs-0".into(), Shown::Routes(BTreeMap::new())));
        bench.pass(SECOND * 5);
        configure(&mut bench, with(changed));
        assert_eq!(bench.state() == State::Up, waits == 0, "{patience} to {changed}");
        bench.pass(SECOND * waits);
        assert_eq!(bench.state(), State::Up, "{patience} to {changed}");
    }
}
