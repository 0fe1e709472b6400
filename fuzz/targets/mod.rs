//! What is fuzzed, apart from who does it: libFuzzer drives these functions from `fuzz_targets/`, and
//! `tests/corpora.rs` replays the kept inputs through them. A broken promise is a panic.
#![allow(dead_code, reason = "each fuzzer drives one of the targets")]

mod decode;
mod driver;
mod negotiate;
mod operate;
mod speaker;

pub(crate) use decode::decode;
pub(crate) use negotiate::negotiate;
pub(crate) use operate::operate;

/// What takes an input and panics when a promise is broken.
pub(crate) type Target = fn(&[u8]);

/// All targets, under the names of their folders in `fuzz/corpus/`.
pub(crate) const ALL: [(&str, Target); 3] =
    [("decode", decode), ("negotiate", negotiate), ("operate", operate)];

/// Octets of an input, handed out one by one; zeros when there are no more.
pub(crate) struct Octets<'a>(&'a [u8]);

impl<'a> Octets<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// Up to `count` octets.
    pub(crate) fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }
}
