//! What is counted in a [`Snapshot`](super::Snapshot): since the agent started, or since what it
//! belongs to was configured.

use serde::{Deserialize, Serialize};

use crate::base::Histogram;
use crate::health::Looks;
use crate::session::MessageCounts;

/// How long something took, over all times it was done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Timing {
    /// How many times.
    pub count: u64,
    /// All of them together, in seconds.
    pub sum_s: f64,
    /// Upper bounds in seconds, each with how many lie between it and the one before. Shown as
    /// metrics only.
    #[serde(skip)]
    pub buckets: Vec<(f64, u64)>,
}

impl<const N: usize> From<&Histogram<N>> for Timing {
    fn from(histogram: &Histogram<N>) -> Self {
        let seconds = histogram.buckets().map(|(bound, count)| (bound.as_secs_f64(), count));
        Self {
            count: histogram.count(),
            sum_s: histogram.sum().as_secs_f64(),
            buckets: seconds.collect(),
        }
    }
}

/// The BGP messages of a [`Neighbor`](super::Neighbor).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Messages {
    /// To it.
    pub sent: MessagesByType,
    /// From it.
    pub received: MessagesByType,
}

/// BGP messages of one direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MessagesByType {
    /// OPEN.
    pub open: u64,
    /// UPDATE.
    pub update: u64,
    /// NOTIFICATION.
    pub notification: u64,
    /// KEEPALIVE.
    pub keepalive: u64,
    /// ROUTE-REFRESH.
    pub route_refresh: u64,
}

impl MessagesByType {
    /// Each type by name with its number.
    pub fn by_name(&self) -> [(&'static str, u64); 5] {
        [
            ("open", self.open),
            ("update", self.update),
            ("notification", self.notification),
            ("keepalive", self.keepalive),
            ("route-refresh", self.route_refresh),
        ]
    }
}

impl From<MessageCounts> for MessagesByType {
    fn from(counts: MessageCounts) -> Self {
        let MessageCounts { open, update, notification, keepalive, route_refresh } = counts;
        Self { open, update, notification, keepalive, route_refresh }
    }
}

/// The samples of a [`Check`](super::Check).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Samples {
    /// Those that said it works.
    pub healthy: u64,
    /// Those that said it does not.
    pub unhealthy: u64,
    /// Those that proved nothing.
    pub unknown: u64,
}

impl From<Looks> for Samples {
    fn from(looks: Looks) -> Self {
        let Looks { healthy, unhealthy, unknown, lengths: _ } = looks;
        Self { healthy, unhealthy, unknown }
    }
}

/// The hooks of a [`Service`](super::Service) that were run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookRuns {
    /// Those that ended well.
    pub succeeded: u64,
    /// Those that ended badly, could not be run, or were killed because they took too long.
    pub failed: u64,
    /// Changes whose hooks were left out because the service changed faster than they run.
    pub skipped: u64,
}
