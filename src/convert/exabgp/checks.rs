//! What a healthcheck runs: its command, and its hooks.

use std::time::Duration;

use super::options::Options;
use crate::convert::draft::{Check, CheckKind, Hook};
use crate::convert::findings::{Findings, Kind};
use crate::convert::source::Word;
use crate::convert::{command, value};

/// Defaults of the healthcheck.
const INTERVAL: f64 = 5.0;
const FAST_INTERVAL: f64 = 1.0;
const TIMEOUT: f64 = 5.0;
const COUNT: u32 = 3;
/// The longest that a check of herald may take.
const LONGEST: f64 = 60.0;

/// When the checks of a healthcheck look.
struct Rhythm {
    interval: Duration,
    fast_interval: Option<Duration>,
    timeout: Duration,
}

/// The command, and the file that disables.
pub(super) fn checks(options: &Options, findings: &mut Findings) -> Vec<Check> {
    let rhythm = rhythm(options, findings);
    let mut count = |option: &str| {
        options.last(option).and_then(|word| value::count(word, findings)).unwrap_or(COUNT)
    };
    let (rise, fall) = (count("rise"), count("fall"));
    let check = |name: &str, kind: CheckKind, rise: u32, fall: u32| Check {
        name: name.to_owned(),
        kind,
        interval: rhythm.interval,
        fast_interval: rhythm.fast_interval,
        timeout: Some(rhythm.timeout),
        rise,
        fall,
    };
    let looks = options.last("command").and_then(|line| looks_at(line, findings));
    let file = options.last("disable").map(|file| CheckKind::NoFile(file.text.clone()));
    let health = looks.map(|kind| check("health", kind, rise, fall));
    health.into_iter().chain(file.map(|kind| check("maintenance", kind, 1, 1))).collect()
}

fn looks_at(line: &Word, findings: &mut Findings) -> Option<CheckKind> {
    let Some(argv) = command::for_shell(&line.text) else {
        command::refuse(line, findings);
        return None;
    };
    let (kind, why) = command::check(argv);
    if let Some(why) = why {
        findings.note(Kind::Remark, line.place, format!("{:?}: {why}", line.text));
    }
    Some(kind)
}

fn rhythm(options: &Options, findings: &mut Findings) -> Rhythm {
    let mut fit = |option: &str, bounds: value::Bounds, default: f64, zero: (f64, &str)| {
        let Some(word) = options.last(option) else { return Duration::from_secs_f64(default) };
        let seconds = value::seconds(word, findings).unwrap_or(default);
        if seconds == 0.0 {
            findings.note(Kind::Remark, word.place, format!("{option} 0: {}", zero.1));
            return Duration::from_secs_f64(zero.0);
        }
        bounds.fit(seconds, word, findings)
    };
    const ONCE: &str = "ExaBGP announced once and ended; herald goes on looking, every 5 s";
    const BUSY: &str = "herald waits 10 ms between looks";
    const EVER: &str = "ExaBGP waited for ever; herald waits a minute, the longest there is";
    let interval = fit("interval", value::INTERVAL, INTERVAL, (INTERVAL, ONCE));
    let fast = fit("fast-interval", value::INTERVAL, FAST_INTERVAL, (0.01, BUSY));
    let timeout = fit("timeout", value::TIMEOUT, TIMEOUT, (LONGEST, EVER));
    if let (Some(word), true) = (options.last("fast-interval"), fast >= interval) {
        let words = "fast-interval: it is not shorter than interval, and left out";
        findings.note(Kind::Remark, word.place, words);
    }
    Rhythm { interval, fast_interval: Some(fast).filter(|fast| *fast < interval), timeout }
}

/// Hooks in the order in which the healthcheck runs them: those of the state, then those of all.
pub(super) fn hooks(options: &Options, findings: &mut Findings) -> Vec<Hook> {
    const ALL: &str = "case $HERALD_STATE in up|degraded) STATE=UP;; down) STATE=DOWN;; *) STATE=DISABLED;; esac; \
         export STATE; ";
    let kinds: [(&str, &[&'static str], &str); 4] = [
        ("up-execute", &["up"], "export STATE=UP; "),
        ("down-execute", &["down"], "export STATE=DOWN; "),
        ("disabled-execute", &["drained"], "export STATE=DISABLED; "),
        ("execute", &["up", "down", "drained"], ALL),
    ];
    let mut hooks = Vec::new();
    for (option, on, state) in kinds {
        for line in options.all(option) {
            // With something for the shell in front, it is always a shell that reads it.
            match command::for_shell(&format!("{state}{}", line.text)) {
                Some(command) => hooks.push(Hook { on: on.to_vec(), command, timeout: None }),
                None => command::refuse(line, findings),
            }
        }
    }
    hooks
}
