use crate::base::{Percent, Reason};

/// What the health of a service says about announcing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The answer.
    pub kind: VerdictKind,
    /// The words for it.
    pub because: Reason,
}

/// The answer of a [`Verdict`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerdictKind {
    /// Checks that the rule needs have not given their first verdict.
    Pending,
    /// Healthy, with this capacity.
    Healthy {
        /// Smallest capacity over the checks (all), largest (any), or that of the last one needed.
        capacity: Percent,
        /// Whether that is too little by the service's [`Ladder`](super::Ladder).
        degraded: bool,
    },
    /// Not healthy, or healthy but still held by hold-up or damping.
    Unhealthy,
}

impl VerdictKind {
    /// Healthy with this capacity, and not degraded.
    pub const fn healthy(capacity: Percent) -> Self {
        Self::Healthy { capacity, degraded: false }
    }
}
