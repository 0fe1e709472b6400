//! HAProxy coming, going and reloading, and the loopback that goes with it; FRR watches.

use nix::sys::signal::Signal;

use crate::support::config::{ANYCAST, Config};
use crate::support::frr::Frr;
use crate::support::haproxy::{Haproxy, quick_checks};
use crate::support::herald::Herald;
use crate::support::netns::{LoopbackEntry, Net};
use crate::support::peer::{Meeting, Peer};
use crate::support::scene::{PORTS, Scene};
use crate::support::wait::{SOON, eventually, eventually_equals};
use crate::support::web::Web;

#[test]
fn nothing_is_announced_before_haproxy_is_there_and_the_route_comes_with_it() {
    let (_net, ours, theirs) = Net::pair();
    let _webs = PORTS.map(|port| Web::start(&ours, port, "answer"));
    let mut haproxy = Haproxy::prepared(&ours, &PORTS);
    let frr = Frr::start(&theirs, Meeting::USUAL);
    let herald = Herald::start(&ours, &Config::usual(Meeting::USUAL, &haproxy.socket()));
    herald.session_comes_up();
    herald.asks_haproxy(10);
    let service = herald.service();
    assert!(service["state"] == "down" || service["state"] == "pending", "{service}");
    let because = service["checks"][0]["because"].as_str().unwrap_or_default();
    let socket = haproxy.socket();
    assert!(because.contains(&socket.display().to_string()), "names what is missing: {because}");
    assert!(frr.routes().is_empty());
    haproxy.run();
    eventually_equals("the route", &1, || frr.routes().len());
}

#[test]
fn a_backend_that_is_down_at_the_start_is_never_announced() {
    let (_net, ours, theirs) = Net::pair();
    let haproxy = Haproxy::start(&ours, &PORTS);
    let frr = Frr::start(&theirs, Meeting::USUAL);
    let herald = Herald::start(&ours, &Config::usual(Meeting::USUAL, &haproxy.socket()));
    herald.session_comes_up();
    herald.service_becomes("down");
    let end_of_rib = eventually("End-of-RIB", SOON, || match frr.updates_received() {
        0 => Err("no UPDATE"),
        updates => Ok(updates),
    });
    herald.asks_haproxy(20);
    assert!(frr.routes().is_empty());
    assert_eq!(frr.updates_received(), end_of_rib, "nothing but End-of-RIB was ever sent");
}

#[test]
fn haproxy_dying_withdraws_the_route_and_its_return_brings_it_back() {
    let mut scene = Scene::<Frr>::usual();
    scene.route_arrives(ANYCAST);
    scene.haproxy.kill();
    scene.routes_become(0);
    scene.herald.service_becomes("down");
    scene.haproxy.run();
    scene.route_arrives(ANYCAST);
    assert_eq!(scene.peer.times_established(), 1);
}

#[test]
fn a_reload_with_dead_servers_announces_nothing() {
    let mut scene = Scene::<Frr>::usual();
    scene.route_arrives(ANYCAST);
    scene.servers_die();
    scene.routes_become(0);
    let before = scene.settled_updates();
    // Slow checks keep every server "UP, not checked yet" for as long as the test looks.
    scene.haproxy.write_servers(&quick_checks(&PORTS).replace("inter 100ms", "inter 5s"));
    for _ in 0..5 {
        scene.haproxy.reload();
        scene.herald.asks_haproxy(4);
    }
    assert_eq!(scene.peer.updates_received(), before, "an unchecked server proves nothing");
    assert!(scene.peer.routes().is_empty());
}

#[test]
fn a_reload_with_living_servers_keeps_the_route() {
    let scene = Scene::<Frr>::usual();
    scene.route_arrives(ANYCAST);
    let before = scene.settled_updates();
    for _ in 0..3 {
        scene.haproxy.reload();
        scene.herald.asks_haproxy(6);
    }
    assert_eq!(scene.peer.updates_received(), before);
    assert_eq!(scene.herald.service()["state"], "up");
}

