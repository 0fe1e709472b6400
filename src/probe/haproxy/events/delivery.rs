use std::time::{Duration, Instant};

use crate::base::Reason;
use crate::status::{StreamKind, StreamState, StreamStatus};

use super::line::Line;

/// How long after a change is seen its line may still be on its way.
const GRACE: Duration = Duration::from_secs(1);
/// The time over which lines are counted.
const SECOND: Duration = Duration::from_secs(1);
/// Lines in a second that tell of changes at best among much else.
const MOST: u32 = 1000;
/// How long a socket that brings more is not read. HAProxy drops what finds no place meanwhile. A ring
/// is read on: the end of its connection must be seen.
const REST: Duration = Duration::from_secs(1);

/// What a stream brings, and whether it can be relied on.
///
/// ```text
///  waiting ──opened──▶ listening ──line──▶ live ◀──line── silent
///     ▲                    │                │ │              ▲
///     └──────── lost ◀─────┴──── lost ──────┘ ├─ untold change for GRACE
///                                             └─ more than MOST lines a second ─▶ flooded ─▶ live
/// ```
#[derive(Debug)]
pub(in super::super) struct Delivery {
    status: StreamStatus,
    /// What HAProxy's configuration needs for it.
    cure: String,
    told: StreamState,
    opened: Option<Instant>,
    /// When a change that no line has told of will have been silent for too long.
    untold: Option<Instant>,
    second: Instant,
    lines: u32,
    rest: Option<Instant>,
}

impl Delivery {
    /// A stream that brings nothing yet. `log_target` is what HAProxy's `log` line names.
    pub(in super::super) fn new(
        kind: StreamKind,
        place: String,
        log_target: &str,
        now: Instant,
    ) -> Self {
        Self {
            status: StreamStatus::waiting(kind, place, now),
            cure: format!(
                "HAProxy needs `log {log_target} local0 notice` in its global section and \
                 `log global` in its defaults"
            ),
            told: StreamState::Waiting,
            opened: None,
            untold: None,
            second: now,
            lines: 0,
            rest: None,
        }
    }

    /// What is known of it.
    pub(in super::super) fn status(&self) -> &StreamStatus {
        &self.status
    }

    /// When the state has changed since this was last asked for: what it was.
    pub(in super::super) fn news(&mut self) -> Option<StreamState> {
        let state = self.status.state;
        let told = std::mem::replace(&mut self.told, state);
        (told != state).then_some(told)
    }

    /// Until when it need not be read.
    pub(in super::super) fn rests_until(&self, now: Instant) -> Option<Instant> {
        self.rest.filter(|end| *end > now)
    }

    /// Lines may come from here on.
    pub(in super::super) fn opened(&mut self, now: Instant) {
        self.opened = Some(now);
        let heard = self.status.events > 0;
        self.becomes(if heard { StreamState::Live } else { StreamState::Listening }, None, now);
    }

    /// No line comes any more.
    pub(in super::super) fn lost(&mut self, because: Option<Reason>, now: Instant) {
        self.opened = None;
        self.untold = None;
        let state = if because.is_some() { StreamState::Lost } else { StreamState::Waiting };
        self.becomes(state, because, now);
    }

    /// A line has come.
    pub(in super::super) fn line(&mut self, line: Line, now: Instant) {
        self.roll(now);
        self.lines += 1;
        match line {
            Line::Change | Line::Unheard => {
                self.status.events += 1;
                self.status.last_event = Some(now);
                self.untold = None;
                if matches!(self.status.state, StreamState::Listening | StreamState::Silent) {
                    self.becomes(StreamState::Live, None, now);
                }
            }
            Line::Traffic => self.status.other_lines += 1,
        }
        if self.lines > MOST {
            let because = format!("more than {MOST} lines a second: {}", self.cure);
            self.becomes(StreamState::Flooded, Some(because.into()), now);
            let end = now + REST;
            (self.rest, self.second, self.lines) = (Some(end), end, 0);
        }
    }

    /// HAProxy has changed a server, between `since` and now, in a way that it logs.
    pub(in super::super) fn changed(&mut self, since: Instant, now: Instant) {
        let was_open = self.opened.is_some_and(|opened| opened <= since);
        let told = self.status.last_event.is_some_and(|last| last >= since);
        let reads_all = matches!(self.status.state, StreamState::Listening | StreamState::Live);
        if was_open && reads_all && !told && self.untold.is_none() {
            self.untold = Some(now + GRACE);
        }
    }

    /// Time goes on.
    pub(in super::super) fn review(&mut self, now: Instant) {
        self.roll(now);
        if self.untold.is_some_and(|end| end <= now) {
            self.untold = None;
            let because = format!("a server has changed and no line told of it: {}", self.cure);
            self.becomes(StreamState::Silent, Some(because.into()), now);
        }
    }

    /// Closes a second that is over; one without a flood ends a flood.
    fn roll(&mut self, now: Instant) {
        if now.saturating_duration_since(self.second) < SECOND {
            return;
        }
        if self.status.state == StreamState::Flooded {
            self.becomes(StreamState::Live, None, now);
        }
        (self.second, self.lines) = (now, 0);
    }

    fn becomes(&mut self, state: StreamState, because: Option<Reason>, now: Instant) {
        if self.status.state != state {
            self.status.since = now;
        }
        self.status.state = state;
        self.status.because = because;
    }
}
