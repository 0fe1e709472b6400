use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::{Damping, Timer, VerdictKind};
use super::{Bench, SECOND, down, healthy, up};
use crate::base::Percent;

/// Three falls in quick succession suppress it.
const DAMPING: Damping =
    Damping { half_life: Duration::from_secs(10), suppress: 2000, reuse: 500, max: MAX };
const MAX: Duration = Duration::from_secs(40);

fn bench() -> Bench {
    let mut bench = Bench::with(|params| params.damping = Some(DAMPING));
    bench.sample("c", &up(100));
    bench
}

fn flap(bench: &mut Bench, times: usize, pause: Duration) {
    for _ in 0..times {
        bench.sample("c", &down());
        bench.pass(pause);
        bench.sample("c", &up(100));
        bench.pass(pause);
    }
}

fn figure(bench: &Bench) -> u32 {
    bench.health.penalty(bench.now).unwrap().figure
}

#[test]
fn a_fall_costs_a_thousand_and_half_of_it_is_gone_after_the_half_life() {
    let mut bench = bench();
    assert_eq!(figure(&bench), 0);
    bench.sample("c", &down());
    for (after, left) in [(0, 1000), (10, 500), (10, 250), (20, 63), (1000, 0)] {
        bench.pass(after * SECOND);
        assert_eq!(figure(&bench), left, "after {after} s more");
    }
}

#[test]
fn only_falls_cost_and_only_one_each() {
    let mut bench = Bench::with(|params| params.damping = Some(DAMPING));
    bench.sample("c", &down());
    assert_eq!(figure(&bench), 0, "it was never up");
    for s in [up(100), up(30), down(), down()] {
        bench.sample("c", &s);
    }
    assert_eq!(figure(&bench), 1000);
}

#[test]
fn above_suppress_it_stays_away_until_reuse() {
    let mut bench = bench();
    flap(&mut bench, 2, Duration::ZERO);
    assert_eq!((figure(&bench), bench.kind()), (2000, healthy(Percent::FULL)), "not above yet");
    flap(&mut bench, 1, Duration::ZERO);
    assert_eq!((figure(&bench), bench.kind()), (3000, VerdictKind::Unhealthy));
    assert_eq!(
        bench.because(),
        "Healthy { capacity: Percent(100) }; damped: penalty 3000 (suppress 2000), reuse in 26s"
    );
    // 3000 halves to 500 in 10 s * log2(6) = 25.85 s.
    assert_eq!(bench.pass(Duration::from_millis(25_849)), VerdictKind::Unhealthy);
    assert_eq!(bench.health.poll_timeout().map(|(_, timer)| timer), Some(Timer::Reuse));
    assert_eq!(bench.pass(Duration::from_millis(1)), healthy(Percent::FULL));
    assert_eq!((figure(&bench), bench.health.poll_timeout()), (500, None));
}

#[test]
fn it_does_not_return_unhealthy_when_its_penalty_is_over() {
    let mut bench = bench();
    flap(&mut bench, 3, Duration::ZERO);
    bench.sample("c", &down());
    assert_eq!(bench.pass(100 * SECOND), VerdictKind::Unhealthy);
    assert!(!bench.because().contains("damped"), "{}", bench.because());
    assert_eq!(bench.sample("c", &up(100)), healthy(Percent::FULL));
}

#[test]
fn falls_while_suppressed_count_and_the_penalty_is_bounded() {
    let mut bench = bench();
    flap(&mut bench, 1000, Duration::ZERO);
    assert_eq!(DAMPING.ceiling(), 8000.0);
    assert_eq!(figure(&bench), 8000);
    assert_eq!(bench.pass(MAX - Duration::from_millis(1)), VerdictKind::Unhealthy);
    assert_eq!(bench.pass(Duration::from_millis(1)), healthy(Percent::FULL));
}

#[test]
fn a_withdrawal_is_never_delayed() {
    let mut bench = bench();
    for pause in [0, 1, 30, 0, 0, 100] {
        bench.pass(pause * SECOND);
        bench.sample("c", &up(100));
        assert_eq!(bench.sample("c", &down()), VerdictKind::Unhealthy);
    }
}

#[test]
fn other_parameters_take_over_the_penalty() {
    let mut bench = bench();
    flap(&mut bench, 3, Duration::ZERO);
    let configure = |bench: &mut Bench, damping| {
        bench.params.damping = damping;
        bench.health.configure(bench.params.clone(), bench.now);
    };
    bench.pass(10 * SECOND);
    configure(&mut bench, Some(Damping { reuse: 1000, ..DAMPING }));
    assert_eq!((figure(&bench), bench.kind()), (1500, VerdictKind::Unhealthy));
    assert_eq!(bench.pass(6 * SECOND), healthy(Percent::FULL), "10 s * log2(1.5) = 5.85 s");
    flap(&mut bench, 3, Duration::ZERO);
    assert_eq!(bench.kind(), VerdictKind::Unhealthy);
    configure(&mut bench, None);
    assert_eq!(bench.kind(), healthy(Percent::FULL));
}

#[test]
fn hold_up_and_damping_must_both_be_over() {
    let mut bench = Bench::with(|params| {
        params.damping = Some(DAMPING);
        params.hold_up = 30 * SECOND;
    });
    bench.sample("c", &up(100));
    flap(&mut bench, 3, Duration::ZERO);
    assert!(bench.because().contains("hold-up 30s"), "{}", bench.because());
    assert!(bench.because().contains("damped: "), "{}", bench.because());
    assert_eq!(bench.pass(29 * SECOND), VerdictKind::Unhealthy);
    assert!(!bench.because().contains("damped: "), "{}", bench.because());
    assert_eq!(bench.pass(SECOND), healthy(Percent::FULL));
}

proptest! {
    /// Against the formula of RFC 2439 with the whole history in hand: the penalty is the sum of the
    /// decayed falls, as long as it stays under the ceiling.
    #[test]
    fn the_penalty_is_the_sum_of_its_decayed_falls(pauses in prop::collection::vec(0u64..20_000, 1..40)) {
        let unbounded = Damping { max: Duration::from_secs(1000), ..DAMPING };
        let mut bench = Bench::with(|params| params.damping = Some(unbounded));
        let mut falls: Vec<Instant> = Vec::new();
        for pause in pauses {
            bench.sample("c", &up(100));
            bench.sample("c", &down());
            falls.push(bench.now);
            bench.pass(Duration::from_millis(pause));
            let left = |at: &Instant| 1000.0 * 0.5f64.powf(bench.now.duration_since(*at).as_secs_f64() / 10.0);
            let sum: f64 = falls.iter().map(left).sum();
            prop_assert!((sum - f64::from(figure(&bench))).abs() <= 0.51, "{sum}");
        }
    }
}
