//! How long the fabric is wrong: by site, and by what a route server's best route leads to.

use std::time::{Duration, Instant};

/// A time that passes while something is so.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Watch {
    since: Option<Instant>,
    pub(super) sum: Duration,
    pub(super) longest: Duration,
}

impl Watch {
    pub(super) fn set(&mut self, so: bool, now: Instant) {
        match (self.since, so) {
            (None, true) => self.since = Some(now),
            (Some(since), false) => {
                let time = now.saturating_duration_since(since);
                self.since = None;
                self.sum += time;
                self.longest = self.longest.max(time);
            }
            (None, false) | (Some(_), true) => {}
        }
    }
}

/// What is wrong about a site: a route server that runs has what it should not, or the other way round.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wrong {
    /// The regular route, though the site is dead.
    pub(super) present: Watch,
    /// No regular route, though the site is well.
    pub(super) absent: Watch,
}

/// Where a route server sends its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leads {
    ToHealthy,
    ToDead,
    Nowhere,
    /// The route server does not run.
    Unasked,
}

/// What clients of a route server get.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Service {
    pub(super) dead: Watch,
    pub(super) nowhere: Watch,
}

impl Service {
    pub(super) fn set(&mut self, leads: Leads, now: Instant) {
        self.dead.set(leads == Leads::ToDead, now);
        self.nowhere.set(leads == Leads::Nowhere, now);
    }
}
