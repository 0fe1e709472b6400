use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::base::Reason;
use crate::engine::Notice;
use crate::process::printable;

/// Maintenance that a provider has announced for this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Announced {
    /// The provider's name for it.
    pub(super) id: String,
    /// In words.
    pub(super) what: String,
    /// When.
    pub(super) begins: Begins,
}

/// When maintenance begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begins {
    /// At any moment, or it has begun.
    Now,
    /// Not before this time.
    At(Timestamp),
}

/// The earliest of what is due, and the notice of all that is: at most `lead` is left of its time.
/// `wall` and `now` are the same moment by both clocks.
pub(super) fn due(
    announced: &[Announced],
    lead: Duration,
    wall: Timestamp,
    now: Instant,
) -> Option<(&Announced, Notice)> {
    let left = |one: &Announced| left(one.begins, wall);
    let due = || announced.iter().filter(|one| left(one) <= lead);
    let earliest = due().min_by_key(|one| left(one))?;
    let events = due().map(|one| one.id.clone()).collect();
    let notice = Notice { events, because: words(earliest), before: now + left(earliest) };
    Some((earliest, notice))
}

fn left(begins: Begins, now: Timestamp) -> Duration {
    match begins {
        Begins::Now => Duration::ZERO,
        Begins::At(at) => at.duration_since(now).max(SignedDuration::ZERO).unsigned_abs(),
    }
}

/// What the provider writes goes to logs and terminals.
fn words(announced: &Announced) -> Reason {
    let what = printable(&announced.what);
    match announced.begins {
        Begins::Now => Reason::from(format!("{what}, now")),
        Begins::At(at) => Reason::from(format!("{what}, not before {at}")),
    }
}
