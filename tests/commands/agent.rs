use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::support::config::Config;
use super::support::herald::{Herald, directory};
use super::support::netns::Net;
use super::support::peer::{Meeting, PEER_AS};
use super::support::process::Process;
use super::support::speaker::{Listening, Speaker, UPDATE, open};
use super::support::wait::{SOON, eventually, timed};
use super::{is_dead, number_in};

/// How long the hooks sleep that must not delay anything: longer than all that follows takes.
const SLEEP: u64 = 30;

/// herald with a service that follows a file, and a neighbour that hears every UPDATE at once.
struct Stage {
    herald: Herald,
    neighbor: Speaker,
    directory: tempfile::TempDir,
    _net: Net,
}

impl Stage {
    /// With this check of the service, and this hook on up, down and drained.
    fn set(check: (&str, &str), hook: &str, more: impl FnOnce(Config) -> Config) -> Self {
        let (net, ours, theirs) = Net::pair();
        let directory = directory("hooks");
        let place = directory.path().display();
        let (kind, value) = check;
        let config = Config::usual(Meeting::USUAL, Path::new("/nonexistent"))
            .drop("haproxy.local")
            .drop("service.web.check.backend")
            .set("bgp", "hold-time", "\"90s\"")
            .set("service.web.check.own", kind, value.replace("PLACE", &place.to_string()))
            .set("service.web.check.own", "interval", "\"20ms\"")
            .set("service.web.check.own", "rise", 1)
            .set("service.web.check.own", "fall", 1);
        let script = format!("cd {place}; {hook}");
        let config = match hook.is_empty() {
            true => config,
            false => config.set(
                "service.web",
                "hook",
                format!(
                    "[{{ on = [\"up\", \"down\", \"drained\"], timeout = \"1m\", \
                     command = [\"/bin/sh\", \"-c\", {script:?}] }}]"
                ),
            ),
        };
        fs::write(directory.path().join("ready"), "").expect("a writable directory");
        let listening = Listening::on(&theirs, Meeting::USUAL.peer_address());
        let herald = Herald::start(&ours, &more(config));
        let mut neighbor = listening.accept();
        neighbor.establish(&open(PEER_AS, 90, [10, 9, 0, 2]));
        Self { herald, neighbor, directory, _net: net }
    }

