use std::time::{Duration, Instant};

use crate::status::{StreamKind, StreamState};

use super::super::events::{Delivery, Line};

const SECOND: Duration = Duration::from_secs(1);

fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// A stream that is open since `start`.
fn open() -> (Delivery, Instant) {
    let start = Instant::now();
    let path = "/run/herald/haproxy.sock";
    let mut delivery = Delivery::new(StreamKind::Socket, path.to_owned(), path, start);
    assert_eq!(delivery.status().state, StreamState::Waiting);
    delivery.opened(start);
    (delivery, start)
}

fn state(delivery: &Delivery) -> StreamState {
    delivery.status().state
}

#[test]
fn events_are_counted_apart_from_traffic() {
    let (mut delivery, start) = open();
    assert_eq!(state(&delivery), StreamState::Listening);
    delivery.line(Line::Traffic, start + ms(1));
    assert_eq!(state(&delivery), StreamState::Listening, "requests prove nothing about changes");
    delivery.line(Line::Change, start + ms(2));
    delivery.line(Line::Unheard, start + ms(3));
    let status = delivery.status();
    assert_eq!((status.events, status.other_lines), (2, 1));
    assert_eq!(status.last_event, Some(start + ms(3)));
    assert_eq!((status.state, status.since), (StreamState::Live, start + ms(2)));
}

#[test]
fn a_change_that_no_line_tells_of_makes_it_silent_after_a_moment() {
    let (mut delivery, start) = open();
    delivery.changed(start + ms(500), start + ms(1000));
    delivery.review(start + ms(1500));
    assert_eq!(state(&delivery), StreamState::Listening, "the line may be on its way");
    delivery.review(start + ms(2000));
    assert_eq!(state(&delivery), StreamState::Silent);
    let because = delivery.status().because.clone().unwrap();
    let line = "`log /run/herald/haproxy.sock local0 notice`";
    assert!(because.as_str().contains(line), "{because}");
    delivery.line(Line::Change, start + ms(3000));
    assert_eq!((state(&delivery), &delivery.status().because), (StreamState::Live, &None));
}

#[test]
fn a_line_before_or_after_the_answer_tells_of_the_change() {
    for told in [600, 1001, 1900] {
        let (mut delivery, start) = open();
        let at = start + ms(told);
        if told <= 1000 {
            delivery.line(Line::Change, at);
        }
        delivery.changed(start + ms(500), start + ms(1000));
        if told > 1000 {
            delivery.line(Line::Change, at);
        }
        delivery.review(start + ms(3000));
        assert_eq!(state(&delivery), StreamState::Live, "told at {told}");
    }
}

#[test]
fn a_change_before_it_was_open_is_not_its_fault() {
    let (mut delivery, start) = open();
    delivery.lost(None, start + ms(100));
    delivery.opened(start + ms(600));
    delivery.changed(start + ms(500), start + ms(1000));
    delivery.review(start + ms(3000));
    assert_eq!(state(&delivery), StreamState::Listening);
}

#[test]
fn a_flood_is_read_in_part_until_a_second_goes_by_without() {
    let (mut delivery, start) = open();
    for line in 0..1000 {
        delivery.line(Line::Traffic, start + Duration::from_micros(line));
    }
    let now = start + ms(2);
    assert_eq!(delivery.rests_until(now), None);
    delivery.line(Line::Traffic, now);
    assert_eq!(state(&delivery), StreamState::Flooded);
    assert_eq!(delivery.rests_until(now), Some(now + SECOND));
    assert!(delivery.status().because.clone().unwrap().as_str().contains("notice`"));

    let awake = now + SECOND;
    assert_eq!(delivery.rests_until(awake), None);
    for line in 0..1001 {
        delivery.line(Line::Traffic, awake + Duration::from_micros(line));
    }
    let again = awake + ms(1);
    assert!(delivery.rests_until(again).is_some(), "it goes on");
    assert_eq!(delivery.status().since, now, "and is one flood");

    delivery.review(again + SECOND + ms(500));
    assert_eq!(state(&delivery), StreamState::Flooded, "the second after the rest is not over");
    delivery.review(again + SECOND + SECOND);
    assert_eq!(state(&delivery), StreamState::Live);
}

#[test]
fn a_busy_stream_within_bounds_never_rests() {
    let (mut delivery, start) = open();
    for line in 0..10_000u32 {
        let now = start + Duration::from_micros(1010) * line;
        delivery.line(Line::Change, now);
        assert_eq!(delivery.rests_until(now), None);
    }
    assert_eq!(state(&delivery), StreamState::Live);
}

#[test]
fn news_come_once() {
    let (mut delivery, start) = open();
    assert_eq!(delivery.news(), Some(StreamState::Waiting));
    assert_eq!(delivery.news(), None);
    delivery.lost(Some("no ring".into()), start);
    assert_eq!(delivery.news(), Some(StreamState::Listening));
    delivery.lost(Some("no ring".into()), start + ms(100));
    assert_eq!((delivery.news(), delivery.status().since), (None, start));
}
