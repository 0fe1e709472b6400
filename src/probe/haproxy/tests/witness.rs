use std::time::{Duration, Instant};

use super::super::answer::Answer;
use super::super::events::Witness;
use super::{answer, answer_of, check};

const UP: &str = "web,a,UP,1,1,0,0,0,60,,2,L4OK,,0,,Layer4 check passed,2,3,4,";
const FAILING: &str = "web,a,UP 3/4,1,1,0,1,0,60,,2,L4CON,,0,,refused,2,3,3,";
const DOWN: &str = "web,a,DOWN,1,1,0,3,1,0,,2,L4CON,,0,,refused,2,3,0,";
const MAINT: &str = "web,a,MAINT,1,1,0,0,1,0,,2,,,,,,2,3,4,";

/// What the last of these answers, a second apart, says of a change.
fn seen(answers: &[Answer]) -> Option<usize> {
    let start = Instant::now();
    let mut witness = Witness::default();
    let at = |number: usize| start + Duration::from_secs(number as u64);
    let mut last = None;
    for (number, answer) in answers.iter().enumerate() {
        last = witness.change(&[check()], answer, at(number));
    }
    last.and_then(|since| (0..answers.len()).find(|number| at(*number) == since))
}

#[test]
fn a_server_that_leaves_or_returns_has_changed_since_the_answer_before() {
    for (before, after) in [(UP, DOWN), (DOWN, UP), (UP, MAINT), (MAINT, UP), (FAILING, DOWN)] {
        assert_eq!(seen(&[answer(&[before]), answer(&[after])]), Some(0), "{before} {after}");
    }
    assert_eq!(seen(&[answer(&[UP]), answer(&[UP]), answer(&[DOWN])]), Some(1));
}

#[test]
fn what_haproxy_does_not_log_is_no_change() {
    assert_eq!(seen(&[answer(&[DOWN])]), None, "the first answer");
    assert_eq!(seen(&[answer(&[UP]), answer(&[FAILING])]), None);
    assert_eq!(seen(&[answer(&[UP]), answer(&[&UP.replace(",1,1,0,0", ",0,1,0,0")])]), None);
    assert_eq!(seen(&[answer(&[UP]), answer(&[])]), None, "a server taken away");
    let other = |row: &str| answer(&[&row.replace("web,", "other,")]);
    assert_eq!(seen(&[other(UP), other(DOWN)]), None, "a backend that no check reads");
}

#[test]
fn another_worker_begins_anew() {
    assert_eq!(seen(&[answer_of(1, &[UP]), answer_of(2, &[DOWN])]), None);
    assert_eq!(seen(&[answer_of(1, &[UP]), answer_of(2, &[DOWN]), answer_of(2, &[UP])]), Some(1));
}

#[test]
fn after_a_silence_nothing_is_concluded() {
    let mut witness = Witness::default();
    let now = Instant::now();
    assert_eq!(witness.change(&[check()], &answer(&[UP]), now), None);
    witness.forget();
    assert_eq!(witness.change(&[check()], &answer(&[DOWN]), now), None);
}
