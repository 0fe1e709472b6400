use std::time::Duration;

use crate::base::Percent;
use crate::config::Cadence;
use crate::health::{CheckParams, Outcome};
use crate::probe::rhythm::Rhythm;

const SLOW: Duration = Duration::from_secs(1);
const FAST: Duration = Duration::from_millis(100);

const UP: Outcome = Outcome::Healthy { capacity: Percent::FULL };
const DOWN: Outcome = Outcome::Unhealthy;

fn cadence() -> Cadence {
    let counts = CheckParams { rise: 2, fall: 3 };
    Cadence { interval: SLOW, fast_interval: FAST, timeout: SLOW, counts }
}

/// The delays after these outcomes, behind a healthy start.
fn delays(outcomes: &[Outcome]) -> Vec<Duration> {
    let mut rhythm = Rhythm::new(cadence(), 1);
    rhythm.next_delay(UP);
    assert_eq!(rhythm.next_delay(UP), SLOW, "confirmed");
    outcomes.iter().map(|outcome| rhythm.next_delay(*outcome)).collect()
}

#[test]
fn looks_are_fast_until_a_fall_is_confirmed() {
    assert_eq!(delays(&[UP, DOWN, DOWN, DOWN, DOWN]), [SLOW, FAST, FAST, SLOW, SLOW]);
}

#[test]
fn looks_are_fast_until_a_rise_is_confirmed() {
    assert_eq!(delays(&[DOWN, DOWN, DOWN, UP, UP]), [FAST, FAST, SLOW, FAST, SLOW]);
}

#[test]
fn one_sample_that_is_as_before_ends_the_doubt() {
    assert_eq!(delays(&[DOWN, DOWN, UP, DOWN, DOWN]), [FAST, FAST, SLOW, FAST, FAST]);
}

#[test]
fn what_is_gone_needs_no_confirmation() {
    assert_eq!(delays(&[Outcome::Gone, UP, Outcome::Gone]), [SLOW, FAST, SLOW]);
}

#[test]
fn an_unknown_sample_changes_nothing() {
    let unknown = Outcome::Unknown;
    assert_eq!(delays(&[unknown, DOWN, unknown, DOWN, DOWN]), [SLOW, FAST, FAST, FAST, SLOW]);
}

#[test]
fn the_first_delay_differs_between_seeds_and_never_exceeds_the_fast_interval() {
    let first = |seed| Rhythm::new(cadence(), seed).next_delay(DOWN);
    let all: Vec<Duration> = (0..100).map(first).collect();
    assert!(all.iter().all(|delay| *delay < FAST), "{all:?}");
    let early = all.iter().filter(|delay| **delay < FAST / 2).count();
    assert!((25..=75).contains(&early), "{early} of 100 in the first half");
}

#[test]
fn the_first_confirmed_state_is_confirmed_fast_too() {
    let mut rhythm = Rhythm::new(cadence(), 1);
    let delays = [DOWN, UP, DOWN, DOWN, DOWN].map(|outcome| rhythm.next_delay(outcome));
    assert_eq!(delays[1..], [FAST, FAST, FAST, SLOW]);
}
