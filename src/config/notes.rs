use std::cell::RefCell;
use std::ops::Range;

use super::diagnostic::Diagnostic;
use super::surroundings::{Machine, Surroundings};

/// Where in the source, in octets; `None` for what is missing from it.
pub(super) type Span = Option<Range<usize>>;

/// What is found while a file is read. Reading goes on after a fault, so that all come in one go.
pub(super) struct Notes<'a> {
    surroundings: &'a Surroundings<'a>,
    faults: RefCell<Vec<Diagnostic>>,
    worries: RefCell<Vec<Diagnostic>>,
}

impl<'a> Notes<'a> {
    pub(super) fn new(surroundings: &'a Surroundings<'a>) -> Self {
        Self { surroundings, faults: RefCell::default(), worries: RefCell::default() }
    }

    /// A value from the environment.
    pub(super) fn environment(&self, name: &str) -> Option<String> {
        (self.surroundings.environment)(name)
    }

    /// The machine that the file is for.
    pub(super) fn machine(&self) -> Machine<'a> {
        self.surroundings.machine
    }

    /// The file cannot be used: what is wrong, the rule, the way out.
    pub(super) fn fault(
        &self,
        span: &Span,
        message: impl Into<String>,
        rule: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.faults.borrow_mut().push(Diagnostic::new(span.clone(), message, rule, help));
    }

    /// The file can be used, but probably not as it was meant.
    pub(super) fn worry(
        &self,
        span: &Span,
        message: impl Into<String>,
        rule: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.worries.borrow_mut().push(Diagnostic::new(span.clone(), message, rule, help));
    }

    /// Faults and worries, each once: what is wrong with a default is found by all who inherit it.
    pub(super) fn finish(self) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
        (distinct(self.faults.into_inner()), distinct(self.worries.into_inner()))
    }
}

fn distinct(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::new();
    for diagnostic in found {
        if !kept.contains(&diagnostic) {
            kept.push(diagnostic);
        }
    }
    kept
}
