mod looks;
mod notice;
mod words;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::base::{Asn, Percent, Scope};
use crate::health::{CheckParams, Outcome, Rule, Sample};
use crate::policy::{Drain, Effect, Extras, StateAttributes};

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const ADDRESS: &str = "9.9.9.9";

pub(super) fn table(announce: bool, prepend: u8) -> StateAttributes {
    let extras = Extras { prepend, ..Extras::default() };
    StateAttributes { announce, extras, next_hop: None }
}

pub(super) fn loopback(address: &str) -> LoopbackAddress {
    LoopbackAddress {
        address: address.parse().unwrap(),
        interface: "lo".into(),
        label: None,
        scope: Scope::Global,
    }
}

pub(super) fn prefix() -> Prefix {
    ADDRESS.parse().unwrap()
}

/// One service `web` with one check, announced to `rs-0` and `rs-1`.
pub(super) fn params(remove_on_down: bool) -> Params {
    let neighbor = policy::Neighbor {
        local_as: Asn(65010),
        extras: Extras::default(),
        next_hop: None,
        next_hop_ipv6: None,
    };
    let names: [NeighborName; 2] = ["rs-0".into(), "rs-1".into()];
    let web = policy::Service {
        enabled: true,
        prefixes: [prefix()].into(),
        neighbors: names.clone().into(),
        up: table(true, 0),
        degraded: table(true, 3),
        down: table(false, 0),
        drain: Drain { attributes: table(true, 3), lasts: 30 * SECOND },
        standby: None,
        last_site: None,
    };
    let health = health::Params {
        rule: Rule::All,
        hold_up: Duration::ZERO,
        damping: None,
        ladder: None,
        unknown_for: 10 * SECOND,
        checks: [("backend".into(), CheckParams { rise: 1, fall: 1 })].into(),
    };
    let addresses = [(prefix(), loopback(ADDRESS))].into();
    Params {
        policy: policy::Params {
            router_id: [192, 0, 2, 1].into(),
            region: Extras::default(),
            neighbors: names.map(|name| (name, neighbor.clone())).into(),
            services: [("web".into(), web)].into(),
        },
        services: [(
            "web".into(),
            ServiceParams { health, addresses, remove_on_down, inherited: false },
        )]
        .into(),
    }
}

/// The engine with a clock to push and the last of each output at hand.
pub(super) struct Bench {
    pub(super) engine: Engine,
    pub(super) now: Instant,
    pub(super) plans: BTreeMap<NeighborName, Plan>,
    pub(super) addresses: BTreeSet<LoopbackAddress>,
    /// Version of the wish for them.
    wish: u64,
    pub(super) transitions: Vec<(State, State)>,
    /// What operators have said.
    pub(super) words: BTreeMap<ServiceName, Override>,
    /// Outputs of the last input, in order, by name.
    last: Vec<&'static str>,
    pub(super) stopped: Option<Vec<Reason>>,
    pub(super) closing: bool,
}

impl Bench {
    pub(super) fn new(params: Params) -> Self {
        let now = Instant::now();
        let mut bench = Self {
            engine: Engine::new(params, now),
            now,
            plans: BTreeMap::new(),
            addresses: BTreeSet::new(),
            wish: 0,
            transitions: Vec::new(),
            words: BTreeMap::new(),
            last: Vec::new(),
            stopped: None,
            closing: false,
        };
        bench.drain();
        bench
    }

    pub(super) fn drain(&mut self) {
        self.last.clear();
        while let Some(output) = self.engine.poll_output() {
            self.last.push(match output {
                Output::Routes(plans) => {
                    assert_ne!(plans, self.plans, "plans were published without a change");
                    self.plans = plans;
                    "routes"
                }
                Output::Addresses(AddressWish { version, addresses }) => {
                    assert_ne!(*addresses, self.addresses, "addresses published without a change");
                    self.addresses = (*addresses).clone();
                    self.wish = version;
                    "addresses"
                }
                Output::Transition(transition) => {
                    self.transitions.push((transition.from, transition.to));
                    "transition"
                }
                Output::Overrides(words) => {
                    self.words = words;
                    "overrides"
                }
                Output::CloseSessions => {
                    self.closing = true;
                    "close"
                }
                Output::Stopped { unfinished } => {
                    self.stopped = Some(unfinished);
                    "stopped"
                }
            });
        }
    }

