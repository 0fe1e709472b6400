use std::time::Instant;

/// When the samples were taken that the newest versions of a plan were made from: what a neighbour
/// needs to tell how long it took from there to the UPDATE. Versions that something else has led to,
/// such as an operator's word, are not among them.
///
/// A neighbour skips versions, so each plan carries the samples of the last few.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Samples(Vec<(u64, Instant)>);

/// How many are kept; a neighbour that has missed more counts from a later one.
const KEPT: usize = 8;

impl Samples {
    /// The plan of `version` follows from a sample taken at `at`.
    pub fn note(&mut self, version: u64, at: Instant) {
        self.0.push((version, at));
        if self.0.len() > KEPT {
            self.0.remove(0);
        }
    }

    /// The earliest sample that has led to a version after `seen`.
    pub fn earliest_after(&self, seen: u64) -> Option<Instant> {
        self.0.iter().filter(|(version, _)| *version > seen).map(|(_, at)| *at).min()
    }
}
