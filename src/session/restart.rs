//! A restart that neighbours wait for (RFC 4724), where `graceful-restart` asks them to.
//!
//! ```text
//! the process starts                                          restart time
//! ├─ R: "restarted"; F: families whose addresses were still there ─┼─ F: every family ─ ─ ─
//! ├─ End-of-RIB waits for the plan ─┤ at most PATIENCE
//! ```
//!
//! What the last run announced stays with the neighbour until it is announced anew, withdrawn, or
//! swept away by End-of-RIB. So End-of-RIB says that everything is decided, and comes no earlier; a
//! service that nothing is known of must not be kept in use for long either, so it comes in time.

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, Instant};

use crate::base::Family;
use crate::wire::{Capability, GracefulFamily, GracefulRestart};

/// How long after the start End-of-RIB may wait; less when the restart time is shorter.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a neighbour shall wait for a new session: 1 to 4095 seconds (RFC 4724 §3). Zero, which
/// the RFC allows, would ask it for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RestartTime(u16);

impl RestartTime {
    /// `seconds` as a restart time; `None` for 0 and for what 12 bits cannot hold.
    pub fn new(seconds: u16) -> Option<Self> {
        (1..=4095).contains(&seconds).then_some(Self(seconds))
    }

    /// Seconds, as the OPEN carries them.
    pub fn seconds(self) -> u16 {
        self.0
    }

    /// The duration.
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.0.into())
    }
}

impl fmt::Display for RestartTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s", self.0)
    }
}

/// What one neighbour is asked for, and whether it may be waiting for it now.
#[derive(Debug)]
pub(super) struct Restart {
    time: RestartTime,
    start: Option<Start>,
}

/// The start of the process. A session that a reload has begun has none: the one before it was closed
/// in order.
#[derive(Debug)]
struct Start {
    at: Instant,
    /// Families of which something is left from an earlier run.
    inherited: BTreeSet<Family>,
}

impl Restart {
    pub(super) fn new(time: RestartTime) -> Self {
        Self { time, start: None }
    }

    pub(super) fn happened(&mut self, at: Instant, inherited: impl Iterator<Item = Family>) {
        self.start = Some(Start { at, inherited: inherited.collect() });
    }

    /// What our OPEN says (RFC 4724 §3 and §4.1). The addresses do not need this process to be
    /// answered, so that after a restart only those that the machine has lost are gone. The N bit of
    /// RFC 8538 stays away: a NOTIFICATION takes the routes along.
    pub(super) fn capability(&self, families: &BTreeSet<Family>, now: Instant) -> Capability {
        let time = self.time.duration();
        let start = self.start.as_ref().filter(|start| now < start.at + time);
        let kept = |family: &Family| start.is_none_or(|start| start.inherited.contains(family));
        let families = families.iter().map(|family| GracefulFamily {
            afi: family.afi(),
            safi: family.safi(),
            flags: if kept(family) { GracefulFamily::FORWARDING_KEPT } else { 0 },
        });
        Capability::GracefulRestart(GracefulRestart {
            flags: if start.is_some() { GracefulRestart::RESTARTED } else { 0 },
            restart_time: self.time.seconds(),
            families: families.collect(),
        })
    }

    /// Until when End-of-RIB waits for an incomplete plan, if at all.
    pub(super) fn waits_until(&self) -> Option<Instant> {
        self.start.as_ref().map(|start| start.at + self.time.duration().min(PATIENCE))
    }
}
