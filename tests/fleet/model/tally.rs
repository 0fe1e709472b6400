//! How many UPDATEs come, and how many within some time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

#[derive(Debug, Clone)]
pub(super) struct Tally {
    window: Duration,
    recent: VecDeque<Instant>,
    pub(super) total: u64,
    /// The most within any time as long as the window.
    pub(super) peak: u64,
}

impl Tally {
    pub(super) fn within(window: Duration) -> Self {
        Self { window, recent: VecDeque::new(), total: 0, peak: 0 }
    }

    pub(super) fn count(&mut self, now: Instant) {
        self.total += 1;
        self.recent.push_back(now);
        let over = |at: &Instant| now.saturating_duration_since(*at) >= self.window;
        while self.recent.front().is_some_and(over) {
            self.recent.pop_front();
        }
        self.peak = self.peak.max(self.recent.len() as u64);
    }
}
