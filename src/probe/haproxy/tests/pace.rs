use std::time::{Duration, Instant};

use super::super::pace::Pace;

const INTERVAL: Duration = Duration::from_millis(500);

fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// A pace whose first question has been answered at `start`.
fn settled() -> (Pace, Instant) {
    let start = Instant::now();
    let mut pace = Pace::new(INTERVAL, start);
    assert_eq!(pace.due(start), Some(start), "the first question is due at once");
    pace.ask(start);
    pace.answered(start);
    (pace, start)
}

/// Lets time go on in steps of 100 µs, with an answer after `takes`; `wake` is called in each step.
fn questions(
    pace: &mut Pace,
    start: Instant,
    lasts: Duration,
    takes: Duration,
    mut wake: impl FnMut(&mut Pace, Instant),
) -> Vec<Duration> {
    let mut asked = Vec::new();
    let mut answer = None;
    let mut now = start;
    while now < start + lasts {
        wake(pace, now);
        if answer.is_some_and(|at| at <= now) {
            pace.answered(now);
            answer = None;
        }
        if pace.due(now).is_some_and(|due| due <= now) {
            assert_eq!(answer, None, "two questions at a time");
            pace.ask(now);
            asked.push(now - start);
            answer = Some(now + takes);
        }
        now += Duration::from_micros(100);
    }
    asked
}

#[test]
fn without_wake_ups_questions_come_at_the_interval() {
    let (mut pace, start) = settled();
    let asked = questions(&mut pace, start, ms(1600), ms(1), |_, _| {});
    assert_eq!(asked, [ms(500), ms(1000), ms(1500)]);
}

#[test]
fn a_wake_up_is_followed_at_once_and_moves_the_next_regular_question() {
    let (mut pace, start) = settled();
    let now = start + ms(123);
    pace.wake();
    assert_eq!(pace.due(now), Some(now));
    pace.ask(now);
    pace.answered(now + ms(1));
    assert_eq!(pace.due(now + ms(1)), Some(now + INTERVAL));
}

#[test]
fn wake_ups_during_a_question_make_one_more() {
    let (mut pace, start) = settled();
    let now = start + ms(10);
    pace.wake();
    pace.ask(now);
    for _ in 0..1000 {
        pace.wake();
    }
    assert_eq!(pace.due(now), None, "one at a time");
    let answered = now + Duration::from_micros(300);
    pace.answered(answered);
    assert_eq!(pace.due(answered), Some(answered));
    pace.ask(answered);
    pace.answered(answered);
    assert_eq!(pace.due(answered), Some(answered + INTERVAL), "and no more than one");
}

#[test]
fn servers_that_die_one_after_the_other_are_each_followed_at_once() {
    let (mut pace, start) = settled();
    for step in 1..=10 {
        let now = start + ms(2 * step);
        pace.wake();
        assert_eq!(pace.due(now), Some(now), "change {step}");
        pace.ask(now);
        pace.answered(now + Duration::from_micros(500));
    }
}

#[test]
fn a_flood_of_changes_is_followed_at_a_bounded_rate() {
    let (mut pace, start) = settled();
    let asked = questions(&mut pace, start, ms(1000), ms(1), |pace, _| pace.wake());
    // 16 at once, then one in 10 ms.
    assert!((100..=120).contains(&asked.len()), "{}", asked.len());
    let mut late = asked.iter().zip(asked.iter().skip(1)).skip(20);
    assert!(late.all(|(a, b)| (ms(9)..=ms(11)).contains(&(*b - *a))), "{asked:?}");
}

#[test]
fn a_flood_leaves_a_slow_haproxy_most_of_its_time() {
    let (mut pace, start) = settled();
    let asked = questions(&mut pace, start, ms(10_000), ms(50), |pace, _| pace.wake());
    // 16 at once; then a quarter of the time is spent on answers, and the interval still holds.
    assert!((16 + 40..=16 + 60).contains(&asked.len()), "{}", asked.len());
}

#[test]
fn after_a_flood_a_change_is_followed_at_once_again() {
    let (mut pace, start) = settled();
    questions(&mut pace, start, ms(1000), ms(1), |pace, _| pace.wake());
    let quiet = start + ms(1500);
    questions(&mut pace, start + ms(1000), ms(500), ms(1), |_, _| {});
    pace.wake();
    assert_eq!(pace.due(quiet), Some(quiet));
}

#[test]
fn lines_that_nobody_knows_cost_no_more_than_polling() {
    let (mut pace, start) = settled();
    let asked = questions(&mut pace, start, ms(10_000), ms(1), Pace::wake_in_doubt);
    // Four at once, then two in a second, and no regular ones between them.
    assert!((20..=26).contains(&asked.len()), "{asked:?}");
    assert_eq!(asked.first(), Some(&ms(0)));
}

#[test]
fn changes_are_followed_at_once_whatever_unknown_lines_come() {
    let (mut pace, start) = settled();
    questions(&mut pace, start, ms(980), ms(1), Pace::wake_in_doubt);
    let now = start + ms(990);
    pace.wake();
    assert_eq!(pace.due(now), Some(now));
}

#[test]
fn times_that_a_slow_answer_took_are_left_out() {
    let (mut pace, start) = settled();
    let asked = start + ms(500);
    pace.ask(asked);
    pace.answered(asked + ms(1200));
    assert_eq!(pace.due(asked + ms(1200)), Some(asked + ms(1500)));
}

#[test]
fn slow_answers_are_forgiven_once_answers_are_quick_again() {
    let (mut pace, start) = settled();
    let mut now = start;
    // Ten answers of a second each: at that rate the next ones would have 4 s between them.
    for _ in 0..10 {
        pace.wake();
        pace.ask(now);
        now += ms(1000);
        pace.answered(now);
    }
    // What was asked at its regular time while the allowance was used up comes on top.
    pace.wake();
    pace.ask(now);
    now += ms(1);
    pace.answered(now);
    let asked = questions(&mut pace, now, ms(400), ms(1), |pace, _| pace.wake());
    assert!(asked.len() > 30, "one in every 10 ms: {asked:?}");
}