    pub(super) fn input(&mut self, input: Input) -> &[&'static str] {
        self.engine.handle(input, self.now);
        self.drain();
        &self.last
    }

    pub(super) fn sample(&mut self, outcome: Outcome) -> &[&'static str] {
        self.observe("web", "backend", outcome)
    }

    pub(super) fn sample_of(&mut self, service: &str, outcome: Outcome) -> &[&'static str] {
        self.observe(service, "backend", outcome)
    }

    pub(super) fn check(&mut self, check: &str, outcome: Outcome) -> &[&'static str] {
        self.observe("web", check, outcome)
    }

    fn observe(&mut self, service: &str, check: &str, outcome: Outcome) -> &[&'static str] {
        let sample = Sample { outcome, because: "said so".into() };
        let (service, check) = (service.into(), check.into());
        self.look(vec![CheckSample { service, check, sample }])
    }

    /// One look, at several checks.
    pub(super) fn look(&mut self, samples: Vec<CheckSample>) -> &[&'static str] {
        let (at, took) = (self.now, Duration::ZERO);
        self.input(Input::Observed(Observation { samples, at, took }))
    }

    pub(super) fn healthy(&mut self) -> &[&'static str] {
        self.sample(Outcome::Healthy { capacity: Percent::FULL })
    }

    /// Binds what is wanted.
    pub(super) fn bind(&mut self) -> &[&'static str] {
        let (answers, bound) = (self.wish, self.addresses.clone());
        self.input(Input::Addresses(AddressReport { answers, bound, ..AddressReport::default() }))
    }

    pub(super) fn carry(&mut self, neighbor: &str, carried: Carried) {
        self.input(Input::Carried(neighbor.into(), carried));
    }

    /// The neighbours have been told everything.
    pub(super) fn carry_all(&mut self) {
        let version = self.version();
        let names: Vec<_> = self.plans.keys().cloned().collect();
        for name in names {
            self.carry(name.as_str(), Carried::Upto(version));
        }
    }

    pub(super) fn version(&self) -> u64 {
        self.plans.values().map(|plan| plan.version).max().unwrap_or_default()
    }

    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        for _ in 0..100 {
            let Some((at, _)) = self.engine.poll_timeout().filter(|(at, _)| *at <= end) else {
                self.now = end;
                return;
            };
            self.now = at;
            self.input(Input::Timeout);
        }
        panic!("the engine keeps asking for the same time: {:?}", self.engine.poll_timeout());
    }

    /// The length of the AS path that every neighbour is told, or `None` when withdrawn everywhere.
    pub(super) fn announced(&self) -> Option<usize> {
        let lengths: BTreeSet<_> = self
            .plans
            .values()
            .map(|plan| plan.routes.get(&prefix()).map(|route| route.as_path.len()))
            .collect();
        assert!(lengths.len() <= 1, "neighbours are told different things: {lengths:?}");
        lengths.into_iter().next().flatten()
    }

    /// Whether every neighbour's plan is complete.
    fn complete(&self) -> bool {
        let complete: BTreeSet<_> = self.plans.values().map(Plan::is_complete).collect();
        assert!(complete.len() == 1, "neighbours are told different things");
        complete.contains(&true)
    }

    pub(super) fn state(&self) -> State {
        self.engine.services().next().unwrap().state
    }

    fn effect(&self) -> Option<Effect> {
        self.engine.services().next().unwrap().standing.map(|word| word.effect)
    }

    pub(super) fn up() -> Self {
        let mut bench = Self::new(params(false));
        bench.bind();
        bench.healthy();
        bench.carry_all();
        bench
    }
}

#[test]
fn at_the_start_the_address_is_asked_for_and_nothing_is_announced() {
    let bench = Bench::new(params(false));
    assert_eq!(bench.addresses, [loopback(ADDRESS)].into());
    assert_eq!((bench.announced(), bench.state()), (None, State::Pending));
}

