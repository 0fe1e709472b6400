use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// A place in a file as people count: both numbers begin at 1, columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// One thing that is wrong with a file, or unwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where; `None` for what is missing from the file, or for a file that cannot be read.
    pub place: Option<Place>,
    /// What is wrong.
    pub message: String,
    /// The rule it breaks; empty where the message says it all.
    pub rule: String,
    /// The way out.
    pub help: String,
    /// The line it begins on, free of secrets; empty without a place.
    pub quoted: String,
    span: Option<Range<usize>>,
}

/// What was found in a file, in the order of the file. Empty when all is well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    severity: Severity,
    name: String,
    source: Arc<str>,
    diagnostics: Vec<Diagnostic>,
}

/// Every fault of a file that cannot be used; never empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Faults(Report);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    Fault,
    Worry,
}

impl Diagnostic {
    /// Something at `span`, in octets of the source, or about the file as a whole.
    pub(crate) fn new(
        span: Option<Range<usize>>,
        message: impl Into<String>,
        rule: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        let (message, rule, help) = (message.into(), rule.into(), help.into());
        Self { place: None, message, rule, help, quoted: String::new(), span }
    }
}

impl Report {
    /// Sorts what was found and finds out lines and columns. `source` is quoted: it must be free of
    /// secrets.
    pub(super) fn new(
        severity: Severity,
        name: &str,
        source: &Arc<str>,
        mut diagnostics: Vec<Diagnostic>,
    ) -> Self {
        for diagnostic in &mut diagnostics {
            diagnostic.span = diagnostic.span.take().map(|span| within(source, span));
            diagnostic.place = diagnostic.span.as_ref().map(|span| place(source, span.start));
            let line = diagnostic.place.and_then(|place| source.lines().nth(place.line - 1));
            diagnostic.quoted = line.unwrap_or_default().to_owned();
        }
        // What is missing has no place and comes last.
        diagnostics.sort_by_key(|d| d.span.as_ref().map_or(usize::MAX, |span| span.start));
        Self { severity, name: name.to_owned(), source: Arc::clone(source), diagnostics }
    }

    /// What the file is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// How much was found.
    pub fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// What was found, for machines.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Diagnostic> {
        self.diagnostics.iter()
    }

    /// The picture for people: each line in question, quoted and underlined, with the rule and the
    /// way out; in colour for a terminal.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let drawn: Vec<String> =
            self.iter().map(|diagnostic| renderer.render(&[self.group(diagnostic)])).collect();
        drawn.join("\n\n")
    }

    fn group<'a>(&'a self, diagnostic: &'a Diagnostic) -> Group<'a> {
        let level = match self.severity {
            Severity::Fault => Level::ERROR,
            Severity::Worry => Level::WARNING,
        };
        let title = level.primary_title(diagnostic.message.as_str());
        let group = match diagnostic.span.clone() {
            Some(span) => {
                let label = Some(diagnostic.rule.as_str()).filter(|rule| !rule.is_empty());
                let underlined = AnnotationKind::Primary.span(span).label(label);
                let source = Snippet::source(&*self.source).path(self.name.as_str());
                title.element(source.annotation(underlined))
            }
            None => {
                let group = title.element(Origin::path(self.name.as_str()));
                match diagnostic.rule.as_str() {
                    "" => group,
                    rule => group.element(Level::NOTE.message(rule)),
                }
            }
        };
        match diagnostic.help.as_str() {
            "" => group,
            help => group.element(Level::HELP.message(help)),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl Faults {
    /// Keeps a report that is not empty.
    pub(super) fn new(report: Report) -> Self {
        debug_assert!(!report.is_empty(), "a refusal without a reason");
        Self(report)
    }

    /// What is wrong with a text in a format of its own, called `name`; at least one diagnostic.
    /// `source` is quoted: it must be free of secrets.
    pub(crate) fn of_text(name: &str, source: &str, found: Vec<Diagnostic>) -> Self {
        Self::new(Report::new(Severity::Fault, name, &Arc::from(source), found))
    }

    /// A file that could not even be read.
    pub(super) fn unreadable(name: &str, message: String, help: &str) -> Self {
        let diagnostic = Diagnostic::new(None, message, "", help);
        Self::new(Report::new(Severity::Fault, name, &Arc::from(""), vec![diagnostic]))
    }

    /// The faults as a report.
    pub fn report(&self) -> &Report {
        &self.0
    }

    /// The first of them in one line, for a log: `herald.toml:5:1: unknown key hold-tme; …`.
    pub fn line(&self) -> String {
        let Report { name, diagnostics, .. } = &self.0;
        let Some((first, others)) = diagnostics.split_first() else { return name.clone() };
        let place = first.place.map(|Place { line, column }| format!("{line}:{column}:"));
        let words = [&first.message, &first.rule, &first.help];
        let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).cloned().collect();
        let line = format!("{name}:{} {}", place.unwrap_or_default(), words.join("; "));
        match others.len() {
            0 => line,
            more => format!("{line}; and {more} more: herald check"),
        }
    }

    /// The picture for people, see [`Report::render`].
    pub fn render(&self, colour: bool) -> String {
        self.0.render(colour)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The picture, too: who unwraps wants to read it.
impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Faults {}

/// The part of `span` that lies within the source, on the borders of characters.
fn within(source: &str, span: Range<usize>) -> Range<usize> {
    let border = |at: usize| (0..=at.min(source.len())).rfind(|at| source.is_char_boundary(*at));
    let start = border(span.start).unwrap_or_default();
    start..border(span.end).unwrap_or_default().max(start)
}

fn place(source: &str, offset: usize) -> Place {
    let before = &source[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}
