use std::time::Duration;

use super::haproxy::{self, CheckDraft};
use super::{check_dns, check_http, check_local, check_tcp, haproxy_check};
use crate::base::{CheckName, ServiceName};
use crate::config::checks::{Cadence, Check, CheckKind};
use crate::config::reader::Section;
use crate::health::CheckParams;

/// What holds when a check other than `haproxy` says nothing else.
const INTERVAL: Duration = Duration::from_secs(1);
const TIMEOUT: Duration = Duration::from_secs(1);
const COUNTS: CheckParams = CheckParams { rise: 2, fall: 3 };
/// HAProxy has counted already.
const HAPROXY_COUNTS: CheckParams = CheckParams { rise: 1, fall: 1 };

/// `[service.X.check.NAME]` as read.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) name: CheckName,
    pub(super) counts: CheckParams,
    pub(super) kind: Option<Kind>,
}

/// What a check looks at.
#[derive(Debug)]
pub(super) enum Kind {
    /// A backend of a HAProxy instance, which is asked for all its checks at once.
    Haproxy(CheckDraft),
    /// Anything else, by itself.
    Own(Check),
}

impl Draft {
    /// What it asks of a HAProxy instance.
    pub(super) fn haproxy(&self) -> Option<&CheckDraft> {
        match self.kind.as_ref()? {
            Kind::Haproxy(check) => Some(check),
            Kind::Own(_) => None,
        }
    }

    /// The check, when it is on its own.
    pub(super) fn own(&self) -> Option<&Check> {
        match self.kind.as_ref()? {
            Kind::Haproxy(_) => None,
            Kind::Own(check) => Some(check),
        }
    }
}

impl Kind {
    /// The word in the file and in status.
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Haproxy(_) => "haproxy",
            Self::Own(check) => check.kind.as_str(),
        }
    }
}

/// What every kind has; `None` where the file is silent.
struct Common {
    interval: Option<Duration>,
    fast_interval: Option<Duration>,
    timeout: Option<Duration>,
    rise: Option<u32>,
    fall: Option<u32>,
}

pub(super) fn read(
    service: &ServiceName,
    name: &str,
    section: &Section<'_>,
    instances: &[haproxy::Draft],
) -> Draft {
    let name = CheckName::from(name);
    let common = Common::read(section);
    let kind = only_kind(section);
    if kind == Some("haproxy") {
        let table = section.section("haproxy");
        worry_about_fast_interval(section);
        let read = haproxy_check::read(&table, service, &name, instances);
        let (interval, timeout) = (common.interval, common.timeout);
        let kind = read.map(|(instance, check)| {
            Kind::Haproxy(CheckDraft { instance, check, interval, timeout })
        });
        return Draft { name, counts: common.counts(HAPROXY_COUNTS), kind };
    }
    let cadence = common.cadence();
    refuse_slow_fast_interval(section, &cadence);
    let kind = kind.and_then(|kind| looked_at(kind, &section.section(kind)));
    let (service, own) = (service.clone(), name.clone());
    let kind = kind.map(|kind| Kind::Own(Check { service, name: own, kind, cadence }));
    Draft { name, counts: cadence.counts, kind }
}

fn looked_at(kind: &str, section: &Section<'_>) -> Option<CheckKind> {
    match kind {
        "http" => check_http::read(section).map(|check| CheckKind::Http(Box::new(check))),
        "tcp" => check_tcp::read(section).map(CheckKind::Tcp),
        "dns" => check_dns::read(section).map(CheckKind::Dns),
        "exec" => check_local::exec(section).map(CheckKind::Exec),
        "file" => check_local::file(section).map(CheckKind::File),
        "process" => check_local::process(section).map(CheckKind::Process),
        _ => unreachable!("{kind} is no kind of check in the key table"),
    }
}

impl Common {
    fn read(section: &Section<'_>) -> Self {
        let duration = |name| section.duration(name).map(|duration| duration.value);
        Self {
            interval: duration("interval"),
            fast_interval: duration("fast-interval"),
            timeout: duration("timeout"),
            rise: section.integer("rise").map(|rise| rise.value),
            fall: section.integer("fall").map(|fall| fall.value),
        }
    }

    fn counts(&self, default: CheckParams) -> CheckParams {
        CheckParams {
            rise: self.rise.unwrap_or(default.rise),
            fall: self.fall.unwrap_or(default.fall),
        }
    }

    fn cadence(&self) -> Cadence {
        let interval = self.interval.unwrap_or(INTERVAL);
        Cadence {
            interval,
            fast_interval: self.fast_interval.unwrap_or(interval),
            timeout: self.timeout.unwrap_or(TIMEOUT),
            counts: self.counts(COUNTS),
        }
    }
}

/// The one kind that is given.
fn only_kind(section: &Section<'_>) -> Option<&'static str> {
    let kinds = section.kinds();
    match kinds.as_slice() {
        [only] => return Some(only),
        [] => section.notes.fault(
            section.span(),
            format!("[{}] has no kind", section.path()),
            "a check says what it looks at",
            "for example haproxy = { backend = \"http_back\", min-up = 1 }",
        ),
        [_, second, ..] => section.notes.fault(
            &section.span_of(second),
            format!("[{}] has more than one kind: {}", section.path(), kinds.join(", ")),
            "a check looks at one thing",
            "make a check of each; [service.X.health] rule says how they combine",
        ),
    }
    None
}

fn refuse_slow_fast_interval(section: &Section<'_>, cadence: &Cadence) {
    if cadence.fast_interval > cadence.interval {
        section.notes.fault(
            &section.span_of("fast-interval"),
            "fast-interval is longer than interval",
            "it is the interval while a change is being confirmed",
            "make it shorter than interval, or leave it out",
        );
    }
}

fn worry_about_fast_interval(section: &Section<'_>) {
    if section.has("fast-interval") {
        section.notes.worry(
            &section.span_of("fast-interval"),
            "fast-interval does nothing with haproxy",
            "one answer of HAProxy serves all checks of the instance, at its poll-interval",
            "leave it out, and set interval or the instance's poll-interval",
        );
    }
}