#[test]
fn a_healthy_service_is_announced_only_once_its_address_is_bound() {
    let mut bench = Bench::new(params(false));
    bench.healthy();
    assert_eq!((bench.announced(), bench.state()), (None, State::Up));
    assert_eq!(bench.bind(), ["routes"]);
    assert_eq!(bench.announced(), Some(1));
}

#[test]
fn a_withdrawal_leaves_before_anything_else_and_the_address_stays() {
    let mut bench = Bench::up();
    assert_eq!(bench.sample(Outcome::Unhealthy), ["routes", "transition"]);
    assert_eq!(bench.announced(), None);
    assert_eq!(bench.addresses, [loopback(ADDRESS)].into());
    assert_eq!(bench.transitions, [(State::Pending, State::Up), (State::Up, State::Down)]);
}

#[test]
fn repeated_samples_say_nothing_new() {
    let mut bench = Bench::up();
    assert!(bench.healthy().is_empty());
    bench.sample(Outcome::Unhealthy);
    assert!(bench.sample(Outcome::Unhealthy).is_empty());
}

#[test]
fn the_reason_of_the_sample_is_the_reason_of_the_service() {
    let mut bench = Bench::up();
    bench.sample(Outcome::Gone);
    assert_eq!(bench.engine.services().next().unwrap().because.as_str(), "said so");
}

#[test]
fn with_remove_the_address_comes_before_the_route_and_leaves_after_the_withdrawal() {
    let mut bench = Bench::new(params(true));
    assert!(bench.addresses.is_empty());
    assert_eq!(bench.healthy(), ["addresses", "transition"]);
    assert_eq!(bench.announced(), None);
    bench.bind();
    assert_eq!(bench.announced(), Some(1));
    bench.carry_all();

    assert_eq!(bench.sample(Outcome::Unhealthy), ["routes", "transition"]);
    assert!(!bench.addresses.is_empty(), "released before the neighbours were told");
    let version = bench.version();
    bench.carry("rs-0", Carried::Upto(version));
    assert!(!bench.addresses.is_empty(), "released while rs-1 still has the route");
    bench.carry("rs-1", Carried::Nothing);
    assert!(bench.addresses.is_empty());
}

#[test]
fn a_recovery_during_the_release_keeps_the_address() {
    let mut bench = Bench::new(params(true));
    bench.healthy();
    bench.bind();
    bench.carry_all();
    bench.sample(Outcome::Unhealthy);
    bench.healthy();
    bench.carry_all();
    assert_eq!((bench.announced(), bench.addresses.len()), (Some(1), 1));
}

#[test]
fn a_route_whose_address_cannot_be_bound_is_withdrawn_and_says_why() {
    let mut bench = Bench::up();
    let faults = [(loopback(ADDRESS), Reason::new("no such interface"))].into();
    bench.input(Input::Addresses(AddressReport { faults, ..AddressReport::default() }));
    assert_eq!(bench.announced(), None);
    let route = bench.engine.services().next().unwrap().routes.remove(0);
    assert_eq!(route.bound, Some(false));
    assert_eq!(route.fault.unwrap().as_str(), "no such interface");
}

#[test]
fn prefixes_that_are_not_bound_are_announced_all_the_same() {
    let mut params = params(false);
    for service in params.services.values_mut() {
        service.addresses.clear();
    }
    let mut bench = Bench::new(params);
    bench.healthy();
    assert_eq!(bench.announced(), Some(1));
    assert_eq!(bench.engine.services().next().unwrap().routes[0].bound, None);
}

#[test]
fn samples_for_services_that_are_not_configured_are_ignored() {
    let mut bench = Bench::up();
    assert!(bench.sample_of("other", Outcome::Gone).is_empty());
}

#[test]
fn a_healthy_verdict_that_nothing_confirms_ends_after_unknown_for() {
    let mut bench = Bench::up();
    bench.sample(Outcome::Unknown);
    bench.pass(10 * SECOND - Duration::from_millis(1));
    assert_eq!(bench.announced(), Some(1));
    bench.pass(Duration::from_millis(1));
    assert_eq!((bench.announced(), bench.state()), (None, State::Down));
}

