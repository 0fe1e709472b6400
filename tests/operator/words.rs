use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::support::config::ANYCAST;
use super::support::frr::Frr;
use super::support::herald::BINARY;
use super::support::peer::{Meeting, Peer};
use super::support::scene::Scene;
use super::support::wait::{SOON, eventually, timed};
use super::{errors, said, scene};

/// Waits until FRR has the route by the drain table.
#[track_caller]
fn drain_is_seen(scene: &Scene<Frr>) {
    eventually("FRR has the route by the drain table", SOON, || {
        let route = scene.peer.routes().remove(ANYCAST);
        let drained = route.as_ref().is_some_and(|seen| {
            seen.as_path == [65010; 6] && seen.communities.iter().any(|c| c == "65535:0")
        });
        if drained { Ok(()) } else { Err(route) }
    });
}

#[test]
fn a_drain_replaces_the_route_in_place_then_withdraws_it_and_resume_brings_it_back() {
    let scene = scene();
    let first = scene.route_arrives(ANYCAST);
    let text = said(&scene, &["drain", "web", "--reason", "new kernel"]);
    assert!(text.contains("web: draining: drain ordered by root: new kernel"), "{text}");
    assert!(text.contains("withdrawn in 2s"), "{text}");
    drain_is_seen(&scene);
    scene.routes_become(0);
    let service = scene.herald.service_becomes("drained");
    assert_eq!(service["because"], "drain ordered by root: new kernel");
    assert_eq!(service["override"]["word"], "drain");
    assert_eq!(service["override"]["owner"], "operator");
    assert_eq!(service["health"]["verdict"], "healthy");
    assert!(scene.ours.has_loopback(ANYCAST), "the address stays");
    let text = said(&scene, &["resume", "web"]);
    assert!(text.contains("web: up: http_back: 2 of 2 servers up"), "{text}");
    assert_eq!(scene.route_arrives(ANYCAST), first);
    assert_eq!(scene.herald.service()["override"], serde_json::Value::Null);
    assert_eq!(scene.peer.times_established(), 1);
}

#[test]
fn drain_wait_returns_when_the_route_is_gone() {
    let scene = scene();
    let (took, text) = timed(|| said(&scene, &["drain", "--all", "--for", "1s", "--wait"]));
    assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(10), "{took:?}");
    assert!(text.contains("web: drained after 1s"), "{text}");
    scene.routes_become(0);
    said(&scene, &["resume", "--all"]);
    scene.route_arrives(ANYCAST);
}

/// With a client that has connected to HAProxy and says nothing, for as long as the value lives.
fn scene_with_a_client(wait_sessions: &str) -> (Scene<Frr>, TcpStream) {
    let check = "{ backend = \"http_back\", frontend = \"web\", min-up = 1 }";
    let scene = Scene::<Frr>::set(Meeting::USUAL, |config| {
        config.set("service.web.check.backend", "haproxy", check).set(
            "service.web.drain",
            "wait-sessions",
            wait_sessions,
        )
    });
    scene.route_arrives(ANYCAST);
    let client = scene.ours.enter(|| TcpStream::connect("127.0.0.1:80")).expect("HAProxy's port");
    (scene, client)
}

#[test]
fn drain_wait_waits_for_the_sessions_of_haproxy() {
    let (scene, client) = scene_with_a_client("\"60s\"");
    let mut command = Command::new(BINARY);
    command.args(["drain", "web", "--for", "0s", "--wait", "--socket"]);
    let mut waiting = command
        .arg(scene.herald.control_socket())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary under test");
    let mut lines = BufReader::new(waiting.stdout.take().expect("a pipe")).lines();
    let mut says = |words: &str| {
        let found = lines.by_ref().map_while(Result::ok).find(|line| line.contains(words));
        assert!(found.is_some(), "it never says {words:?}");
    };
    says("web: 1 session left");
    scene.routes_become(0);
    drop(client);
    says("web: no session left");
    assert!(waiting.wait().expect("its end").success());
}

#[test]
fn drain_wait_says_no_when_sessions_outlast_wait_sessions() {
    let (scene, _client) = scene_with_a_client("\"1s\"");
    let answer = scene.herald.ask(&["drain", "web", "--for", "0s", "--wait"]);
    assert_eq!(answer.status.code(), Some(1), "{}", errors(&answer));
    let words = "web: 1 session left after 1s (wait-sessions)";
    assert!(errors(&answer).contains(words), "{}", errors(&answer));
}

#[test]
fn drain_wait_says_no_when_haproxy_does_not_tell_how_many_sessions_are_left() {
    let (mut scene, _client) = scene_with_a_client("\"1s\"");
    scene.haproxy.kill();
    let answer = scene.herald.ask(&["drain", "web", "--for", "0s", "--wait"]);
    assert_eq!(answer.status.code(), Some(1), "{}", errors(&answer));
    let words = "web: unknown how many sessions are left (local: HAProxy is gone";
    assert!(errors(&answer).contains(words), "{}", errors(&answer));
    assert!(errors(&answer).contains("after 1s (wait-sessions)"), "{}", errors(&answer));
}

