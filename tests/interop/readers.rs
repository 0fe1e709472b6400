//! The tests' own eyes: what a scripted speaker announces is what is reported of each daemon.
//!
//! Without these, a claim such as "no route is seen" could hold because nothing is ever seen.

use std::collections::BTreeMap;

use crate::support::haproxy::Haproxy;
use crate::support::netns::Net;
use crate::support::peer::{AsksForRefresh, Connecting, HERALD_AS, Meeting, Peer, Seen, Transport};
use crate::support::speaker::{Listening, NOTIFICATION, Speaker, UPDATE, open};
use crate::support::wait::{SOON, eventually, eventually_equals};
use crate::support::web::Web;

against_every_daemon! {
    attributes_of_a_route_are_reported_as_they_were_sent,
    a_withdrawn_route_is_no_longer_reported,
    an_ipv6_route_is_reported_with_its_global_next_hop,
    an_administrative_shutdown_is_reported_with_its_text,
    a_daemon_that_dials_reaches_a_listening_speaker,
}

against_every_daemon! {
    that can ask for a refresh:
    a_refresh_is_asked_for_on_the_wire,
}

const ROUTE_REFRESH: u8 = 5;
/// ORIGIN IGP, AS_PATH 65010 65010 and NEXT_HOP 10.9.0.1.
const MANDATORY: [u8; 24] =
    [0x40, 1, 1, 0, 0x40, 2, 10, 2, 2, 0, 0, 0xfd, 0xf2, 0, 0, 0xfd, 0xf2, 0x40, 3, 4, 10, 9, 0, 1];
/// MED 30, communities 65010:100 and 65535:0, large community 65010:1:2.
const OPTIONAL: [u8; 33] = [
    0x80, 4, 4, 0, 0, 0, 30, 0xc0, 8, 8, 0xfd, 0xf2, 0, 100, 0xff, 0xff, 0, 0, 0xc0, 32, 12, 0, 0,
    0xfd, 0xf2, 0, 0, 0, 1, 0, 0, 0, 2,
];
/// 9.9.9.9/32 as NLRI.
const NLRI: [u8; 5] = [32, 9, 9, 9, 9];

fn attributes_of_a_route_are_reported_as_they_were_sent<P: Peer>() {
    let (_net, peer, mut speaker) = established::<P>();
    speaker.say(UPDATE, &announcement(&[&MANDATORY[..], &OPTIONAL].concat(), &NLRI));
    let wanted = BTreeMap::from([(
        "9.9.9.9/32".to_owned(),
        Seen {
            as_path: vec![HERALD_AS, HERALD_AS],
            next_hop: "10.9.0.1".to_owned(),
            med: 30,
            communities: vec!["65010:100".to_owned(), "65535:0".to_owned()],
            large_communities: vec!["65010:1:2".to_owned()],
        },
    )]);
    eventually_equals("the route with all its attributes", &wanted, || peer.routes());
    assert!(peer.updates_received() >= 1);
    assert_eq!(peer.times_established(), 1);
}

fn a_withdrawn_route_is_no_longer_reported<P: Peer>() {
    let (_net, peer, mut speaker) = established::<P>();
    speaker.say(UPDATE, &announcement(&MANDATORY, &NLRI));
    eventually("the route", SOON, || some(&peer));
    let before = peer.updates_received();
    speaker.say(UPDATE, &[&[0, 5][..], &NLRI, &[0, 0]].concat());
    eventually_equals("no route", &BTreeMap::new(), || peer.routes());
    assert_eq!(peer.updates_received(), before + 1);
}

fn an_ipv6_route_is_reported_with_its_global_next_hop<P: Peer>() {
    let (_net, peer, mut speaker) = established::<P>();
    let next_hop = [0xfd, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let prefix = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    let reach = [&[0x80, 14, 38, 0, 2, 1, 16][..], &next_hop, &[0, 128], &prefix].concat();
    speaker.say(UPDATE, &announcement(&[&MANDATORY[..17], &reach].concat(), &[]));
    let next_hop = eventually("the route", SOON, || {
        let routes = peer.routes();
        routes.get("2001:db8::9/128").map(|seen| seen.next_hop.clone()).ok_or(routes)
    });
    assert_eq!(next_hop, "fd00:9::1");
}

fn an_administrative_shutdown_is_reported_with_its_text<P: Peer>() {
    let (_net, peer, mut speaker) = established::<P>();
    speaker.say(NOTIFICATION, &[&[6, 2, 12][..], b"back at noon"].concat());
    eventually("the reason", SOON, || {
        let said = peer.last_close();
        let whole = said.contains(P::ADMINISTRATIVE_SHUTDOWN) && said.contains("back at noon");
        if whole { Ok(()) } else { Err(said) }
    });
    eventually_equals("the end of the session", &false, || peer.is_established());
}

fn a_refresh_is_asked_for_on_the_wire<P: AsksForRefresh>() {
    let (_net, peer, mut speaker) = established::<P>();
    peer.ask_for_refresh();
    eventually("a ROUTE-REFRESH", SOON, || {
        let heard = speaker.hear().expect("the session stays");
        if heard.kind == ROUTE_REFRESH { Ok(()) } else { Err(heard) }
    });
}

fn a_daemon_that_dials_reaches_a_listening_speaker<P: Peer>() {
    let (_net, ours, theirs) = Net::pair();
    let meeting = Meeting { connecting: Connecting::PeerDials, transport: Transport::V6 };
    let listening = Listening::on(&ours, meeting.herald_address());
    let peer = P::start(&theirs, meeting);
    let mut speaker = listening.accept();
    speaker.establish(&open(HERALD_AS, 90, [10, 9, 0, 1]));
    eventually_equals("the session", &true, || peer.is_established());
}

#[test]
fn haproxy_sees_a_server_die_and_a_reload_brings_a_new_worker() {
    let (_net, ours, _theirs) = Net::pair();
    let web = Web::start(&ours, 8001, "answer");
    let haproxy = Haproxy::start(&ours, &[8001]);
    let has_status = |status: &str| {
        let shown = haproxy.ask("show stat http_back 4 -1");
        if shown.contains(status) { Ok(()) } else { Err(shown) }
    };
    eventually("a completed check", SOON, || has_status(",L4OK,"));
    drop(web);
    eventually("the death", SOON, || has_status(",L4CON,"));
    haproxy.reload();
    let _web = Web::start(&ours, 8001, "answer");
    eventually("the return, seen by the new worker", SOON, || has_status(",L4OK,"));
}

/// A daemon and a scripted speaker in herald's place, their session up.
fn established<P: Peer>() -> (Net, P, Speaker) {
    let (net, ours, theirs) = Net::pair();
    let peer = P::start(&theirs, Meeting::USUAL);
    let mut speaker = eventually("a connection to the daemon", SOON, || {
        Speaker::dial(&ours, Meeting::USUAL.peer_address())
    });
    speaker.establish(&open(HERALD_AS, 90, [10, 9, 0, 1]));
    eventually_equals("the session", &true, || peer.is_established());
    (net, peer, speaker)
}

/// The body of an UPDATE without withdrawn routes.
fn announcement(attributes: &[u8], nlri: &[u8]) -> Vec<u8> {
    let length = u16::try_from(attributes.len()).expect("short").to_be_bytes();
    [&[0, 0][..], &length, attributes, nlri].concat()
}

fn some<P: Peer>(peer: &P) -> Result<(), &'static str> {
    if peer.routes().is_empty() { Err("no route") } else { Ok(()) }
}
