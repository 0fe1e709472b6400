//! Two sessions against each other on one virtual clock, over a link that delays, loses and breaks.

use super::*;

struct Pair {
    sides: [Session; 2],
    /// Arrival, receiver, octets, in the order of sending; the delay is the same for all.
    wire: VecDeque<(Instant, usize, [u8; PACKET_LENGTH])>,
    events: [Vec<(Instant, Event)>; 2],
    now: Instant,
    delay: Duration,
    /// Of 100 packets, so many are lost.
    loss: u64,
    /// Nothing goes to this side any more.
    deaf: [bool; 2],
    rng: Rng,
}

impl Pair {
    fn new(params: [Params; 2], delay: Duration, seed: u64) -> Self {
        let now = Instant::now();
        let mut seeds = Rng::new(seed);
        Self {
            sides: params.map(|params| Session::new(params, seeds.next_u64(), now)),
            wire: VecDeque::new(),
            events: [Vec::new(), Vec::new()],
            now,
            delay,
            loss: 0,
            deaf: [false; 2],
            rng: seeds,
        }
    }

    /// Two that have found each other over a link of 5 ms.
    fn up(params: [Params; 2], seed: u64) -> Self {
        let mut pair = Self::new(params, 5 * MS, seed);
        pair.input(0, Input::Start);
        pair.input(1, Input::Start);
        pair.pass(10_000 * MS);
        assert_eq!(pair.states(), [State::Up; 2]);
        pair
    }

    fn input(&mut self, side: usize, input: Input<'_>) {
        self.sides[side].handle(input, self.now);
        while let Some(output) = self.sides[side].poll_output() {
            match output {
                Output::Send(octets) => {
                    let lost = self.rng.next_u64() % 100 < self.loss || self.deaf[1 - side];
                    if !lost {
                        self.wire.push_back((self.now + self.delay, 1 - side, octets));
                    }
                }
                Output::Event(event) => self.events[side].push((self.now, event)),
            }
        }
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        for _ in 0..200_000 {
            let arrival = self.wire.front().map(|(at, ..)| *at);
            let wakes = [0, 1].map(|side| self.sides[side].poll_timeout().map(|(at, _)| at));
            let Some(at) = arrival.into_iter().chain(wakes.into_iter().flatten()).min() else {
                break;
            };
            if at > end {
                break;
            }
            assert!(at >= self.now, "a timer in the past");
            self.now = at;
            if arrival == Some(at) {
                let (_, side, octets) = self.wire.pop_front().unwrap();
                self.input(side, Input::Received(&octets));
            } else {
                self.input(usize::from(wakes[0] != Some(at)), Input::Timeout);
            }
        }
        assert!(self.wire.front().is_none_or(|(at, ..)| *at > end), "they talk without an end");
        self.now = end;
    }

    fn states(&self) -> [State; 2] {
        [0, 1].map(|side| self.sides[side].report().state)
    }

    fn failures(&self) -> [u64; 2] {
        [0, 1].map(|side| self.sides[side].report().failures)
    }
}

#[test]
fn two_find_each_other_and_agree_on_the_slower_interval() {
    let pair = Pair::up([params(100, 200, 3), params(50, 400, 5)], 1);
    let [a, b] = [0, 1].map(|side| pair.sides[side].report().clone());
    assert_eq!((a.interval, b.interval), (400 * MS, 200 * MS));
    assert_eq!((a.detection, b.detection), (Some(1000 * MS), Some(1200 * MS)));
    assert_eq!([a.diagnostic, b.diagnostic], [Diagnostic::NONE; 2]);
    assert!(pair.sides.iter().all(|side| !side.polling), "both polls were answered");
    assert_eq!((a.discarded, b.discarded), (0, 0));
}

#[test]
fn a_late_starter_is_found_by_one_that_has_called_for_a_day() {
    let mut pair = Pair::new([usual(), usual()], 5 * MS, 1);
    pair.input(0, Input::Start);
    pair.pass(Duration::from_secs(86_400));
    assert_eq!(pair.states(), [State::Down, State::AdminDown]);
    pair.input(1, Input::Start);
    pair.pass(1100 * MS);
    assert_eq!(pair.states(), [State::Up; 2]);
}

#[test]
fn a_cut_is_noticed_by_both_within_multiplier_times_interval() {
    for seed in 0..50 {
        let mut pair = Pair::up([usual(), usual()], seed);
        pair.deaf = [true; 2];
        let cut = pair.now;
        // A packet that was on its way restarts the time once more.
        pair.pass(900 * MS + pair.delay);
        assert_eq!(pair.states(), [State::Down; 2]);
        for side in 0..2 {
            let (at, event) = pair.events[side].last().unwrap();
            assert!(matches!(event, Event::Failed(_)), "{event:?}");
            assert!(*at - cut >= 600 * MS, "two lost packets are no failure");
        }
        pair.deaf = [false; 2];
        pair.pass(3000 * MS);
        assert_eq!(pair.states(), [State::Up; 2], "and both come back");
        assert_eq!(pair.failures(), [1, 1]);
    }
}

#[test]
fn a_path_that_is_dead_one_way_is_down_both_ways() {
    let mut pair = Pair::up([usual(), usual()], 3);
    pair.deaf[0] = true;
    pair.pass(1000 * MS);
    assert_eq!(pair.states(), [State::Down; 2]);
    let told = pair.sides[1].report();
    assert_eq!(told.diagnostic, Diagnostic::NEIGHBOR_DOWN);
    let words = told.last_failure.clone().unwrap();
    assert!(words.as_str().contains("control detection time expired"), "{words}");
    pair.pass(60_000 * MS);
    assert_eq!(pair.failures(), [1, 1], "nobody comes up on half a path");
}

#[test]
fn loss_of_a_fifth_does_not_matter_with_a_multiplier_of_ten() {
    let mut pair = Pair::new([params(50, 50, 10), params(50, 50, 10)], 20 * MS, 9);
    pair.loss = 20;
    pair.input(0, Input::Start);
    pair.input(1, Input::Start);
    pair.pass(600_000 * MS);
    assert_eq!(pair.states(), [State::Up; 2]);
    assert_eq!(pair.failures(), [0, 0]);
}

#[test]
fn one_that_stops_leaves_without_a_failure_on_either_side() {
    let mut pair = Pair::up([usual(), usual()], 4);
    pair.input(0, Input::Stop);
    pair.pass(60_000 * MS);
    assert_eq!(pair.states(), [State::AdminDown, State::Down]);
    assert_eq!(pair.failures(), [0, 0]);
    assert_eq!(pair.events[1].last().unwrap().1, Event::HeldDown);
}

#[test]
fn one_that_restarts_is_a_failure_to_the_other_and_is_found_again() {
    let mut pair = Pair::up([usual(), usual()], 5);
    pair.sides[0] = Session::new(usual(), 4711, pair.now);
    pair.input(0, Input::Start);
    pair.pass(5000 * MS);
    assert_eq!(pair.states(), [State::Up; 2]);
    assert_eq!(pair.failures(), [0, 1]);
}

#[test]
fn hours_of_quiet_lose_nothing() {
    let mut pair = Pair::up([params(1000, 1000, 1), params(1000, 1000, 1)], 6);
    pair.delay = 20 * MS;
    for _ in 0..4 {
        pair.pass(Duration::from_secs(3600));
    }
    assert_eq!(pair.failures(), [0, 0]);
}