#[test]
fn drain_wait_says_no_when_somebody_resumes_meanwhile() {
    let scene = scene();
    let mut command = Command::new(BINARY);
    command.args(["drain", "web", "--for", "60s", "--wait", "--socket"]);
    let waiting = command
        .arg(scene.herald.control_socket())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary under test");
    scene.herald.service_becomes("draining");
    said(&scene, &["resume", "web"]);
    let answer = waiting.wait_with_output().expect("its end");
    assert_eq!(answer.status.code(), Some(1), "{}", errors(&answer));
    assert!(errors(&answer).contains("no longer drained"), "{}", errors(&answer));
}

#[test]
fn a_withdrawal_is_immediate_and_good_health_does_not_end_it() {
    let mut scene = scene();
    let text = said(&scene, &["withdraw", "web", "--reason", "wrong certificate"]);
    assert!(text.contains("web: withdrawn: withdraw ordered by root: wrong certificate"), "{text}");
    scene.routes_become(0);
    scene.servers_die();
    eventually("its health is seen", SOON, || {
        let service = scene.herald.service();
        if service["health"]["verdict"] == "unhealthy" { Ok(()) } else { Err(service) }
    });
    assert_eq!(scene.herald.service()["state"], "withdrawn");
    scene.servers_return();
    eventually("its health is seen", SOON, || {
        let service = scene.herald.service();
        if service["health"]["verdict"] == "healthy" { Ok(()) } else { Err(service) }
    });
    assert!(scene.peer.routes().is_empty());
}

#[test]
fn an_announcement_holds_against_bad_health_and_no_longer_than_it_was_given() {
    let mut scene = scene();
    scene.servers_die();
    scene.routes_become(0);
    scene.herald.service_becomes("down");
    let text = said(&scene, &["announce", "web", "--for", "2s"]);
    assert!(
        text.contains("web: up: announce ordered by root; not healthy: http_back: 0"),
        "{text}"
    );
    assert!(text.contains("for 2s"), "{text}");
    scene.route_arrives(ANYCAST);
    for command in [["status", "--exit-code"].as_slice(), &["explain", "web", "--exit-code"]] {
        assert_eq!(scene.herald.ask(command).status.code(), Some(1), "announced, yet not healthy");
    }
    scene.routes_become(0);
    assert_eq!(scene.herald.service_becomes("down")["override"], serde_json::Value::Null);
}

#[test]
fn a_drain_of_a_service_that_is_down_is_over_at_once() {
    let mut scene = scene();
    scene.servers_die();
    scene.routes_become(0);
    scene.herald.service_becomes("down");
    let (took, text) = timed(|| said(&scene, &["drain", "web", "--for", "60s", "--wait"]));
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(text.contains("web: drained:"), "{text}");
    scene.servers_return();
    scene.herald.asks_haproxy(10);
    assert!(scene.peer.routes().is_empty(), "it was told to stay away");
}

#[test]
fn a_stop_brings_nothing_back_that_was_withdrawn() {
    let mut scene = scene();
    said(&scene, &["withdraw", "web"]);
    scene.routes_become(0);
    let updates = scene.settled_updates();
    let (took, status) = timed(|| {
        scene.herald.signal(Signal::SIGTERM);
        scene.herald.ended()
    });
    assert!(status.success() && took < Duration::from_secs(5), "{status} {took:?}");
    assert_eq!(scene.peer.updates_received(), updates, "there was nothing to say");
}

#[test]
fn what_the_agent_refuses_ends_with_4_and_says_the_way_out() {
    let scene = Scene::<Frr>::set(Meeting::USUAL, |config| {
        config.set("service.off", "prefixes", "[\"203.0.113.0/24\"]").set(
            "service.off",
            "enabled",
            false,
        )
    });
    let wrong: [(&[&str], &str); 5] = [
        (&["drain", "wed"], "there is no service wed; herald services lists them"),
        (&["explain", "wed"], "there is no service wed"),
        (&["drain", "off"], "service off is disabled; set enabled = true"),
        (&["announce", "web", "--for", "400d"], "at most 30d"),
        (&["drain", "web", "--reason", "two\nlines"], "one line"),
    ];
    for (arguments, words) in wrong {
        let answer = scene.herald.ask(arguments);
        assert_eq!(answer.status.code(), Some(4), "{arguments:?}: {}", errors(&answer));
        assert!(errors(&answer).contains(words), "{arguments:?}: {}", errors(&answer));
    }
    let service = scene.herald.service();
    assert_eq!(service["override"], serde_json::Value::Null, "{service}");
}
