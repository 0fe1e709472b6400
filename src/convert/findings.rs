use std::collections::BTreeSet;
use std::fmt;

use super::source::{Input, Place, Word, blanked};
use super::tables::{Fate, Table};
use crate::config::{Diagnostic, Faults};

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Herald cannot run before this is done.
    FillIn,
    /// The source says it, and the file for herald does not.
    NotCarried,
    /// The file for herald says it, and it means something a little different there.
    Remark,
}

/// Something to know about a conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is about.
    pub kind: Kind,
    /// File and line of what it is about; `None` for what no file says.
    pub line: Option<(String, usize)>,
    /// What it is about, as the source writes it, and what to know.
    pub words: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::FillIn => "to do",
            Kind::NotCarried => "not carried",
            Kind::Remark => "remark",
        };
        match &self.line {
            Some((file, line)) => write!(f, "{kind}: {file}:{line}: {}", self.words),
            None => write!(f, "{kind}: {}", self.words),
        }
    }
}

/// The files that are read, and what was found in them.
#[derive(Debug)]
pub(super) struct Findings {
    files: Vec<Input>,
    notes: Vec<(Kind, Option<Place>, String)>,
    /// The notes again, to find out quickly whether something has been said.
    said: BTreeSet<(Kind, Option<Place>, String)>,
    faults: Vec<(usize, Diagnostic)>,
}

/// Who has as many faults has given the wrong file; more of them are not kept.
const MOST_FAULTS: usize = 100;

impl Findings {
    pub(super) fn new(files: Vec<Input>) -> Self {
        Self { files, notes: Vec::new(), said: BTreeSet::new(), faults: Vec::new() }
    }

    /// Adds a file; its number.
    pub(super) fn open(&mut self, file: Input) -> usize {
        self.files.push(file);
        self.files.len() - 1
    }

    /// The files so far, in order of their numbers.
    pub(super) fn files(&self) -> &[Input] {
        &self.files
    }

    /// What the table says of an option; `None` when there is nothing to carry. That is noted.
    pub(super) fn judge(
        &mut self,
        table: &'static Table,
        section: &str,
        option: &Word,
    ) -> Option<&'static str> {
        let Some(row) = table.row(section, option.as_str()) else {
            let of = if section.is_empty() { String::new() } else { format!(" in {section}") };
            let words = format!("{}{of}: an option that the converter does not know", option.text);
            self.note(Kind::NotCarried, option.place, words);
            return None;
        };
        match row.fate {
            Fate::Carried(_) => {}
            Fate::Remark(_, remark) => {
                self.note(Kind::Remark, option.place, format!("{}: {remark}", option.text));
            }
            Fate::NotCarried(reason) => {
                self.note(Kind::NotCarried, option.place, format!("{}: {reason}", option.text));
                return None;
            }
        }
        Some(row.option)
    }

    /// Something about a place. The same is said once.
    pub(super) fn note(&mut self, kind: Kind, place: Place, words: impl Into<String>) {
        self.push(kind, Some(place), words.into());
    }

    /// Something that is missing, and so has no place.
    pub(super) fn ask_for(&mut self, words: impl Into<String>) {
        self.push(Kind::FillIn, None, words.into());
    }

    fn push(&mut self, kind: Kind, place: Option<Place>, words: String) {
        let note = (kind, place, words);
        if self.said.insert(note.clone()) {
            self.notes.push(note);
        }
    }

    /// Something that the source's own program would not take, or that has no counterpart at all.
    pub(super) fn fault(
        &mut self,
        place: Place,
        message: impl Into<String>,
        rule: impl Into<String>,
        help: impl Into<String>,
    ) {
        if self.faults.len() < MOST_FAULTS {
            let span = Some(place.start..place.end);
            self.faults.push((place.file, Diagnostic::new(span, message, rule, help)));
        }
    }

    /// Whether there is a fault so far.
    pub(super) fn is_hopeless(&self) -> bool {
        !self.faults.is_empty()
    }

    /// The notes, those of one kind together and in the order of the files; or the faults by file.
    pub(super) fn finish(mut self) -> Result<Vec<Note>, Vec<Faults>> {
        if self.is_hopeless() {
            return Err(self.refusals());
        }
        let order = |place: &Option<Place>| place.map(|place| (place.file, place.start));
        self.notes.sort_by_key(|(kind, place, _)| (*kind, order(place)));
        let ends: Vec<Vec<usize>> = self
            .files
            .iter()
            .map(|file| file.text.match_indices('\n').map(|(at, _)| at).collect())
            .collect();
        let line = |place: Place| {
            let before = ends[place.file].partition_point(|end| *end < place.start);
            (self.files[place.file].name.clone(), before + 1)
        };
        let notes = self.notes.iter().map(|(kind, place, words)| Note {
            kind: *kind,
            line: place.map(line),
            words: words.clone(),
        });
        Ok(notes.collect())
    }

    fn refusals(&self) -> Vec<Faults> {
        let of = |number: usize| {
            let found = self.faults.iter().filter(move |(file, _)| *file == number);
            found.map(|(_, diagnostic)| diagnostic.clone()).collect::<Vec<_>>()
        };
        let files = self.files.iter().enumerate().map(|(number, file)| (file, of(number)));
        let files = files.filter(|(_, found)| !found.is_empty());
        files
            .map(|(file, found)| Faults::of_text(&file.name, &blanked(&file.text), found))
            .collect()
    }
}
