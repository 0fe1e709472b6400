use std::time::{Duration, Instant};

use crate::config::{EventSocket, HaproxyAddress, HaproxyInstance};
use crate::status::StreamState;

use super::super::events::{Heard, Line, News, Refusal};
use super::super::silence::Silence;
use super::super::watcher::{Orders, Watcher};
use super::{answer_of, check};

const UP: &str = "web,a,UP,1,1,0,0,0,60,,2,L4OK,,0,,Layer4 check passed,2,3,4,";
const DOWN: &str = "web,a,DOWN,1,1,0,3,1,0,,2,L4CON,,0,,refused,2,3,0,";

/// A watcher of an instance with both streams, on a clock of its own.
struct Scene {
    watcher: Watcher,
    now: Instant,
}

impl Scene {
    /// It has asked once, and worker 1 has answered.
    fn settled() -> Self {
        let instance = HaproxyInstance {
            name: "local".into(),
            address: HaproxyAddress::Unix("/run/haproxy/admin.sock".into()),
            event_socket: Some(EventSocket::Unix("/run/herald/haproxy.sock".into())),
            event_ring: Some("herald".to_owned()),
            poll_interval: Duration::from_secs(10),
            timeout: Duration::from_secs(1),
            checks: vec![check()],
        };
        let now = Instant::now();
        let mut scene = Self { watcher: Watcher::new(&instance, now), now };
        assert!(scene.asks(), "the first question is due at once");
        assert_eq!(scene.answer(1, UP), Orders::Follow(Some(1)));
        scene
    }

    fn later(&mut self, time: Duration) {
        self.now += time;
    }

    fn asks(&mut self) -> bool {
        self.watcher.asks(self.now)
    }

    fn answer(&mut self, worker: u32, row: &str) -> Orders {
        let answer = Ok(answer_of(worker, &[row]));
        self.watcher.answered(&[check()], &answer, self.now)
    }

    fn silence(&mut self, silence: Silence) -> Orders {
        self.watcher.answered(&[check()], &Err(silence), self.now)
    }

    fn hears(&mut self, heard: Heard) -> Orders {
        self.watcher.followed(News::Heard(heard), self.now)
    }

    fn streams(&self) -> [StreamState; 2] {
        let status = self.watcher.status();
        [status.streams[0].state, status.streams[1].state]
    }
}

#[test]
fn a_change_is_asked_about_in_the_same_moment() {
    let mut scene = Scene::settled();
    scene.later(Duration::from_millis(123));
    assert!(!scene.asks());
    scene.watcher.logged(Line::Change, scene.now);
    assert!(scene.asks());
    scene.answer(1, DOWN);
    scene.hears(Heard::Line(Line::Change));
    assert!(scene.asks(), "the same line by the ring may be another change");
}

#[test]
fn traffic_wakes_nobody() {
    let mut scene = Scene::settled();
    for _ in 0..500 {
        scene.watcher.logged(Line::Traffic, scene.now);
        assert!(!scene.asks());
    }
}

#[test]
fn the_start_of_a_subscription_is_asked_about() {
    let mut scene = Scene::settled();
    assert_eq!(scene.streams(), [StreamState::Listening, StreamState::Waiting]);
    scene.hears(Heard::Following(1));
    assert_eq!(scene.streams(), [StreamState::Listening, StreamState::Listening]);
    assert!(scene.asks(), "what has changed before it no line will tell");
}

#[test]
fn the_end_of_the_connection_is_asked_about_at_once() {
    let mut scene = Scene::settled();
    scene.hears(Heard::Following(1));
    assert!(scene.asks());
    scene.answer(1, UP);
    assert_eq!(scene.watcher.followed(News::Ended, scene.now), Orders::GiveUp);
    assert_eq!(scene.streams()[1], StreamState::Waiting);
    assert!(scene.asks());
    let gone = Silence::Refused("/run/haproxy/admin.sock".to_owned());
    assert_eq!(scene.silence(gone), Orders::Close);
    assert!(scene.watcher.status().silence.is_some());
}

#[test]
fn a_silence_that_is_no_death_lets_nothing_go() {
    let mut scene = Scene::settled();
    let silence = Silence::TimedOut(Duration::from_secs(1));
    assert_eq!(scene.silence(silence), Orders::Nothing);
    assert_eq!(scene.silence(Silence::Stopping(1)), Orders::Nothing);
}

#[test]
fn a_ring_that_is_refused_is_lost_and_the_socket_goes_on() {
    let mut scene = Scene::settled();
    assert_eq!(scene.hears(Heard::Refused(Refusal::NoRing)), Orders::GiveUp);
    assert_eq!(scene.streams(), [StreamState::Listening, StreamState::Lost]);
    let status = scene.watcher.status();
    assert!(status.streams[1].because.as_ref().unwrap().as_str().contains("no ring herald"));
    assert!(scene.watcher.has_news());
}

#[test]
fn streams_that_tell_nothing_of_a_change_are_found_silent() {
    let mut scene = Scene::settled();
    scene.hears(Heard::Following(1));
    for (row, seconds) in [(UP, 1), (DOWN, 10), (DOWN, 10)] {
        scene.later(Duration::from_secs(seconds));
        assert!(scene.asks());
        scene.answer(1, row);
    }
    assert_eq!(scene.streams(), [StreamState::Silent, StreamState::Silent]);
}

#[test]
fn a_reload_makes_no_stream_silent() {
    let mut scene = Scene::settled();
    scene.hears(Heard::Following(1));
    for (worker, row, seconds) in [(1, UP, 1), (2, DOWN, 10), (2, DOWN, 10)] {
        scene.later(Duration::from_secs(seconds));
        assert!(scene.asks());
        assert_eq!(scene.answer(worker, row), Orders::Follow(Some(worker)));
    }
    assert_eq!(scene.streams(), [StreamState::Listening, StreamState::Listening]);
}

#[test]
fn a_resting_socket_has_a_deadline_to_be_read_again() {
    let mut scene = Scene::settled();
    for _ in 0..1001 {
        scene.watcher.logged(Line::Traffic, scene.now);
    }
    assert!(scene.watcher.socket_rests(scene.now));
    let deadline = scene.watcher.deadline(scene.now).unwrap();
    assert_eq!(deadline - scene.now, Duration::from_secs(1));
    assert!(!scene.watcher.socket_rests(deadline));
}
