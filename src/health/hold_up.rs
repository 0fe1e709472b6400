use std::time::{Duration, Instant};

use super::VerdictKind;

/// How long a service that has fallen must be healthy before it returns. A service that is found
/// unhealthy at the start counts as fallen: the agent may have come up in the middle of an outage.
#[derive(Debug, Clone, Default)]
pub(super) struct HoldUp {
    fallen: bool,
    healthy_since: Option<Instant>,
}

impl HoldUp {
    /// Takes the answer of the rule.
    pub(super) fn handle(&mut self, answer: VerdictKind, lasts: Duration, now: Instant) {
        match answer {
            VerdictKind::Pending => self.healthy_since = None,
            VerdictKind::Unhealthy => *self = Self { fallen: true, healthy_since: None },
            VerdictKind::Healthy { .. } => {
                self.healthy_since.get_or_insert(now);
                self.fallen = self.until(lasts).is_some_and(|until| until > now);
            }
        }
    }

    /// When a service that is healthy again may return.
    pub(super) fn until(&self, lasts: Duration) -> Option<Instant> {
        self.healthy_since.filter(|_| self.fallen).map(|since| since + lasts)
    }
}
