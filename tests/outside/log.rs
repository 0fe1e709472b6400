//! Whoever reads standard error stalls, is gone, or was never there.

use std::env;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use herald::control::MOST_REASON;
use herald::daemon::{Log, LogFormat};
use nix::fcntl::OFlag;
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tempfile::TempDir;

use crate::support::config::{ANYCAST, Config};
use crate::support::frr::Frr;
use crate::support::haproxy::Haproxy;
use crate::support::herald::{BINARY, Herald, directory};
use crate::support::netns::{Namespace, Net};
use crate::support::peer::{Meeting, Peer};
use crate::support::scene::PORTS;
use crate::support::wait::{SOON, during, eventually, timed};
use crate::support::web::Web;

/// Short enough to wait for more than one.
const HOLD_TIME: Duration = Duration::from_secs(3);

/// herald with its standard error elsewhere, HAProxy with its servers, and FRR. Fields end in the
/// order in which they stand.
struct Scene {
    herald: Herald,
    frr: Frr,
    webs: Vec<Web>,
    ours: Namespace,
    _haproxy: Haproxy,
    _net: Net,
}

impl Scene {
    /// `errors` is what herald's standard error is, and `level` is what it logs.
    fn set(errors: &Path, level: &str) -> Self {
        let (net, ours, theirs) = Net::pair();
        let webs = PORTS.map(|port| Web::start(&ours, port, "answer")).into();
        let haproxy = Haproxy::start(&ours, &PORTS);
        let frr = Frr::start(&theirs, Meeting::USUAL);
        let config = Config::usual(Meeting::USUAL, &haproxy.socket()).set(
            "bgp",
            "hold-time",
            format!("\"{}s\"", HOLD_TIME.as_secs()),
        );
        let redirected = format!("HERALD_LOG={level} exec \"$@\" 2>{}", errors.display());
        let launcher = ["sh", "-c", &redirected, "sh"];
        let herald = Herald::spawn_by(&ours, &config, None, &launcher);
        let scene = Self { herald, frr, webs, ours, _haproxy: haproxy, _net: net };
        scene.announces();
        scene
    }

    #[track_caller]
    fn announces(&self) {
        eventually("FRR has the route", SOON, || self.frr.routes().remove(ANYCAST).ok_or(""));
    }

    /// Kills the servers, and waits for the withdrawal and the word of `status`.
    #[track_caller]
    fn withdraws(&mut self) {
        self.webs.clear();
        eventually("FRR has lost the route", SOON, || match self.frr.routes().remove(ANYCAST) {
            Some(route) => Err(route),
            None => Ok(()),
        });
        self.herald.service_becomes("down");
    }

    fn servers_return(&mut self) {
        self.webs = PORTS.map(|port| Web::start(&self.ours, port, "answer")).into();
    }

    fn lost(&self) -> u64 {
        self.herald.status()["log-lines-lost"].as_u64().expect("a number")
    }
}

/// A pipe with a name, held open by the test.
struct Pipe {
    file: File,
    _directory: TempDir,
    path: PathBuf,
}

impl Pipe {
    fn new() -> Self {
        let directory = directory("pipe");
        let path = directory.path().join("errors");
        mkfifo(&path, Mode::S_IRWXU).expect("a pipe");
        let mut both = File::options();
        both.read(true).write(true).custom_flags(OFlag::O_NONBLOCK.bits());
        let file = both.open(&path).expect("both ends of it");
        Self { file, _directory: directory, path }
    }

    /// Writes until not one octet more fits.
    fn fill(&mut self) {
        for octets in [&[b'\n'; 4096][..], b"\n"] {
            while self.file.write(octets).is_ok() {}
        }
    }

    /// What is in it.
    fn read(&mut self) -> String {
        let mut octets = Vec::new();
        let error = self.file.read_to_end(&mut octets).expect_err("it has no end");
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        String::from_utf8_lossy(&octets).into_owned()
    }
}

