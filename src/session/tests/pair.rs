//! Two sessions against each other on one virtual clock, over links that delay and break.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

/// What is on its way to one side, with the time of its arrival.
#[derive(Debug)]
enum Parcel {
    Connected(Direction),
    Octets(Direction, Vec<u8>),
    Closed(Direction),
    Refused,
}

struct Side {
    session: Session,
    inbox: VecDeque<(Instant, Parcel)>,
    carried: Carried,
    /// A cancelled attempt that the other side has already accepted.
    cancelled: bool,
}

/// Two sides; what one dials the other accepts. Every link takes `delay`, in order.
struct Pair {
    sides: [Side; 2],
    now: Instant,
    delay: Duration,
    /// While true, everything sent is lost without a word.
    cut: bool,
}

const LOCALS: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2))];

impl Pair {
    fn new(params: [Params; 2], seeds: [u64; 2], delay: Duration) -> Self {
        let now = Instant::now();
        let mut seeds = seeds.into_iter();
        let sides = params.map(|params| Side {
            session: Session::new(params, seeds.next().unwrap_or_default(), now),
            inbox: VecDeque::new(),
            carried: Carried::Nothing,
            cancelled: false,
        });
        Self { sides, now, delay, cut: false }
    }

    fn start(&mut self, side: usize) {
        self.input(side, Input::Start);
    }

    fn input(&mut self, side: usize, input: Input<'_>) {
        self.sides[side].session.handle(input, self.now);
        let other = 1 - side;
        while let Some(output) = self.sides[side].session.poll_output() {
            match output {
                Output::Dial => {
                    self.sides[side].cancelled = false;
                    self.post(other, Parcel::Connected(Direction::Accepted));
                }
                Output::CancelDial => {
                    self.sides[side].cancelled = true;
                    self.post(other, Parcel::Closed(Direction::Accepted));
                }
                Output::Adopt => self.post(other, Parcel::Connected(Direction::Dialled)),
                Output::Refuse(_) => self.post(other, Parcel::Refused),
                Output::Send { direction, octets } => {
                    self.post(other, Parcel::Octets(direction.other(), octets));
                    self.sides[side].session.handle(Input::Drained(direction), self.now);
                }
                Output::Close(direction) => self.post(other, Parcel::Closed(direction.other())),
                Output::Carried(carried) => self.sides[side].carried = carried,
                Output::Shown(_) | Output::Event(_) => {}
            }
        }
    }

    fn post(&mut self, to: usize, parcel: Parcel) {
        if !self.cut {
            let at = self.now + self.delay;
            self.sides[to].inbox.push_back((at, parcel));
        }
    }

    /// Takes the next step in time up to `end`; false when nothing is left to do by then.
    fn step(&mut self, end: Instant) -> bool {
        let next = |side: &Side| {
            let parcel = side.inbox.front().map(|(at, _)| *at);
            parcel.into_iter().chain(side.session.poll_timeout().map(|(at, _)| at)).min()
        };
        let times = [next(&self.sides[0]), next(&self.sides[1])];
        let Some(at) = times.iter().flatten().min().copied().filter(|at| *at <= end) else {
            self.now = end;
            return false;
        };
        self.now = self.now.max(at);
        let side = usize::from(times[0] != Some(at));
        // What is still on its way stays there when a timer fires first.
        match self.sides[side].inbox.pop_front_if(|(arrival, _)| *arrival <= at) {
            Some((_, parcel)) => self.deliver(side, parcel),
            None => self.input(side, Input::Timeout),
        }
        true
    }

    fn deliver(&mut self, side: usize, parcel: Parcel) {
        let local = LOCALS[side];
        match parcel {
            Parcel::Connected(Direction::Accepted) => self.input(side, Input::Accepted { local }),
            Parcel::Connected(Direction::Dialled) if self.sides[side].cancelled => {}
            Parcel::Connected(Direction::Dialled) => self.input(side, Input::Dialled { local }),
            Parcel::Octets(direction, octets) => {
                self.input(side, Input::Received { direction, octets: &octets });
            }
            Parcel::Closed(direction) => {
                let because = Reason::new("closed by the other side");
                self.input(side, Input::Closed { direction, because });
            }
            Parcel::Refused => {
                let because = Reason::new("refused by the other side");
                self.input(side, Input::DialFailed(because));
            }
        }
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        let mut steps = 0;
        while self.step(end) {
            steps += 1;
            assert!(steps < 100_000, "the two talk without an end");
        }
    }

    fn states(&self) -> [State; 2] {
        [self.sides[0].session.state().0, self.sides[1].session.state().0]
    }

