use std::time::Duration;

use crate::base::Rng;
use crate::config::Cadence;
use crate::health::Outcome;

/// When a check looks again: after `interval`, and after `fast-interval` while what it sees differs
/// from what is confirmed. Pure, and counts as health does.
///
/// ```text
///              ┌─ outcome as confirmed ─▶ interval
/// next_delay ──┼─ other outcome, fewer than rise or fall in a row ─▶ fast-interval
///              ├─ other outcome, the rise-th or fall-th ─▶ confirmed now, interval
///              └─ unknown ─▶ as before
/// ```
///
/// The first delay is a random part of that, so that checks and agents that started together do not
/// look together; those that follow keep the distance this has made.
#[derive(Debug)]
pub(super) struct Rhythm {
    cadence: Cadence,
    /// The last confirmed state: whether healthy.
    confirmed: Option<bool>,
    /// What the newest samples say, and how many in a row.
    newest: Option<(bool, u32)>,
    /// Until it has spread the first delay.
    spread: Option<Rng>,
}

impl Rhythm {
    pub(super) fn new(cadence: Cadence, seed: u64) -> Self {
        Self { cadence, confirmed: None, newest: None, spread: Some(Rng::new(seed)) }
    }

    /// The time from the beginning of the look that showed `outcome` to that of the next.
    pub(super) fn next_delay(&mut self, outcome: Outcome) -> Duration {
        match outcome {
            Outcome::Healthy { .. } => self.count(true, 1),
            Outcome::Unhealthy => self.count(false, 1),
            Outcome::Gone => self.count(false, self.cadence.counts.fall),
            Outcome::Unknown => {}
        }
        let delay = match self.confirming() {
            true => self.cadence.fast_interval,
            false => self.cadence.interval,
        };
        match self.spread.take() {
            Some(mut rng) => rng.part(delay),
            None => delay,
        }
    }

    fn count(&mut self, healthy: bool, weight: u32) {
        let before = self.newest.filter(|(newest, _)| *newest == healthy);
        let count = before.map_or(0, |(_, count)| count).saturating_add(weight);
        self.newest = Some((healthy, count));
        let counts = self.cadence.counts;
        if count >= if healthy { counts.rise } else { counts.fall } {
            self.confirmed = Some(healthy);
        }
    }

    /// Whether the newest samples say something else than what is confirmed.
    fn confirming(&self) -> bool {
        self.newest.is_some_and(|(healthy, _)| self.confirmed != Some(healthy))
    }
}
