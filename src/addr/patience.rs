use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::present::Place;
use crate::base::{Backoff, Reason, Rng};

/// The pause after the first failure, or after the first time an address was put back.
const FIRST: Duration = Duration::from_millis(100);
/// The longest pause. An address that was left in peace for this long after a pause counts as new.
const MOST: Duration = Duration::from_secs(10);

/// What a try was meant to bring about. The two wait apart: an address that was just put back must
/// be free to go at once when it is not wanted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Aim {
    Bound,
    Gone,
}

/// Pauses between tries, for each address: neither an address that cannot be added nor a fight with
/// somebody who keeps removing it may spin.
#[derive(Debug)]
pub(super) struct Patience {
    rng: Rng,
    pauses: BTreeMap<(Place, Aim), Pause>,
}

#[derive(Debug)]
struct Pause {
    backoff: Backoff,
    until: Instant,
    because: Reason,
}

impl Patience {
    /// Nothing has been tried yet.
    pub(super) fn new(seed: u64) -> Self {
        Self { rng: Rng::new(seed), pauses: BTreeMap::new() }
    }

    /// Notes a try after which the next one has to wait, and why.
    pub(super) fn tried(&mut self, place: Place, aim: Aim, because: Reason, now: Instant) {
        let backoff = Backoff::new(FIRST, MOST);
        let fresh = || Pause { backoff, until: now, because: because.clone() };
        let pause = self.pauses.entry((place, aim)).or_insert_with(fresh);
        pause.until = now + pause.backoff.next(&mut self.rng);
        pause.because = because;
    }

    /// Why the next try at a place must wait; `None` when it may be made.
    pub(super) fn pausing(&self, place: Place, aim: Aim, now: Instant) -> Option<&Reason> {
        self.pauses.get(&(place, aim)).filter(|pause| pause.until > now).map(|pause| &pause.because)
    }

    /// The end of the next pause.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        self.pauses.values().map(|pause| pause.until).filter(|until| *until > now).min()
    }

    /// Forgets the places that have been left in peace.
    pub(super) fn forgive(&mut self, now: Instant) {
        self.pauses.retain(|_, pause| pause.until + MOST > now);
    }
}
