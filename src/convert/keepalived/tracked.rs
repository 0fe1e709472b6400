use super::tree::Line;
use crate::convert::draft::{Check, CheckKind};
use crate::convert::findings::{Findings, Kind};
use crate::convert::source::Word;
use crate::convert::tables::KEEPALIVED;
use crate::convert::{command, names, value};

/// Default of `interval`, in seconds.
const INTERVAL: f64 = 1.0;

/// What an instance can track: a script or a process, under its name.
pub(super) struct Tracked {
    pub(super) name: Word,
    pub(super) check: Check,
}

/// `vrrp_script NAME { ... }`
pub(super) fn script(line: &Line, findings: &mut Findings) -> Option<Tracked> {
    let name = line.value(findings)?.clone();
    let mut kind = None;
    let (mut interval, mut timeout) = (None, None);
    let (mut rise, mut fall) = (1, 1);
    for inner in &line.inside {
        let Some(option) = findings.judge(&KEEPALIVED, "vrrp_script", inner.name()) else {
            continue;
        };
        let Some(word) = inner.value(findings) else { continue };
        match option {
            "script" => kind = looks_at(inner, findings),
            "interval" => interval = value::seconds(word, findings).map(|read| (read, word)),
            "timeout" => timeout = value::seconds(word, findings).map(|read| (read, word)),
            "rise" => rise = value::count(word, findings).unwrap_or(1),
            "fall" => fall = value::count(word, findings).unwrap_or(1),
            _ => {}
        }
    }
    let Some(kind) = kind else {
        let help = "add script \"/usr/bin/...\"";
        findings.fault(line.name().place, "this vrrp_script has no script", "it is required", help);
        return None;
    };
    let of = |given: (f64, &Word), bounds: value::Bounds, findings: &mut Findings| {
        bounds.fit(given.0, given.1, findings)
    };
    let timeout = timeout.or(interval).map(|given| of(given, value::TIMEOUT, findings));
    let interval = interval.map(|given| of(given, value::INTERVAL, findings));
    let check = Check {
        name: names::name(&name.text, "script"),
        kind,
        interval: interval.unwrap_or(std::time::Duration::from_secs_f64(INTERVAL)),
        fast_interval: None,
        timeout,
        rise,
        fall,
    };
    Some(Tracked { name, check })
}

/// The command, which may be one quoted word or many; no shell reads it.
fn looks_at(line: &Line, findings: &mut Findings) -> Option<CheckKind> {
    let written = &line.words[1];
    let argv = match &line.words[1..] {
        [whole] => command::without_shell(&whole.text),
        words => command::with_path(words.iter().map(|word| word.text.clone()).collect()),
    };
    let Some(argv) = argv else {
        command::refuse(written, findings);
        return None;
    };
    let (kind, why) = command::check(argv);
    if let Some(why) = why {
        findings.note(Kind::Remark, written.place, format!("script: {why}"));
    }
    Some(kind)
}

/// `track_process NAME { process "haproxy" }`
pub(super) fn process(line: &Line, findings: &mut Findings) -> Option<Tracked> {
    let name = line.value(findings)?.clone();
    let mut process = None;
    for inner in &line.inside {
        if findings.judge(&KEEPALIVED, "track_process", inner.name()) == Some("process") {
            process = inner.value(findings).map(|word| word.text.clone());
        }
    }
    let called = process.unwrap_or_else(|| name.text.clone());
    let called = called.rsplit('/').next().unwrap_or_default().to_owned();
    let check = Check {
        name: names::name(&name.text, "process"),
        kind: CheckKind::Process(called),
        interval: std::time::Duration::from_secs_f64(INTERVAL),
        fast_interval: None,
        timeout: None,
        rise: 1,
        fall: 1,
    };
    Some(Tracked { name, check })
}
