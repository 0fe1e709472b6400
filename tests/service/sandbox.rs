//! The system calls that the unit leaves: herald does all of its work with them, and what it starts
//! gets no more.
//!
//! The filter is made of the unit's own lines, by systemd's own list of groups, and loaded as systemd
//! does it, so that neither a service manager nor a package is needed (`packaging/test-deb` has both).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use nix::sys::signal::Signal;

use super::support::config::{ANYCAST, Config};
use super::support::herald::{BINARY, control_socket, write_config};
use super::support::process::{Process, output, program, run};
use super::support::wait::{SOON, eventually};
use super::unit::unit;
use super::{Stage, establish};

/// What a check under the filter tries, none of which does harm. The kernel's word for the filter comes
/// first (proc(5)); then whatever was granted, which without the filter is everything.
const TRIED: &str = "grep Seccomp: /proc/self/status
    chroot / true && echo chroot
    chrt --batch 0 true && echo sched_setscheduler
    chown 0 $0 && echo chown";

#[test]
fn herald_does_its_work_with_the_system_calls_of_the_unit_and_its_commands_get_no_more() {
    let stage = Stage::new();
    let listening = stage.listen();
    let seen = stage.directory.path().join("seen");
    let config = with_a_daring_check(&stage, &seen);
    let mut free = Command::new("/bin/sh");
    free.args(["-c", TRIED]).arg(stage.ready());
    let free = run(free);
    assert!(free.ends_with("\nchroot\nsched_setscheduler\nchown\n"), "{free}");
    let file = write_config(stage.directory.path(), &config);
    let mut herald = stage.ours.enter(|| {
        load(&filter());
        let mut command = Command::new(BINARY);
        command.arg("run").arg("--config").arg(&file);
        Process::start("herald", command, &stage.directory.path().join("log"))
    });
    let mut neighbor = establish(&listening);
    eventually("it is bound", SOON, || {
        if stage.ours.has_loopback(ANYCAST) { Ok(()) } else { Err(herald.log()) }
    });
    let tried = eventually("the check has run", SOON, || fs::read_to_string(&seen));
    assert_eq!(tried, "Seccomp:\t2\n", "nothing is granted");
    write_config(stage.directory.path(), &config.set("service.web.up", "med", 7));
    for words in [&["reload"][..], &["withdraw", "web"], &["resume", "web"], &["explain", "web"]] {
        let answer = ask(&stage, words);
        assert!(answer.status.success(), "{words:?}: {answer:?}");
    }
    let status = String::from_utf8_lossy(&ask(&stage, &["status", "--json"]).stdout).into_owned();
    assert!(status.contains("\"fault\": null"), "its state directory is written: {status}");
    herald.signal(Signal::SIGTERM);
    assert_eq!(neighbor.hears_notification(), (6, 2));
    assert!(herald.ended().success());
    assert!(!stage.ours.has_loopback(ANYCAST));
    assert!(!herald.log().contains("not permitted"), "{}", herald.log());
}

/// The usual one, which asks over HTTP, starts a command, follows a file, listens and calls a hook.
fn with_a_daring_check(stage: &Stage, seen: &std::path::Path) -> Config {
    let script = format!("({TRIED}) >{0}.part 2>/dev/null; mv {0}.part {0}", seen.display());
    let command = format!("[\"/bin/sh\", \"-c\", {script:?}, {:?}]", stage.ready());
    stage
        .config()
        .set("agent", "http", "\"127.0.0.1:9642\"")
        .set("bgp", "listen", "\"0.0.0.0:179\"")
        .set("neighbor.peer", "bfd", "{}")
        .set("service.web.health", "rule", "\"any\"")
        .set("service.web", "hook", "[{ on = [\"up\"], command = [\"/bin/true\"] }]")
        .set("service.web.check.run", "exec", format!("{{ command = {command} }}"))
        .set("service.web.check.asked", "http", "{ url = \"http://127.0.0.1:9642/livez\" }")
}

fn ask(stage: &Stage, words: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    output(command.args(words).arg("--socket").arg(control_socket(stage.directory.path())))
}

