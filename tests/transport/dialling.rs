//! From where, through what and how often herald dials.

use std::time::Duration;

use crate::sniffer::{Segment, Sniffer};
use crate::support::config::Config;
use crate::support::haproxy::Haproxy;
use crate::support::herald::Herald;
use crate::support::netns::{Net, link};
use crate::support::peer::{Connecting, Meeting, PEER_AS, Transport};
use crate::support::speaker::{Listening, Speaker, open};
use crate::support::wait::{SOON, during, eventually};

const HERALD: [u8; 4] = [10, 9, 0, 1];
/// How long a neighbour that refuses is watched.
const WATCHED: Duration = Duration::from_secs(15);

#[test]
fn a_neighbour_that_refuses_is_dialled_no_more_often_than_the_back_off_allows() {
    let (_net, ours, theirs) = Net::pair();
    let sniffer = Sniffer::start(&theirs);
    let haproxy = Haproxy::prepared(&ours, &[]);
    // connect-retry is 1 s: waits of 1, 2, 4 and 8 s, each times 0.75 to 1.
    let herald = Herald::start(&ours, &Config::usual(Meeting::USUAL, &haproxy.socket()));
    assert!(sniffer.next_from(HERALD, SOON).is_some_and(is_syn));
    let mut repeated = 0;
    during(WATCHED, || {
        let next = sniffer.next_from(HERALD, Duration::from_millis(100));
        repeated += usize::from(next.is_some_and(is_syn));
    });
    assert!((3..=4).contains(&repeated), "{repeated} more attempts within {WATCHED:?}");
    let shown = herald.neighbor();
    assert!(
        shown["last-error"].as_str().is_some_and(|e| e.contains("refuses the connection")),
        "{shown}"
    );
}

#[test]
fn a_passive_neighbour_is_never_dialled() {
    let (_net, ours, theirs) = Net::pair();
    let sniffer = Sniffer::start(&theirs);
    let haproxy = Haproxy::prepared(&ours, &[]);
    let meeting = Meeting { connecting: Connecting::PeerDials, transport: Transport::V4 };
    let herald = Herald::start(&ours, &Config::usual(meeting, &haproxy.socket()));
    // Longer than the first three attempts of a neighbour that is dialled.
    assert_eq!(sniffer.next_from(HERALD, Duration::from_secs(4)), None);
    assert_eq!(herald.neighbor()["state"], "active");
}

#[test]
fn the_session_uses_the_device_and_the_source_address_that_it_is_told() {
    for (device, source, seen) in [
        (None, None, "10.9.0.1"),
        (Some("eth1"), None, "10.9.1.1"),
        (Some("eth1"), Some("10.9.1.7"), "10.9.1.7"),
        (None, Some("10.9.1.7"), "10.9.1.7"),
    ] {
        let (_net, ours, theirs) = Net::pair();
        let our_addresses = ["10.9.1.1/24", "10.9.1.7/24"];
        link(&ours, "eth1", &our_addresses, &theirs, "eth1", &["10.9.1.2/24"]);
        // An address behind both links; the kernel prefers the first.
        theirs.ip(&["address", "add", "10.9.50.2/32", "dev", "lo"]);
        ours.ip(&["route", "add", "10.9.50.2", "via", "10.9.0.2", "metric", "10"]);
        ours.ip(&["route", "add", "10.9.50.2", "via", "10.9.1.2", "metric", "20"]);
        let listening = Listening::on(&theirs, [10, 9, 50, 2].into());
        let haproxy = Haproxy::prepared(&ours, &[]);
        let mut config = Config::usual(Meeting::USUAL, &haproxy.socket())
            .set("neighbor.peer", "address", "\"10.9.50.2\"")
            .unset("neighbor.peer", "local-address");
        if let Some(device) = device {
            config = config.set("neighbor.peer", "local-interface", format!("{device:?}"));
        }
        if let Some(source) = source {
            config = config.set("neighbor.peer", "local-address", format!("{source:?}"));
        }
        let herald = Herald::start(&ours, &config);
        let mut speaker = listening.accept();
        speaker.establish(&open(PEER_AS, 90, [10, 9, 0, 2]));
        let neighbor = herald.session_comes_up();
        assert_eq!(neighbor["local-address"], seen, "{device:?} {source:?}");
    }
}

#[test]
fn a_neighbour_that_comes_in_by_another_device_is_refused() {
    for (device, refused) in [("eth0", false), ("eth1", true)] {
        let (_net, ours, theirs) = Net::pair();
        link(&ours, "eth1", &["10.9.1.1/24"], &theirs, "eth1", &["10.9.1.2/24"]);
        let haproxy = Haproxy::prepared(&ours, &[]);
        let meeting = Meeting { connecting: Connecting::PeerDials, transport: Transport::V4 };
        let config = Config::usual(meeting, &haproxy.socket());
        let config = config.set("neighbor.peer", "local-interface", format!("{device:?}"));
        let herald = Herald::start(&ours, &config);
        let (from, to) = (meeting.peer_address(), meeting.herald_address());
        let mut speaker = eventually("a connection by eth0", SOON, || {
            Speaker::dial_from(&theirs, from, to).map_err(|error| error.to_string())
        });
        if refused {
            assert!(speaker.is_closed());
            assert_eq!(herald.neighbor()["state"], "active");
            herald.logs("not on local-interface");
        } else {
            speaker.establish(&open(PEER_AS, 90, [10, 9, 0, 2]));
            herald.session_comes_up();
        }
    }
}

#[test]
fn a_device_that_is_missing_is_named() {
    let (_net, ours, _theirs) = Net::pair();
    let haproxy = Haproxy::prepared(&ours, &[]);
    let config = Config::usual(Meeting::USUAL, &haproxy.socket());
    let herald = Herald::start(&ours, &config.set("neighbor.peer", "local-interface", "\"eth9\""));
    eventually("the device is missed", SOON, || {
        let error = herald.neighbor()["last-error"].clone();
        let named = error == "cannot connect to 10.9.0.2:179: there is no interface eth9";
        if named { Ok(()) } else { Err(error) }
    });
}

fn is_syn(segment: Segment) -> bool {
    segment.syn && !segment.ack
}
