//! `herald run` as a process: what it needs, what it refuses, how it is told to stop, what it shows.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;
use support::config::{ANYCAST, Config};
use support::frr::Frr;
use support::haproxy::Haproxy;
use support::herald::{BINARY, Herald, directory, write_config};
use support::netns::{Namespace, Net};
use support::peer::{Connecting, Meeting, Peer, Transport};
use support::process::{Process, run};
use support::scene::Scene;
use support::speaker::Listening;
use support::wait::{SOON, eventually, eventually_equals, timed};
use support::web::Web;

/// A user without any capability.
const NOBODY: &str = "65534";

#[test]
fn a_second_start_on_the_same_control_socket_is_refused() {
    let (alone, herald) = Alone::with_herald(|config| config);
    let second = alone.directory_of(&herald);
    let (status, said) = alone.run_to_the_end(&second, &[]);
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains(&herald.control_socket().display().to_string()), "{said}");
    assert_eq!(herald.status()["pid"], herald.pid(), "the first one still answers");
}

#[test]
fn the_control_socket_of_a_dead_agent_is_replaced() {
    let (_alone, mut herald) = Alone::with_herald(|config| config);
    let first = herald.pid();
    herald.signal(Signal::SIGKILL);
    herald.ended();
    assert!(herald.control_socket().exists(), "a crash leaves its socket behind");
    herald.restart();
    assert_ne!(herald.status()["pid"], first);
}

#[test]
fn the_control_socket_is_gone_after_an_orderly_end_and_closed_to_others_before() {
    let (_alone, mut herald) = Alone::with_herald(|config| config);
    let found = fs::metadata(herald.control_socket()).expect("the socket");
    assert!(found.file_type().is_socket());
    assert_eq!(found.permissions().mode() & 0o777, 0o660);
    herald.signal(Signal::SIGTERM);
    assert!(herald.ended().success());
    assert!(!herald.control_socket().exists());
}

#[test]
fn a_taken_port_179_ends_the_start_with_a_line_that_names_it() {
    let alone = Alone::new();
    let meeting = Meeting { connecting: Connecting::PeerDials, transport: Transport::V4 };
    let _taken = Listening::on(&alone.ours, meeting.herald_address());
    let said = alone.refuses_to_start(&alone.config_for(meeting), &[]);
    assert!(said.contains("10.9.0.1:179"), "{said}");
}

#[test]
fn without_net_admin_the_start_ends_with_a_line_that_names_the_capability() {
    let alone = Alone::new();
    let said = alone.refuses_to_start(
        &alone.config(),
        &["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"],
    );
    assert!(said.contains("CAP_NET_ADMIN"), "{said}");
}

#[test]
fn an_unknown_interface_ends_the_start_with_a_line_that_names_it() {
    let alone = Alone::new();
    let config = alone.config().set("service.web.loopback", "interface", "\"nosuch0\"");
    let said = alone.refuses_to_start(&config, &[]);
    assert!(said.contains("nosuch0"), "{said}");
}

#[test]
fn a_label_that_is_too_long_ends_the_start() {
    let alone = Alone::new();
    let config = alone.config().set("service.web.loopback", "label", "\"lo:sixteen-chars\"");
    let said = alone.refuses_to_start(&config, &[]);
    assert!(said.contains("15"), "{said}");
}

#[test]
fn a_neighbour_that_cannot_be_reached_is_waited_for_and_shown() {
    let (_alone, herald) = Alone::with_herald(|config| config);
    let neighbor = eventually("the refused connection is shown", SOON, || {
        let neighbor = herald.neighbor();
        if neighbor["last-error"].is_string() { Ok(neighbor) } else { Err(neighbor) }
    });
    let said = neighbor["last-error"].as_str().unwrap_or_default().to_lowercase();
    assert!(said.contains("refuses the connection"), "{neighbor}");
    assert_eq!(neighbor["flaps"], 0, "what was never up does not flap");
    assert_eq!(herald.service()["routes"][0]["announced"], false);
}

