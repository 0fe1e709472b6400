//! Rise, fall and `unknown-for` of one check, by the words of the documentation.

use std::time::Instant;

use herald::health::Outcome;

use super::scenery::Service;

#[derive(Debug, Clone, Default)]
pub(super) struct Check {
    good: u32,
    bad: u32,
    pub(super) verdict: Option<bool>,
    unknown_since: Option<Instant>,
}

impl Check {
    pub(super) fn observed(&mut self, outcome: Outcome, service: &Service, now: Instant) {
        let bad = match outcome {
            Outcome::Healthy { .. } => 0,
            Outcome::Unhealthy => 1,
            Outcome::Gone => service.fall,
            Outcome::Unknown => {
                self.unknown_since.get_or_insert(now);
                return;
            }
        };
        self.unknown_since = None;
        if bad == 0 {
            self.good += 1;
            self.bad = 0;
        } else {
            self.good = 0;
            self.bad += bad;
        }
        if self.good >= service.rise {
            self.verdict = Some(true);
        } else if self.bad >= service.fall {
            self.verdict = Some(false);
        }
    }

    /// Nothing proven for too long is a no.
    pub(super) fn pass(&mut self, service: &Service, now: Instant) {
        let over = self.unknown_since.is_some_and(|since| since + service.unknown_for <= now);
        if over && self.verdict == Some(true) {
            self.verdict = Some(false);
            self.unknown_since = None;
            self.good = 0;
        }
    }
}
