mod damping;
mod ladder;

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::base::{CheckName, Percent};

const SECOND: Duration = Duration::from_secs(1);
/// How long every look takes.
const TOOK: Duration = Duration::from_millis(3);

fn sample(outcome: Outcome) -> Sample {
    Sample { outcome, because: format!("{outcome:?}").into() }
}

fn up(capacity: u8) -> Sample {
    sample(Outcome::Healthy { capacity: Percent::new(capacity).unwrap() })
}

fn down() -> Sample {
    sample(Outcome::Unhealthy)
}

struct Bench {
    health: Health,
    params: Params,
    now: Instant,
}

impl Bench {
    fn new(rule: Rule, rise: u32, fall: u32, checks: &[&str], hold_up: Duration) -> Self {
        let checks =
            checks.iter().map(|c| (CheckName::from(*c), CheckParams { rise, fall })).collect();
        let unknown_for = 10 * SECOND;
        Self::of(Params { rule, hold_up, unknown_for, damping: None, ladder: None, checks })
    }

    fn of(params: Params) -> Self {
        let now = Instant::now();
        Self { health: Health::new(params.clone(), now), params, now }
    }

    /// One check `c` that counts at once, with other parameters changed.
    fn with(change: impl FnOnce(&mut Params)) -> Self {
        let Self { mut params, .. } = Self::one(1, 1);
        change(&mut params);
        Self::of(params)
    }

    fn one(rise: u32, fall: u32) -> Self {
        Self::new(Rule::All, rise, fall, &["c"], Duration::ZERO)
    }

    fn sample(&mut self, check: &str, sample: &Sample) -> VerdictKind {
        self.look(&[(check, sample)])
    }

    /// One look that shows several checks.
    fn look(&mut self, seen: &[(&str, &Sample)]) -> VerdictKind {
        let of = |(check, sample): &(&str, &Sample)| CheckSample {
            service: "s".into(),
            check: (*check).into(),
            sample: (*sample).clone(),
        };
        let samples: Vec<_> = seen.iter().map(of).collect();
        self.health.handle_samples(&samples, TOOK, self.now);
        self.kind()
    }

    /// Moves time on, stopping at every timer on the way.
    fn pass(&mut self, time: Duration) -> VerdictKind {
        let end = self.now + time;
        while let Some((at, _)) = self.health.poll_timeout().filter(|(at, _)| *at <= end) {
            assert!(at >= self.now, "a timer lies in the past");
            self.now = at;
            let before = self.health.poll_timeout();
            self.health.handle_timeout(at);
            assert_ne!(self.health.poll_timeout(), before, "a timer that fired is still set");
        }
        self.now = end;
        self.kind()
    }

    fn kind(&self) -> VerdictKind {
        self.health.verdict().kind
    }

    fn because(&self) -> &str {
        self.health.verdict().because.as_str()
    }
}

const fn healthy(capacity: Percent) -> VerdictKind {
    VerdictKind::healthy(capacity)
}

#[test]
fn nothing_is_healthy_before_the_first_verdict() {
    let mut bench = Bench::one(2, 3);
    assert_eq!(bench.kind(), VerdictKind::Pending);
    assert_eq!(bench.sample("c", &up(100)), VerdictKind::Pending);
    assert!(bench.because().contains("rise 1 of 2"), "{}", bench.because());
    assert_eq!(bench.sample("c", &up(100)), healthy(Percent::FULL));
}

#[test]
fn fall_counts_in_a_row_only() {
    let mut bench = Bench::one(1, 3);
    bench.sample("c", &up(100));
    for s in [down(), down(), up(100), down(), down()] {
        assert!(matches!(bench.sample("c", &s), VerdictKind::Healthy { .. }));
    }
    assert_eq!(bench.sample("c", &down()), VerdictKind::Unhealthy);
    assert_eq!(bench.because(), "Unhealthy");
}

