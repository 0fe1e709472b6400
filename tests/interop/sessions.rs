//! How sessions begin and end.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::support::config::ANYCAST;
use crate::support::peer::{Connecting, Meeting, Peer, Transport};
use crate::support::scene::Scene;
use crate::support::wait::{SOON, eventually, eventually_equals, timed};

against_every_daemon! {
    a_session_comes_up_when_herald_dials,
    a_session_comes_up_when_the_other_side_dials,
    dialling_from_both_sides_ends_in_one_session,
    a_session_comes_up_over_ipv6,
    sigterm_drains_then_withdraws_then_closes_with_the_message,
    a_killed_agent_takes_its_routes_along_at_once,
    a_restarted_agent_announces_again,
}

fn a_session_comes_up_when_herald_dials<P: Peer>() {
    comes_up::<P>(Connecting::HeraldDials, Transport::V4);
}

fn a_session_comes_up_when_the_other_side_dials<P: Peer>() {
    comes_up::<P>(Connecting::PeerDials, Transport::V4);
}

fn a_session_comes_up_over_ipv6<P: Peer>() {
    comes_up::<P>(Connecting::HeraldDials, Transport::V6);
}

fn dialling_from_both_sides_ends_in_one_session<P: Peer>() {
    let scene = comes_up::<P>(Connecting::BothDial, Transport::V4);
    eventually_equals("one connection", &1, || scene.ours.bgp_connections());
    scene.route_arrives(ANYCAST);
    // ExaBGP keeps the connection that comes in, whatever the identifiers say, and may count it as a
    // session before the RFC's choice is made for it. Afterwards nothing may move.
    let settled = scene.peer.times_established();
    scene.herald.asks_haproxy(40);
    assert_eq!(scene.peer.times_established(), settled, "{}", scene.peer.last_close());
    assert_eq!(scene.herald.neighbor()["flaps"], 0);
    assert_eq!(scene.ours.bgp_connections(), 1);
}

fn sigterm_drains_then_withdraws_then_closes_with_the_message<P: Peer>() {
    let mut scene = Scene::<P>::set(Meeting::USUAL, |config| {
        config.set("agent", "grace", "\"2s\"").set(
            "bgp",
            "shutdown-message",
            "\"maintenance until noon\"",
        )
    });
    let before = scene.route_arrives(ANYCAST);
    assert_eq!(before.as_path.len(), 3, "region northeurope prepends twice");
    scene.herald.signal(Signal::SIGTERM);
    eventually("the attributes of the drain", SOON, || {
        let route = scene.peer.routes().remove(ANYCAST);
        let drained = route.as_ref().is_some_and(|seen| {
            seen.communities == ["65535:0"] && seen.as_path.len() == before.as_path.len() + 3
        });
        if drained { Ok(()) } else { Err(route) }
    });
    scene.routes_become(0);
    let status = scene.herald.ended();
    assert!(status.success(), "{status}");
    let said = scene.peer.last_close();
    assert!(said.contains(P::ADMINISTRATIVE_SHUTDOWN), "{said}");
    assert!(said.contains("maintenance until noon"), "{said}");
    assert!(!scene.ours.has_loopback(ANYCAST), "the address is released at the end");
}

fn a_killed_agent_takes_its_routes_along_at_once<P: Peer>() {
    let mut scene = Scene::<P>::usual();
    scene.route_arrives(ANYCAST);
    let (took, ()) = timed(|| {
        scene.herald.signal(Signal::SIGKILL);
        scene.routes_become(0);
    });
    scene.herald.ended();
    // The hold time is 9 s: this was the kernel closing the connection, not a timer.
    assert!(took < Duration::from_secs(3), "{took:?}");
}

fn a_restarted_agent_announces_again<P: Peer>() {
    let mut scene = Scene::<P>::usual();
    scene.route_arrives(ANYCAST);
    scene.herald.signal(Signal::SIGKILL);
    scene.herald.ended();
    scene.herald.restart();
    scene.session_comes_up();
    scene.route_arrives(ANYCAST);
    assert_eq!(scene.ours.loopback_addresses().len(), 1, "the address of the last run was adopted");
}

fn comes_up<P: Peer>(connecting: Connecting, transport: Transport) -> Scene<P> {
    let scene = Scene::<P>::set(Meeting { connecting, transport }, |config| config);
    let neighbor = scene.herald.neighbor();
    assert_eq!(neighbor["hold-time-s"], 9);
    if connecting != Connecting::BothDial {
        // Of two connections one is closed, and that may be told.
        assert_eq!(neighbor["last-error"], serde_json::Value::Null);
    }
    let capabilities = neighbor["capabilities"].as_array().map_or(0, Vec::len);
    assert!(capabilities >= 3, "what the other side offers is shown: {neighbor}");
    scene
}
