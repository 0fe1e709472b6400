//! Sessions between link-local addresses (RFC 4007, RFC 2545).

use crate::support::bird::Bird;
use crate::support::config::{ANYCAST, Config};
use crate::support::haproxy::Haproxy;
use crate::support::herald::Herald;
use crate::support::netns::{Namespace, Net, link};
use crate::support::peer::{Connecting, Meeting, Peer, Transport};
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
