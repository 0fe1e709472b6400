//! How long it takes from a sample to the UPDATE that follows from it.
//!
//! ```text
//! Wanted (samples of the versions not seen yet) ─▶ due ── UPDATE sent ─▶ under way ── Drained ─▶ counted
//!                                                   └── nothing to say ─▶ forgotten
//! ```
//!
//! What a neighbour is told because its session has come up is no reaction.

use std::time::{Duration, Instant};

use crate::base::Histogram;
use crate::rib::Plan;

const BOUNDS: usize = 18;

/// From what a local socket takes at best to a neighbour that hardly reads, with bounds where herald
/// means to be: 2 ms at the median, 10 ms at the 99th percentile.
const TIMES: [Duration; BOUNDS] = [
    Duration::from_micros(100),
    Duration::from_micros(250),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_millis(2),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(2500),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_secs(60),
];

/// Times from samples to UPDATEs.
pub type ReactionTimes = Histogram<BOUNDS>;

/// No reaction yet.
pub const NO_REACTION: ReactionTimes = Histogram::new(&TIMES);

/// The reactions of one session.
#[derive(Debug)]
pub(super) struct Reaction {
    /// The newest version that was taken in.
    seen: u64,
    /// The earliest sample that the neighbour has not been told the consequences of.
    due: Option<Instant>,
    /// The same, for what is on its way to the neighbour.
    under_way: Option<Instant>,
    times: ReactionTimes,
}

impl Reaction {
    pub(super) fn new() -> Self {
        Self { seen: 0, due: None, under_way: None, times: NO_REACTION }
    }

    pub(super) fn times(&self) -> &ReactionTimes {
        &self.times
    }

    /// A plan has come, to a neighbour that can be told or cannot.
    pub(super) fn wanted(&mut self, plan: &Plan, established: bool) {
        let sampled = plan.samples.earliest_after(self.seen).filter(|_| established);
        self.due = self.due.into_iter().chain(sampled).min();
        self.seen = plan.version;
    }

    /// The neighbour is being told all there is to tell, which may be nothing.
    pub(super) fn telling(&mut self, anything: bool) {
        self.under_way = self.due.take().filter(|_| anything);
    }

    /// What was on its way is written.
    pub(super) fn written(&mut self, now: Instant) {
        if let Some(at) = self.under_way.take() {
            self.times.observe(now.saturating_duration_since(at));
        }
    }

    /// The session is gone: nobody is told any more.
    pub(super) fn interrupted(&mut self) {
        (self.due, self.under_way) = (None, None);
    }
}
