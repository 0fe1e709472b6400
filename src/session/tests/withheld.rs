//! Routes that are meant for a neighbour and cannot be told on its session.

use super::single::Bench;
use super::*;

fn both_families() -> Params {
    let families = [Family::Ipv4Unicast, Family::Ipv6Unicast].into();
    Params { families, ..params(65010, 65515, 1) }
}

fn mentioned(bench: &Bench) -> usize {
    let events = bench.outputs.iter();
    events.filter(|output| **output == Output::Event(Event::Withheld)).count()
}

fn withheld(bench: &Bench) -> Vec<String> {
    bench.session.withheld().map(|(prefix, _)| prefix.to_string()).collect()
}

#[test]
fn a_family_that_the_neighbour_did_not_offer_is_mentioned_once_a_session() {
    let mut bench = Bench::established_as(both_families(), LOCAL);
    assert_eq!(mentioned(&bench), 0, "nothing is meant for it yet");
    bench.input(Input::Wanted(plan(1, &[("9.9.9.9", 1)])));
    assert_eq!((mentioned(&bench), withheld(&bench).len()), (0, 0));
    for version in 2..5 {
        bench.input(Input::Wanted(plan(version, &[("9.9.9.9", 1), ("2001:db8::9", 1)])));
    }
    assert_eq!((mentioned(&bench), withheld(&bench)), (1, vec!["2001:db8::9/128".to_owned()]));
    assert_eq!(bench.session.advertised().len(), 1);
    bench.input(Input::Closed { direction: Direction::Dialled, because: "reset".into() });
    assert!(withheld(&bench).is_empty(), "without a session nothing is withheld");
    bench.outputs.clear();
    bench.pass(10 * SECOND);
    bench.input(Input::Dialled { local: LOCAL });
    bench.hear(Direction::Dialled, &Message::Open(their_open()));
    bench.hear(Direction::Dialled, &Message::Keepalive);
    assert_eq!((bench.state(), mentioned(&bench)), (State::Established, 1), "another session");
}

#[test]
fn a_family_that_was_left_out_by_choice_is_not_mentioned() {
    let mut bench = Bench::established();
    bench.input(Input::Wanted(plan(1, &[("2001:db8::9", 1)])));
    assert_eq!((mentioned(&bench), withheld(&bench).len()), (0, 0));
}

#[test]
fn a_route_without_a_next_hop_that_the_neighbour_could_read_is_mentioned() {
    let mut bench = Bench::established_as(params(65010, 65515, 1), "2001:db8::1".parse().unwrap());
    bench.input(Input::Wanted(plan(1, &[("9.9.9.9", 1)])));
    assert_eq!((mentioned(&bench), withheld(&bench)), (1, vec!["9.9.9.9/32".to_owned()]));
}
