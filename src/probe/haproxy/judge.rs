use std::collections::BTreeMap;

use crate::base::Percent;
use crate::config::{HaproxyCheck, MinUp};
use crate::health::{Outcome, Sample};

use super::answer::{Answer, Backend, CheckResult, Server};
use super::proof::{Memory, Proof};

/// How many servers, or names, a reason lists before it says "and N more".
const LISTED: usize = 4;

/// `track` chains longer than this are not followed.
const LONGEST_CHAIN: usize = 8;

/// Turns answers into samples. It remembers, for the worker that answered last, how far each
/// server's state is backed by checks.
#[derive(Debug, Default)]
pub(super) struct Judge {
    worker: Option<u32>,
    servers: BTreeMap<String, BTreeMap<String, Memory>>,
}

/// What counts for one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Usable,
    Unusable,
    Unproven,
}

/// A counted server: its standing, and a remark where there is something to say.
struct Finding {
    standing: Standing,
    remark: Option<String>,
}

impl Finding {
    fn new(standing: Standing, remark: impl Into<String>) -> Self {
        Self { standing, remark: Some(remark.into()) }
    }
}

impl Judge {
    /// Takes in an answer. What was remembered of another worker is dropped: its checks are not this
    /// one's.
    pub(super) fn learn(&mut self, answer: &Answer) {
        let worker = answer.worker.as_ref().map(|worker| worker.pid);
        if worker != self.worker {
            self.servers.clear();
            self.worker = worker;
        }
        let before = std::mem::take(&mut self.servers);
        for (name, backend) in &answer.backends {
            let known = before.get(name);
            let servers = backend.servers.iter().map(|server| {
                let memory = known.and_then(|servers| servers.get(&server.name));
                (server.name.clone(), Memory::next(memory, server))
            });
            self.servers.insert(name.clone(), servers.collect());
        }
    }

    /// The verdict on one check, from the answer that was learned last.
    pub(super) fn sample(&self, check: &HaproxyCheck, answer: &Answer) -> Sample {
        let name = &check.backend;
        let Some(backend) = answer.backends.get(name) else {
            let others = listed(answer.backends.keys());
            return unknown(format!("HAProxy has no backend {name}; it has {others}"));
        };
        if let Some(sample) = closed_frontend(check, answer) {
            return sample;
        }
        if backend.status.contains("UNPUB") {
            return unhealthy(format!("{name}: the backend is unpublished"));
        }
        let findings = self.findings(check, backend, answer);
        if findings.is_empty() {
            return unhealthy(format!("{name}: {}", nothing_to_count(backend)));
        }
        weigh(check, &findings)
    }

    fn findings(&self, check: &HaproxyCheck, backend: &Backend, answer: &Answer) -> Vec<Finding> {
        let named = |server: &Server| format!("{}: ", server.name);
        let judged = |server: &Server| {
            let Finding { standing, remark } = self.standing(&check.backend, server, answer);
            Finding { standing, remark: remark.map(|remark| named(server) + &remark) }
        };
        let Some(wanted) = &check.servers else {
            let counted = backend.servers.iter().filter(|s| check.count_backup || !s.backup);
            return counted.map(judged).collect();
        };
        let find = |name: &String| backend.servers.iter().find(|server| server.name == *name);
        let finding = |name: &String| match find(name) {
            Some(server) if server.backup && !check.count_backup => {
                Finding::new(Standing::Unusable, named(server) + "backup, not counted")
            }
            Some(server) => judged(server),
            None => Finding::new(Standing::Unusable, format!("{name}: not in this backend")),
        };
        wanted.iter().map(finding).collect()
    }

    fn standing(&self, backend: &str, server: &Server, answer: &Answer) -> Finding {
        let word = server.status.split(' ').next().unwrap_or_default();
        match word {
            "UP" | "no" if server.weight == 0 => Finding::new(Standing::Unusable, "weight 0"),
            "UP" => self.standing_of_up(backend, server, answer),
            "no" => Finding::new(Standing::Usable, "unproven: no check"),
            "DOWN" => {
                let result = self.memory(backend, &server.name).and_then(|m| m.result.as_ref());
                Finding::new(Standing::Unusable, down(server, result))
            }
            "MAINT" | "DRAIN" | "NOLB" => Finding::new(Standing::Unusable, server.status.as_str()),
            other => Finding::new(Standing::Unproven, format!("unheard-of status {other:?}")),
        }
    }

