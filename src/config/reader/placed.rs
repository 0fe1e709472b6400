use crate::config::notes::Span;

/// A value and where it comes from, so that a rule that is broken later can still point at it.
#[derive(Debug, Clone)]
pub(in crate::config) struct Placed<T> {
    /// What was read.
    pub(in crate::config) value: T,
    /// Where it stands; for a default, the head of its table.
    pub(in crate::config) span: Span,
    /// How it is written. Messages show this and never `value`, which may come from the environment.
    pub(in crate::config) shown: String,
    /// Whether the file says it; otherwise it is the default.
    pub(in crate::config) given: bool,
}

impl<T> Placed<T> {
    /// The same place with another value.
    pub(in crate::config) fn map<U>(self, change: impl FnOnce(T) -> U) -> Placed<U> {
        let Self { value, span, shown, given } = self;
        Placed { value: change(value), span, shown, given }
    }
}
