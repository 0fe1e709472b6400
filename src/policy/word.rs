use std::fmt;
use std::time::Instant;

use crate::base::Reason;

/// Who has given a word about a service. Each owner has one word at a time, and of several the one
/// of the highest owner stands; the others wait beneath it, their time running.
///
/// ```text
/// Maintenance  <  Operator  <  Stop
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The cloud, which announces maintenance of the host.
    Maintenance,
    /// A person at the control socket. Knows better than the cloud.
    Operator,
    /// The orderly stop of the agent. Nothing outlives it.
    Stop,
}

impl Owner {
    /// The name of the owner in status.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Maintenance => "maintenance",
            Self::Operator => "operator",
            Self::Stop => "stop",
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a word does to a service while it stands. Without a time it holds until it is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Announced by the drain table.
    Draining {
        /// When the drain is over.
        until: Instant,
    },
    /// Drained: withdrawn.
    Drained,
    /// Withdrawn at once, without a drain.
    Withdrawn,
    /// Announced by the up table, whatever health says.
    Announced {
        /// When health counts again.
        until: Instant,
    },
}

impl Effect {
    /// The word that had this effect, as an operator gives it and status shows it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draining { .. } | Self::Drained => "drain",
            Self::Withdrawn => "withdraw",
            Self::Announced { .. } => "announce",
        }
    }

    /// When it ends by itself.
    pub fn until(self) -> Option<Instant> {
        match self {
            Self::Draining { until } | Self::Announced { until } => Some(until),
            Self::Drained | Self::Withdrawn => None,
        }
    }

    /// What becomes of it at `now`; `None` when nothing is left of it.
    #[must_use]
    pub fn at(self, now: Instant) -> Option<Self> {
        match self {
            Self::Draining { until } if until <= now => Some(Self::Drained),
            Self::Announced { until } if until <= now => None,
            Self::Draining { .. } | Self::Drained | Self::Withdrawn | Self::Announced { .. } => {
                Some(self)
            }
        }
    }
}

/// A word that outranks the health of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Who gave it.
    pub owner: Owner,
    /// What it does.
    pub effect: Effect,
    /// Who exactly, for people: `root, uid 0`.
    pub by: Reason,
    /// Why, for people; the words of the state that follows from it.
    pub because: Reason,
    /// When it was given.
    pub since: Instant,
}
