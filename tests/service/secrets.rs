//! No secret leaves the process: not by a log of any level, nor by what it shows, keeps or hands on.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::PathBuf;
use std::process::Command;

use nix::sys::signal::Signal;

use super::support::config::Config;
use super::support::herald::Herald;
use super::support::process::{Process, inside, output, run};
use super::support::wait::{SOON, eventually};
use super::support::web::Web;
use super::{AS_THE_UNIT, NOBODY, Stage};

/// Of the neighbour, before and after a reload; of the stats page, plain and as HTTP sends it; of an
/// argument, and of a query.
const SECRETS: [&str; 6] = [
    "md5-before-7Gq",
    "md5-after-x2K",
    "stats-page-9Vb",
    "aGVyYWxkOnN0YXRzLXBhZ2UtOVZi",
    "argument-4Rt",
    "query-8Mn",
];

#[test]
fn no_secret_is_logged_shown_kept_or_handed_on() {
    let stage = Stage::new();
    let _page = Web::start(&stage.ours, 8404, "no table");
    let config = with_secrets(&stage);
    // Everything that herald or a library of it has to say.
    let launcher = ["env", "HERALD_LOG=trace"];
    let mut herald = Herald::spawn_by(&stage.ours, &config, None, &launcher);
    let handed_on = stage.directory.path().join("handed-on");
    let mut shown = eventually("a check and a hook have run", SOON, || {
        let of = |who: &str| fs::read_to_string(handed_on.with_extension(who));
        of("check").and_then(|check| Ok(check + &of("hook")?))
    });
    assert!(shown.contains("HERALD_STATE=up"), "{shown}");
    eventually("the page was asked", SOON, || {
        let checks = herald.service()["checks"].to_string();
        if checks.contains("no table") { Ok(()) } else { Err(checks) }
    });
    // What a reload says of a password that has changed.
    fs::write(password(&stage), format!("{}\n", SECRETS[1])).expect("a file of ours");
    let answer = herald.ask(&["reload"]);
    assert!(answer.status.success(), "{answer:?}");
    assert!(herald.ask(&["withdraw", "web", "--reason", "trial"]).status.success());
    shown += &String::from_utf8_lossy(&answer.stdout);
    shown += &everything_shown(&stage, &herald);
    shown += &everything_public(herald.pid());
    herald.signal(Signal::SIGTERM);
    assert!(herald.ended().success());
    shown += &everything_kept(&herald);
    let log = herald.log();
    assert!(log.contains("TRACE"), "it says everything");
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret} is shown:\n{}", around(&shown, secret));
        assert!(!log.contains(secret), "{secret} is logged:\n{}", around(&log, secret));
    }
}

/// A neighbour and a stats page with passwords, and checks and a hook that see what they are given.
fn with_secrets(stage: &Stage) -> Config {
    let place = stage.directory.path();
    fs::write(password(stage), format!("{}\n", SECRETS[0])).expect("a file of ours");
    let page = place.join("page");
    fs::write(&page, format!("{}\n", SECRETS[2])).expect("a file of ours");
    for file in [password(stage), page.clone()] {
        fs::set_permissions(file, Permissions::from_mode(0o600)).expect("a file of ours");
    }
    let look = |who: &str| {
        let seen = place.join("handed-on").with_extension(who);
        format!("env >{0}.part; mv {0}.part {0}", seen.display())
    };
    let check = format!("[\"/bin/sh\", \"-c\", {:?}, {:?}]", look("check"), SECRETS[4]);
    let hook = format!("[\"/bin/sh\", \"-c\", {:?}]", look("hook"));
    let url = format!("\"http://127.0.0.1:8404/ready?token={}\"", SECRETS[5]);
    stage
        .config()
        .set("agent", "http", "\"127.0.0.1:9642\"")
        .set("neighbor.peer", "password-file", format!("{:?}", password(stage)))
        .set("haproxy.local", "url", "\"http://127.0.0.1:8404/stats\"")
        .set("haproxy.local", "user", "\"herald\"")
        .set("haproxy.local", "password-file", format!("{page:?}"))
        .set("service.web", "hook", format!("[{{ on = [\"up\"], command = {hook} }}]"))
        .set("service.web.health", "rule", "\"any\"")
        .set("service.web.check.run", "exec", format!("{{ command = {check} }}"))
        .set("service.web.check.run", "interval", "\"100ms\"")
        .set("service.web.check.asked", "http", format!("{{ url = {url} }}"))
        .set("service.web.check.page", "haproxy", "{ backend = \"http_back\", min-up = 1 }")
}

