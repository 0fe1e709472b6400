use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::config::HaproxyCheck;

use super::super::answer::Answer;

/// Sees in one answer after the other what HAProxy must have logged between them, so that a stream
/// that tells nothing is found out.
#[derive(Debug, Default)]
pub(in super::super) struct Witness {
    last: Option<Seen>,
}

#[derive(Debug)]
struct Seen {
    worker: Option<u32>,
    asked: Instant,
    out: BTreeMap<(String, String), bool>,
}

impl Witness {
    /// Takes in an answer to a question of `asked`. When a server of one of the checks' backends went
    /// out of service or came back since the last answer, which the same worker gave, that answer's
    /// time.
    pub(in super::super) fn change(
        &mut self,
        checks: &[HaproxyCheck],
        answer: &Answer,
        asked: Instant,
    ) -> Option<Instant> {
        let worker = answer.worker.as_ref().map(|worker| worker.pid);
        let seen = Seen { worker, asked, out: servers(checks, answer) };
        let last = self.last.replace(seen)?;
        let now = &self.last.as_ref()?.out;
        let differs =
            last.out.iter().any(|(name, out)| now.get(name).is_some_and(|now| now != out));
        (last.worker == worker && differs).then_some(last.asked)
    }

    /// HAProxy was not heard: what it logged meanwhile nobody knows.
    pub(in super::super) fn forget(&mut self) {
        self.last = None;
    }
}

/// Whether each server is out of service by a check or by an operator. HAProxy logs both always;
/// changes of weight it does not.
fn servers(checks: &[HaproxyCheck], answer: &Answer) -> BTreeMap<(String, String), bool> {
    let wanted: BTreeSet<&String> = checks.iter().map(|check| &check.backend).collect();
    let backends = answer.backends.iter().filter(|(name, _)| wanted.contains(name));
    let out = |status: &str| status.starts_with("DOWN") || status.starts_with("MAINT");
    backends
        .flat_map(|(backend, about)| {
            let servers = about.servers.iter();
            servers.map(|server| ((backend.clone(), server.name.clone()), out(&server.status)))
        })
        .collect()
}
