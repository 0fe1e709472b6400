//! F4: the one place where time is read. Everything below gets it as an argument.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

/// The monotonic clock, now.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn now() -> Instant {
    Instant::now()
}

/// The wall clock, now: for comparing with times that others have given. It may jump.
pub fn wall() -> Timestamp {
    Timestamp::now()
}

/// Waits for `deadline`; for ever, when there is none. Cancel safe.
pub async fn reached(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

/// Turns instants of this process into wall time for people. The two clocks are read together once,
/// so that a step of the wall clock cannot reorder what is shown.
#[derive(Debug, Clone, Copy)]
pub struct WallClock {
    instant: Instant,
    timestamp: Timestamp,
}

impl WallClock {
    /// Reads both clocks.
    pub fn start() -> Self {
        Self { instant: now(), timestamp: Timestamp::now() }
    }

    /// When the two clocks were read.
    pub fn started_at(&self) -> Timestamp {
        self.timestamp(self.instant)
    }

    /// Wall time as an instant of this process; before the machine's start it is the nearest there is.
    pub fn instant(&self, timestamp: Timestamp) -> Instant {
        let offset = timestamp.duration_since(self.timestamp);
        let moved = match offset.is_negative() {
            true => self.instant.checked_sub(offset.unsigned_abs()),
            false => self.instant.checked_add(offset.unsigned_abs()),
        };
        moved.unwrap_or(self.instant)
    }

    /// `instant` as wall time, to the millisecond.
    pub fn timestamp(&self, instant: Instant) -> Timestamp {
        let offset = match instant.checked_duration_since(self.instant) {
            Some(later) => SignedDuration::try_from(later).unwrap_or(SignedDuration::ZERO),
            None => {
                let earlier = self.instant.duration_since(instant);
                -SignedDuration::try_from(earlier).unwrap_or(SignedDuration::ZERO)
            }
        };
        let exact = self.timestamp.checked_add(offset).unwrap_or(self.timestamp);
        Timestamp::from_millisecond(exact.as_millisecond()).unwrap_or(exact)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn instants_before_and_after_the_start_keep_their_distance() {
        let clock = WallClock::start();
        let (before, after) = (Duration::from_millis(1500), Duration::from_secs(86_400));
        let start = clock.timestamp(clock.instant);
        let at = |instant| clock.timestamp(instant).duration_since(start).as_millis();
        assert_eq!(at(clock.instant + after), 86_400_000);
        assert_eq!(at(clock.instant - before), -1500);
        for offset in [clock.instant + after, clock.instant - before, clock.instant] {
            let back = clock.instant(clock.timestamp(offset));
            let error = back.max(offset) - back.min(offset);
            assert!(error < Duration::from_millis(2), "{error:?}");
        }
    }
}
