//! TTL security (RFC 5082) and `multihop`.

use std::time::Duration;

use crate::sniffer::{Segment, Sniffer};
use crate::support::bird::Bird;
use crate::support::config::{ANYCAST, Config};
use crate::support::exabgp::Exabgp;
use crate::support::frr::Frr;
use crate::support::gobgp::Gobgp;
use crate::support::haproxy::Haproxy;
use crate::support::herald::Herald;
use crate::support::netns::Net;
use crate::support::peer::{Connecting, Meeting, PEER_AS, Peer, Protection, Transport};
use crate::support::scene::Scene;
use crate::support::speaker::{Listening, OPEN, Speaker, open};
use crate::support::wait::{SOON, eventually};

/// Our end in every test.
const HERALD: [u8; 4] = [10, 9, 0, 1];
/// A socket for IPv4, and one for both families.
const LISTEN: [&str; 2] = ["\"0.0.0.0:179\"", "\"[::]:179\""];
const PEER_DIALS: Meeting = Meeting { connecting: Connecting::PeerDials, transport: Transport::V4 };
/// CS6 (RFC 2474, RFC 4271 appendix E).
const INTERNETWORK_CONTROL: u8 = 0xc0;

/// ExaBGP answers with the TTL of the machine when it is dialled, so it can only dial.
macro_rules! secured {
    ($($name:ident: $daemon:ty, $connecting:ident;)+) => {
        $(#[test] fn $name() { secured_session::<$daemon>(Connecting::$connecting); })+
    };
}

secured! {
    frr_and_herald_drop_all_but_255_when_herald_dials: Frr, HeraldDials;
    frr_and_herald_drop_all_but_255_when_frr_dials: Frr, PeerDials;
    bird_and_herald_drop_all_but_255_when_herald_dials: Bird, HeraldDials;
    bird_and_herald_drop_all_but_255_when_bird_dials: Bird, PeerDials;
    gobgp_and_herald_drop_all_but_255_when_herald_dials: Gobgp, HeraldDials;
    gobgp_and_herald_drop_all_but_255_when_gobgp_dials: Gobgp, PeerDials;
    exabgp_and_herald_drop_all_but_255_when_exabgp_dials: Exabgp, PeerDials;
}

fn secured_session<P: Peer>(connecting: Connecting) {
    let meeting = Meeting { connecting, transport: Transport::V4 };
    let secured = Protection { password: None, ttl_security: true };
    let scene = Scene::<P>::set_protected(meeting, secured, |config| {
        config.set("neighbor.peer", "ttl-security", 1)
    });
    scene.route_arrives(ANYCAST);
    let sniffer = Sniffer::start(&scene.theirs);
    let keepalive = from_herald(&sniffer);
    assert_eq!(keepalive.ttl, 255);
}

#[test]
fn ttl_security_works_over_ipv6() {
    let meeting = Meeting { connecting: Connecting::BothDial, transport: Transport::V6 };
    let secured = Protection { password: None, ttl_security: true };
    let scene = Scene::<Bird>::set_protected(meeting, secured, |config| {
        config.set("neighbor.peer", "ttl-security", 1)
    });
    scene.route_arrives(ANYCAST);
}

#[test]
fn a_neighbour_that_could_be_further_away_is_not_heard() {
    for listen in LISTEN {
        let (_net, ours, theirs) = Net::pair();
        let haproxy = Haproxy::prepared(&ours, &[]);
        let config = Config::usual(PEER_DIALS, &haproxy.socket()).set("bgp", "listen", listen).set(
            "neighbor.peer",
            "ttl-security",
            1,
        );
        let herald = Herald::start(&ours, &config);
        let mut speaker =
            Speaker::dial(&theirs, PEER_DIALS.herald_address()).expect("a connection");
        speaker.hears(OPEN);
        // This goes out with the TTL of the machine, 64.
        speaker.say(OPEN, &open(PEER_AS, 90, [10, 9, 0, 2]));
        assert!(!speaker.is_closed());
        assert_eq!(herald.neighbor()["state"], "open-sent", "{listen}: the OPEN was dropped");
    }
}

#[test]
fn multihop_is_the_ttl_on_the_wire_and_1_without_it() {
    for (config, ttl) in [(None, 1), (Some(7), 7)] {
        let (_net, ours, theirs) = Net::pair();
        let _listening = Listening::on(&theirs, Meeting::USUAL.peer_address());
        let sniffer = Sniffer::start(&theirs);
        let haproxy = Haproxy::prepared(&ours, &[]);
        let usual = Config::usual(Meeting::USUAL, &haproxy.socket());
        let _herald = Herald::start(
            &ours,
            &match config {
                Some(hops) => usual.set("neighbor.peer", "multihop", hops),
                None => usual,
            },
        );
        let syn = from_herald(&sniffer);
        assert!(syn.syn && !syn.ack, "{syn:?}");
        assert_eq!((syn.ttl, syn.traffic_class), (ttl, INTERNETWORK_CONTROL));
        let rest = eventually("our OPEN", SOON, || {
            let seen = sniffer.so_far();
            if seen.iter().any(|segment| segment.from == HERALD) { Ok(seen) } else { Err(()) }
        });
        assert!(rest.iter().filter(|s| s.from == HERALD).all(|s| s.ttl == ttl), "{rest:?}");
    }
}

#[test]
fn the_answer_to_a_neighbour_that_dials_has_the_highest_ttl_on_sockets_of_either_kind() {
    for listen in LISTEN {
        let (_net, ours, theirs) = Net::pair();
        let haproxy = Haproxy::prepared(&ours, &[]);
        let config = Config::usual(PEER_DIALS, &haproxy.socket());
        let _herald = Herald::start(&ours, &config.set("bgp", "listen", listen));
        let sniffer = Sniffer::start(&theirs);
        let _speaker = Speaker::dial(&theirs, PEER_DIALS.herald_address()).expect("a connection");
        let answer = from_herald(&sniffer);
        assert!(answer.syn && answer.ack, "{answer:?}");
        assert_eq!(answer.ttl, 255, "{listen}");
    }
}

fn from_herald(sniffer: &Sniffer) -> Segment {
    sniffer.next_from(HERALD, Duration::from_secs(10)).expect("a segment of herald")
}
