//! Two connections at once (RFC 4271 §6.8), staged step by step by a scripted speaker: with real
//! daemons on both ends the moment cannot be chosen.

use crate::support::config::Config;
use crate::support::haproxy::Haproxy;
use crate::support::herald::Herald;
use crate::support::netns::{Namespace, Net};
use crate::support::peer::{Connecting, Meeting, PEER_AS, Transport};
use crate::support::speaker::{KEEPALIVE, Listening, OPEN, Speaker, open};
use crate::support::wait::eventually_equals;

const CONNECTION_COLLISION_RESOLUTION: (u8, u8) = (6, 7);

#[test]
fn the_connection_that_a_higher_identifier_opened_is_kept() {
    let mut stage = Stage::set();
    stage.open_both([10, 9, 0, 2]);
    assert_eq!(stage.dialled.hears_notification(), CONNECTION_COLLISION_RESOLUTION);
    assert!(stage.dialled.is_closed());
    stage.accepted.hears(KEEPALIVE);
    stage.accepted.say(KEEPALIVE, &[]);
    stage.ends_with_one_session();
}

#[test]
fn the_connection_that_herald_opened_is_kept_when_its_identifier_is_higher() {
    let mut stage = Stage::set();
    stage.open_both([10, 0, 0, 1]);
    assert_eq!(stage.accepted.hears_notification(), CONNECTION_COLLISION_RESOLUTION);
    assert!(stage.accepted.is_closed());
    stage.dialled.say(KEEPALIVE, &[]);
    stage.ends_with_one_session();
}

#[test]
fn an_established_session_wins_over_a_second_connection() {
    let mut stage = Stage::set();
    let open = open(PEER_AS, 90, [10, 9, 0, 2]);
    stage.dialled.say(OPEN, &open);
    stage.dialled.hears(KEEPALIVE);
    stage.dialled.say(KEEPALIVE, &[]);
    stage.herald.session_comes_up();
    stage.accepted.say(OPEN, &open);
    assert_eq!(stage.accepted.hears_notification(), CONNECTION_COLLISION_RESOLUTION);
    stage.ends_with_one_session();
}

/// Two connections between herald and a speaker, herald's OPEN received on both.
struct Stage {
    herald: Herald,
    dialled: Speaker,
    accepted: Speaker,
    ours: Namespace,
    _net: Net,
    _listening: Listening,
    _haproxy: Haproxy,
}

impl Stage {
    fn set() -> Self {
        let (net, ours, theirs) = Net::pair();
        let meeting = Meeting { connecting: Connecting::BothDial, transport: Transport::V4 };
        let haproxy = Haproxy::prepared(&ours, &[]);
        let listening = Listening::on(&theirs, meeting.peer_address());
        let herald = Herald::start(&ours, &Config::usual(meeting, &haproxy.socket()));
        let mut dialled = listening.accept();
        dialled.hears(OPEN);
        let mut accepted =
            Speaker::dial(&theirs, meeting.herald_address()).expect("herald listens");
        accepted.hears(OPEN);
        Self {
            herald,
            dialled,
            accepted,
            ours,
            _net: net,
            _listening: listening,
            _haproxy: haproxy,
        }
    }

    /// Answers on the connection that herald has dialled, then on the one that it has accepted.
    fn open_both(&mut self, identifier: [u8; 4]) {
        let open = open(PEER_AS, 90, identifier);
        self.dialled.say(OPEN, &open);
        self.dialled.hears(KEEPALIVE);
        self.accepted.say(OPEN, &open);
    }

    #[track_caller]
    fn ends_with_one_session(&self) {
        self.herald.session_comes_up();
        eventually_equals("one connection", &1, || self.ours.bgp_connections());
        assert_eq!(self.herald.neighbor()["flaps"], 0);
    }
}