    /// UP by HAProxy's word: usable when a check backs it, its own or that of the server it tracks.
    fn standing_of_up(&self, backend: &str, server: &Server, answer: &Answer) -> Finding {
        let (mut backend, mut server) = (backend, server);
        for _ in 0..LONGEST_CHAIN {
            let (None, Some(reference)) = (&server.check, &server.tracked) else {
                return self.backed(backend, server);
            };
            match (reference.split_once('/'), answer.server(reference)) {
                (Some((owner, _)), Some(tracked)) => (backend, server) = (owner, tracked),
                _ => return Finding::new(Standing::Unproven, format!("tracks {reference}")),
            }
        }
        Finding::new(Standing::Unproven, "tracks too long a chain")
    }

    fn backed(&self, backend: &str, server: &Server) -> Finding {
        match self.memory(backend, &server.name).map(|memory| &memory.proof) {
            Some(Proof::Awaited(doubt)) => Finding::new(Standing::Unproven, doubt.words()),
            Some(Proof::Checked | Proof::Down | Proof::Away) | None => {
                Finding { standing: Standing::Usable, remark: None }
            }
        }
    }

    fn memory(&self, backend: &str, server: &str) -> Option<&Memory> {
        self.servers.get(backend)?.get(server)
    }
}

/// The sample that a frontend forces, when the check names one that is not open.
fn closed_frontend(check: &HaproxyCheck, answer: &Answer) -> Option<Sample> {
    let name = check.frontend.as_ref()?;
    match answer.frontends.get(name).map(String::as_str) {
        Some("OPEN") => None,
        Some(status) => Some(unhealthy(format!("frontend {name} is {status}"))),
        None => {
            let others = listed(answer.frontends.keys());
            Some(unknown(format!("HAProxy has no frontend {name}; it has {others}")))
        }
    }
}

fn weigh(check: &HaproxyCheck, findings: &[Finding]) -> Sample {
    let counted = findings.len();
    let count = |standing| findings.iter().filter(|finding| finding.standing == standing).count();
    let (usable, unproven) = (count(Standing::Usable), count(Standing::Unproven));
    let needed = match check.min_up {
        MinUp::Servers(servers) => servers,
        MinUp::Percent(percent) => (usize::from(percent) * counted).div_ceil(100),
    }
    .max(1);
    let outcome = if usable >= needed {
        Outcome::Healthy { capacity: Percent::of(usable, counted) }
    } else if usable + unproven < needed {
        Outcome::Unhealthy
    } else {
        Outcome::Unknown
    };
    let mut because = format!("{}: {usable} of {} up", check.backend, many(counted, "server"));
    if usable < needed && needed > 1 {
        because += &format!(", {needed} needed");
    }
    let remarks: Vec<_> = findings.iter().filter_map(|finding| finding.remark.as_ref()).collect();
    if !remarks.is_empty() {
        because += &format!(" ({})", listed(remarks));
    }
    Sample { outcome, because: because.into() }
}

/// Why a DOWN server is down, by its last check: `L4CON Connection refused`, `L7STS 503 Service
/// Unavailable`; else its status, such as `DOWN 1/2` on its way up, or `DOWN (agent)`.
fn down(server: &Server, result: Option<&CheckResult>) -> String {
    let failure = result.filter(|result| !result.passed());
    let words = failure.map_or([""; 3], |result| [&result.status, &result.code, &result.info]);
    let checked = failure.is_some() && server.status == "DOWN";
    let status = Some(server.status.as_str()).filter(|_| !checked);
    let words = words.into_iter().filter(|word| !word.is_empty());
    status.into_iter().chain(words).collect::<Vec<_>>().join(" ")
}

fn nothing_to_count(backend: &Backend) -> String {
    match backend.servers.len() {
        0 => "no servers".to_owned(),
        backups => format!("only {}, not counted", many(backups, "backup server")),
    }
}

fn many(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `a, b, c, d and 3 more`, or `none`.
pub(super) fn listed(items: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let items: Vec<_> = items.into_iter().collect();
    let shown = items.iter().take(LISTED).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(LISTED) {
        0 if items.is_empty() => "none".to_owned(),
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn unhealthy(because: String) -> Sample {
    Sample { outcome: Outcome::Unhealthy, because: because.into() }
}

fn unknown(because: String) -> Sample {
    Sample { outcome: Outcome::Unknown, because: because.into() }
}
