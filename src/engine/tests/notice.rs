use super::*;
use crate::engine::configure_tests::with_a_second_service;

/// `web`, which is up, and `dns`, which is not enabled.
fn with_one_disabled() -> Params {
    let mut params = with_a_second_service();
    params.policy.services.get_mut("dns").unwrap().enabled = false;
    params
}

impl Bench {
    /// The cloud announces these events, so many seconds ahead of the first.
    fn announced_events(&mut self, events: &[&str], seconds: u32) {
        let notice = Notice {
            events: events.iter().map(|event| (*event).to_owned()).collect(),
            because: format!("{} in {seconds} s", events.join(", ")).as_str().into(),
            before: self.now + seconds * SECOND,
        };
        self.input(Input::Noticed(Some(notice)));
    }

    fn state_of(&self, service: &str) -> State {
        self.engine.services().find(|view| view.name.as_str() == service).unwrap().state
    }

    fn resume(&mut self, service: &str) {
        let (target, owner) = (Target::One(service.into()), Owner::Operator);
        let (by, because) = ("somebody".into(), "told to".into());
        let word = Word::Resume;
        self.input(Input::Command(Command { target, word, owner, by, because }));
    }

    fn dns_is_healthy_and_bound(&mut self) {
        self.sample_of("dns", Outcome::Healthy { capacity: Percent::FULL });
        self.bind();
    }
}

#[test]
fn a_service_that_comes_or_is_enabled_meanwhile_is_drained_too() {
    for before in [params(false), with_one_disabled()] {
        let mut bench = Bench::new(before);
        bench.bind();
        bench.healthy();
        bench.announced_events(&["freeze"], 30);
        bench.input(Input::Configured(with_a_second_service()));
        bench.dns_is_healthy_and_bound();
        assert_eq!(bench.state_of("dns"), State::Drained, "it was never announced");
        bench.input(Input::Noticed(None));
        assert_eq!(bench.state_of("dns"), State::Up);
    }
}

#[test]
fn an_order_taken_back_is_not_given_again_by_a_configuration() {
    let mut bench = Bench::new(with_a_second_service());
    bench.bind();
    bench.healthy();
    bench.dns_is_healthy_and_bound();
    bench.announced_events(&["freeze"], 30);
    bench.resume("dns");
    bench.input(Input::Configured(with_a_second_service()));
    assert_eq!((bench.state_of("web"), bench.state_of("dns")), (State::Draining, State::Up));
    bench.input(Input::Configured(with_one_disabled()));
    bench.input(Input::Configured(with_a_second_service()));
    assert_eq!(bench.state_of("dns"), State::Up, "it is the same service as before");
}

#[test]
fn an_event_that_begins_early_ends_drains_and_undoes_no_resume() {
    let mut bench = Bench::new(with_a_second_service());
    bench.bind();
    bench.healthy();
    bench.dns_is_healthy_and_bound();
    bench.announced_events(&["freeze"], 30);
    bench.resume("dns");
    bench.pass(SECOND);
    bench.announced_events(&["freeze"], 0);
    assert_eq!((bench.state_of("web"), bench.state_of("dns")), (State::Drained, State::Up));
    let shown = bench.engine.services().find(|view| view.name.as_str() == "web").unwrap();
    assert_eq!(shown.because.as_str(), "freeze in 0 s");
}

#[test]
fn another_event_is_a_new_order_and_the_end_of_one_of_two_is_none() {
    let mut bench = Bench::up();
    bench.announced_events(&["freeze"], 30);
    bench.resume("web");
    bench.announced_events(&["freeze", "reboot"], 20);
    assert_eq!(bench.state_of("web"), State::Draining);
    bench.resume("web");
    bench.announced_events(&["freeze"], 30);
    assert_eq!(bench.state_of("web"), State::Up);
}

#[test]
fn an_event_that_is_put_off_does_not_prolong_a_drain() {
    let mut bench = Bench::up();
    bench.announced_events(&["freeze"], 2);
    bench.announced_events(&["freeze"], 50);
    bench.pass(2 * SECOND);
    assert_eq!(bench.state_of("web"), State::Drained);
}

#[test]
fn a_service_disabled_meanwhile_keeps_no_order_of_a_maintenance_that_is_over() {
    let mut bench = Bench::new(with_a_second_service());
    bench.dns_is_healthy_and_bound();
    bench.announced_events(&["freeze"], 30);
    bench.input(Input::Configured(with_one_disabled()));
    bench.input(Input::Noticed(None));
    bench.input(Input::Configured(with_a_second_service()));
    assert_eq!(bench.state_of("dns"), State::Up);
}

#[test]
fn an_agent_that_stops_takes_no_notice() {
    let mut bench = Bench::up();
    bench.input(Input::Stop { grace: 5 * SECOND, because: "SIGTERM".into() });
    bench.announced_events(&["freeze"], 0);
    assert_eq!(bench.state_of("web"), State::Draining);
}