    fn following_a_file(hook: &str) -> Self {
        Self::set(("file", "{ path = \"PLACE/ready\" }"), hook, |config| config)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Waits until the neighbour is told the route, or its withdrawal.
    #[track_caller]
    fn hears(&mut self, announced: bool) {
        loop {
            let heard = self.neighbor.hear().expect("a message in time");
            let withdrawal = heard.kind == UPDATE && heard.body[..2] != [0, 0];
            let announcement = heard.kind == UPDATE && !withdrawal && heard.body.len() > 4;
            if withdrawal || announcement {
                assert_eq!(announcement, announced);
                return;
            }
        }
    }

    /// Makes the service healthy or not, and gives the time until the neighbour is told.
    #[track_caller]
    fn turns(&mut self, healthy: bool) -> Duration {
        let path = self.file("ready");
        let (took, ()) = timed(|| {
            match healthy {
                true => fs::write(path, "").expect("a writable directory"),
                false => fs::remove_file(path).expect("it is there"),
            }
            self.hears(healthy);
        });
        took
    }

    #[track_caller]
    fn log_becomes(&self, awaited: &str, good: impl Fn(&str) -> bool) -> String {
        eventually(awaited, SOON, || {
            let log = fs::read_to_string(self.file("log")).unwrap_or_default();
            if good(&log) { Ok(log) } else { Err(log) }
        })
    }
}

/// The slowest of five falls and returns of the service.
fn slowest(stage: &mut Stage) -> Duration {
    stage.hears(true);
    let turns = (0..5).flat_map(|_| [false, true]);
    turns.map(|healthy| stage.turns(healthy)).max().unwrap_or_default()
}

#[test]
fn hooks_that_sleep_delay_no_route() {
    let plain = slowest(&mut Stage::following_a_file(""));
    let mut stage = Stage::following_a_file(&format!(
        "echo begin $HERALD_STATE >> log; sleep {SLEEP}; echo end >> log"
    ));
    let hooked = slowest(&mut stage);
    println!("slowest of ten changes: {plain:?} without hooks, {hooked:?} beside one that sleeps");
    // The first hook has begun, and has not ended: every change has overtaken it.
    assert_eq!(stage.log_becomes("a hook has begun", |log| !log.is_empty()), "begin up\n");
    assert!(hooked < Duration::from_secs(SLEEP / 3), "{hooked:?}");
}

#[test]
fn hooks_run_in_the_order_of_the_changes() {
    let mut stage = Stage::following_a_file("echo \"$HERALD_STATE: $HERALD_REASON\" >> log");
    let ready = stage.file("ready").display().to_string();
    stage.hears(true);
    stage.log_becomes("up is told", |log| log.lines().count() == 1);
    stage.turns(false);
    stage.log_becomes("down is told", |log| log.lines().count() == 2);
    stage.turns(true);
    let log = stage.log_becomes("up is told again", |log| log.lines().count() == 3);
    let told = |state: &str, words: &str| format!("{state}: {ready}: {words}\n");
    let wanted = told("up", "is there") + &told("down", "is not there") + &told("up", "is there");
    assert_eq!(log, wanted);
}

#[test]
fn a_failure_is_logged_with_the_last_words() {
    let mut stage = Stage::following_a_file("echo the disk is busy >&2; exit 5");
    stage.hears(true);
    eventually("the log tells of the failure", SOON, || {
        let log = stage.herald.log();
        let line = log.lines().find(|line| line.contains("hook failed")).map(str::to_owned);
        let good = |line: &String| {
            line.contains("WARN")
                && line.contains("exit 5")
                && line.contains("the disk is busy")
                && line.contains("web")
        };
        line.filter(good).ok_or(log)
    });
}

#[test]
fn the_hooks_of_the_stop_have_the_grace_to_end() {
    let hook = "[ $HERALD_STATE = drained ] && { sleep 0.5; echo released >> log; }";
    let mut stage = Stage::following_a_file(hook);
    stage.hears(true);
    stage.herald.signal(Signal::SIGTERM);
    assert!(stage.herald.ended().success());
    assert_eq!(fs::read_to_string(stage.file("log")).unwrap(), "released\n");
    assert!(stage.herald.log().contains("stopped: all routes withdrawn"), "{}", stage.herald.log());
}

#[test]
fn a_hook_that_takes_longer_than_the_grace_is_killed_at_the_stop() {
    let mut stage = Stage::following_a_file(
        "[ $HERALD_STATE = drained ] && { trap '' TERM; echo $$ > hook; sleep 1000; sleep 1000; }",
    );
    stage.hears(true);
    stage.herald.signal(Signal::SIGTERM);
    let (took, status) = timed(|| stage.herald.ended());
    assert!(status.success());
    let hook = number_in(&stage.file("hook")).expect("the hook has run");
    eventually("the hook is dead", SOON, || if is_dead(hook) { Ok(()) } else { Err(hook) });
    let log = stage.herald.log();
    assert!(log.contains("hooks killed after a grace of 1s"), "{log}");
    // A second of drain, a second of grace, and what sessions and addresses may take.
    assert!(took < Duration::from_secs(12), "{took:?}");
}

#[test]
fn one_more_signal_ends_the_wait_for_hooks() {
    let mut stage = Stage::set(
        ("file", "{ path = \"PLACE/ready\" }"),
        "[ $HERALD_STATE = drained ] && { echo $$ > hook; sleep 1000; }",
        |config| config.set("agent", "grace", "\"60s\"").set("service.web.drain", "for", "\"0s\""),
    );
    stage.hears(true);
    stage.herald.signal(Signal::SIGTERM);
    let hook =
        eventually("the hook runs", SOON, || number_in(&stage.file("hook")).ok_or("not yet"));
    // The first may still be taken by the drain that is ending.
    let status = eventually("herald has ended", SOON, || match stage.herald.exit_status() {
        Some(status) => Ok(status),
        None => {
            stage.herald.signal(Signal::SIGTERM);
            Err("it runs")
        }
    });
    assert!(status.success());
    eventually("the hook is dead", SOON, || if is_dead(hook) { Ok(()) } else { Err(hook) });
}

#[test]
fn the_death_of_a_process_withdraws_long_before_the_next_look() {
    let mut stage = Stage::set(("process", "{ pid-file = \"PLACE/daemon.pid\" }"), "", |config| {
        config.set("service.web.check.own", "interval", "\"2s\"").set(
            "service.web.check.own",
            "fall",
            5,
        )
    });
    let log = stage.file("daemon.log");
    let mut command = std::process::Command::new("/bin/sleep");
    command.arg("1000");
    let daemon = Process::start("a daemon", command, &log);
    let pid_file = stage.file("daemon.pid");
    fs::write(&pid_file, format!("{}\n", daemon.pid())).unwrap();
    stage.hears(true);
    // With `fall` and `interval` alone this would take eight seconds and more.
    let (took, ()) = timed(|| {
        drop(daemon);
        stage.hears(false);
    });
    println!("withdrawn {took:?} after the death");
    assert!(took < Duration::from_secs(4), "{took:?}");
    let reason = stage.herald.service()["because"].to_string();
    assert!(reason.contains("has ended"), "{reason}");
}
