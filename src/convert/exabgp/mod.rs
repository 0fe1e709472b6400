//! ExaBGP: neighbours with what they inherit, static routes, and processes that run the healthcheck.
//!
//! An option file of the healthcheck (`-F`) is known by its first line. One that a process names is
//! read there, by its path, by its name among the files given, or from the disk; one that none names
//! is a healthcheck of its own.

mod arguments;
mod checks;
mod healthcheck;
mod neighbor;
mod options;
mod process;
mod route;
mod routes;
mod shares;
mod states;

use super::braces::{Statement, Syntax, parse};
use super::draft::Draft;
use super::findings::Findings;
use super::source::Word;
use super::tables::EXABGP;

use self::neighbor::Reader;
use self::process::Process;

/// The text of a file that a configuration names.
pub(super) type Elsewhere<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads all files given.
pub(super) fn read(draft: &mut Draft, findings: &mut Findings, elsewhere: Elsewhere<'_>) {
    let given: Vec<(usize, String)> =
        findings.files().iter().map(|file| file.text.clone()).enumerate().collect();
    let mut root = Root::default();
    for (number, text) in given.iter().filter(|(_, text)| !is_option_file(text)) {
        root.add(&parse(*number, text, Syntax::Exabgp, findings), findings);
    }
    if findings.is_hopeless() {
        return;
    }
    let mut reader = Reader::new(&root.templates);
    for (neighbor, group) in &root.neighbors {
        reader.read(neighbor, group, draft, findings);
    }
    routes::announce(&mut reader.routes, draft, findings);
    let mut used = Vec::new();
    let outermost = root.processes.iter().map(|statement| (statement, None));
    let inner = reader.processes.iter().map(|(statement, owners)| (statement, Some(owners)));
    for (statement, owners) in outermost.chain(inner) {
        let process = Process { statement, owners, listeners: &reader.listeners };
        process.read(draft, findings, elsewhere, &mut used);
    }
    for (number, text) in given.iter().filter(|(_, text)| is_option_file(text)) {
        if !used.contains(number) {
            let options = arguments::option_file(*number, text, findings);
            healthcheck::serve("healthcheck", options, None, draft, findings);
        }
    }
}

/// Whether the first line that says anything is an option: a word alone, or `word = value`.
fn is_option_file(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let (word, rest) = first.split_at(first.find(|c| !is_part(c)).unwrap_or(first.len()));
    match rest.trim_start().chars().next() {
        Some(next) => next == '=',
        // A brace may follow on the next line.
        None => !word.is_empty() && EXABGP.row("", word).is_none(),
    }
}

/// The outermost level of all files.
#[derive(Default)]
struct Root {
    templates: Vec<Statement>,
    /// Neighbours with what their group says.
    neighbors: Vec<(Statement, Vec<Statement>)>,
    processes: Vec<Statement>,
}

impl Root {
    fn add(&mut self, statements: &[Statement], findings: &mut Findings) {
        for statement in statements {
            match findings.judge(&EXABGP, "", statement.name()) {
                Some("neighbor") => self.neighbors.push((statement.clone(), Vec::new())),
                Some("process") => self.processes.push(statement.clone()),
                Some("group") => self.add_group(statement.inside()),
                // Version 4 and later: template { neighbor NAME { } }.
                Some("template") => {
                    for inner in statement.inside() {
                        if findings.judge(&EXABGP, "template", inner.name()).is_some() {
                            self.templates.push(inner.clone());
                        }
                    }
                }
                Some(_) | None => {}
            }
        }
    }

    /// Version 3.4: what stands beside the neighbours of a group holds for each of them.
    fn add_group(&mut self, inside: &[Statement]) {
        let is_neighbor = |statement: &&Statement| statement.name().as_str() == "neighbor";
        let shared: Vec<Statement> =
            inside.iter().filter(|statement| !is_neighbor(statement)).cloned().collect();
        let own = inside.iter().filter(is_neighbor);
        self.neighbors.extend(own.map(|neighbor| (neighbor.clone(), shared.clone())));
    }
}

/// A word that the source does not have, at the place of one that it has.
fn word(text: &str, like: &Word) -> Word {
    Word { text: text.to_owned(), place: like.place }
}

/// The words of a value with several of them.
fn split(value: &Word) -> Vec<Word> {
    let words = value.text.split(|c: char| c.is_whitespace() || "[](),".contains(c));
    words.filter(|text| !text.is_empty()).map(|text| word(text, value)).collect()
}
