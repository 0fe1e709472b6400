//! Prefixes that become watched after their routes may have been refused.

use super::single::Bench;
use super::*;
use crate::wire::{AsPath, MpNextHop, Origin, PathAttributes, RouteRefresh, pack_announcements};

fn own() -> Prefix {
    "9.9.9.9".parse().unwrap()
}

impl Bench {
    /// Established with a neighbour of these capabilities beside those of every neighbour here.
    fn with(more: &[Capability]) -> Self {
        let mut bench = Self::open_sent(Direction::Dialled);
        let mut open = their_open();
        open.capabilities.retain(|capability| *capability != Capability::RouteRefresh);
        open.capabilities.extend_from_slice(more);
        bench.hear(Direction::Dialled, &Message::Open(open));
        bench.context = Context { four_octet_asn: true, extended_messages: false };
        bench.hear(Direction::Dialled, &Message::Keepalive);
        bench
    }

    /// 150 routes of others, of which 100 are kept, and then this one.
    fn told_too_much(&mut self, last: Prefix) {
        let others: Vec<Prefix> =
            (0..150).map(|n| format!("10.1.{n}.0/24").parse().unwrap()).collect();
        self.told(&others);
        self.told(&[last]);
        self.said.clear();
        self.outputs.clear();
    }

    fn told(&mut self, prefixes: &[Prefix]) {
        let attributes = PathAttributes {
            origin: Some(Origin::Igp),
            as_path: Some(AsPath::sequence(&[Asn(65515), Asn(65020)])),
            ..Default::default()
        };
        let next_hop = MpNextHop { global: "10.0.0.9".parse().unwrap(), link_local: None };
        let context = self.context;
        for update in pack_announcements(&attributes, next_hop, prefixes, &context) {
            self.hear(Direction::Dialled, &Message::Update(update));
        }
    }

    fn watches(&mut self, prefixes: &[Prefix]) {
        let watched = Arc::new(prefixes.iter().copied().collect());
        self.input(Input::Wanted(Plan { watched, ..plan(1, &[]) }));
    }

    /// How many routes of watched prefixes were shown last, or why none.
    fn shows(&self) -> Result<usize, String> {
        let shown = self.outputs.iter().rev().find_map(|output| {
            if let Output::Shown(shown) = output { Some(shown.clone()) } else { None }
        });
        match shown.unwrap_or_default() {
            Shown::Routes(routes) => Ok(routes.len()),
            Shown::Incomplete(because) => Err(because.to_string()),
            Shown::Unknown => Err("unknown".into()),
        }
    }

    fn asks(&self) -> usize {
        let request = RouteRefresh::new(Family::Ipv4Unicast, RouteRefresh::REQUEST);
        self.said.iter().filter(|said| **said == Message::RouteRefresh(request)).count()
    }
}

const MARKS: [Capability; 2] = [Capability::RouteRefresh, Capability::EnhancedRouteRefresh];

fn end() -> Message {
    Message::RouteRefresh(RouteRefresh::new(Family::Ipv4Unicast, RouteRefresh::END))
}

#[test]
fn a_route_refused_earlier_is_asked_for_and_nothing_is_known_until_the_end_of_the_answer() {
    let mut bench = Bench::with(&MARKS);
    bench.told_too_much(own());
    bench.watches(&[own()]);
    assert_eq!(bench.asks(), 1);
    assert!(bench.shows().unwrap_err().contains("asked again"), "{:?}", bench.shows());
    bench.told(&[own()]);
    assert!(bench.shows().is_err(), "the answer has only begun");
    bench.hear(Direction::Dialled, &end());
    assert_eq!(bench.shows(), Ok(1));
    bench.pass(3600 * SECOND);
    assert_eq!(bench.asks(), 1);
}

#[test]
fn an_answer_without_marks_is_taken_as_it_is_after_its_time() {
    let mut bench = Bench::with(&MARKS[..1]);
    bench.told_too_much(own());
    bench.watches(&[own()]);
    assert_eq!(bench.asks(), 1);
    bench.pass(2 * SECOND - Duration::from_millis(1));
    assert!(bench.shows().is_err());
    bench.pass(Duration::from_millis(1));
    assert_eq!(bench.shows(), Ok(0));
}

#[test]
fn silence_is_no_answer_where_an_answer_has_an_end_which_may_come_late() {
    let mut bench = Bench::with(&MARKS);
    bench.told_too_much(own());
    bench.watches(&[own()]);
    bench.pass(60 * SECOND - Duration::from_millis(1));
    assert!(bench.shows().unwrap_err().contains("asked again"), "{:?}", bench.shows());
    bench.pass(Duration::from_millis(1));
    assert!(bench.shows().unwrap_err().contains("raise max-received"), "{:?}", bench.shows());
    bench.told(&[own()]);
    bench.hear(Direction::Dialled, &end());
    assert_eq!(bench.shows(), Ok(1));
}

#[test]
fn a_neighbour_that_cannot_be_asked_is_not_believed_and_it_says_why() {
    let mut bench = Bench::with(&[]);
    bench.told_too_much(own());
    bench.watches(&[own()]);
    assert_eq!(bench.asks(), 0);
    bench.pass(80 * SECOND);
    assert!(bench.shows().unwrap_err().contains("raise max-received"), "{:?}", bench.shows());
    // The next session begins with a table that is complete.
    bench.input(Input::Closed { direction: Direction::Dialled, because: "gone".into() });
    assert_eq!(bench.shows(), Err("unknown".into()));
}

#[test]
fn nobody_is_asked_for_what_cannot_be_missing() {
    let mut bench = Bench::with(&MARKS);
    bench.told(&[own()]);
    bench.watches(&[own()]);
    assert_eq!((bench.asks(), bench.shows()), (0, Ok(1)), "nothing was refused");

    let mut bench = Bench::with(&MARKS);
    let kept: Prefix = "10.1.3.0/24".parse().unwrap();
    bench.told_too_much(own());
    bench.watches(&[kept]);
    assert_eq!((bench.asks(), bench.shows()), (0, Ok(1)), "it is known");
    let foreign: Prefix = "2001:db8::9".parse().unwrap();
    bench.watches(&[kept, foreign]);
    assert_eq!((bench.asks(), bench.shows()), (0, Ok(1)), "no route of it can come");
}

#[test]
fn routes_of_a_family_that_was_not_agreed_on_are_ignored() {
    let mut bench = Bench::with(&MARKS);
    let foreign: Prefix = "2001:db8::9".parse().unwrap();
    bench.watches(&[own(), foreign]);
    let attributes = PathAttributes {
        origin: Some(Origin::Igp),
        as_path: Some(AsPath::sequence(&[Asn(65515)])),
        ..Default::default()
    };
    let next_hop = MpNextHop { global: "2001:db8::1".parse().unwrap(), link_local: None };
    let context = bench.context;
    for update in pack_announcements(&attributes, next_hop, &[foreign], &context) {
        bench.hear(Direction::Dialled, &Message::Update(update));
    }
    assert_eq!((bench.shows(), bench.state()), (Ok(0), State::Established));
    assert!(bench.session.received_routes().is_empty());
}
