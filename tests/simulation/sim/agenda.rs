use std::collections::BTreeMap;
use std::time::Instant;

/// What will happen, in the order of time, and of what was noted first.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    entries: BTreeMap<(Instant, u64), T>,
    noted: u64,
}

impl<T> Agenda<T> {
    pub(crate) fn new() -> Self {
        Self { entries: BTreeMap::new(), noted: 0 }
    }

    pub(crate) fn note(&mut self, at: Instant, what: T) {
        self.noted += 1;
        self.entries.insert((at, self.noted), what);
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.entries.first_key_value().map(|((at, _), _)| *at)
    }

    pub(crate) fn take(&mut self) -> Option<T> {
        self.entries.pop_first().map(|(_, what)| what)
    }
}
