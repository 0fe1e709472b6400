//! When HAProxy is asked: at regular times, and at once when something tells of a change.
//!
//! ```text
//!            wake                       ask                    answered
//!   idle ───────────▶ due at once ───────────▶ asking ───────────────────▶ idle
//!                     (allowance left)           │ wake: asks once more after the answer
//!                     due when there is again    ▼
//! ```
//!
//! One question is under way at a time, and at most one waits, however many wake-ups come. A burst of
//! changes is followed one by one; whoever goes on for longer is asked at a bounded rate.

use std::time::{Duration, Instant};

/// Questions for the asking before the rate is bounded: servers of a rack die one after the other.
const BURST: u32 = 16;
/// Time between two questions in a lasting flood, unless answers take so long that [`SHARE`] counts.
const SPACING: Duration = Duration::from_millis(10);
/// A flood may keep HAProxy answering for one part of so many of the time.
const SHARE: u32 = 4;
/// The same for wake-ups by lines that nobody has heard before: no more than polling would cost.
const UNHEARD_BURST: u32 = 4;
const UNHEARD_SPACING: Duration = Duration::from_millis(500);

/// Decides when to ask. Drives nothing: [`Pace::due`] says when, [`Pace::ask`] and
/// [`Pace::answered`] are told.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    regular: Instant,
    woken: bool,
    asked: Option<Instant>,
    changes: Allowance,
    unheard: Allowance,
}

impl Pace {
    /// The first question is due at once, the others every `interval`.
    pub(super) fn new(interval: Duration, now: Instant) -> Self {
        Self {
            interval,
            regular: now,
            woken: false,
            asked: None,
            changes: Allowance::new(BURST, SPACING),
            unheard: Allowance::new(UNHEARD_BURST, UNHEARD_SPACING),
        }
    }

    /// Something has changed.
    pub(super) fn wake(&mut self) {
        self.woken = true;
    }

    /// Something may have changed.
    pub(super) fn wake_in_doubt(&mut self, now: Instant) {
        if self.unheard.free(now) <= now {
            self.unheard.take(now);
            self.woken = true;
        }
    }

    /// When the next question is due; `None` while one is under way.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        match (self.asked, self.woken) {
            (Some(_), _) => None,
            (None, true) => Some(self.changes.free(now).min(self.regular)),
            (None, false) => Some(self.regular),
        }
    }

    /// A question begins. The regular ones keep their distance from it.
    pub(super) fn ask(&mut self, now: Instant) {
        if std::mem::take(&mut self.woken) {
            self.changes.take(now);
        }
        self.asked = Some(now);
        self.regular = now + self.interval;
    }

    /// Its answer has come. Regular times that went by meanwhile are left out.
    pub(super) fn answered(&mut self, now: Instant) {
        let Some(asked) = self.asked.take() else { return };
        let took = now.saturating_duration_since(asked);
        self.changes.space(SPACING.max(took * SHARE), now);
        while self.regular <= now {
            self.regular += self.interval;
        }
    }
}

/// So many at once, then one in every `spacing` (the leaky bucket of ITU-T I.371, as a virtual
/// schedule).
#[derive(Debug)]
struct Allowance {
    burst: u32,
    spacing: Duration,
    /// When everything that was taken will have been regained.
    full: Option<Instant>,
}

impl Allowance {
    fn new(burst: u32, spacing: Duration) -> Self {
        Self { burst, spacing, full: None }
    }

    /// When one may be taken; `now` or earlier means at once.
    fn free(&self, now: Instant) -> Instant {
        let lead = self.spacing * (self.burst - 1);
        self.full.and_then(|full| full.checked_sub(lead)).map_or(now, |free| free.max(now))
    }

    /// Another rate from now on. What was taken at a slower one is regained at the new one: no more is
    /// owed than a whole burst of it.
    fn space(&mut self, spacing: Duration, now: Instant) {
        self.spacing = spacing;
        self.full = self.full.map(|full| full.min(now + spacing * self.burst));
    }

    fn take(&mut self, now: Instant) {
        self.full = Some(self.full.map_or(now, |full| full.max(now)) + self.spacing);
    }
}
