//! The format of Python's `configparser`.

use super::{Entry, Section, Sections};
use crate::convert::findings::Findings;
use crate::convert::source::{Place, Word};

/// Adds the sections of a file.
pub(super) fn read(file: usize, text: &str, sections: &mut Sections, findings: &mut Findings) {
    let mut current: Option<String> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let said = line.trim();
        let begin = start + line.find(said).unwrap_or_default();
        let place = Place { file, start: begin, end: begin + said.len() };
        start += line.len();
        let goes_on = line.starts_with([' ', '\t']);
        if said.is_empty() || said.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = said.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            let name = name.0.to_owned();
            sections.entry(name.clone()).or_insert(Section { place, entries: Vec::new() });
            current = Some(name);
            continue;
        }
        let Some(section) = current.as_ref().and_then(|name| sections.get_mut(name)) else {
            let rule = "an option belongs to a section";
            findings.fault(place, "this stands before any section", rule, "add [NAME] above it");
            continue;
        };
        match (goes_on, section.entries.last_mut(), said.find(['=', ':'])) {
            // An indented line goes on with the value above it.
            (true, Some(entry), _) => {
                entry.value.text += "\n";
                entry.value.text += said;
            }
            (_, _, Some(at)) => {
                let option = said[..at].trim().to_ascii_lowercase();
                let value = said[at + 1..].trim().to_owned();
                section.entries.retain(|entry| entry.option.text != option);
                section.entries.push(Entry {
                    option: Word { text: option, place },
                    value: Word { text: value, place },
                });
            }
            (_, _, None) => {
                let help = "write OPTION = VALUE, or # in front of a comment";
                findings.fault(place, "this is neither a section nor an option", "", help);
            }
        }
    }
}

/// The section with what it inherits, and with `%(name)s` replaced.
pub(super) fn completed(section: &Section, defaults: &[Entry], findings: &mut Findings) -> Section {
    let mut entries = section.entries.clone();
    for default in defaults {
        if !entries.iter().any(|entry| entry.option.text == default.option.text) {
            entries.push(default.clone());
        }
    }
    let known: Vec<(String, String)> =
        entries.iter().map(|entry| (entry.option.text.clone(), entry.value.text.clone())).collect();
    for entry in &mut entries {
        match interpolated(&entry.value.text, &known) {
            Some(text) => entry.value.text = text,
            None => findings.fault(
                entry.value.place,
                "a % in this value stands for nothing",
                "%(name)s is the value of another option, %% is a percent sign",
                "write %% for a percent sign",
            ),
        }
    }
    Section { place: section.place, entries }
}

/// One level of `%(name)s`, as far as configurations go; `None` when a `%` means nothing.
fn interpolated(text: &str, known: &[(String, String)]) -> Option<String> {
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        done += before;
        if let Some(after) = after.strip_prefix('%') {
            done.push('%');
            rest = after;
        } else {
            let (name, after) = after.strip_prefix('(')?.split_once(")s")?;
            let (_, value) =
                known.iter().find(|(option, _)| *option == name.to_ascii_lowercase())?;
            done += value;
            rest = after;
        }
    }
    Some(done + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_signs_are_read_as_python_reads_them() {
        let known = [("name".to_owned(), "web".to_owned())];
        for (text, expected) in [
            ("curl %(name)s", Some("curl web")),
            ("date +%%s", Some("date +%s")),
            ("date +%s", None),
            ("%(other)s", None),
            ("100%", None),
        ] {
            assert_eq!(interpolated(text, &known).as_deref(), expected, "{text}");
        }
    }
}