#[test]
fn a_plan_is_complete_once_health_is_known_and_the_address_is_bound() {
    let mut bench = Bench::new(params(false));
    assert!(!bench.complete(), "health is not known");
    bench.healthy();
    assert!(!bench.complete(), "the address is not bound");
    bench.bind();
    assert!(bench.complete() && bench.announced() == Some(1));
    assert_eq!(bench.sample(Outcome::Unhealthy), ["routes", "transition"]);
    assert!(bench.complete(), "to be withdrawn is a decision");
}

#[test]
fn what_is_not_announced_needs_no_address_to_be_decided() {
    let mut bench = Bench::new(params(false));
    assert_eq!(bench.sample(Outcome::Unhealthy), ["routes", "transition"]);
    assert!(bench.complete());
}

#[test]
fn an_address_that_cannot_be_bound_is_not_waited_for() {
    let mut bench = Bench::new(params(false));
    bench.healthy();
    let faults = [(loopback(ADDRESS), Reason::new("no such interface"))].into();
    bench.input(Input::Addresses(AddressReport { faults, ..AddressReport::default() }));
    assert!(bench.complete() && bench.announced().is_none());
}

#[test]
fn a_service_that_is_disabled_or_told_to_nobody_keeps_no_plan_open() {
    for disabled in [true, false] {
        let mut params = params(false);
        for service in params.policy.services.values_mut() {
            match disabled {
                true => service.enabled = false,
                false => service.neighbors.clear(),
            }
        }
        assert!(Bench::new(params).complete());
    }
}

#[test]
fn an_address_that_the_last_run_has_left_in_use_stays_until_health_is_known() {
    let mut params = params(true);
    params.services.values_mut().for_each(|service| service.inherited = true);
    let mut bench = Bench::new(params);
    assert_eq!(bench.addresses, [loopback(ADDRESS)].into());
    bench.bind();
    bench.sample(Outcome::Unhealthy);
    bench.carry_all();
    assert!(bench.addresses.is_empty());
}

fn stop(bench: &mut Bench, grace: Duration) {
    bench.input(Input::Stop { grace, because: "SIGTERM".into() });
}

#[test]
fn a_stop_drains_withdraws_closes_and_releases_in_this_order() {
    let mut bench = Bench::up();
    stop(&mut bench, 5 * SECOND);
    assert_eq!((bench.announced(), bench.state()), (Some(4), State::Draining));
    bench.carry_all();
    bench.pass(5 * SECOND - Duration::from_millis(1));
    assert_eq!(bench.state(), State::Draining);
    bench.pass(Duration::from_millis(1));
    assert_eq!((bench.announced(), bench.state(), bench.closing), (None, State::Drained, false));
    bench.carry_all();
    assert!(bench.closing && !bench.addresses.is_empty());
    bench.carry("rs-0", Carried::Nothing);
    assert!(!bench.addresses.is_empty(), "released while a session is open");
    bench.carry("rs-1", Carried::Nothing);
    assert!(bench.addresses.is_empty() && bench.stopped.is_none());
    bench.bind();
    assert_eq!(bench.stopped, Some(vec![]));
    assert_eq!(bench.engine.poll_timeout(), None);
}

#[test]
fn a_second_signal_skips_the_drain() {
    let mut bench = Bench::up();
    stop(&mut bench, 5 * SECOND);
    bench.input(Input::Hurry);
    assert_eq!(bench.announced(), None);
}

#[test]
fn a_stop_without_anything_announced_waits_for_nothing() {
    let mut bench = Bench::new(params(false));
    bench.bind();
    stop(&mut bench, 5 * SECOND);
    assert!(bench.closing);
    bench.bind();
    assert_eq!(bench.stopped, Some(vec![]));
}

#[test]
fn a_stop_ends_in_bounded_time_though_nobody_answers_and_says_what_is_left() {
    let mut bench = Bench::up();
    stop(&mut bench, 5 * SECOND);
    bench.pass(5 * SECOND + 5 * SECOND);
    let unfinished = bench.stopped.expect("stopped within the bounds");
    let words: Vec<_> = unfinished.iter().map(Reason::as_str).collect();
    assert_eq!(
        words,
        [
            "withdrawals not read by rs-0, rs-1",
            "sessions not closed: rs-0, rs-1",
            "addresses still bound: 9.9.9.9"
        ]
    );
}