#[test]
fn gone_is_down_at_once_whatever_fall_says() {
    let mut bench = Bench::one(1, 5);
    bench.sample("c", &up(100));
    assert_eq!(bench.sample("c", &sample(Outcome::Gone)), VerdictKind::Unhealthy);
}

#[test]
fn unknown_holds_a_healthy_verdict_for_its_time_and_no_longer() {
    let mut bench = Bench::one(1, 1);
    bench.sample("c", &up(100));
    assert_eq!(bench.sample("c", &sample(Outcome::Unknown)), healthy(Percent::FULL));
    bench.pass(6 * SECOND);
    bench.sample("c", &sample(Outcome::Unknown));
    assert_eq!(bench.pass(4 * SECOND - Duration::from_millis(1)), healthy(Percent::FULL));
    assert_eq!(bench.pass(Duration::from_millis(1)), VerdictKind::Unhealthy);
    assert!(bench.because().starts_with("unknown for 10s"), "{}", bench.because());
}

#[test]
fn a_known_sample_ends_the_unknown_time() {
    let mut bench = Bench::one(1, 1);
    bench.sample("c", &up(100));
    bench.sample("c", &sample(Outcome::Unknown));
    bench.pass(9 * SECOND);
    bench.sample("c", &up(50));
    assert_eq!(bench.pass(60 * SECOND), healthy(Percent::new(50).unwrap()));
    assert_eq!(bench.health.poll_timeout(), None);
}

#[test]
fn unknown_never_makes_pending_or_unhealthy_better() {
    let mut bench = Bench::one(1, 1);
    bench.sample("c", &sample(Outcome::Unknown));
    assert_eq!(bench.pass(60 * SECOND), VerdictKind::Pending);
    bench.sample("c", &down());
    bench.sample("c", &sample(Outcome::Unknown));
    assert_eq!(bench.pass(60 * SECOND), VerdictKind::Unhealthy);
}

#[test]
fn rule_all_is_the_worst_check_and_names_it() {
    let mut bench = Bench::new(Rule::All, 1, 1, &["a", "b"], Duration::ZERO);
    assert_eq!(bench.sample("a", &up(100)), VerdictKind::Pending);
    assert_eq!(bench.sample("b", &up(40)), healthy(Percent::new(40).unwrap()));
    assert_eq!(bench.sample("b", &down()), VerdictKind::Unhealthy);
    assert_eq!(bench.because(), "b: Unhealthy");
}

#[test]
fn rule_all_is_down_as_soon_as_one_check_is_even_if_others_are_pending() {
    let mut bench = Bench::new(Rule::All, 1, 1, &["a", "b"], Duration::ZERO);
    assert_eq!(bench.sample("a", &down()), VerdictKind::Unhealthy);
}

#[test]
fn rule_any_is_the_best_check() {
    let mut bench = Bench::new(Rule::Any, 1, 1, &["a", "b"], Duration::ZERO);
    assert_eq!(bench.sample("a", &down()), VerdictKind::Pending);
    assert_eq!(bench.sample("b", &up(30)), healthy(Percent::new(30).unwrap()));
    assert_eq!(bench.sample("a", &up(80)), healthy(Percent::new(80).unwrap()));
    bench.sample("a", &down());
    assert_eq!(bench.sample("b", &down()), VerdictKind::Unhealthy);
}

#[test]
fn rule_at_least_needs_its_number() {
    let mut bench = Bench::new(Rule::AtLeast(2), 1, 1, &["a", "b", "c"], Duration::ZERO);
    bench.sample("a", &up(90));
    assert_eq!(bench.sample("b", &up(70)), healthy(Percent::new(70).unwrap()));
    assert!(matches!(bench.sample("c", &down()), VerdictKind::Healthy { .. }));
    assert_eq!(bench.sample("a", &down()), VerdictKind::Unhealthy);
}