#[test]
fn sigint_stops_like_sigterm() {
    let (alone, mut herald) = Alone::with_herald(|config| config);
    herald.signal(Signal::SIGINT);
    assert!(herald.ended().success(), "{}", herald.log());
    assert!(alone.ours.loopback_addresses().is_empty());
}

#[test]
fn a_second_signal_skips_the_wait_of_the_drain() {
    let mut scene = Scene::<Frr>::set(Meeting::USUAL, |config| {
        config.set("agent", "grace", "\"60s\"").set("service.web.drain", "for", "\"60s\"")
    });
    let announced = scene.route_arrives(ANYCAST);
    scene.herald.signal(Signal::SIGTERM);
    eventually("the drain began", SOON, || {
        let route = scene.peer.routes().remove(ANYCAST);
        let longer =
            route.as_ref().is_some_and(|seen| seen.as_path.len() > announced.as_path.len());
        if longer { Ok(()) } else { Err(route) }
    });
    assert_eq!(scene.herald.exit_status(), None, "the drain has a minute");
    let (took, status) = timed(|| {
        scene.herald.signal(Signal::SIGTERM);
        scene.herald.ended()
    });
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    scene.routes_become(0);
    assert!(!scene.ours.has_loopback(ANYCAST));
}

#[test]
fn a_first_signal_waits_for_the_grace_and_no_longer() {
    let mut scene =
        Scene::<Frr>::set(Meeting::USUAL, |config| config.set("agent", "grace", "\"2s\""));
    scene.route_arrives(ANYCAST);
    let (took, status) = timed(|| {
        scene.herald.signal(Signal::SIGTERM);
        scene.herald.ended()
    });
    assert!(status.success(), "{status}");
    assert!(took >= Duration::from_secs(2) && took < Duration::from_secs(6), "{took:?}");
}

#[test]
fn json_logs_are_one_object_per_line() {
    let alone = Alone::new();
    let directory = directory("logs");
    let file = write_config(directory.path(), &alone.config());
    let mut command = alone.inside(&[]);
    command.args([BINARY, "run", "--log-format", "json", "--config"]).arg(file);
    let log = directory.path().join("log");
    let mut process = Process::start("herald", command, &log);
    // Before it binds addresses, a signal ends it on the spot.
    eventually("the address", SOON, || match alone.ours.has_loopback(ANYCAST) {
        true => Ok(()),
        false => Err(process.log()),
    });
    process.signal(Signal::SIGTERM);
    assert!(process.ended().success());
    assert!(process.log().lines().count() > 1, "{}", process.log());
    for line in process.log().lines() {
        let parsed: Result<Value, _> = serde_json::from_str(line);
        assert!(parsed.is_ok_and(|value| value.is_object()), "{line}");
    }
}

#[test]
fn http_shows_the_same_status_and_changes_nothing() {
    let (alone, herald) =
        Alone::with_herald(|config| config.set("agent", "http", "\"127.0.0.1:9642\""));
    let shown: Value =
        serde_json::from_str(&alone.curl(&["http://127.0.0.1:9642/api/v1/status"])).expect("JSON");
    let status = herald.status();
    for field in ["version", "pid", "router-id", "local-as", "region", "started-at"] {
        assert_eq!(shown[field], status[field], "{field}");
    }
    assert_eq!(alone.http_code(&["http://127.0.0.1:9642/livez"]), "200");
    assert_eq!(alone.http_code(&["-X", "POST", "http://127.0.0.1:9642/api/v1/status"]), "405");
    assert_eq!(alone.http_code(&["http://127.0.0.1:9642/nothing"]), "404");
}

#[test]
fn a_taken_http_port_ends_the_start_with_a_line_that_names_it() {
    let alone = Alone::new();
    let _taken = Web::start(&alone.ours, 9642, "somebody else");
    let config = alone.config().set("agent", "http", "\"127.0.0.1:9642\"");
    let said = alone.refuses_to_start(&config, &[]);
    assert!(said.contains("127.0.0.1:9642"), "{said}");
}

