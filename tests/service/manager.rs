use std::fs;
use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::time::Duration;

use nix::sys::ptrace;
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

use super::support::config::Config;
use super::support::herald::Herald;
use super::support::wait::{SOON, during, eventually, timed};
use super::{Stage, establish};

/// What a watchdog of a second is fed with: twice in its time.
const WATCHDOG: &str = "WATCHDOG=1";

/// A service manager: a datagram socket, and what came to it.
struct Manager {
    socket: UnixDatagram,
    path: PathBuf,
    heard: Vec<String>,
}

impl Manager {
    fn listening(stage: &Stage) -> Self {
        let path = stage.directory.path().join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket of the test's own");
        socket.set_nonblocking(true).expect("a socket may be non-blocking");
        Self { socket, path, heard: Vec::new() }
    }

    /// `env NAME=VALUE…`, to be continued with herald.
    fn environment(&self, more: &[&str]) -> Vec<String> {
        let socket = format!("NOTIFY_SOCKET={}", self.path.display());
        let more = more.iter().map(|variable| (*variable).to_owned());
        ["env".to_owned(), socket].into_iter().chain(more).collect()
    }

    fn start(&self, stage: &Stage, config: &Config, more: &[&str]) -> Herald {
        let environment = self.environment(more);
        let launcher: Vec<&str> = environment.iter().map(String::as_str).collect();
        Herald::spawn_by(&stage.ours, config, None, &launcher)
    }

