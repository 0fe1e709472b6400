//! Words of operators, of the cloud and of the stop, on virtual time.

use super::*;
use crate::policy::Owner;

impl Bench {
    fn say(&mut self, owner: Owner, word: Word) -> &[&'static str] {
        let by = owner.as_str().into();
        let because = format!("{owner} says so").as_str().into();
        self.input(Input::Command(Command { target: Target::All, word, owner, by, because }))
    }

    pub(super) fn operator(&mut self, word: Word) -> &[&'static str] {
        self.say(Owner::Operator, word)
    }

    fn because(&self) -> String {
        self.engine.services().next().unwrap().because.to_string()
    }

    fn seen(&self) -> (Option<usize>, State) {
        (self.announced(), self.state())
    }
}

const DRAIN: Word = Word::Drain(Lasts::AsConfigured);
const ALMOST: Duration = Duration::from_millis(999);
const MOMENT: Duration = Duration::from_millis(1);

#[test]
fn a_drain_announces_by_its_table_then_withdraws_and_stays_away() {
    let mut bench = Bench::up();
    assert_eq!(bench.operator(DRAIN), ["routes", "transition", "overrides"]);
    assert_eq!(bench.seen(), (Some(4), State::Draining));
    assert_eq!(bench.because(), "operator says so");
    bench.pass(29 * SECOND + ALMOST);
    assert_eq!(bench.state(), State::Draining);
    bench.pass(MOMENT);
    assert_eq!(bench.seen(), (None, State::Drained));
    bench.sample(Outcome::Unhealthy);
    bench.healthy();
    bench.pass(1000 * SECOND);
    assert_eq!(bench.seen(), (None, State::Drained));
    assert_eq!(bench.operator(Word::Resume), ["routes", "transition", "overrides"]);
    assert_eq!(bench.seen(), (Some(1), State::Up));
    assert!(bench.words.is_empty());
}

#[test]
fn a_drain_may_be_given_its_own_time_and_be_given_another() {
    let mut bench = Bench::up();
    bench.operator(Word::Drain(Lasts::Exactly(3 * SECOND)));
    bench.pass(2 * SECOND);
    bench.operator(Word::Drain(Lasts::Exactly(3 * SECOND)));
    bench.pass(2 * SECOND + ALMOST);
    assert_eq!(bench.state(), State::Draining);
    bench.pass(MOMENT);
    assert_eq!(bench.state(), State::Drained);
    bench.operator(DRAIN);
    assert_eq!(bench.state(), State::Drained, "what is away is not brought back to be drained");
}

#[test]
fn a_drain_of_what_is_not_announced_is_over_at_once() {
    let mut bench = Bench::up();
    bench.sample(Outcome::Unhealthy);
    bench.operator(DRAIN);
    assert_eq!(bench.seen(), (None, State::Drained));
    bench.healthy();
    assert_eq!(bench.seen(), (None, State::Drained));
}

#[test]
fn a_drain_that_meets_bad_health_is_over_for_good() {
    let mut bench = Bench::up();
    bench.operator(DRAIN);
    assert_eq!(bench.sample(Outcome::Unhealthy), ["routes", "transition", "overrides"]);
    assert_eq!(bench.because(), "operator says so; not healthy: said so");
    bench.healthy();
    assert_eq!(bench.seen(), (None, State::Drained));
}

#[test]
fn a_withdrawal_skips_the_drain_and_outlives_good_health() {
    let mut bench = Bench::up();
    bench.operator(Word::Withdraw);
    assert_eq!(bench.seen(), (None, State::Withdrawn));
    bench.pass(1000 * SECOND);
    bench.healthy();
    bench.operator(DRAIN);
    assert_eq!(bench.seen(), (None, State::Drained), "the newest word of an owner counts");
    bench.operator(Word::Withdraw);
    bench.operator(Word::Resume);
    assert_eq!(bench.seen(), (Some(1), State::Up));
}

#[test]
fn an_announcement_outranks_bad_health_for_its_time() {
    let mut bench = Bench::up();
    bench.sample(Outcome::Unhealthy);
    bench.operator(Word::Announce(60 * SECOND));
    assert_eq!(bench.seen(), (Some(1), State::Up));
    assert_eq!(bench.because(), "operator says so; not healthy: said so");
    let verdict = bench.engine.services().next().unwrap().health.verdict().kind;
    assert_eq!(verdict, health::VerdictKind::Unhealthy, "health is shown as it is");
    bench.pass(59 * SECOND + ALMOST);
    assert_eq!(bench.announced(), Some(1));
    bench.pass(MOMENT);
    assert_eq!(bench.seen(), (None, State::Down));
    assert!(bench.words.is_empty(), "its end is remembered");
}

#[test]
fn an_announcement_needs_no_sample_but_its_address() {
    let mut bench = Bench::new(params(false));
    bench.operator(Word::Announce(SECOND));
    assert_eq!(bench.seen(), (None, State::Up));
    bench.bind();
    assert_eq!(bench.announced(), Some(1));
}