#[test]
fn a_service_that_falls_while_draining_is_withdrawn_at_once() {
    let mut bench = Bench::up();
    stop(&mut bench, 5 * SECOND);
    bench.sample(Outcome::Unhealthy);
    assert_eq!(bench.announced(), None);
}

#[derive(Debug, Clone)]
enum Op {
    Sample(u8),
    Bind(bool),
    Carry(bool, bool),
    Pass(u64),
    Command(Word),
    Stop,
    Hurry,
}

fn word() -> impl Strategy<Value = Word> {
    let seconds = (0u64..12).prop_map(Duration::from_secs);
    prop_oneof![
        Just(Word::Drain(Lasts::AsConfigured)),
        seconds.clone().prop_map(|lasts| Word::Drain(Lasts::Exactly(lasts))),
        seconds.clone().prop_map(|most| Word::Drain(Lasts::AtMost(most))),
        seconds.prop_map(Word::Announce),
        Just(Word::Withdraw),
        Just(Word::Resume),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => (0u8..4).prop_map(Op::Sample),
        3 => any::<bool>().prop_map(Op::Bind),
        3 => any::<(bool, bool)>().prop_map(|(first, up)| Op::Carry(first, up)),
        2 => (0u64..12_000).prop_map(Op::Pass),
        2 => word().prop_map(Op::Command),
        1 => Just(Op::Stop),
        1 => Just(Op::Hurry),
    ]
}

proptest! {
    /// Whatever happens in whatever order: announced only while bound, and healthy or by an
    /// operator's word, or to lead away what such a word had announced; nothing while that word forbids it; an address that
    /// neighbours may still be sending to is never released; a plan's version never goes back.
    #[test]
    fn routes_and_addresses_keep_their_order(
        remove in any::<bool>(), ops in prop::collection::vec(op(), 1..80)
    ) {
        let mut bench = Bench::new(params(remove));
        let mut bound = BTreeSet::new();
        // The version of the newest plan that held the route, per neighbour what it was told.
        let mut told: BTreeMap<NeighborName, Option<u64>> = BTreeMap::new();
        let mut last_with_route = 0;
        let (mut healthy, mut version, mut stopping) = (false, 0, false);
        for op in ops {
            let before = bench.state();
            match op {
                Op::Sample(0) => { bench.healthy(); healthy = true; }
                Op::Sample(1) => { bench.sample(Outcome::Unhealthy); healthy = false; }
                Op::Sample(2) => { bench.sample(Outcome::Gone); healthy = false; }
                Op::Sample(_) => { bench.sample(Outcome::Unknown); }
                Op::Bind(works) => {
                    bound = if works { bench.addresses.clone() } else { BTreeSet::new() };
                    let (answers, bound) = (bench.wish, bound.clone());
                    let report = AddressReport { answers, bound, ..AddressReport::default() };
                    bench.input(Input::Addresses(report));
                }
                Op::Carry(first, up) => {
                    let name = if first { "rs-0" } else { "rs-1" };
                    let carried = if up { Carried::Upto(bench.version()) } else { Carried::Nothing };
                    told.insert(name.into(), up.then(|| bench.version()));
                    bench.carry(name, carried);
                }
                Op::Pass(millis) => bench.pass(Duration::from_millis(millis)),
                Op::Command(word) => {
                    let (by, because) = ("x".into(), "y".into());
                    let (target, owner) = (Target::All, Owner::Operator);
                    let command = Command { target, word, owner, by, because };
                    bench.input(Input::Command(command));
                }
                Op::Stop => { stop(&mut bench, 2 * SECOND); stopping = true; }
                Op::Hurry => { bench.input(Input::Hurry); }
            }
            prop_assert!(bench.version() >= version);
            version = bench.version();
            if bench.announced().is_some() {
                last_with_route = version;
                prop_assert!(bound.contains(&loopback(ADDRESS)), "announced without its address");
                let forced = bench.effect().is_some_and(|effect| effect.word() == "announce");
                let led_away = matches!(before, State::Up | State::DrainingUnhealthy)
                    && bench.state() == State::DrainingUnhealthy;
                prop_assert!(
                    healthy || forced || led_away,
                    "announced though the last proof was unhealthy"
                );
                let gone = matches!(bench.effect(), Some(Effect::Withdrawn | Effect::Drained));
                prop_assert!(!gone, "announced against a word");
            }
            if bench.addresses.is_empty() && bench.stopped.is_none() && !stopping {
                for (name, told) in &told {
                    let may_have_it = told.is_some_and(|told| told <= last_with_route)
                        && last_with_route > 0;
                    prop_assert!(!may_have_it, "{name} may still send to a released address");
                }
            }
        }
    }
}

