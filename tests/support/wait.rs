//! Waiting for something to become true: the only place of the tests that sleeps.

use std::fmt::Debug;
use std::thread;
use std::time::{Duration, Instant};

/// How often a condition is looked at.
const PERIOD: Duration = Duration::from_millis(20);

/// Long enough for anything that works, on a busy machine with two cores.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Waits until `look` answers `Ok` and returns its value; `Err` carries what was seen instead.
///
/// Panics after `within` with what was awaited and what was seen last.
#[track_caller]
pub(crate) fn eventually<T, S: Debug>(
    awaited: &str,
    within: Duration,
    mut look: impl FnMut() -> Result<T, S>,
) -> T {
    let deadline = now() + within;
    loop {
        match look() {
            Ok(value) => return value,
            Err(seen) if now() >= deadline => {
                panic!("waited {within:?} for: {awaited}\nlast seen: {seen:#?}")
            }
            Err(_) => thread::sleep(PERIOD),
        }
    }
}

/// [`eventually`] for a value that must equal `wanted`.
#[track_caller]
pub(crate) fn eventually_equals<T: Debug + PartialEq>(
    awaited: &str,
    wanted: &T,
    mut look: impl FnMut() -> T,
) {
    eventually(awaited, SOON, || {
        let seen = look();
        if seen == *wanted { Ok(()) } else { Err(seen) }
    });
}

/// Repeats `work` for this long.
pub(crate) fn during(time: Duration, mut work: impl FnMut()) {
    let end = now() + time;
    while now() < end {
        work();
    }
}

/// How long `work` took, and what it gave.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let started = now();
    let value = work();
    (started.elapsed(), value)
}

#[expect(clippy::disallowed_methods, reason = "tests with real daemons live in real time")]
fn now() -> Instant {
    Instant::now()
}
