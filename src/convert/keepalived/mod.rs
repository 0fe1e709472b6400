//! keepalived: each `vrrp_instance` becomes a service, each script or process that it tracks a check.

mod address;
mod hooks;
mod instance;
mod tracked;
mod tree;

use std::collections::BTreeSet;

use super::draft::Draft;
use super::findings::{Findings, Kind};
use super::tables::KEEPALIVED;

use self::tree::Line;

/// Reads all files as one configuration.
pub(super) fn read(draft: &mut Draft, findings: &mut Findings) {
    let texts: Vec<String> = findings.files().iter().map(|file| file.text.clone()).collect();
    let mut lines = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        lines.extend(tree::parse(number, text, findings));
    }
    let (mut tracked, mut instances): (Vec<_>, Vec<&Line>) = (Vec::new(), Vec::new());
    for line in &lines {
        match findings.judge(&KEEPALIVED, "", line.name()) {
            Some("vrrp_script") => tracked.extend(tracked::script(line, findings)),
            Some("vrrp_track_process" | "track_process") => {
                tracked.extend(tracked::process(line, findings));
            }
            Some("vrrp_instance") => instances.push(line),
            Some(_) | None => {}
        }
    }
    let mut used = BTreeSet::new();
    for instance in instances {
        instance::read(instance, &tracked, &mut used, draft, findings);
    }
    for idle in tracked.iter().filter(|tracked| !used.contains(&tracked.name.text)) {
        let words = format!("{}: no vrrp_instance tracks it", idle.name.text);
        findings.note(Kind::NotCarried, idle.name.place, words);
    }
}
