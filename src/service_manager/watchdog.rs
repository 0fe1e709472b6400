use std::time::{Duration, Instant};

use super::ServiceManager;

/// Keeps telling the service manager that whoever calls it makes progress. Nothing is told by itself:
/// when the caller is stuck, the service manager hears no more, and kills the process.
#[derive(Debug)]
pub struct Watchdog {
    manager: ServiceManager,
    pace: Option<Pace>,
}

impl Watchdog {
    /// The one that the environment asks for (WATCHDOG_USEC, for us by WATCHDOG_PID), if any.
    pub fn from_environment(manager: ServiceManager) -> Self {
        let patience = sd_notify::watchdog_enabled().filter(|_| manager.is_there());
        Self { manager, pace: patience.and_then(Pace::new) }
    }

    /// The caller has made progress.
    pub fn alive(&mut self, now: Instant) {
        if self.pace.as_mut().is_some_and(|pace| pace.is_due(now)) {
            self.manager.alive();
        }
    }

    /// When to call [`Self::alive`] at the latest, though nothing else happens.
    pub fn deadline(&self) -> Option<Instant> {
        self.pace.as_ref()?.next
    }
}

/// Twice in the time that the service manager waits.
#[derive(Debug)]
pub(super) struct Pace {
    half: Duration,
    /// `None` before the first time.
    next: Option<Instant>,
}

impl Pace {
    /// `None` when it would wait for ever, which is what no time means.
    pub(super) fn new(patience: Duration) -> Option<Self> {
        (!patience.is_zero()).then_some(Self { half: patience / 2, next: None })
    }

    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        let due = self.next.is_none_or(|next| next <= now);
        if due {
            self.next = Some(now + self.half);
        }
        due
    }
}
