//! A HAProxy that takes connections and never answers, asked by a reload.

use std::os::unix::net::UnixListener;
use std::process::Output;
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use tempfile::TempDir;

use crate::support::config::Config;
use crate::support::herald::{Herald, directory};
use crate::support::netns::Net;
use crate::support::peer::Meeting;
use crate::support::process::output;
use crate::support::wait::{during, timed};

/// herald beside a HAProxy that never answers, and takes its `timeout` for it.
struct Scene {
    herald: Herald,
    config: Config,
    _haproxy: UnixListener,
    _directory: TempDir,
    _net: Net,
}

impl Scene {
    fn set() -> Self {
        let (net, ours, _theirs) = Net::pair();
        let directory = directory("haproxy");
        let socket = directory.path().join("admin.sock");
        let haproxy = UnixListener::bind(&socket).expect("a socket");
        let config =
            Config::usual(Meeting::USUAL, &socket).set("haproxy.local", "timeout", "\"10s\"");
        let herald = Herald::start(&ours, &config);
        Self { herald, config, _haproxy: haproxy, _directory: directory, _net: net }
    }

    /// Asks for a reload of a changed file beside everything else.
    fn reload(&self) -> thread::JoinHandle<Output> {
        self.herald.rewrite(&self.config.clone().set("region.here", "prepend", "4"));
        let mut command = self.herald.command(&["reload"]);
        thread::spawn(move || output(&mut command))
    }
}

#[test]
fn a_stop_does_not_wait_for_a_reload() {
    let mut scene = Scene::set();
    let reload = scene.reload();
    scene.herald.logs("reload asked for");
    during(Duration::from_millis(500), || {
        assert!(!scene.herald.log().contains("reloaded"), "it does not take long enough");
    });
    scene.herald.signal(Signal::SIGTERM);
    let (took, status) = timed(|| scene.herald.ended());
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(4), "grace is 1 s, and it took {took:?}");
    assert!(!scene.herald.log().contains("reloaded"), "{}", scene.herald.log());
    let answer = reload.join().expect("an answer");
    assert_eq!(answer.status.code(), Some(4), "{answer:?}");
    assert!(String::from_utf8_lossy(&answer.stderr).contains("going down"), "{answer:?}");
}

#[test]
fn what_the_command_says_of_a_reload_is_what_becomes_of_it() {
    let scene = Scene::set();
    let answer = scene.reload().join().expect("an answer");
    assert!(answer.status.success(), "{answer:?}");
    scene.herald.logs("region.here.prepend: 2 -> 4");
    let status = scene.herald.ask(&["status", "--json"]);
    assert!(status.status.success(), "{status:?}");
}

#[test]
fn nothing_is_done_for_somebody_who_has_not_waited() {
    let scene = Scene::set();
    scene.herald.rewrite(&scene.config.clone().set("region.here", "prepend", "4"));
    let mut impatient = scene.herald.command(&["reload"]).spawn().expect("herald starts");
    scene.herald.logs("reload asked for");
    impatient.kill().expect("it waits");
    impatient.wait().expect("its end");
    scene.herald.logs("not reloaded");
    assert!(!scene.herald.log().contains("2 -> 4"), "{}", scene.herald.log());
}
