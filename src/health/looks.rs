use std::time::Duration;

use super::Outcome;
use crate::base::Histogram;

const BOUNDS: usize = 9;

/// Upper bounds of how long one look takes: from a question to a local socket to a check that waits
/// for its timeout.
const LENGTHS: [Duration; BOUNDS] = [
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(5),
];

/// What was seen of a check, counted since it is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looks {
    /// Samples that said it works.
    pub healthy: u64,
    /// Samples that said it does not.
    pub unhealthy: u64,
    /// Samples that proved nothing.
    pub unknown: u64,
    /// How long each look took.
    pub lengths: Histogram<BOUNDS>,
}

impl Default for Looks {
    fn default() -> Self {
        let lengths = Histogram::new(&LENGTHS);
        Self { healthy: 0, unhealthy: 0, unknown: 0, lengths }
    }
}

impl Looks {
    pub(super) fn count(&mut self, outcome: Outcome, took: Duration) {
        let counter = match outcome {
            Outcome::Healthy { .. } => &mut self.healthy,
            Outcome::Unhealthy | Outcome::Gone => &mut self.unhealthy,
            Outcome::Unknown => &mut self.unknown,
        };
        *counter += 1;
        self.lengths.observe(took);
    }
}