#[test]
fn status_json_has_the_promised_fields_with_the_promised_types() {
    let scene = Scene::<Frr>::usual();
    scene.route_arrives(ANYCAST);
    let status = scene.herald.status();
    let neighbor = &status["neighbors"][0];
    let service = &status["services"][0];
    let (check, route) = (&service["checks"][0], &service["routes"][0]);
    has(&status, &["version:string", "pid:number", "router-id:string", "local-as:number"]);
    has(&status, &["region:string", "started-at:time", "neighbors:list", "services:list"]);
    has(
        neighbor,
        &["name:string", "address:string", "peer-as:number", "state:string", "since:time"],
    );
    has(neighbor, &["hold-time-s:number", "capabilities:list", "advertised:number"]);
    has(neighbor, &["received:number", "flaps:number", "last-error:null"]);
    has(service, &["name:string", "state:string", "since:time", "because:string"]);
    has(service, &["capacity-percent:number", "override:null", "checks:list", "routes:list"]);
    has(check, &["name:string", "kind:string", "verdict:string", "because:string"]);
    has(check, &["last-sample-at:time"]);
    has(route, &["prefix:string", "announced:bool", "bound:bool", "as-path:list"]);
    has(route, &["communities:list", "med:null", "next-hop:string", "neighbors:list"]);
    assert_eq!(status["pid"], scene.herald.pid());
    assert_eq!(status["router-id"], "10.9.0.1");
    assert_eq!((&status["local-as"], &status["region"]), (&65010.into(), &"here".into()));
    assert_eq!((&neighbor["name"], &neighbor["advertised"]), (&"peer".into(), &1.into()));
    assert_eq!((&service["name"], &service["capacity-percent"]), (&"web".into(), &100.into()));
    assert_eq!(service["because"], "http_back: 2 of 2 servers up");
    assert_eq!((&check["kind"], &check["verdict"]), (&"haproxy".into(), &"healthy".into()));
    assert_eq!(route["next-hop"], "10.9.0.1");
}

#[test]
fn status_for_people_names_every_neighbour_service_and_address() {
    let scene = Scene::<Frr>::usual();
    scene.route_arrives(ANYCAST);
    let answer = scene.herald.ask(&["status"]);
    let text = String::from_utf8_lossy(&answer.stdout);
    assert!(answer.status.success());
    for word in ["peer", "established", "web", "up", ANYCAST, "http_back: 2 of 2 servers up"] {
        assert!(text.contains(word), "{word} in\n{text}");
    }
}

#[test]
fn a_service_that_waits_for_haproxy_is_shown_with_the_reason() {
    let (_alone, herald) = Alone::with_herald(|config| config);
    herald.asks_haproxy(3);
    let check = herald.service()["checks"][0].take();
    let because = check["because"].as_str().unwrap_or_default();
    assert!(because.contains("haproxy.sock"), "{check}");
    let states: BTreeSet<&str> = ["pending", "down"].into();
    let service = herald.service();
    assert!(states.contains(service["state"].as_str().unwrap_or_default()), "{service}");
}

#[test]
fn a_stop_while_nothing_is_up_does_not_wait() {
    let (_alone, mut herald) = Alone::with_herald(|config| config.set("agent", "grace", "\"60s\""));
    let (took, status) = timed(|| {
        herald.signal(Signal::SIGTERM);
        herald.ended()
    });
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(5), "there is nothing to drain: {took:?}");
}

