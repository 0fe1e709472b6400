use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::support::config::ANYCAST;
use super::support::frr::Frr;
use super::support::herald::BINARY;
use super::support::peer::Meeting;
use super::support::process::{output, run};
use super::support::scene::Scene;
use super::support::wait::{SOON, eventually};
use super::{errors, json, said, scene};

/// Events that have happened, in place of a stream.
const JSON: &str = "Accept: application/json";

#[test]
fn explain_shows_the_chain_from_the_checks_to_what_was_sent() {
    let scene = scene();
    let text = said(&scene, &["explain", "web"]);
    let chain = [
        "service web: up",
        "check     backend (haproxy): healthy, sampled",
        "http_back: 2 of 2 servers up",
        "rule      all of 1 must be healthy",
        "health    healthy, 100 % capacity",
        "state     up",
        "table     service.web.up: adds nothing",
        "region    region.here: prepend 2",
        "neighbour peer: established",
        "sent 9.9.9.9/32: path 65010 65010 65010, next hop 10.9.0.1",
        "service web: pending → up: http_back: 2 of 2 servers up",
    ];
    let mut rest = text.as_str();
    for link in chain {
        let Some((_, after)) = rest.split_once(link) else {
            panic!("{link:?}, in this order:\n{text}")
        };
        rest = after;
    }
    assert!(!text.contains("override"), "{text}");

    said(&scene, &["drain", "web", "--for", "60s", "--reason", "new kernel"]);
    scene.herald.service_becomes("draining");
    let draining = json(&scene, &["explain", "web", "--json"]);
    assert_eq!(draining["table"]["name"], "service.web.drain");
    assert_eq!(draining["table"]["prepend"], 3);
    assert_eq!(draining["service"]["override"]["because"], "drain ordered by root: new kernel");
    let text = said(&scene, &["explain", "web"]);
    assert!(text.contains("override  drain by root, uid 0, pid"), "{text}");
    assert!(text.contains("communities graceful-shutdown"), "{text}");
}

#[test]
fn explain_says_why_a_service_is_down_with_exit_code_1() {
    let mut scene = scene();
    let good = scene.herald.ask(&["explain", "web", "--exit-code"]);
    assert_eq!(good.status.code(), Some(0));
    scene.servers_die();
    scene.routes_become(0);
    scene.herald.service_becomes("down");
    let answer = scene.herald.ask(&["explain", "web", "--exit-code"]);
    assert_eq!(answer.status.code(), Some(1));
    let text = String::from_utf8_lossy(&answer.stdout);
    for words in [
        "http_back: 0 of 2 servers up",
        "table     service.web.down: not announced",
        "has no route of this service from us",
        "up → down: http_back: 0 of 2 servers up",
    ] {
        assert!(text.contains(words), "{words} in\n{text}");
    }
}

#[test]
fn events_tell_who_said_what_and_what_came_of_it_in_the_words_of_the_log() {
    let mut scene = scene();
    said(&scene, &["drain", "web", "--for", "0s", "--reason", "new kernel"]);
    scene.servers_die();
    let text = eventually("all of it is told", SOON, || {
        let text = said(&scene, &["events"]);
        if text.contains("up → draining") || text.contains("up → drained") {
            Ok(text)
        } else {
            Err(text)
        }
    });
    let because = "drain ordered by root: new kernel";
    for words in [
        "agent started: herald",
        "neighbour peer:",
        "→ established: session established, hold time",
        &format!("service web: {because} (root, uid 0, pid"),
    ] {
        assert!(text.contains(words), "{words} in\n{text}");
    }
    scene.herald.logs(because);
    let events = said(&scene, &["events", "--service", "web", "--json"]);
    for line in events.lines() {
        let event: Value = serde_json::from_str(line).expect("JSON a line");
        assert_eq!(event["service"], "web", "{event}");
    }
    let last = said(&scene, &["events", "-n", "1"]);
    assert_eq!(last.lines().count(), 1);
}

