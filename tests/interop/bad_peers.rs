//! Peers that break the rules: a scripted speaker on the other side, whatever it says on the wire.

use std::fs;
use std::time::Duration;

use serde_json::Value;

use crate::support::config::Config;
use crate::support::haproxy::Haproxy;
use crate::support::herald::Herald;
use crate::support::netns::{Namespace, Net};
use crate::support::peer::{Connecting, Meeting, PEER_AS, Transport};
use crate::support::speaker::{
    KEEPALIVE, Listening, NOTIFICATION, OPEN, Speaker, UPDATE, message, open,
};
use crate::support::wait::{SOON, eventually, eventually_equals, timed};

const ID: [u8; 4] = [10, 9, 0, 2];

#[test]
fn a_wrong_as_is_answered_with_bad_peer_as() {
    let mut stage = Stage::set();
    stage.speaker.say(OPEN, &open(65001, 90, ID));
    stage.refuses((2, 2), "65001");
}

#[test]
fn an_unsupported_version_is_answered_with_the_one_we_speak() {
    let mut stage = Stage::set();
    let mut body = open(PEER_AS, 90, ID);
    body[0] = 3;
    stage.speaker.say(OPEN, &body);
    stage.refuses((2, 1), "BGP version 3");
}

#[test]
fn a_hold_time_of_one_second_is_unacceptable() {
    let mut stage = Stage::set();
    stage.speaker.say(OPEN, &open(PEER_AS, 1, ID));
    stage.refuses((2, 6), "hold time of 1");
}

#[test]
fn an_identifier_of_zero_is_refused() {
    let mut stage = Stage::set();
    stage.speaker.say(OPEN, &open(PEER_AS, 90, [0; 4]));
    stage.refuses((2, 3), "identifier 0.0.0.0");
}

#[test]
fn a_bad_marker_is_a_connection_not_synchronised() {
    let mut stage = Stage::set();
    let mut octets = message(OPEN, &open(PEER_AS, 90, ID));
    octets[3] = 0;
    stage.speaker.send(&octets);
    stage.refuses((1, 1), "marker");
}

#[test]
fn garbage_is_a_connection_not_synchronised() {
    let mut stage = Stage::set();
    stage.speaker.send(b"GET / HTTP/1.1\r\nHost: herald\r\n\r\n");
    stage.refuses((1, 1), "marker");
}

#[test]
fn a_length_shorter_than_the_header_is_bad() {
    let mut stage = Stage::set();
    let mut octets = message(KEEPALIVE, &[]);
    octets[17] = 18;
    stage.speaker.send(&octets);
    stage.refuses((1, 2), "18 octets");
}

#[test]
fn an_unknown_message_type_is_bad() {
    let mut stage = Stage::set();
    stage.speaker.say(77, &[]);
    stage.refuses((1, 3), "unknown type 77");
}

#[test]
fn an_update_before_the_open_is_a_state_machine_error() {
    let mut stage = Stage::set();
    stage.speaker.say(UPDATE, &[0, 0, 0, 0]);
    stage.refuses((5, 1), "update in state open-sent");
}

#[test]
fn an_update_with_broken_attributes_keeps_the_session() {
    let mut stage = Stage::set();
    stage.speaker.establish(&open(PEER_AS, 90, ID));
    stage.herald.session_comes_up();
    // ORIGIN 9 does not exist: RFC 7606 §7.1 treats the route as withdrawn.
    let attributes = [0x40, 1, 1, 9, 0x40, 2, 6, 2, 1, 0, 0, 0xff, 0xeb, 0x40, 3, 4, 10, 9, 0, 2];
    let body = [&[0, 0, 0, 20][..], &attributes, &[24, 198, 51, 100]].concat();
    stage.speaker.say(UPDATE, &body);
    stage.speaker.say(KEEPALIVE, &[]);
    stage.herald.asks_haproxy(10);
    let neighbor = stage.herald.neighbor();
    assert_eq!((&neighbor["state"], &neighbor["flaps"]), (&"established".into(), &0.into()));
    assert_eq!(neighbor["received"], 0, "the broken route does not count");
    let last = &neighbor["last-malformed"];
    let hex: String = body.iter().map(|octet| format!("{octet:02x}")).collect();
    assert!(last["hex"].as_str().is_some_and(|shown| shown.ends_with(&hex)), "{last}");
    assert!(last["because"].as_str().is_some_and(|words| words.contains("ORIGIN")), "{last}");
}