/// The lines `SystemCallFilter=` of the unit, applied in their order: groups and names, or with `~`
/// what is taken away again (systemd.exec(5)).
fn left() -> BTreeSet<String> {
    let groups = groups();
    let text = fs::read_to_string(unit()).expect("the unit");
    let lines = text.lines().filter_map(|line| line.strip_prefix("SystemCallFilter="));
    let mut left = members(&groups, "@default");
    for line in lines {
        let (taken, words) = line.strip_prefix('~').map_or((false, line), |rest| (true, rest));
        for name in words.split_whitespace().flat_map(|word| members(&groups, word)) {
            if taken {
                left.remove(&name)
            } else {
                left.insert(name)
            };
        }
    }
    left
}

/// systemd's groups, each with what stands below it.
fn groups() -> BTreeMap<String, Vec<String>> {
    let mut command = Command::new(program(&["systemd-analyze"], "systemd"));
    command.args(["syscall-filter", "--no-pager"]);
    let (mut groups, mut last) = (BTreeMap::<_, Vec<_>>::new(), String::new());
    for line in run(command).lines().filter(|line| !line.trim_start().starts_with('#')) {
        match line.strip_prefix("    ") {
            Some(member) => groups.entry(last.clone()).or_default().push(member.to_owned()),
            None => last = line.to_owned(),
        }
    }
    groups
}

fn members(groups: &BTreeMap<String, Vec<String>>, name: &str) -> BTreeSet<String> {
    if !name.starts_with('@') {
        return [name.to_owned()].into();
    }
    let inside = groups.get(name).unwrap_or_else(|| panic!("systemd knows no {name}"));
    inside.iter().flat_map(|member| members(groups, member)).collect()
}

/// The numbers of system calls on this machine.
fn numbers() -> BTreeMap<String, u32> {
    let machine = std::env::consts::ARCH;
    let places = [
        format!("/usr/include/{machine}-linux-gnu/asm/unistd_64.h"),
        "/usr/include/asm-generic/unistd.h".to_owned(),
    ];
    let header = places.map(PathBuf::from).into_iter().find(|place| place.exists());
    let header = header.expect("the kernel's headers: apt-get install linux-libc-dev");
    let text = fs::read_to_string(header).expect("a readable header");
    let lines = text.lines().filter_map(|line| line.strip_prefix("#define __NR_"));
    let pairs = lines.filter_map(|line| line.split_once(char::is_whitespace));
    pairs
        .filter_map(|(name, number)| Some((name.to_owned(), number.trim().parse().ok()?)))
        .collect()
}

/// seccomp(2): what is left is allowed, and everything else ends with EPERM, as the unit says.
fn filter() -> Vec<libc::sock_filter> {
    const LOAD_WORD_AT: u16 = 0x20;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    let step = |code, jf, k| libc::sock_filter { code, jt: 0, jf, k };
    let numbers = numbers();
    let left: Vec<u32> = left().iter().filter_map(|name| numbers.get(name).copied()).collect();
    assert!(left.len() > 150, "{} system calls of {}", left.len(), numbers.len());
    // The number of the call is the first word of what a filter sees.
    let mut steps = vec![step(LOAD_WORD_AT, 0, 0)];
    for number in left {
        steps.extend([step(JUMP_IF_EQUAL, 1, number), step(RETURN, 0, libc::SECCOMP_RET_ALLOW)]);
    }
    steps.push(step(RETURN, 0, libc::SECCOMP_RET_ERRNO | libc::EPERM.unsigned_abs()));
    steps
}

/// Puts the calling thread, and what it starts, below the filter for good.
#[expect(unsafe_code, reason = "prctl(2) has no safe wrapper for a filter")]
fn load(filter: &[libc::sock_filter]) {
    let len = u16::try_from(filter.len()).expect("a filter has at most 4096 steps");
    let program = libc::sock_fprog { len, filter: filter.as_ptr().cast_mut() };
    // SAFETY: both calls change this thread alone; the kernel copies the steps, which outlive the call
    // and are only read.
    let refused = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            | libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program)
    };
    assert_eq!(refused, 0, "{}", std::io::Error::last_os_error());
}
