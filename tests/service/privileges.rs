use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use nix::sys::signal::Signal;

use super::support::config::{ANYCAST, Config};
use super::support::frr::Frr;
use super::support::haproxy::Haproxy;
use super::support::herald::{Herald, directory};
use super::support::netns::Net;
use super::support::peer::{Connecting, Meeting, Peer, Protection, Transport};
use super::support::scene::PORTS;
use super::support::wait::{SOON, eventually};
use super::support::web::Web;
use super::{AS_THE_UNIT, NOBODY, Stage, establish};

/// capability.h: CAP_NET_ADMIN.
const NET_ADMIN: u64 = 1 << 12;

/// The capability sets of each thread, by the last letters of their lines in `/proc`.
fn threads(pid: u32) -> Vec<BTreeMap<String, u64>> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("the threads of herald");
    tasks.map(|task| sets(&task.expect("a thread").path())).collect()
}

/// `CapEff: 0000000000001000` and its like (proc_pid_status(5)).
fn sets(process: &Path) -> BTreeMap<String, u64> {
    let status = fs::read_to_string(process.join("status")).expect("a status");
    let lines = status.lines().filter_map(|line| line.strip_prefix("Cap")?.split_once(":\t"));
    let sets = lines.map(|(set, mask)| {
        (set.to_owned(), u64::from_str_radix(mask, 16).expect("a hexadecimal mask"))
    });
    sets.collect()
}

/// One thread has CAP_NET_ADMIN, the others nothing, and none can pass anything on.
#[track_caller]
fn has_only_net_admin(herald: &Herald) {
    let threads = threads(herald.pid());
    assert!(threads.len() > 1, "an exec check has made another thread: {threads:?}");
    for thread in &threads {
        assert_eq!((thread["Inh"], thread["Amb"]), (0, 0), "{threads:?}");
        assert_eq!(thread["Eff"], thread["Prm"], "{threads:?}");
    }
    let mut permitted: Vec<_> = threads.iter().map(|thread| thread["Prm"]).collect();
    permitted.sort_unstable();
    let last = permitted.pop();
    assert_eq!(last, Some(NET_ADMIN), "{threads:?}");
    assert!(permitted.iter().all(|mask| *mask == 0), "{threads:?}");
}

/// The service's check writes the capabilities of a command that herald runs to a file.
fn with_a_curious_check(config: Config, seen: &Path) -> Config {
    let script = format!("grep Cap /proc/self/status >{0}.part; mv {0}.part {0}", seen.display());
    let command = format!("{{ command = [\"/bin/sh\", \"-c\", {script:?}] }}");
    config
        .unset("service.web.check.own", "file")
        .set("service.web.check.own", "timeout", "\"10s\"")
        .set("service.web.check.own", "exec", command)
}

/// What the check has written.
fn effective(seen: &Path) -> u64 {
    let text = eventually("the command has run", SOON, || fs::read_to_string(seen));
    let line = text.lines().find_map(|line| line.strip_prefix("CapEff:\t"));
    u64::from_str_radix(line.expect("a line for CapEff"), 16).expect("a hexadecimal mask")
}

#[test]
fn root_keeps_net_admin_alone_and_what_root_runs_is_roots() {
    let stage = Stage::new();
    let listening = stage.listen();
    let seen = stage.directory.path().join("seen");
    let config =
        with_a_curious_check(stage.config(), &seen).set("bgp", "listen", "\"0.0.0.0:179\"");
    let mut herald = Herald::start(&stage.ours, &config);
    let _neighbor = establish(&listening);
    herald.service_becomes("up");
    has_only_net_admin(&herald);
    let own = sets("/proc/self".as_ref());
    assert_eq!(effective(&seen), own["Bnd"], "a program of root has what is in the bounding set");
    assert!(stage.ours.has_loopback(ANYCAST));
    herald.signal(Signal::SIGTERM);
    assert!(herald.ended().success());
    assert!(!stage.ours.has_loopback(ANYCAST), "it could take the address away");
}

