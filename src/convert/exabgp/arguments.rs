//! Options of the healthcheck, from its command line and from its `-F` file.

use super::options::{Given, Options};
use super::word;
use crate::convert::findings::Findings;
use crate::convert::source::{Place, Word};
use crate::convert::tables::HEALTHCHECK;

/// Options that take no value.
const FLAGS: [&str; 12] = [
    "help",
    "silent",
    "no-syslog",
    "debug",
    "no-ack",
    "sudo",
    "deaggregate-networks",
    "no-ip-setup",
    "dynamic-ip-setup",
    "label-exact-match",
    "withdraw-on-down",
    "debounce",
];

/// Short options, and other names of long ones.
const OTHER_NAMES: [(&str, &str); 14] = [
    ("h", "help"),
    ("s", "silent"),
    ("sF", "syslog-facility"),
    ("d", "debug"),
    ("a", "no-ack"),
    ("n", "name"),
    ("F", "config"),
    ("p", "pid"),
    ("i", "interval"),
    ("f", "fast-interval"),
    ("t", "timeout"),
    ("c", "command"),
    ("cmd", "command"),
    ("N", "next-hop"),
];

/// The options of a command line.
pub(super) fn command_line(words: &[Word], findings: &mut Findings) -> Options {
    let mut options = Options::default();
    let mut rest = words;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let (name, inline) = taken_apart(first);
        let Some(name) = name else {
            let help = "remove it, or write an option before it";
            findings.fault(first.place, "this belongs to no option", "", help);
            continue;
        };
        let mut value = inline;
        if value.is_none() && !FLAGS.contains(&name.as_str()) {
            // The facility alone may be left out.
            let next = rest.first().filter(|next| !next.text.starts_with("--"));
            value = next.cloned();
            rest = &rest[usize::from(value.is_some())..];
        }
        options.add(name, value, findings);
    }
    options
}

/// `--name`, `--name=value`, `-n` and `-nvalue`, and what is only the beginning of one name.
fn taken_apart(written: &Word) -> (Option<Word>, Option<Word>) {
    if let Some(long) = written.text.strip_prefix("--") {
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(word(value, written))),
            None => (long, None),
        };
        return (Some(word(&full(name), written)), value);
    }
    let Some(short) = written.text.strip_prefix('-').filter(|short| !short.is_empty()) else {
        return (None, None);
    };
    let known = |name: &str| OTHER_NAMES.iter().find(|(other, _)| *other == name);
    if let Some((_, name)) = known(short) {
        return (Some(word(name, written)), None);
    }
    let letter = short.chars().next().map(String::from).unwrap_or_default();
    match known(&letter) {
        Some((_, name)) => {
            let value = short[letter.len()..].trim_start_matches('=');
            (Some(word(name, written)), Some(word(value, written)))
        }
        None => (Some(word(short, written)), None),
    }
}

/// The whole name of an option that is abbreviated, as Python's argparse takes it.
fn full(name: &str) -> String {
    if let Some((_, name)) = OTHER_NAMES.iter().find(|(other, _)| *other == name) {
        return (*name).to_owned();
    }
    let mut names = HEALTHCHECK.rows.iter().map(|row| row.option);
    if names.clone().any(|known| known == name) {
        return name.to_owned();
    }
    let mut longer = names.by_ref().filter(|known| known.starts_with(name));
    match (longer.next(), longer.next()) {
        (Some(only), None) => only.to_owned(),
        _ => name.to_owned(),
    }
}

/// The options of a file: `name = value` or `name` in each line; `#` begins a comment line.
pub(super) fn option_file(file: usize, text: &str, findings: &mut Findings) -> Options {
    let mut options = Options::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let said = line.trim();
        let begin = start + line.find(said).unwrap_or_default();
        let place = Place { file, start: begin, end: begin + said.len() };
        start += line.len();
        if said.is_empty() || said.starts_with('#') {
            continue;
        }
        let (name, value) = match said.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim().to_owned())),
            None => (said, None),
        };
        let value = value.map(|text| Word { text, place });
        options.add(Word { text: full(name), place }, value, findings);
    }
    options
}

impl Options {
    /// Adds an option that is known and carried; anything else is noted.
    fn add(&mut self, name: Word, value: Option<Word>, findings: &mut Findings) {
        let Some(option) = findings.judge(&HEALTHCHECK, "", &name) else { return };
        let takes_one = !FLAGS.contains(&option);
        if takes_one && value.is_none() {
            let message = format!("{option} has no value");
            findings.fault(name.place, message, "", "write it behind");
            return;
        }
        self.given.push(Given { option, value });
    }
}
