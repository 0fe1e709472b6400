use super::neighbor::Listener;
use super::options::Options;
use super::{Elsewhere, arguments, healthcheck};
use crate::convert::attributes::listed;
use crate::convert::braces::Statement;
use crate::convert::draft::Draft;
use crate::convert::findings::{Findings, Kind};
use crate::convert::source::{Input, Word};
use crate::convert::tables::EXABGP;

/// A `process` block.
pub(super) struct Process<'a> {
    pub(super) statement: &'a Statement,
    /// The neighbours that it stands in (version 3.4).
    pub(super) owners: Option<&'a Vec<String>>,
    pub(super) listeners: &'a [Listener],
}

impl Process<'_> {
    /// Adds the services that its healthcheck announces. `used` collects the numbers of the files that
    /// it reads.
    pub(super) fn read(
        &self,
        draft: &mut Draft,
        findings: &mut Findings,
        elsewhere: Elsewhere<'_>,
        used: &mut Vec<usize>,
    ) {
        let mut run = None;
        for inner in self.statement.inside() {
            if findings.judge(&EXABGP, "process", inner.name()) == Some("run") {
                run = Some(inner);
            }
        }
        let Some(run) = run else {
            let help = "add run PROGRAM ...;";
            findings.fault(self.statement.place(), "this process runs nothing", "", help);
            return;
        };
        let words = listed(run.values());
        let is_healthcheck = |word: &Word| {
            let program = word.text.rsplit('/').next().unwrap_or_default();
            matches!(program, "healthcheck" | "healthcheck.py" | "exabgp-healthcheck")
        };
        let Some(at) = words.iter().position(is_healthcheck) else {
            findings.note(
                Kind::NotCarried,
                run.place(),
                format!(
                    "process {}: it runs a program of its own, and what that announces no file says; \
                     write a service for it, and a check of what decides about it",
                    self.name()
                ),
            );
            return;
        };
        let own = arguments::command_line(&words[at + 1..], findings);
        if let Some(options) = with_file(own, findings, elsewhere, used) {
            let neighbors = self.neighbors(draft, findings);
            healthcheck::serve(self.name(), options, neighbors, draft, findings);
        }
    }

    fn name(&self) -> &str {
        self.statement.values().first().map_or("process", Word::as_str)
    }

    /// The neighbours that take its routes; `None` for all.
    fn neighbors(&self, draft: &Draft, findings: &mut Findings) -> Option<Vec<String>> {
        let part = |names: Vec<String>| {
            let everybody = draft.neighbors.iter().all(|neighbor| names.contains(&neighbor.name));
            (!everybody).then_some(names)
        };
        if let Some(owners) = self.owners {
            return part(owners.clone());
        }
        let named = |listener: &&Listener| {
            listener.process.as_deref().is_none_or(|process| process == self.name())
        };
        let listening: Vec<String> =
            self.listeners.iter().filter(named).map(|listener| listener.neighbor.clone()).collect();
        if listening.is_empty() {
            findings.note(
                Kind::Remark,
                self.statement.place(),
                format!(
                    "process {}: no neighbor names it in api {{ processes [ ... ]; }}, and ExaBGP 4 tells \
                     none of its routes; herald tells all neighbours",
                    self.name()
                ),
            );
            return None;
        }
        part(listening)
    }
}

/// The options with those of the file that `-F` names.
fn with_file(
    own: Options,
    findings: &mut Findings,
    elsewhere: Elsewhere<'_>,
    used: &mut Vec<usize>,
) -> Option<Options> {
    let Some(path) = own.last("config").cloned() else { return Some(own) };
    let file_name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let is_it =
        |file: &Input| file.name == path.text || file_name(&file.name) == file_name(&path.text);
    let number = match findings.files().iter().position(is_it) {
        Some(number) => number,
        None => {
            let Some(text) = elsewhere(&path.text) else {
                findings.fault(
                    path.place,
                    format!("the option file {} cannot be read", path.text),
                    "the healthcheck takes its options from it",
                    "give it as a further FILE",
                );
                return None;
            };
            findings.open(Input { name: path.text.clone(), text })
        }
    };
    used.push(number);
    let text = findings.files()[number].text.clone();
    Some(own.after(arguments::option_file(number, &text, findings)))
}