#[test]
fn octets_out_of_step_end_an_established_session_and_the_next_one_comes_up() {
    let mut stage = Stage::set();
    stage.speaker.establish(&open(PEER_AS, 90, ID));
    stage.herald.session_comes_up();
    stage.speaker.send(&[0; 19]);
    stage.refuses((1, 1), "marker");
    assert_eq!(stage.herald.neighbor()["flaps"], 1);
    stage.speaker.establish(&open(PEER_AS, 90, ID));
    stage.herald.session_comes_up();
}

#[test]
fn routes_over_the_limit_are_not_kept_and_the_session_stays() {
    let mut stage = Stage::with(|config| config.set("neighbor.peer", "max-received", 2));
    stage.speaker.establish(&open(PEER_AS, 90, ID));
    let attributes = [0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xff, 0xeb, 0x40, 3, 4, 10, 9, 0, 2];
    let prefixes = [24, 198, 51, 100, 24, 203, 0, 113, 24, 192, 0, 2];
    stage.speaker.say(UPDATE, &[&[0, 0, 0, 20][..], &attributes, &prefixes].concat());
    eventually("two of three routes are kept", SOON, || {
        let neighbor = stage.herald.neighbor();
        let told = (&neighbor["received"], &neighbor["not-kept"]) == (&2.into(), &1.into());
        if told { Ok(()) } else { Err(neighbor) }
    });
    assert_eq!(stage.herald.neighbor()["state"], "established");
}

#[test]
fn a_silent_peer_is_shown_in_open_sent() {
    let stage = Stage::set();
    eventually_equals("open-sent", &Value::from("open-sent"), || {
        stage.herald.neighbor()["state"].clone()
    });
}

#[test]
fn a_peer_that_falls_silent_is_given_up_after_the_hold_time() {
    let mut stage = Stage::set();
    let (took, code) = timed(|| {
        stage.speaker.establish(&open(PEER_AS, 3, ID));
        stage.speaker.hears_notification()
    });
    assert_eq!(code, (4, 0));
    assert!(took >= Duration::from_millis(2900) && took < Duration::from_secs(6), "{took:?}");
    stage.shows_an_error_with("hold");
}

#[test]
fn a_received_notification_is_shown_with_its_text() {
    let mut stage = Stage::set();
    stage.speaker.establish(&open(PEER_AS, 90, ID));
    stage.herald.session_comes_up();
    stage.speaker.say(NOTIFICATION, &[&[6, 2, 12][..], b"back at noon"].concat());
    stage.shows_an_error_with("back at noon");
    stage.shows_an_error_with("Administrative Shutdown");
}

#[test]
fn a_refused_peer_is_tried_again_later_each_time() {
    let mut stage = Stage::set();
    let mut pauses = Vec::new();
    for _ in 0..3 {
        stage.speaker.say(OPEN, &open(65001, 90, ID));
        assert_eq!(stage.speaker.hears_notification(), (2, 2));
        let (pause, next) = timed(|| stage.listening.accept());
        stage.speaker = next;
        pauses.push(pause);
    }
    assert!(pauses[0] >= Duration::from_millis(500), "{pauses:?}");
    assert!(pauses[2] > pauses[0], "the pauses grow: {pauses:?}");
}

#[test]
fn a_peer_that_closes_at_once_is_tried_again() {
    let mut stage = Stage::set();
    for _ in 0..2 {
        drop(stage.speaker);
        stage.speaker = stage.listening.accept();
    }
    stage.speaker.establish(&open(PEER_AS, 90, ID));
    stage.herald.session_comes_up();
}

