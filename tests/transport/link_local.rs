//! Sessions between link-local addresses (RFC 4007, RFC 2545).

use std::io;
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6, TcpStream};

use serde_json::Value;
use socket2::{Domain, SockAddr, Socket, Type};

use crate::support::bird::Bird;
use crate::support::config::{ANYCAST, Config};
use crate::support::haproxy::Haproxy;
use crate::support::herald::Herald;
use crate::support::netns::{Namespace, Net, link};
use crate::support::peer::{Connecting, Meeting, PEER_AS, Peer, Transport};
use crate::support::speaker::{Speaker, open};
use crate::support::wait::{SOON, eventually, eventually_equals};

const ANYCAST_IPV6: &str = "2001:db8:9::9/128";

#[test]
fn a_link_local_session_comes_up_when_herald_dials() {
    comes_up(Connecting::HeraldDials);
}

#[test]
fn a_link_local_session_comes_up_when_bird_dials() {
    comes_up(Connecting::PeerDials);
}

#[test]
fn a_session_waits_for_the_interface_and_says_so() {
    let (_net, ours, theirs) = Net::pair();
    let meeting = meeting("eth9", Connecting::HeraldDials);
    let bird = Bird::start(&theirs, meeting);
    let haproxy = Haproxy::prepared(&ours, &[]);
    let herald = Herald::start(&ours, &config(meeting, &haproxy));
    let wanted = serde_json::json!("cannot connect to [fe80::2]:179: there is no interface eth9");
    eventually_equals("the interface is missed", &wanted, || {
        herald.neighbor()["last-error"].clone()
    });
    link(&ours, "eth9", &["fe80::1/64"], &theirs, "eth9", &["fe80::2/64"]);
    herald.session_comes_up();
    eventually_equals("bird has the session", &true, || bird.is_established());
}

#[test]
fn one_link_local_address_on_two_links_is_two_neighbours() {
    let (_net, ours, theirs) = Net::pair();
    link(&ours, "eth1", &["fe80::1/64"], &theirs, "eth1", &["fe80::2/64"]);
    link_local(&ours, "fe80::1/64");
    link_local(&theirs, "fe80::2/64");
    let meeting = meeting("eth0", Connecting::PeerDials);
    let haproxy = Haproxy::prepared(&ours, &[]);
    let config = config(meeting, &haproxy)
        .set("neighbor.other", "address", "\"fe80::2\"")
        .set("neighbor.other", "local-interface", "\"eth1\"")
        .set("neighbor.other", "peer-as", PEER_AS + 1)
        .set("neighbor.other", "passive", true)
        .set("neighbor.other", "next-hop", "\"10.9.0.1\"")
        .set("neighbor.other", "next-hop-ipv6", "\"fd00:9::1\"");
    let herald = Herald::start(&ours, &config);
    // A wrong AS would end the session: herald knows which of the two each is.
    let speakers = [("eth1", PEER_AS + 1), ("eth0", PEER_AS)].map(|(device, asn)| {
        let mut speaker = dial(&theirs, device);
        speaker.establish(&open(asn, 90, [10, 9, 0, 2]));
        speaker
    });
    eventually("both sessions", SOON, || {
        let status = herald.status();
        let neighbors = status["neighbors"].as_array().cloned().unwrap_or_default();
        let up = neighbors.iter().filter(|neighbor| neighbor["state"] == "established").count();
        if up == speakers.len() { Ok(()) } else { Err(status) }
    });
}

/// fe80::2 calls fe80::1 on a device.
fn dial(theirs: &Namespace, device: &str) -> Speaker {
    let shown = theirs.ip(&["-json", "link", "show", "dev", device]);
    let shown: Value = serde_json::from_str(&shown).expect("ip prints JSON");
    let scope = shown[0]["ifindex"].as_u64().and_then(|n| u32::try_from(n).ok()).expect("an index");
    let end = |last, port| -> SocketAddr {
        SocketAddrV6::new(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, last), port, 0, scope).into()
    };
    eventually("a connection", SOON, || {
        theirs.enter(|| {
            let socket = Socket::new(Domain::IPV6, Type::STREAM, None)?;
            socket.bind(&SockAddr::from(end(2, 0)))?;
            socket.connect_timeout(&SockAddr::from(end(1, 179)), SOON)?;
            io::Result::Ok(Speaker::from(TcpStream::from(socket)))
        })
    })
}

fn comes_up(connecting: Connecting) {
    let (_net, ours, theirs) = Net::pair();
    link_local(&ours, "fe80::1/64");
    link_local(&theirs, "fe80::2/64");
    let meeting = meeting("eth0", connecting);
    let bird = Bird::start(&theirs, meeting);
    let haproxy = Haproxy::prepared(&ours, &[]);
    let herald = Herald::start(&ours, &config(meeting, &haproxy));
    herald.session_comes_up();
    assert_eq!(herald.neighbor()["local-address"], "fe80::1");
    let shown = eventually("both routes", SOON, || {
        let shown = bird.ask("show route all");
        let both = shown.contains(ANYCAST) && shown.contains(ANYCAST_IPV6);
        if both { Ok(shown) } else { Err(shown) }
    });
    // RFC 2545 §3: the configured global address, and ours on the link beside it.
    assert!(shown.contains("BGP.next_hop: fd00:9::1 fe80::1"), "{shown}");
}

fn meeting(device: &'static str, connecting: Connecting) -> Meeting {
    Meeting { connecting, transport: Transport::LinkLocal(device) }
}

/// A service that is announced whatever its HAProxy does: this is about the session.
fn config(meeting: Meeting, haproxy: &Haproxy) -> Config {
    Config::usual(meeting, &haproxy.socket())
        .set("service.web", "addresses", format!("[{ANYCAST:?}, {ANYCAST_IPV6:?}]"))
        .set("service.web.down", "announce", true)
}

/// Without duplicate address detection, which would take a second.
fn link_local(namespace: &Namespace, address: &str) {
    namespace.ip(&["address", "add", address, "dev", "eth0", "nodad"]);
}
