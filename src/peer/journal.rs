use std::time::{Duration, Instant};

use crate::base::{NeighborName, Reason, Throttle};
use crate::session::{Event, Session, State};
use crate::status::PeerStatus;

/// What of a session goes to the log.
pub(super) struct Journal {
    neighbor: NeighborName,
    malformed: Throttle,
    failed: Throttle,
}

impl Journal {
    pub(super) fn new(neighbor: NeighborName) -> Self {
        Self {
            neighbor,
            malformed: Throttle::new(1, Duration::from_secs(1)),
            // A neighbour that refuses is dialled less often than this; one that floods is not.
            failed: Throttle::new(10, Duration::from_secs(10)),
        }
    }

    pub(super) fn write(&mut self, event: &Event, session: &Session, now: Instant) {
        let neighbor = &self.neighbor;
        match event {
            Event::Established { hold_time, direction } => {
                let families: Vec<_> = session
                    .negotiated()
                    .map(|n| n.families.iter().map(|f| f.as_str()).collect())
                    .unwrap_or_default();
                tracing::info!(%neighbor, hold_time, %direction, families = families.join(","), "session established");
            }
            Event::Withheld => self.withheld(session),
            Event::Stopped => tracing::info!(%neighbor, "session closed in order"),
            Event::Lost(because) => tracing::warn!(%neighbor, %because, "session lost"),
            Event::Failed(because) if session.state().0 == State::Established => {
                tracing::debug!(%neighbor, %because, "second connection closed");
            }
            Event::Failed(because) => self.failed(because, session, now),
            Event::Malformed(because) => self.malformed(because, session, now),
        }
    }

    /// All of them lack the same, in most cases; `explain` has each.
    fn withheld(&self, session: &Session) {
        let mut routes = session.withheld();
        let Some((prefix, route)) = routes.next() else { return };
        let because = PeerStatus::of(&self.neighbor, session).withheld(route, prefix.family());
        let (more, because) = (routes.count(), because.unwrap_or_default());
        tracing::warn!(neighbor = %self.neighbor, %prefix, more, %because, "route not sent");
    }

    /// The count tells how many there were since the start, those between two lines included.
    fn failed(&mut self, because: &Reason, session: &Session, now: Instant) {
        if self.failed.pass(now).is_some() {
            let failures = session.counters().failures;
            tracing::info!(neighbor = %self.neighbor, failures, %because, "no session");
        }
    }

    /// The count likewise.
    fn malformed(&mut self, because: &Reason, session: &Session, now: Instant) {
        if self.malformed.pass(now).is_some() {
            let malformed = session.counters().malformed;
            tracing::warn!(neighbor = %self.neighbor, malformed, %because, "malformed UPDATE");
        }
    }
}