#[test]
fn a_user_with_the_two_capabilities_has_all_that_is_needed_and_passes_nothing_on() {
    let stage = Stage::new();
    let listening = stage.listen();
    let place = directory("seen");
    fs::set_permissions(place.path(), Permissions::from_mode(0o777)).expect("a directory of ours");
    let seen = place.path().join("seen");
    let config =
        with_a_curious_check(stage.config(), &seen).set("bgp", "listen", "\"0.0.0.0:179\"");
    let mut herald = Herald::spawn_by(&stage.ours, &config, Some(NOBODY), &AS_THE_UNIT);
    let mut neighbor = establish(&listening);
    eventually("it answers", SOON, || {
        let answer = herald.ask(&["status"]);
        if answer.status.success() { Ok(()) } else { Err(answer) }
    });
    herald.service_becomes("up");
    has_only_net_admin(&herald);
    assert_eq!(effective(&seen), 0, "what it runs has nothing");
    assert!(stage.ours.has_loopback(ANYCAST));
    assert!(herald.ask(&["withdraw", "web"]).status.success());
    assert!(herald.status()["persistence"]["fault"].is_null(), "its state directory is writable");
    assert!(herald.ask(&["reload"]).status.success());
    herald.signal(Signal::SIGTERM);
    assert_eq!(neighbor.hears_notification(), (6, 2));
    assert!(herald.ended().success());
    assert!(!stage.ours.has_loopback(ANYCAST));
}

/// Port 179 in both directions, TCP-MD5, HAProxy's socket: nothing of it asks for more.
#[test]
fn a_signed_session_on_port_179_is_that_users_too() {
    let (_net, ours, theirs) = Net::pair();
    let _webs = PORTS.map(|port| Web::start(&ours, port, "answer"));
    let haproxy = Haproxy::start(&ours, &PORTS);
    let open = Permissions::from_mode(0o777);
    fs::set_permissions(haproxy.socket().parent().expect("a directory"), open.clone())
        .expect("ours");
    fs::set_permissions(haproxy.socket(), open.clone()).expect("a socket of the test's own");
    let secrets = directory("secrets");
    fs::set_permissions(secrets.path(), open).expect("a directory of ours");
    let password = secrets.path().join("password");
    fs::write(&password, "open-sesame\n").expect("a writable directory");
    fs::set_permissions(&password, Permissions::from_mode(0o600)).expect("a file of ours");
    std::os::unix::fs::chown(&password, Some(NOBODY), Some(NOBODY)).expect("a file of ours");

    let meeting = Meeting { connecting: Connecting::PeerDials, transport: Transport::V4 };
    let signed = Protection { password: Some("open-sesame"), ttl_security: false };
    let frr = Frr::start_protected(&theirs, meeting, signed);
    let config = Config::usual(meeting, &haproxy.socket()).set(
        "neighbor.peer",
        "password-file",
        format!("{password:?}"),
    );
    let herald = Herald::spawn_by(&ours, &config, Some(NOBODY), &AS_THE_UNIT);
    eventually("the route is there", SOON, || {
        let mut routes = frr.routes();
        routes.remove(ANYCAST).ok_or(routes)
    });
    assert_eq!(herald.service()["routes"][0]["bound"], true);
}

#[test]
fn without_the_capability_for_the_port_the_start_says_so() {
    let stage = Stage::new();
    let config = stage.config().set("bgp", "listen", "\"0.0.0.0:179\"");
    let launcher = AS_THE_UNIT.map(|word| match word.contains("caps") || word.contains("set=") {
        true => word.replace(",+net_bind_service", "").replace("=+net_bind_service", ""),
        false => word.to_owned(),
    });
    let launcher: Vec<_> = launcher.iter().map(String::as_str).collect();
    let mut herald = Herald::spawn_by(&stage.ours, &config, Some(NOBODY), &launcher);
    assert_eq!(herald.ended().code(), Some(1));
    assert!(
        herald.log().contains("cannot listen on 0.0.0.0:179: no permission"),
        "{}",
        herald.log()
    );
}