#[test]
fn with_remove_a_withdrawal_releases_the_address_once_all_are_told() {
    let mut bench = Bench::new(params(true));
    bench.healthy();
    bench.bind();
    bench.carry_all();
    bench.operator(Word::Withdraw);
    assert!(!bench.addresses.is_empty());
    bench.carry_all();
    assert!(bench.addresses.is_empty());
}

#[test]
fn the_operator_outranks_maintenance_which_waits_beneath() {
    let mut bench = Bench::up();
    bench.operator(Word::Announce(60 * SECOND));
    bench.say(Owner::Maintenance, Word::Drain(Lasts::AtMost(10 * SECOND)));
    assert_eq!(bench.seen(), (Some(1), State::Up));
    bench.pass(60 * SECOND);
    assert_eq!(bench.seen(), (None, State::Drained), "its time ran meanwhile");
    assert_eq!(bench.because(), "maintenance says so");
    bench.say(Owner::Maintenance, Word::Resume);
    assert_eq!(bench.seen(), (Some(1), State::Up));
}

#[test]
fn the_end_of_maintenance_leaves_the_operators_word_alone() {
    let mut bench = Bench::up();
    bench.say(Owner::Maintenance, DRAIN);
    bench.operator(Word::Withdraw);
    bench.say(Owner::Maintenance, Word::Resume);
    assert_eq!(bench.state(), State::Withdrawn);
}

#[test]
fn a_resume_of_the_operator_lifts_maintenance_too() {
    let mut bench = Bench::up();
    bench.say(Owner::Maintenance, DRAIN);
    assert_eq!(bench.state(), State::Draining);
    bench.operator(Word::Resume);
    assert_eq!(bench.seen(), (Some(1), State::Up));
}

#[test]
fn a_drain_at_most_never_prolongs_the_one_under_way() {
    let mut bench = Bench::up();
    bench.operator(Word::Drain(Lasts::Exactly(2 * SECOND)));
    stop(&mut bench, 5 * SECOND);
    bench.pass(2 * SECOND);
    assert_eq!(bench.seen(), (None, State::Drained));
}

#[test]
fn the_stop_outranks_everybody_and_brings_nothing_back() {
    for word in [Word::Withdraw, Word::Drain(Lasts::Exactly(Duration::ZERO))] {
        let mut bench = Bench::up();
        bench.operator(word);
        bench.pass(SECOND);
        stop(&mut bench, 5 * SECOND);
        assert_eq!(bench.seen(), (None, State::Drained), "{word:?}");
        assert!(bench.operator(Word::Resume).is_empty(), "refused");
        assert_eq!(bench.seen(), (None, State::Drained), "{word:?}");
    }
    let mut bench = Bench::up();
    bench.operator(Word::Announce(60 * SECOND));
    stop(&mut bench, 5 * SECOND);
    assert_eq!(bench.seen(), (Some(4), State::Draining));
}

#[test]
fn refusals_name_what_is_wrong() {
    let refusal = |bench: &Bench, name: &str| {
        let by: Reason = "somebody".into();
        let because = by.clone();
        let (target, owner) = (Target::One(name.into()), Owner::Operator);
        let command = Command { target, word: Word::Withdraw, owner, by, because };
        bench.engine.refusal(&command).map(|refusal| refusal.to_string())
    };
    let mut bench = Bench::up();
    assert_eq!(refusal(&bench, "web"), None);
    assert_eq!(refusal(&bench, "wed").as_deref(), Some("there is no service wed"));
    stop(&mut bench, SECOND);
    assert_eq!(refusal(&bench, "web").as_deref(), Some("the agent is stopping"));
    let mut disabled = params(false);
    for service in disabled.policy.services.values_mut() {
        service.enabled = false;
    }
    let mut bench = Bench::new(disabled);
    assert_eq!(refusal(&bench, "web").as_deref(), Some("service web is disabled"));
    bench.operator(Word::Announce(SECOND));
    assert_eq!((bench.state(), bench.words.len()), (State::Disabled, 0));
}

#[test]
fn what_an_earlier_life_left_goes_on_where_it_was() {
    let restored = |effect: fn(Instant) -> Effect| {
        let mut bench = Bench::new(params(false));
        let (owner, effect, since) = (Owner::Operator, effect(bench.now), bench.now);
        let word = Override { owner, effect, by: "x".into(), because: "left".into(), since };
        bench.input(Input::Restored("web".into(), word));
        bench.bind();
        bench.healthy();
        bench
    };
    let state = |effect| restored(effect).state();
    assert_eq!(state(|_| Effect::Withdrawn), State::Withdrawn);
    assert_eq!(state(|_| Effect::Drained), State::Drained);
    let draining = |now| Effect::Draining { until: now + 30 * SECOND };
    assert_eq!(state(draining), State::Drained, "nothing was announced any more");
    let mut bench = restored(|now| Effect::Announced { until: now + SECOND });
    bench.sample(Outcome::Unhealthy);
    assert_eq!(bench.state(), State::Up);
    bench.pass(SECOND);
    assert_eq!(bench.state(), State::Down);
    let long_over = |now| Effect::Announced { until: now - SECOND };
    assert!(restored(long_over).words.is_empty());
}