#[test]
fn a_reader_that_stalls_stops_nothing_and_hears_what_it_has_missed() {
    let mut pipe = Pipe::new();
    pipe.fill();
    let mut scene = Scene::set(&pipe.path, "info");
    let before = scene.frr.times_established();
    let long = "x".repeat(MOST_REASON);
    eventually("lines are lost", 3 * SOON, || {
        for _ in 0..10 {
            let answer = scene.herald.ask(&["announce", "web", "--for", "1m", "--reason", &long]);
            assert!(answer.status.success(), "{answer:?}");
        }
        if scene.lost() > 0 { Ok(()) } else { Err(()) }
    });
    assert!(scene.herald.ask(&["resume", "web"]).status.success());
    scene.withdraws();
    during(2 * HOLD_TIME, || assert!(scene.frr.is_established(), "{}", scene.frr.last_close()));
    assert_eq!(scene.frr.times_established(), before);

    let mut read = String::new();
    eventually("what was lost is told", SOON, || {
        read.push_str(&pipe.read());
        if read.contains("log lines lost") { Ok(()) } else { Err(read.len()) }
    });
    assert!(read.contains("herald starts"), "what was queued comes first");
    scene.servers_return();
    scene.announces();
}

#[test]
fn a_stop_does_not_wait_for_a_reader_that_stalls() {
    let mut pipe = Pipe::new();
    pipe.fill();
    let mut scene = Scene::set(&pipe.path, "info");
    scene.herald.signal(Signal::SIGTERM);
    let (took, status) = timed(|| scene.herald.ended());
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(4), "grace is 1 s, and it took {took:?}");
}

#[test]
fn a_full_device_is_no_reason_to_end() {
    let mut scene = Scene::set("/dev/full".as_ref(), "info");
    assert!(scene.lost() > 0, "nothing that was logged can be read");
    scene.withdraws();
}

#[test]
fn a_reader_that_is_gone_is_no_reason_to_end() {
    let pipe = Pipe::new();
    let mut scene = Scene::set(&pipe.path, "info");
    let (pid, before) = (scene.herald.pid(), scene.frr.times_established());
    drop(pipe);
    scene.withdraws();
    scene.servers_return();
    scene.announces();
    assert_eq!(scene.herald.status()["pid"], pid);
    assert!(scene.lost() > 0, "lines that nobody can read");
    assert_eq!(scene.frr.times_established(), before);
}

/// Runs this test anew in a process of its own, which logs and panics.
#[test]
fn a_panic_ends_the_process_whoever_reads_of_it() {
    const ITSELF: &str = "log::a_panic_ends_the_process_whoever_reads_of_it";
    if env::var_os(ITSELF).is_some() {
        Log::start(LogFormat::Text, "info").expect("a log");
        panic!("of no use");
    }
    for full in [true, false] {
        let mut pipe = Pipe::new();
        if full {
            pipe.fill();
        }
        let mut command = Command::new(env::current_exe().expect("a path"));
        let errors = File::options().write(true).open(&pipe.path).expect("the other end");
        command.args([ITSELF, "--exact"]).env(ITSELF, "").stderr(errors).stdout(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        let status = eventually("its end", SOON, || child.try_wait().ok().flatten().ok_or(()));
        assert_eq!(status.signal(), Some(Signal::SIGABRT as i32), "{status}");
        assert_eq!(pipe.read().contains("of no use"), !full);
    }
}

#[test]
fn a_command_whose_output_nobody_reads_ends_in_peace() {
    for arguments in [&["man"][..], &["check", "configs/minimal.toml"]] {
        let (reader, writer) = io::pipe().expect("a pipe");
        drop(reader);
        let mut command = Command::new(BINARY);
        command.args(arguments).stdout(writer).stderr(Stdio::piped());
        let output = command.output().expect("herald starts");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        assert!(output.stderr.is_empty(), "{arguments:?}: {output:?}");
    }
    let mut command = Command::new(BINARY);
    let full = File::options().write(true).open("/dev/full").expect("/dev/full");
    let status = command.args(["check", "/nonexistent"]).stderr(full).status();
    assert_eq!(status.expect("herald starts").code(), Some(1), "faults that nobody can read");
}
