//! The whole agent: what `status` and `check` say of event streams, and what a reload leaves alone.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::process::Command;

use nix::sys::signal::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::config::Config;
use crate::support::haproxy::Haproxy;
use crate::support::herald::{BINARY, Herald, directory};
use crate::support::netns::{Namespace, Net};
use crate::support::peer::Meeting;
use crate::support::process::{inside, output};
use crate::support::wait::{SOON, eventually};
use crate::support::web::Web;

const PORT: u16 = 8001;

/// herald with both streams beside a HAProxy that logs nowhere. Fields end in this order.
struct Deaf {
    herald: Herald,
    webs: Vec<Web>,
    config: Config,
    socket: PathBuf,
    ours: Namespace,
    _haproxy: Haproxy,
    _directory: TempDir,
    _net: Net,
}

impl Deaf {
    fn new() -> Self {
        let (net, ours, _) = Net::pair();
        let webs = vec![Web::start(&ours, PORT, "answer")];
        let haproxy = Haproxy::start(&ours, &[PORT]);
        let directory = directory("events");
        let socket = directory.path().join("haproxy.sock");
        let config = Config::usual(Meeting::USUAL, &haproxy.socket())
            .set("haproxy.local", "event-socket", format!("{socket:?}"))
            .set("haproxy.local", "event-ring", "\"herald\"");
        let herald = Herald::start(&ours, &config);
        Self {
            herald,
            webs,
            config,
            socket,
            ours,
            _haproxy: haproxy,
            _directory: directory,
            _net: net,
        }
    }

    /// Waits until the stream of this kind is in this state; gives what is wrong with it.
    fn stream_becomes(&self, kind: &str, state: &str) -> String {
        eventually(&format!("{kind} is {state}"), SOON, || {
            let haproxy = self.herald.status()["haproxy"][0].take();
            let streams = haproxy["streams"].as_array().into_iter().flatten();
            match streams.into_iter().find(|stream| stream["kind"] == kind) {
                Some(stream) if stream["state"] == state => Ok(words(&stream["because"])),
                Some(_) | None => Err(haproxy),
            }
        })
    }

    /// What `herald check` says of the agent's own file.
    fn check(&self) -> String {
        let file = self.herald.control_socket().with_file_name("herald.toml");
        let answer = output(Command::new(BINARY).arg("check").arg(file));
        assert!(answer.status.success(), "{answer:?}");
        String::from_utf8_lossy(&answer.stderr).into_owned()
    }
}

fn words(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[test]
fn streams_that_bring_nothing_are_shown_by_status_and_check_and_logged_once() {
    let mut deaf = Deaf::new();
    let lost = deaf.stream_becomes("event-ring", "lost");
    assert!(lost.contains("`log ring@herald local0 notice`"), "{lost}");
    deaf.herald.service_becomes("up");
    assert_eq!(deaf.stream_becomes("event-socket", "listening"), "");
    deaf.webs.clear();
    deaf.herald.service_becomes("down");
    let silent = deaf.stream_becomes("event-socket", "silent");
    assert!(silent.contains(&format!("`log {} local0 notice`", deaf.socket.display())), "{silent}");

    let checked = deaf.check();
    for because in [&lost, &silent] {
        assert!(checked.contains(because), "{because} in\n{checked}");
        assert_eq!(deaf.herald.logs(because).matches(because.as_str()).count(), 1, "{because}");
    }
    let human = deaf.herald.ask(&["status"]);
    let human = String::from_utf8_lossy(&human.stdout).into_owned();
    assert!(human.contains("event-socket") && human.contains(&silent), "{human}");
}

#[test]
fn without_an_agent_check_asks_haproxy_for_the_ring() {
    let mut deaf = Deaf::new();
    deaf.herald.signal(Signal::SIGKILL);
    deaf.herald.ended();
    let checked = deaf.check();
    assert!(checked.contains("HAProxy has no ring herald"), "{checked}");
    assert!(!checked.contains("event-socket"), "nobody can know where HAProxy logs to: {checked}");
}

#[test]
fn the_event_socket_is_open_to_haproxy_survives_a_reload_and_is_gone_at_the_end() {
    let mut deaf = Deaf::new();
    let found = fs::metadata(&deaf.socket).expect("the event socket");
    assert!(found.file_type().is_socket());
    assert_eq!(found.permissions().mode() & 0o777, 0o666);

    let config = deaf.config.clone().set("haproxy.local", "poll-interval", "\"60ms\"");
    let polls = |deaf: &Deaf| deaf.herald.status()["haproxy"][0]["polls"].as_u64();
    eventually("HAProxy was asked", SOON, || match polls(&deaf) {
        Some(20..) => Ok(()),
        asked => Err(asked),
    });
    deaf.herald.reconfigure(&config);
    eventually("another probe asks", SOON, || match polls(&deaf) {
        Some(1..20) => Ok(()),
        asked => Err(asked),
    });
    let same = fs::metadata(&deaf.socket).expect("the event socket");
    assert_eq!(same.ino(), found.ino());

    deaf.herald.reconfigure(&config.unset("haproxy.local", "event-socket"));
    let gone = || if deaf.socket.exists() { Err("still there") } else { Ok(()) };
    eventually("the event socket is gone", SOON, gone);
    deaf.herald.reconfigure(&deaf.config);
    eventually("the event socket is there", SOON, || gone().map_or(Ok(()), |()| Err("not yet")));
    deaf.herald.signal(Signal::SIGTERM);
    assert!(deaf.herald.ended().success());
    assert!(!deaf.socket.exists());
}

#[test]
fn what_a_crash_left_behind_is_replaced_and_a_file_is_not() {
    let mut deaf = Deaf::new();
    deaf.herald.signal(Signal::SIGKILL);
    deaf.herald.ended();
    assert!(deaf.socket.exists(), "a crash leaves its socket behind");
    deaf.herald.restart();
    deaf.herald.signal(Signal::SIGTERM);
    assert!(deaf.herald.ended().success());
    fs::write(&deaf.socket, "precious").expect("a writable directory");
    let file = deaf.herald.control_socket().with_file_name("herald.toml");
    let mut command = inside(&deaf.ours, BINARY.as_ref());
    let refused = output(command.arg("run").arg("--config").arg(file));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("is not a socket") && said.contains("event-socket"), "{said}");
    assert_eq!(fs::read_to_string(&deaf.socket).expect("a file"), "precious");
}