#[test]
fn events_are_followed_while_they_happen() {
    let scene = scene();
    let mut command = Command::new(BINARY);
    command.args(["events", "--follow", "-n", "1", "--json", "--socket"]);
    let mut follower = command
        .arg(scene.herald.control_socket())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary under test");
    let mut lines = BufReader::new(follower.stdout.take().expect("a pipe")).lines();
    let mut next = || -> Value {
        let line = lines.next().expect("another line").expect("text");
        serde_json::from_str(&line).expect("JSON a line")
    };
    assert!(next()["id"].as_u64().is_some_and(|id| id > 1), "the last of those that have happened");
    said(&scene, &["withdraw", "web"]);
    let (command, change) = (next(), next());
    assert_eq!((&command["kind"], &command["word"]), (&"command".into(), &"withdraw".into()));
    assert_eq!((&change["kind"], &change["to"]), (&"service".into(), &"withdrawn".into()));
    drop(scene);
    let ended = follower.wait_with_output().expect("its end");
    assert_eq!(ended.status.code(), Some(3), "{}", errors(&ended));
}

#[test]
fn lists_keep_to_the_width_of_a_terminal_and_are_whole_and_without_colour_in_a_pipe() {
    let scene = scene();
    let reason = "long ".repeat(30);
    said(&scene, &["drain", "web", "--for", "60s", "--reason", &reason]);
    let socket = scene.herald.control_socket().display().to_string();
    // script(1) gives it a terminal.
    let terminal = |columns: u16, words: &str| {
        let line = format!("stty cols {columns}; {BINARY} {words} --socket {socket}");
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm").env("NO_COLOR", "1");
        run(command)
    };
    for (command, words) in [
        ("services", ["SERVICE", "web", "draining", "healthy", "1/1"].as_slice()),
        ("neighbors", &["NEIGHBOR", "peer", "established"]),
    ] {
        let piped = said(&scene, &[command]);
        assert!(!piped.contains(['\u{1b}', '…']), "{piped:?}");
        let narrow = terminal(80, command);
        assert!(narrow.lines().all(|line| line.chars().count() <= 80), "{narrow}");
        for word in words {
            assert!(piped.contains(word) && narrow.contains(word), "{word} in\n{piped}\n{narrow}");
        }
        // Two questions are two moments: a look at HAProxy between them changes what is answered.
        eventually(&format!("{command} are the same as in status"), SOON, || {
            let list = json(&scene, &[command, "--json"]);
            let status = scene.herald.status()[command].take();
            if list == status { Ok(()) } else { Err([list, status]) }
        });
    }
    assert!(said(&scene, &["services"]).contains(reason.trim()));
    assert!(terminal(80, "services").contains('…') && !terminal(300, "services").contains('…'));
}

#[test]
fn what_is_not_found_is_said() {
    let scene = scene();
    let text = said(&scene, &["routes", "received", "192.0.2.77"]);
    assert_eq!(text, "no neighbour shows 192.0.2.77/32\n");
    let text = said(&scene, &["routes", "advertised", "--neighbor", "peer", "192.0.2.77"]);
    assert_eq!(text, "peer does not have 192.0.2.77/32 from us\n");
}

#[test]
fn a_watched_status_ends_with_the_last_changes() {
    let scene = scene();
    let mut command = Command::new("sh");
    let socket = scene.herald.control_socket().display().to_string();
    let watch = format!("{BINARY} status --watch --socket {socket} | sed '/pending → up/q'");
    command.args(["-c", &watch]);
    let text = run(command);
    let (status, changes) = text.split_once("\nlast changes\n").expect("both");
    assert!(status.contains("service web: up"), "{text}");
    assert!(changes.contains("Z  service web: pending → up: http_back"), "{text}");
}

#[test]
fn status_is_watched_until_the_reader_goes() {
    let scene = scene();
    let mut command = Command::new("sh");
    let socket = scene.herald.control_socket().display().to_string();
    command.args(["-c", &format!("{BINARY} status --watch --json --socket {socket} | head -n 2")]);
    let text = run(command);
    assert_eq!(text.lines().count(), 2, "{text}");
    for line in text.lines() {
        let status: Value = serde_json::from_str(line).expect("a snapshot a line");
        assert_eq!(status["pid"], scene.herald.pid());
    }
}