#[test]
fn hold_up_delays_the_return_after_a_fall_but_not_the_first_announcement() {
    let mut bench = Bench::new(Rule::All, 1, 1, &["c"], 5 * SECOND);
    assert_eq!(bench.sample("c", &up(100)), healthy(Percent::FULL));
    bench.sample("c", &down());
    assert_eq!(bench.sample("c", &up(100)), VerdictKind::Unhealthy);
    assert!(bench.because().contains("hold-up 5s"), "{}", bench.because());
    bench.pass(3 * SECOND);
    bench.sample("c", &down());
    bench.sample("c", &up(100));
    assert_eq!(bench.pass(4 * SECOND), VerdictKind::Unhealthy);
    assert_eq!(bench.pass(SECOND), healthy(Percent::FULL));
}

#[test]
fn a_service_without_checks_is_healthy() {
    let bench = Bench::new(Rule::All, 1, 1, &[], Duration::ZERO);
    assert_eq!(bench.kind(), healthy(Percent::FULL));
}

#[test]
fn samples_of_unknown_checks_change_nothing() {
    let mut bench = Bench::one(1, 1);
    assert_eq!(bench.sample("other", &up(100)), VerdictKind::Pending);
}

proptest! {
    /// Against a model that looks only at the tail of the known samples: after `fall` bad ones in a
    /// row it is never healthy, after `rise` good ones in a row it always is (no hold-up, no unknown).
    #[test]
    fn rise_and_fall_agree_with_counting_the_tail(
        rise in 1u32..4, fall in 1u32..4, samples in prop::collection::vec(any::<bool>(), 1..40)
    ) {
        let mut bench = Bench::one(rise, fall);
        for (index, good) in samples.iter().enumerate() {
            let kind = bench.sample("c", &if *good { up(100) } else { down() });
            let tail = samples[..=index].iter().rev().take_while(|s| *s == good).count() as u32;
            if *good && tail >= rise {
                prop_assert_eq!(kind, healthy(Percent::FULL));
            }
            if !good && tail >= fall {
                prop_assert_eq!(kind, VerdictKind::Unhealthy);
            }
        }
    }

    /// No sequence of anything leaves a service healthy for longer than `unknown-for` once its samples
    /// have stopped proving anything.
    #[test]
    fn health_never_outlives_its_proof(
        steps in prop::collection::vec((0u8..4, 0u64..15), 1..60)
    ) {
        let mut bench = Bench::one(1, 2);
        let mut unknown_since: Option<Instant> = None;
        for (what, wait) in steps {
            let outcome = match what {
                0 => up(100),
                1 => down(),
                2 => sample(Outcome::Unknown),
                _ => sample(Outcome::Gone),
            };
            bench.sample("c", &outcome);
            unknown_since = (what == 2).then(|| unknown_since.unwrap_or(bench.now));
            bench.pass(Duration::from_secs(wait));
            if matches!(bench.kind(), VerdictKind::Healthy { .. }) {
                prop_assert!(unknown_since.is_none_or(|since| bench.now < since + 10 * SECOND));
            }
        }
    }
}

#[test]
fn samples_and_their_lengths_are_counted_and_an_unknown_one_shows_until_the_next() {
    let mut bench = Bench::one(1, 1);
    bench.sample("c", &up(100));
    bench.sample("c", &down());
    bench.sample("c", &sample(Outcome::Gone));
    bench.sample("c", &up(100));
    bench.sample("c", &sample(Outcome::Unknown));
    let view = |bench: &Bench| bench.health.checks().next().map(|c| (c.unknown, c.looks)).unwrap();
    let (unknown, looks) = view(&bench);
    assert!(unknown, "though the verdict is still healthy");
    assert_eq!((looks.healthy, looks.unhealthy, looks.unknown), (2, 2, 1));
    assert_eq!((looks.lengths.count(), looks.lengths.sum()), (5, 5 * TOOK));
    bench.sample("c", &up(100));
    assert!(!view(&bench).0);
}
