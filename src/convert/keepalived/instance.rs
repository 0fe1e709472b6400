use std::collections::BTreeSet;

use super::tracked::Tracked;
use super::tree::Line;
use super::{address, hooks};
use crate::convert::draft::{Check, Draft, Service};
use crate::convert::findings::{Findings, Kind};
use crate::convert::names::{self, Register};
use crate::convert::source::Word;
use crate::convert::tables::KEEPALIVED;

/// What keepalived takes when no priority is given.
const PRIORITY: &str = "100";

/// `vrrp_instance NAME { ... }`
/// Marks in `used` what it tracks.
pub(super) fn read(
    line: &Line,
    tracked: &[Tracked],
    used: &mut BTreeSet<String>,
    draft: &mut Draft,
    findings: &mut Findings,
) {
    let Some(name) = line.value(findings).map(|word| word.text.clone()) else { return };
    let mut service = Service { name: names::name(&name, "vrrp"), ..Service::default() };
    let mut tracking = Tracking::default();
    let setting = |wanted: &str| {
        let mut all = line.inside.iter().filter(|inner| inner.name().as_str() == wanted);
        all.next_back().and_then(|inner| inner.words.get(1)).map(Word::as_str)
    };
    let (state, priority) = (setting("state"), setting("priority").unwrap_or(PRIORITY));
    for inner in &line.inside {
        let Some(option) = findings.judge(&KEEPALIVED, "vrrp_instance", inner.name()) else {
            continue;
        };
        match option {
            "virtual_ipaddress" | "virtual_ipaddress_excluded" => {
                inner.inside.iter().for_each(|line| address::read(line, &mut service, findings));
            }
            "track_script" | "track_process" => {
                track(inner, tracked, &mut tracking, &mut service, findings);
            }
            "state" | "priority" => {}
            notify => {
                service.hooks.extend(hooks::read(notify, inner, &name, priority, findings));
            }
        }
    }
    service.comments.push(format!(
        "keepalived had this machine as {}, priority {priority}. Every machine that runs herald \
         announces the service while it is healthy, and routing chooses. Where this machine comes \
         second, give it a longer path; where only one machine may be active, let it stand by:\n\n\
         [service.SERVICE.up]\nprepend = 2\n[service.SERVICE.standby]",
        state.unwrap_or("BACKUP"),
    ));
    used.extend(tracking.seen);
    draft.add_service(service);
}

/// What an instance tracks so far.
#[derive(Default)]
struct Tracking {
    seen: BTreeSet<String>,
    /// Names of checks: a script and a process can have the same.
    names: Register,
}

/// Adds the checks that the lines name, each once, with options that only weigh it.
fn track(
    block: &Line,
    tracked: &[Tracked],
    tracking: &mut Tracking,
    service: &mut Service,
    findings: &mut Findings,
) {
    for line in &block.inside {
        let name = line.name();
        let Some(found) = tracked.iter().find(|tracked| tracked.name.text == name.text) else {
            findings.fault(
                name.place,
                format!("there is no script or process {}", name.text),
                "what is tracked is defined on the outermost level",
                "give the file that defines it as a further FILE",
            );
            continue;
        };
        if line.words.len() > 1 {
            findings.note(
                Kind::NotCarried,
                line.words[1].place,
                format!("what weighs {}: a failing check takes the service down", name.text),
            );
        }
        if tracking.seen.insert(name.text.clone()) {
            let name = tracking.names.take(&found.check.name);
            service.checks.push(Check { name, ..found.check.clone() });
        }
    }
}