#[test]
fn the_socket_speaks_http_and_json_with_anybody() {
    let scene = scene();
    let curl = |arguments: &[&str]| {
        let mut command = Command::new("curl");
        command.args(["-sS", "--max-time", "5", "--unix-socket"]);
        command.arg(scene.herald.control_socket()).args(arguments);
        run(command)
    };
    let parsed = |text: &str| -> Value { serde_json::from_str(text).expect("JSON") };
    let answer = curl(&["-X", "POST", "http://herald/api/v1/services/web/withdraw"]);
    assert_eq!(parsed(&answer)["services"][0]["state"], "withdrawn");
    scene.routes_become(0);
    let body = r#"{"for":"1m","reason":"trial"}"#;
    curl(&["-d", body, "http://herald/api/v1/services/web/announce"]);
    scene.route_arrives(ANYCAST);
    let events = parsed(&curl(&["-H", JSON, "http://herald/api/v1/events?service=web&last=1"]));
    assert_eq!(events[0]["because"], "announce ordered by root: trial");
    let refused = parsed(&curl(&["-X", "POST", "http://herald/api/v1/services/web/fly"]));
    assert!(refused["error"].is_string() && refused["hint"].is_string(), "{refused}");
    let resumed = parsed(&curl(&["-X", "POST", "http://herald/api/v1/resume"]));
    assert_eq!(resumed["services"][0]["override"], Value::Null);
    let read = curl(&["-D", "-", "http://herald/api/v1/services/web/drain"]);
    assert!(read.starts_with("HTTP/1.1 405") && read.contains("allow: POST"), "{read}");
    assert!(read.contains("curl -X POST"), "{read}");
}

#[test]
fn a_route_that_a_session_cannot_carry_is_named_with_the_reason() {
    const ROUTE: &str = "2001:db8::1/128";
    let scene = Scene::<Frr>::set(Meeting::USUAL, |config| {
        config.set("service.web", "addresses", format!("[\"{ANYCAST}\", \"{ROUTE}\"]")).set(
            "neighbor.peer",
            "next-hop-ipv6",
            "\"2001:db8::a\"",
        )
    });
    scene.route_arrives(ANYCAST);
    scene.peer.configure(&["dont-capability-negotiate"]);
    let because = "the session carries ipv4-unicast only (peer did not offer ipv6-unicast)";
    let status = eventually("status has the reason", SOON, || {
        let text = said(&scene, &["status"]);
        let line = format!("{ROUTE}, not sent to peer: {because}");
        if text.contains(&line) { Ok(text) } else { Err(text) }
    });
    assert!(!status.contains("not announced"), "{status}");
    let explained = said(&scene, &["explain", "web"]);
    assert!(explained.contains(&format!("not sent {ROUTE}: {because}")), "{explained}");
    assert!(explained.contains("neighbor.peer: next hop 2001:db8::a"), "{explained}");
    let service = scene.herald.service();
    let routes = service["routes"].as_array().expect("routes");
    let route = routes.iter().find(|route| route["prefix"] == ROUTE).expect("the IPv6 route");
    assert_eq!(route["fault"], format!("peer: {because}"));
    assert_eq!(route["withheld"][0]["neighbor"], "peer");
    let log = scene.herald.logs("route not sent");
    let warnings = log.lines().filter(|line| line.contains("route not sent")).collect::<Vec<_>>();
    assert_eq!(warnings.len(), 1, "once a session: {log}");
    assert!(warnings[0].contains(because) && warnings[0].contains("WARN"), "{warnings:?}");
}

#[test]
fn http_shows_events_too_and_takes_no_words() {
    let scene = Scene::<Frr>::set(Meeting::USUAL, |config| {
        config.set("agent", "http", "\"127.0.0.1:9642\"")
    });
    scene.route_arrives(ANYCAST);
    let curl = |arguments: &[&str]| {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", scene.ours.name(), "curl", "-sS", "--noproxy", "*"]);
        command.args(["--max-time", "2"]).args(arguments);
        String::from_utf8_lossy(&output(&mut command).stdout).into_owned()
    };
    let events = curl(&["-H", JSON, "http://127.0.0.1:9642/api/v1/events"]);
    let events: Value = serde_json::from_str(&events).expect("JSON");
    assert_eq!(events[0]["kind"], "agent");
    let stream = ["-N", "http://127.0.0.1:9642/api/v1/events"];
    let text = curl(&stream);
    assert!(text.contains("id: 1\n") && text.contains("data: {"), "{text}");
    let post = ["-o", "/dev/null", "-w", "%{http_code}", "-X", "POST"];
    let code = curl(&[&post[..], &["http://127.0.0.1:9642/api/v1/drain"]].concat());
    assert_eq!(code, "404");
    assert_eq!(scene.herald.service()["override"], Value::Null);
}