fn password(stage: &Stage) -> PathBuf {
    stage.directory.path().join("password")
}

/// Every answer on the control socket, over HTTP and on the command line.
fn everything_shown(stage: &Stage, herald: &Herald) -> String {
    let mut shown = String::new();
    for words in [
        &["status"][..],
        &["status", "--json"],
        &["neighbors", "--json"],
        &["services", "--json"],
        &["explain", "web"],
        &["events", "-n", "1000"],
        &["routes", "advertised", "--json"],
    ] {
        let answer = herald.ask(words);
        assert!(!answer.stdout.is_empty(), "{words:?}: {answer:?}");
        shown += &String::from_utf8_lossy(&answer.stdout);
    }
    for resource in ["metrics", "api/v1/status", "api/v1/events"] {
        let mut curl = inside(&stage.ours, "curl".as_ref());
        curl.args(["-sSf", "--noproxy", "*", "-H", "Accept: application/json"])
            .arg(format!("http://127.0.0.1:9642/{resource}"));
        shown += &run(curl);
    }
    shown
}

/// What the kernel shows of the process to everybody, and to its user.
fn everything_public(pid: u32) -> String {
    let files = ["cmdline", "environ"].map(|file| format!("/proc/{pid}/{file}"));
    files.iter().map(|file| fs::read_to_string(file).expect("text")).collect()
}

/// The words and the history in the state directory.
fn everything_kept(herald: &Herald) -> String {
    let state = fs::read_dir(herald.state_directory()).expect("its directory");
    let files: Vec<_> = state.map(|file| file.expect("a file of it").path()).collect();
    assert!(files.len() > 1, "{files:?}");
    files.iter().map(|file| fs::read_to_string(file).expect("text")).collect()
}

/// The line of a text that has it.
fn around<'a>(text: &'a str, secret: &str) -> &'a str {
    text.lines().find(|line| line.contains(secret)).unwrap_or_default()
}

/// The password is in its memory. What the kernel does not let be read by others of the same user, it
/// does not dump either (proc(5), core(5), PR_SET_DUMPABLE).
#[test]
fn others_of_its_user_cannot_look_into_the_process() {
    let stage = Stage::new();
    fs::write(password(&stage), "open-sesame\n").expect("a file of ours");
    chown(password(&stage), Some(NOBODY), None).expect("a file of ours");
    fs::set_permissions(stage.directory.path(), Permissions::from_mode(0o755)).expect("ours");
    let signed =
        stage.config().set("neighbor.peer", "password-file", format!("{:?}", password(&stage)));
    let mut herald = Herald::spawn_by(&stage.ours, &signed, Some(NOBODY), &AS_THE_UNIT);
    eventually("it answers", SOON, || {
        let answer = herald.ask(&["status"]);
        if answer.status.success() { Ok(()) } else { Err(answer) }
    });
    let mut sleep = Command::new("setpriv");
    sleep.args(["--reuid=65534", "--regid=65534", "--clear-groups", "sleep", "1000"]);
    let other = Process::start("sleep", sleep, &stage.directory.path().join("sleep.log"));
    eventually("another process of that user can be read", SOON, || {
        let (owner, read) = (owner(other.pid()), reads(other.pid(), "environ"));
        if owner == NOBODY && read { Ok(()) } else { Err((owner, read)) }
    });
    assert!(reads(other.pid(), "maps"));
    assert_eq!(owner(herald.pid()), 0, "it is nobody's, and what the kernel shows of it is root's");
    for file in ["environ", "maps", "mem"] {
        assert!(!reads(herald.pid(), file), "{file}");
    }
    herald.signal(Signal::SIGTERM);
    assert!(herald.ended().success());
}

/// Whose the files of a process are: root's for one that is not to be looked into (proc(5)).
fn owner(pid: u32) -> u32 {
    fs::metadata(format!("/proc/{pid}/environ")).expect("it runs").uid()
}

/// Whether the user of herald can open this file of a process.
fn reads(pid: u32, file: &str) -> bool {
    let mut head = Command::new("setpriv");
    head.args(["--reuid=65534", "--regid=65534", "--clear-groups", "head", "-c", "0"]);
    output(head.arg(format!("/proc/{pid}/{file}"))).status.success()
}