#[test]
fn a_flood_of_connections_from_a_stranger_is_refused_and_the_neighbour_still_gets_in() {
    let (_net, ours, theirs) = Net::pair();
    theirs.ip(&["address", "add", "10.9.0.99/24", "dev", "eth0"]);
    let meeting = Meeting { connecting: Connecting::PeerDials, transport: Transport::V4 };
    let haproxy = Haproxy::prepared(&ours, &[]);
    let herald = Herald::start(&ours, &Config::usual(meeting, &haproxy.socket()));
    let before = open_files(&herald);
    for _ in 0..300 {
        // Refused by a reset or closed right after the handshake: both are a refusal.
        let stranger = Speaker::dial_from(&theirs, [10, 9, 0, 99].into(), meeting.herald_address());
        if let Ok(mut stranger) = stranger {
            assert_eq!(stranger.hear(), None, "a stranger is told nothing");
        }
    }
    let mut neighbour =
        Speaker::dial(&theirs, meeting.herald_address()).expect("the neighbour may");
    neighbour.establish(&open(PEER_AS, 90, ID));
    herald.session_comes_up();
    assert!(open_files(&herald) <= before + 8, "connections of strangers are not kept");
}

#[test]
fn connections_that_the_neighbour_piles_up_are_bounded() {
    let (_net, ours, theirs) = Net::pair();
    let meeting = Meeting { connecting: Connecting::PeerDials, transport: Transport::V4 };
    let haproxy = Haproxy::prepared(&ours, &[]);
    let herald = Herald::start(&ours, &Config::usual(meeting, &haproxy.socket()));
    let before = open_files(&herald);
    let silent: Vec<Speaker> =
        (0..200).filter_map(|_| Speaker::dial(&theirs, meeting.herald_address()).ok()).collect();
    assert!(silent.len() > 100, "the kernel lets them in");
    herald.asks_haproxy(4);
    assert!(open_files(&herald) <= before + 16, "{} kept", open_files(&herald) - before);
}

/// herald dialling a scripted speaker that has just accepted; HAProxy plays no part.
struct Stage {
    herald: Herald,
    speaker: Speaker,
    listening: Listening,
    _haproxy: Haproxy,
    _theirs: Namespace,
    _net: Net,
}

impl Stage {
    fn set() -> Self {
        Self::with(|config| config)
    }

    fn with(change: impl FnOnce(Config) -> Config) -> Self {
        let (net, ours, theirs) = Net::pair();
        let haproxy = Haproxy::prepared(&ours, &[]);
        let listening = Listening::on(&theirs, Meeting::USUAL.peer_address());
        let config = change(Config::usual(Meeting::USUAL, &haproxy.socket()));
        let herald = Herald::start(&ours, &config);
        let speaker = listening.accept();
        Self { herald, speaker, listening, _haproxy: haproxy, _theirs: theirs, _net: net }
    }

    /// The NOTIFICATION is heard, the connection closed, the reason shown, and another try made.
    #[track_caller]
    fn refuses(&mut self, code: (u8, u8), because: &str) {
        assert_eq!(self.speaker.hears_notification(), code);
        assert!(self.speaker.is_closed(), "the connection is closed after the NOTIFICATION");
        self.shows_an_error_with(because);
        self.speaker = self.listening.accept();
    }

    #[track_caller]
    fn shows_an_error_with(&self, words: &str) {
        eventually(&format!("last-error says {words}"), SOON, || {
            let neighbor = self.herald.neighbor();
            let said = neighbor["last-error"].as_str().unwrap_or_default();
            if said.contains(words) { Ok(()) } else { Err(neighbor) }
        });
    }
}

fn open_files(herald: &Herald) -> usize {
    fs::read_dir(format!("/proc/{}/fd", herald.pid())).expect("herald runs").count()
}