#[test]
fn an_operator_taking_the_servers_out_in_haproxy_withdraws_the_route() {
    let scene = Scene::<Frr>::usual();
    scene.route_arrives(ANYCAST);
    for port in PORTS {
        scene.haproxy.ask(&format!("set server http_back/s{port} state maint"));
    }
    scene.routes_become(0);
    for port in PORTS {
        scene.haproxy.ask(&format!("set server http_back/s{port} state ready"));
    }
    scene.route_arrives(ANYCAST);
}

#[test]
fn the_address_is_bound_with_its_label_before_the_route_is_seen_and_gone_after_it() {
    let mut scene = Scene::<Frr>::set(Meeting::USUAL, |config| {
        config.set("service.web.loopback", "on-down", "\"remove\"")
    });
    scene.route_arrives(ANYCAST);
    let bound = LoopbackEntry { address: ANYCAST.to_owned(), label: Some("lo:9".to_owned()) };
    assert_eq!(scene.ours.loopback_addresses(), [bound]);
    let route = scene.herald.service()["routes"][0].take();
    assert_eq!((&route["bound"], &route["announced"]), (&true.into(), &true.into()));
    scene.servers_die();
    eventually("the address goes", SOON, || {
        let addresses = scene.ours.loopback_addresses();
        if addresses.is_empty() { Ok(()) } else { Err(addresses) }
    });
    scene.routes_become(0);
}

#[test]
fn an_address_that_somebody_deletes_is_put_back_and_the_log_says_so() {
    let scene = Scene::<Frr>::usual();
    scene.route_arrives(ANYCAST);
    scene.ours.ip(&["address", "del", ANYCAST, "dev", "lo", "label", "lo:9"]);
    eventually_equals("the address is back", &true, || scene.ours.has_loopback(ANYCAST));
    eventually("the log names the address twice", SOON, || {
        let log = scene.herald.log();
        let told = log.lines().filter(|line| line.contains("9.9.9.9")).count();
        if told >= 2 { Ok(()) } else { Err(log) }
    });
    assert_eq!(scene.peer.routes().len(), 1);
}

#[test]
fn an_address_that_was_there_before_stays_after_an_orderly_end() {
    let (_net, ours, theirs) = Net::pair();
    ours.ip(&["address", "add", ANYCAST, "dev", "lo"]);
    let _webs = PORTS.map(|port| Web::start(&ours, port, "answer"));
    let haproxy = Haproxy::start(&ours, &PORTS);
    let frr = Frr::start(&theirs, Meeting::USUAL);
    let mut herald = Herald::start(&ours, &Config::usual(Meeting::USUAL, &haproxy.socket()));
    eventually_equals("the route", &1, || frr.routes().len());
    herald.signal(Signal::SIGTERM);
    assert!(herald.ended().success());
    assert!(ours.has_loopback(ANYCAST), "herald removes only what it has added");
}

#[test]
fn what_a_crash_left_on_the_loopback_is_removed_when_it_is_no_longer_wanted() {
    let mut scene = Scene::<Frr>::usual();
    scene.route_arrives(ANYCAST);
    scene.herald.signal(Signal::SIGKILL);
    scene.herald.ended();
    assert!(scene.ours.has_loopback(ANYCAST), "a crash cannot clean up");
    let config = Config::usual(Meeting::USUAL, &scene.haproxy.socket()).set(
        "service.web",
        "addresses",
        "[\"9.9.9.10/32\"]",
    );
    scene.herald = Herald::start(&scene.ours, &config);
    scene.route_arrives("9.9.9.10/32");
    eventually("the old address is gone", SOON, || {
        let addresses = scene.ours.loopback_addresses();
        if addresses.iter().all(|entry| entry.address != ANYCAST) { Ok(()) } else { Err(addresses) }
    });
}
