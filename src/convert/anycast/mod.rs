//! anycast_healthchecker: `[DEFAULT]`, `[daemon]`, and a section per service, in one file or many.
//!
//! Who is told stands in `bird.conf`, or is given on the command line.

mod ini;
mod service;

use std::collections::BTreeMap;

use super::draft::Draft;
use super::findings::Findings;
use super::source::{Place, Word};
use super::tables::ANYCAST;

/// An option as written.
#[derive(Debug, Clone)]
struct Entry {
    option: Word,
    value: Word,
}

/// The sections of all files; `DEFAULT` is one of them.
type Sections = BTreeMap<String, Section>;

#[derive(Debug, Clone)]
struct Section {
    /// Its header.
    place: Place,
    entries: Vec<Entry>,
}

/// Reads all files as one configuration.
pub(super) fn read(draft: &mut Draft, findings: &mut Findings) {
    let texts: Vec<String> = findings.files().iter().map(|file| file.text.clone()).collect();
    let mut sections = Sections::new();
    for (number, text) in texts.iter().enumerate() {
        ini::read(number, text, &mut sections, findings);
    }
    let defaults = sections.remove("DEFAULT").map(|section| section.entries).unwrap_or_default();
    for (name, section) in &sections {
        let section = ini::completed(section, &defaults, findings);
        if name == "daemon" {
            for entry in &section.entries {
                // What stands in [DEFAULT] for services is no option of the daemon.
                if !is_inherited(entry, &defaults) {
                    findings.judge(&ANYCAST, "daemon", &entry.option);
                }
            }
        } else {
            service::read(name, &section, draft, findings);
        }
    }
}

fn is_inherited(entry: &Entry, defaults: &[Entry]) -> bool {
    defaults.iter().any(|default| default.option.place == entry.option.place)
}
