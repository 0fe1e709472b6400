use crate::base::{Percent, Reason};

use super::{Verdict, VerdictKind};

/// When a healthy service counts as degraded, with hysteresis:
///
/// ```text
/// full ── capacity < below, or not healthy ──▶ low ── capacity >= recover ──▶ full
/// ```
///
/// A service that is not healthy has no capacity: after a fall it comes back as degraded until it
/// has `recover`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ladder {
    /// Under this capacity it is degraded, 1 to 100.
    pub below: Percent,
    /// From this capacity on it is not any more; at least `below`.
    pub recover: Percent,
}

impl Ladder {
    /// Where a service stands after `verdict`, when it stood at `low` before.
    pub(super) fn step(self, low: bool, verdict: &Verdict) -> bool {
        match verdict.kind {
            VerdictKind::Pending => low,
            VerdictKind::Healthy { capacity, .. } if low => capacity < self.recover,
            VerdictKind::Healthy { capacity, .. } => capacity < self.below,
            VerdictKind::Unhealthy => true,
        }
    }

    /// The verdict on a healthy service that stands low.
    pub(super) fn degraded(self, capacity: Percent, because: &Reason) -> Verdict {
        let Self { below, recover } = self;
        let because = match capacity < below {
            true => format!("{because}; capacity {capacity} is under {below}"),
            false => format!("{because}; capacity {capacity}, full again at {recover}"),
        };
        let kind = VerdictKind::Healthy { capacity, degraded: true };
        Verdict { kind, because: because.into() }
    }
}