#[test]
fn an_address_that_is_on_its_way_out_counts_as_gone_until_the_keeper_has_answered() {
    let mut bench = Bench::new(params(true));
    bench.healthy();
    let first = bench.wish;
    bench.bind();
    bench.sample(Outcome::Unhealthy);
    let version = bench.version();
    for neighbor in ["rs-0", "rs-1"] {
        bench.carry(neighbor, Carried::Upto(version));
    }
    assert!(bench.addresses.is_empty(), "the keeper was told to remove it");

    bench.healthy();
    assert!(!bench.addresses.is_empty(), "and to bind it again");
    assert_eq!(bench.announced(), None, "it may be gone for a moment");
    let bound: BTreeSet<_> = [loopback(ADDRESS)].into();
    for answers in [first, first + 1] {
        let bound = if answers == first { bound.clone() } else { BTreeSet::new() };
        bench.input(Input::Addresses(AddressReport { answers, bound, ..AddressReport::default() }));
        assert_eq!(bench.announced(), None, "what was true of an earlier wish");
    }
    bench.bind();
    assert!(bench.announced().is_some());
}

#[test]
fn a_stop_waits_for_what_the_keeper_is_about_to_bind() {
    let mut bench = Bench::new(params(false));
    assert!(!bench.addresses.is_empty(), "asked for, and nothing reported yet");
    stop(&mut bench, Duration::ZERO);
    assert!(bench.addresses.is_empty());
    assert_eq!(bench.stopped, None, "the keeper may be binding what it was asked for first");
    bench.bind();
    assert_eq!(bench.stopped, Some(Vec::new()));
}

#[test]
fn a_stop_waits_for_an_address_that_cannot_be_removed_and_says_so() {
    let mut bench = Bench::new(params(false));
    bench.bind();
    stop(&mut bench, Duration::ZERO);
    let stuck = [loopback(ADDRESS).address].into();
    let answers = bench.wish;
    bench.input(Input::Addresses(AddressReport { answers, stuck, ..AddressReport::default() }));
    assert_eq!(bench.stopped, None, "it is tried again");
    bench.pass(2 * SECOND);
    let unfinished = bench.stopped.expect("bounded");
    assert!(unfinished[0].as_str().contains("addresses still bound: "), "{unfinished:?}");
}

#[test]
fn a_plan_knows_the_sample_that_led_to_it_and_words_and_timers_lead_to_none() {
    let mut bench = Bench::up();
    let newest = |bench: &Bench| {
        let plan = bench.plans.values().next().unwrap();
        (plan.version, plan.samples.earliest_after(plan.version - 1))
    };
    bench.now += SECOND;
    bench.sample(Outcome::Gone);
    let (gone, sampled) = newest(&bench);
    assert_eq!(sampled, Some(bench.now));
    bench.healthy();
    let (version, _) = newest(&bench);
    assert!(version > gone);

    bench.operator(Word::Withdraw);
    assert!(newest(&bench).0 > version, "the word has made a plan");
    assert_eq!(newest(&bench).1, None);
}

#[test]
fn each_state_that_is_come_into_is_counted() {
    let mut bench = Bench::up();
    bench.sample(Outcome::Gone);
    bench.healthy();
    bench.sample(Outcome::Gone);
    let view = bench.engine.services().next().unwrap();
    let counted: Vec<_> = view.transitions.iter().map(|(to, count)| (*to, *count)).collect();
    assert_eq!(counted, [("down", 2), ("up", 2)]);
}