    /// Everything that has come so far, a word a line.
    fn hear(&mut self) -> &[String] {
        let mut datagram = [0; 4096];
        loop {
            match self.socket.recv(&mut datagram) {
                Ok(length) => {
                    let text = String::from_utf8_lossy(&datagram[..length]).into_owned();
                    self.heard.extend(text.lines().map(str::to_owned));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return &self.heard,
                Err(error) => panic!("the socket of the service manager: {error}"),
            }
        }
    }

    /// Waits until this word has come, and gives all that came before it; both are forgotten.
    #[track_caller]
    fn hears(&mut self, word: &str) -> Vec<String> {
        let place = eventually(&format!("the service manager hears {word:?}"), SOON, || {
            let found = self.hear().iter().position(|heard| heard == word);
            found.ok_or_else(|| self.heard.clone())
        });
        let mut before: Vec<_> = self.heard.drain(..=place).collect();
        before.pop();
        before
    }

    /// Forgets what has come.
    fn forget(&mut self) {
        self.hear();
        self.heard.clear();
    }

    fn heard(&mut self, word: &str) -> usize {
        self.hear().iter().filter(|heard| *heard == word).count()
    }
}

#[test]
fn ready_is_told_with_the_first_session_and_the_status_follows_what_happens() {
    let stage = Stage::new();
    let mut manager = Manager::listening(&stage);
    let listening = stage.listen();
    let herald = manager.start(&stage, &stage.config(), &[]);
    let (took, neighbor) = timed(|| {
        let neighbor = establish(&listening);
        let before = manager.hears("READY=1");
        assert!(
            before[0].starts_with("STATUS=waiting for the first session; 0 of 1"),
            "{before:?}"
        );
        neighbor
    });
    assert!(took < Duration::from_secs(5), "the session came first: {took:?}");
    manager.hears("STATUS=1 of 1 neighbours established; web up");

    fs::remove_file(stage.ready()).expect("the file is there");
    manager.hears("STATUS=1 of 1 neighbours established; web down");
    fs::write(stage.ready(), "").expect("a writable directory");
    manager.hears("STATUS=1 of 1 neighbours established; web up");
    assert!(herald.ask(&["withdraw", "web"]).status.success());
    manager.hears("STATUS=1 of 1 neighbours established; web withdrawn");
    drop((neighbor, listening));
    manager.hears("STATUS=0 of 1 neighbours established; web withdrawn");
    assert_eq!(manager.heard("READY=1"), 0, "it is told once");
}

#[test]
fn a_neighbour_that_never_answers_delays_ready_and_does_not_prevent_it() {
    let stage = Stage::new();
    let mut manager = Manager::listening(&stage);
    let (took, _herald) = timed(|| {
        let herald = manager.start(&stage, &stage.config(), &[]);
        manager.hears("READY=1");
        herald
    });
    assert!(took >= Duration::from_secs(5), "it has waited: {took:?}");
    manager.hears("STATUS=0 of 1 neighbours established; web up");
}

#[test]
fn nobody_is_waited_for_when_there_are_no_neighbours() {
    let stage = Stage::new();
    let mut manager = Manager::listening(&stage);
    let config = Config::default()
        .set("bgp", "local-as", 65010)
        .set("bgp", "router-id", "\"192.0.2.1\"")
        .set("bgp", "listen", "\"off\"")
        .set("agent", "http", "\"off\"");
    let (took, mut herald) = timed(|| {
        let herald = manager.start(&stage, &config, &[]);
        manager.hears("READY=1");
        herald
    });
    assert!(took < Duration::from_secs(5), "{took:?}");
    manager.hears("STATUS=no neighbours; no services");
    herald.signal(Signal::SIGTERM);
    manager.hears("STOPPING=1");
    assert!(herald.ended().success());
}

#[test]
fn a_reload_is_told_and_its_end_too_whether_it_is_done_or_refused() {
    let stage = Stage::new();
    let mut manager = Manager::listening(&stage);
    let listening = stage.listen();
    let herald = manager.start(&stage, &stage.config(), &[]);
    let _neighbor = establish(&listening);
    let up = "STATUS=1 of 1 neighbours established; web up";
    manager.hears(up);

    herald.reconfigure(&stage.config().set("service.web.up", "med", 7));
    reloads(&mut manager);
    assert!(herald.ask(&["reload"]).status.success());
    reloads(&mut manager);

    herald.rewrite(&stage.config().set("service.web", "no-such-key", 1));
    assert_eq!(herald.ask(&["reload"]).status.code(), Some(4), "ExecReload sees the failure");
    reloads(&mut manager);
    let refused = "STATUS=the last reload was refused, the log says why; ";
    manager.hears(&up.replace("STATUS=", refused));

    assert_eq!(herald.ask(&["reload", "--dry-run"]).status.code(), Some(4));
    assert_eq!(manager.heard("RELOADING=1"), 0, "a dry run is nobody's business");
    herald.reconfigure(&stage.config());
    reloads(&mut manager);
    manager.hears(up);
}

/// RELOADING with its time, then READY.
#[track_caller]
fn reloads(manager: &mut Manager) {
    manager.hears("RELOADING=1");
    let before = manager.hears("READY=1");
    assert!(before[0].starts_with("MONOTONIC_USEC="), "{before:?}");
}

#[test]
fn a_stop_is_told_at_its_beginning_with_the_time_that_it_may_take() {
    let stage = Stage::new();
    let mut manager = Manager::listening(&stage);
    let listening = stage.listen();
    let mut herald = manager.start(&stage, &stage.config().set("agent", "grace", "\"2s\""), &[]);
    let mut neighbor = establish(&listening);
    manager.hears("STATUS=1 of 1 neighbours established; web up");
    herald.signal(Signal::SIGTERM);
    manager.hears("STOPPING=1");
    // The drain, as long again for hooks, and the last steps.
    manager.hears("EXTEND_TIMEOUT_USEC=11000000");
    let draining = "stopping, draining for 2s at most; 1 of 1 neighbours established; web draining";
    manager.hears(&format!("STATUS={draining}"));
    assert_eq!(neighbor.hears_notification(), (6, 2), "Cease, Administrative Shutdown");
    assert!(herald.ended().success());
    assert_eq!(manager.heard("READY=1"), 0);
}

#[test]
fn the_watchdog_is_fed_twice_in_its_time_also_while_nothing_happens() {
    let stage = Stage::new();
    let mut manager = Manager::listening(&stage);
    let config = stage.config().set("service.web.check.own", "interval", "\"1m\"");
    let _herald = manager.start(&stage, &config, &["WATCHDOG_USEC=1000000"]);
    manager.hears("READY=1");
    manager.forget();
    during(Duration::from_secs(3), || _ = manager.hear());
    let fed = manager.heard(WATCHDOG);
    assert!((3..=8).contains(&fed), "{fed} times in three seconds");
}

#[test]
fn a_watchdog_that_is_another_processs_is_not_fed() {
    let stage = Stage::new();
    let mut manager = Manager::listening(&stage);
    let variables = ["WATCHDOG_USEC=100000", "WATCHDOG_PID=1"];
    let herald = manager.start(&stage, &stage.config(), &variables);
    manager.hears("READY=1");
    assert_eq!(manager.heard(WATCHDOG), 0);
    drop(herald);

    let own = ["sh", "-c", "WATCHDOG_PID=$$ exec \"$@\"", "sh"];
    let _herald = manager.start(&stage, &stage.config(), &[&variables[..1], &own].concat());
    manager.hears(WATCHDOG);
}

/// Its thread is held, as by a debugger; all others run on.
#[test]
fn whoever_decides_is_stuck_and_the_watchdog_starves() {
    let stage = Stage::new();
    let mut manager = Manager::listening(&stage);
    let mut herald = manager.start(&stage, &stage.config(), &["WATCHDOG_USEC=200000"]);
    manager.hears("READY=1");
    manager.hears(WATCHDOG);
    // The first thread of a process has its number. It goes on at the end of this one.
    let first = Pid::from_raw(i32::try_from(herald.pid()).expect("a pid fits its own type"));
    ptrace::attach(first).expect("root may hold a thread");
    assert_eq!(waitpid(first, None), Ok(WaitStatus::Stopped(first, Signal::SIGSTOP)));
    eventually("nothing is heard for a second", SOON, || {
        manager.forget();
        during(Duration::from_secs(1), || _ = manager.hear());
        if manager.hear().is_empty() { Ok(()) } else { Err(manager.heard.clone()) }
    });
    assert!(herald.exit_status().is_none(), "it has not ended");
}

#[test]
fn commands_do_not_know_the_service_manager() {
    let stage = Stage::new();
    let mut manager = Manager::listening(&stage);
    let seen = stage.directory.path().join("seen");
    let script = format!("env >{0}.part; mv {0}.part {0}", seen.display());
    let config = stage
        .config()
        .unset("service.web.check.own", "file")
        .set("service.web.check.own", "timeout", "\"10s\"")
        .set(
            "service.web.check.own",
            "exec",
            format!("{{ command = [\"/bin/sh\", \"-c\", {script:?}] }}"),
        );
    let variables = ["WATCHDOG_USEC=100000", "OTHER=known"];
    let _herald = manager.start(&stage, &config, &variables);
    manager.hears("READY=1");
    let environment = eventually("the command has run", SOON, || fs::read_to_string(&seen));
    assert!(environment.contains("OTHER=known"), "{environment}");
    for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] {
        assert!(!environment.contains(name), "{environment}");
    }
}