#[test]
fn the_sessions_of_one_neighbour_do_not_hang_on_the_other() {
    let scene = Scene::<Frr>::set(Meeting::USUAL, |config| {
        config.set("neighbor.absent", "address", "\"10.9.0.77\"").set(
            "neighbor.absent",
            "peer-as",
            65515,
        )
    });
    eventually_equals("the route at the one that is there", &1, || scene.peer.routes().len());
    let status = scene.herald.status();
    let states: Vec<&Value> =
        status["neighbors"].as_array().into_iter().flatten().map(|n| &n["state"]).collect();
    assert_eq!(states.len(), 2);
    assert!(states.contains(&&Value::from("established")), "{states:?}");
}

/// A network without anybody but herald; HAProxy's socket does not exist.
struct Alone {
    ours: Namespace,
    haproxy: Haproxy,
    _net: Net,
}

impl Alone {
    fn new() -> Self {
        let (net, ours, _theirs) = Net::pair();
        let haproxy = Haproxy::prepared(&ours, &[]);
        Self { ours, haproxy, _net: net }
    }

    fn with_herald(change: impl FnOnce(Config) -> Config) -> (Self, Herald) {
        let alone = Self::new();
        let herald = Herald::start(&alone.ours, &change(alone.config()));
        (alone, herald)
    }

    fn config(&self) -> Config {
        self.config_for(Meeting::USUAL)
    }

    fn config_for(&self, meeting: Meeting) -> Config {
        Config::usual(meeting, &self.haproxy.socket())
    }

    /// Runs herald with `config`, which must end with status 1 and leave nothing behind.
    #[track_caller]
    fn refuses_to_start(&self, config: &Config, user: &[&str]) -> String {
        let directory = directory("refused");
        // Open to a user without capabilities too: only what is tested may stand in the way.
        let open = fs::Permissions::from_mode(0o777);
        fs::set_permissions(directory.path(), open).expect("a directory of ours");
        let file = write_config(directory.path(), config);
        let (status, said) = self.run_to_the_end(&file, user);
        assert_eq!(status.code(), Some(1), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        assert!(self.ours.loopback_addresses().is_empty(), "nothing is bound");
        let socket = support::herald::control_socket(directory.path());
        assert!(!socket.exists(), "nothing is left");
        said
    }

    fn run_to_the_end(&self, config: &std::path::Path, user: &[&str]) -> (ExitStatus, String) {
        let directory = directory("output");
        let mut command = self.inside(user);
        command.args([BINARY, "run", "--config"]).arg(config);
        let mut process = Process::start("herald", command, &directory.path().join("log"));
        let status = process.ended();
        (status, process.log())
    }

    fn curl(&self, arguments: &[&str]) -> String {
        let mut command = self.inside(&["curl", "-sS", "--noproxy", "*", "--max-time", "5"]);
        command.args(arguments);
        run(command)
    }

    fn http_code(&self, arguments: &[&str]) -> String {
        self.curl(&[&["-o", "/dev/null", "-w", "%{http_code}"], arguments].concat())
    }

    /// `ip netns exec NAME user…`, to be continued with a program.
    fn inside(&self, user: &[&str]) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", self.ours.name()]).args(user);
        command
    }

    /// The configuration of a herald that runs here.
    fn directory_of(&self, herald: &Herald) -> std::path::PathBuf {
        herald.control_socket().with_file_name("herald.toml")
    }
}

/// Checks `name:type` fields; `null` stands for a field that is there and empty.
#[track_caller]
fn has(object: &Value, fields: &[&str]) {
    for field in fields {
        let (name, kind) = field.split_once(':').expect("name:type");
        let Some(value) = object.get(name) else { panic!("no `{name}` in {object:#}") };
        let right = match kind {
            "string" => value.is_string(),
            "number" => value.is_u64(),
            "bool" => value.is_boolean(),
            "list" => value.is_array(),
            "null" => value.is_null(),
            "time" => is_time(value),
            _ => panic!("no such type: {kind}"),
        };
        assert!(right, "`{name}` is no {kind}: {value}");
    }
}

/// RFC 3339 with seconds, such as 2026-01-31T12:00:00.123Z.
fn is_time(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok())
}
