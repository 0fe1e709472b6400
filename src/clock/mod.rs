//! F4: the one place where time is read. Everything below gets it as an argument.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;

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

/// Turns instants of this process into wall time for people. What is shown keeps its order and does not
/// tremble; only when the wall clock is set, as on a machine that learns the time after its start,
/// do all times shown move along.
#[derive(Debug, Clone)]
pub struct WallClock {
    instant: Instant,
    /// Wall time at `instant`, in milliseconds since 1970.
    millis: Arc<AtomicI64>,
}

/// The wall clock is slewed by less than this while nobody sets it, in milliseconds. What it loses to
/// slewing over weeks is made up for in steps of this length.
const STEP: u64 = 1000;

impl WallClock {
    /// Reads both clocks.
    pub fn start() -> Self {
        let (instant, millis) = (now(), wall().as_millisecond());
        Self { instant, millis: Arc::new(AtomicI64::new(millis)) }
    }

    /// When the two clocks were first read, by the wall clock of now.
    pub fn started_at(&self) -> Timestamp {
        self.timestamp(self.instant)
    }

    /// Wall time as an instant of this process; before the machine's start it is the nearest there is.
    pub fn instant(&self, timestamp: Timestamp) -> Instant {
        let offset = timestamp.as_millisecond() - self.at_start();
        let length = Duration::from_millis(offset.unsigned_abs());
        let moved = match offset.is_negative() {
            true => self.instant.checked_sub(length),
            false => self.instant.checked_add(length),
        };
        moved.unwrap_or(self.instant)
    }

    /// `instant` as wall time, to the millisecond.
    pub fn timestamp(&self, instant: Instant) -> Timestamp {
        let millis = self.at_start().saturating_add(millis_between(self.instant, instant));
        Timestamp::from_millisecond(millis).unwrap_or_default()
    }

    /// What the wall clock of now would have shown at the start.
    fn at_start(&self) -> i64 {
        let known = self.millis.load(Ordering::Relaxed);
        let read = wall().as_millisecond() - millis_between(self.instant, now());
        let shown = followed(known, read);
        if shown != known {
            self.millis.store(shown, Ordering::Relaxed);
        }
        shown
    }
}

/// Small differences are those of reading two clocks one after the other.
fn followed(known: i64, read: i64) -> i64 {
    if known.abs_diff(read) < STEP { known } else { read }
}

/// From one instant to another, negative when that is earlier.
fn millis_between(from: Instant, to: Instant) -> i64 {
    let millis = |length: Duration| i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
    match to.checked_duration_since(from) {
        Some(later) => millis(later),
        None => -millis(from.duration_since(to)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_clock_that_is_set_is_followed_and_one_that_is_slewed_is_not() {
        let second = 1000;
        assert_eq!(followed(5 * second, 5 * second + 999), 5 * second);
        assert_eq!(followed(5 * second, 4 * second + 1), 5 * second);
        assert_eq!(followed(5 * second, 3_600 * second), 3_600 * second);
        assert_eq!(followed(3_600 * second, 0), 0);
        // As when it was set after the start: all times move, and keep their distance.
        let clock = WallClock::start();
        let event = clock.instant + Duration::from_secs(7);
        let true_time = clock.timestamp(event);
        clock.millis.fetch_sub(86_400 * second, Ordering::Relaxed);
        assert!(
            clock.timestamp(event).duration_since(true_time).abs() < SignedDuration::from_secs(1)
        );
        assert_eq!(clock.timestamp(event).duration_since(clock.started_at()).as_secs(), 7);
    }

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