    fn both_established(&self) -> bool {
        self.states() == [State::Established; 2]
    }
}

fn two(id0: u32, id1: u32) -> [Params; 2] {
    [params(65010, 65515, id0), params(65515, 65010, id1)]
}

#[test]
fn two_speakers_that_both_dial_end_with_one_connection() {
    for (id0, id1) in [(1, 2), (2, 1), (7, 7)] {
        let mut pair = Pair::new(two(id0, id1), [1, 2], Duration::from_millis(10));
        pair.start(0);
        pair.start(1);
        pair.pass(30 * SECOND);
        assert!(pair.both_established(), "{:?}", pair.states());
        for side in &pair.sides {
            assert_eq!(side.session.connections.len(), 1);
            assert_eq!(side.session.counters().flaps, 0);
        }
        let kept = pair.sides[0].session.connections.keys().next().unwrap();
        let other = pair.sides[1].session.connections.keys().next().unwrap();
        assert_eq!(*kept, other.other(), "the two kept different connections");
    }
}

#[test]
fn routes_cross_and_a_withdrawal_follows() {
    let mut pair = Pair::new(two(1, 2), [1, 2], Duration::from_millis(10));
    pair.start(0);
    pair.start(1);
    pair.input(0, Input::Wanted(plan(1, &[("9.9.9.9", 1), ("9.9.9.8", 3)])));
    pair.pass(30 * SECOND);
    assert_eq!(pair.sides[1].session.received_routes().len(), 2);
    assert_eq!(pair.sides[0].carried, Carried::Upto(1));
    pair.input(0, Input::Wanted(plan(2, &[("9.9.9.8", 3)])));
    pair.pass(Duration::from_millis(10));
    assert_eq!(pair.sides[1].session.received_routes().len(), 1);
}

#[test]
fn keepalives_carry_a_quiet_session_for_a_day() {
    let mut pair = Pair::new(two(1, 2), [1, 2], Duration::from_millis(10));
    pair.start(0);
    pair.start(1);
    pair.pass(86_400 * SECOND);
    assert!(pair.both_established());
    assert_eq!(pair.sides[0].session.counters().flaps, 0);
}

#[test]
fn a_cut_link_ends_both_sessions_within_the_hold_time_and_they_come_back() {
    let mut pair = Pair::new(two(1, 2), [1, 2], Duration::from_millis(10));
    pair.start(0);
    pair.start(1);
    pair.pass(30 * SECOND);
    pair.cut = true;
    pair.pass(91 * SECOND);
    assert!(pair.states().iter().all(|state| *state < State::Established), "{:?}", pair.states());
    assert_eq!(pair.sides[0].carried, Carried::Nothing);
    pair.cut = false;
    pair.pass(120 * SECOND);
    assert!(pair.both_established(), "{:?}", pair.states());
}

#[test]
fn a_stopped_side_leaves_and_the_other_knows_why() {
    let mut pair = Pair::new(two(1, 2), [1, 2], Duration::from_millis(10));
    pair.start(0);
    pair.start(1);
    pair.pass(30 * SECOND);
    pair.input(0, Input::Stop(Leaving::Shutdown));
    pair.pass(SECOND);
    let because = pair.sides[1].session.last_error().unwrap().to_string();
    assert!(because.contains("maintenance"), "{because}");
    assert_eq!(pair.states()[0], State::Idle);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whoever starts when, over whatever delay, with whatever identifiers and seeds: the two end
    /// established on the same single connection and have told each other everything.
    #[test]
    fn two_speakers_always_find_together(
        id0 in 1u32..5, id1 in 1u32..5, seeds in any::<[u64; 2]>(),
        delay in 0u64..400, gap in 0u64..12_000, cut in prop::option::of(0u64..60_000),
    ) {
        let mut pair = Pair::new(two(id0, id1), seeds, Duration::from_millis(delay));
        pair.start(0);
        pair.pass(Duration::from_millis(gap));
        pair.start(1);
        pair.input(0, Input::Wanted(plan(3, &[("9.9.9.9", 1)])));
        if let Some(at) = cut {
            pair.pass(Duration::from_millis(at));
            pair.cut = true;
            pair.pass(300 * SECOND);
            pair.cut = false;
        }
        pair.pass(1200 * SECOND);
        prop_assert!(pair.both_established(), "{:?}", pair.states());
        prop_assert_eq!(pair.sides[0].session.connections.len(), 1);
        prop_assert_eq!(pair.sides[1].session.connections.len(), 1);
        prop_assert_eq!(pair.sides[1].session.received_routes().len(), 1);
        prop_assert_eq!(pair.sides[0].carried, Carried::Upto(3));
    }
}
