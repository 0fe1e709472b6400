use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::base::Reason;
use crate::process::printable;

/// It is time to drain every service: maintenance of the host is about to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Who says so, what and when.
    pub because: Reason,
    /// How much time was left when the notice became due.
    pub left: Duration,
}

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

/// The announcement that is due, the earliest of them: at most `lead` is left of its time.
pub(super) fn due(
    announced: &[Announced],
    lead: Duration,
    now: Timestamp,
) -> Option<(&Announced, Notice)> {
    let earliest = announced.iter().min_by_key(|one| left(one.begins, now))?;
    let left = left(earliest.begins, now);
    (left <= lead).then(|| (earliest, Notice { because: words(earliest), left }))
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
