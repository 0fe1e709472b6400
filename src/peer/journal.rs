use std::time::{Duration, Instant};

use crate::base::{NeighborName, Reason};
use crate::clock;
use crate::session::{Event, Session, State};

/// Time between two lines about malformed UPDATEs of one neighbour. The log is written by the thread
/// that serves all neighbours; none of them may fill it.
const COMPLAINTS: Duration = Duration::from_secs(1);

/// What of a session goes to the log.
pub(super) struct Journal {
    neighbor: NeighborName,
    /// When a malformed UPDATE was last logged.
    complained: Option<Instant>,
}

impl Journal {
    pub(super) fn new(neighbor: NeighborName) -> Self {
        Self { neighbor, complained: None }
    }

    pub(super) fn write(&mut self, event: &Event, session: &Session) {
        let neighbor = &self.neighbor;
        match event {
            Event::Established { hold_time, direction } => {
                let families: Vec<_> = session
                    .negotiated()
                    .map(|n| n.families.iter().map(|f| f.as_str()).collect())
                    .unwrap_or_default();
                tracing::info!(%neighbor, hold_time, ?direction, families = families.join(","), "session established");
            }
            Event::Stopped => tracing::info!(%neighbor, "session closed in order"),
            Event::Lost(because) => tracing::warn!(%neighbor, %because, "session lost"),
            Event::Failed(because) if session.state().0 == State::Established => {
                tracing::debug!(%neighbor, %because, "second connection closed");
            }
            Event::Failed(because) => tracing::info!(%neighbor, %because, "no session"),
            Event::Malformed(because) => self.complain(because, session),
        }
    }

    /// The count tells how many there were since the last line.
    fn complain(&mut self, because: &Reason, session: &Session) {
        let now = clock::now();
        if self.complained.is_none_or(|last| now.duration_since(last) >= COMPLAINTS) {
            self.complained = Some(now);
            let malformed = session.counters().malformed;
            tracing::warn!(neighbor = %self.neighbor, malformed, %because, "malformed UPDATE");
        }
    }
}
