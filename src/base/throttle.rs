use std::time::{Duration, Instant};

/// Lets a few events through in each span of time and counts the others, so that nobody who causes
/// them can fill a log. The log is written by the thread that serves all neighbours.
#[derive(Debug, Clone)]
pub struct Throttle {
    most: u32,
    span: Duration,
    began: Option<Instant>,
    passed: u32,
    held: u64,
}

impl Throttle {
    /// Lets `most` events through within `span`, which begins with the first of them.
    pub fn new(most: u32, span: Duration) -> Self {
        Self { most, span, began: None, passed: 0, held: 0 }
    }

    /// Whether the event of this moment passes, and then how many were held back since the last one.
    pub fn pass(&mut self, now: Instant) -> Option<u64> {
        if self.began.is_none_or(|began| now.duration_since(began) >= self.span) {
            self.began = Some(now);
            self.passed = 0;
        }
        if self.passed == self.most {
            self.held += 1;
            return None;
        }
        self.passed += 1;
        Some(std::mem::take(&mut self.held))
    }
}
