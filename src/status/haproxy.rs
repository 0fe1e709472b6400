use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use crate::base::{InstanceName, Reason};

/// All of them, by name: each probe writes what it knows of its own.
pub type Haproxies = BTreeMap<InstanceName, HaproxyStatus>;

/// What the probe of one HAProxy says of itself, told whenever it has asked.
#[derive(Debug, Clone, PartialEq)]
pub struct HaproxyStatus {
    /// Its name in the configuration.
    pub name: InstanceName,
    /// Where it is asked.
    pub address: String,
    /// The process that answered last; the stats page does not tell.
    pub worker: Option<u32>,
    /// How often it was asked.
    pub polls: u64,
    /// When it answered last.
    pub answered: Option<Instant>,
    /// Why it did not answer the last time, if it did not.
    pub silence: Option<Reason>,
    /// The ways in which it tells of changes.
    pub streams: Vec<StreamStatus>,
}

/// One way in which HAProxy tells of changes.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamStatus {
    /// What it is.
    pub kind: StreamKind,
    /// Its path, address or name.
    pub place: String,
    /// How it does.
    pub state: StreamState,
    /// Since when.
    pub since: Instant,
    /// What is wrong and the way out, when something is.
    pub because: Option<Reason>,
    /// Lines that were a reason to ask.
    pub events: u64,
    /// Lines that were none, such as requests.
    pub other_lines: u64,
    /// When the last event came.
    pub last_event: Option<Instant>,
}

/// What brings the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamKind {
    /// A datagram socket that HAProxy logs to.
    Socket,
    /// A ring of HAProxy.
    Ring,
}

impl StreamKind {
    /// The key that asks for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Socket => "event-socket",
            Self::Ring => "event-ring",
        }
    }
}

impl fmt::Display for StreamKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How an event stream does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamState {
    /// HAProxy is not there yet, or not yet again.
    Waiting,
    /// Ready; nothing has happened.
    Listening,
    /// Events come.
    Live,
    /// HAProxy has changed and no event told of it.
    Silent,
    /// More comes than events of servers: requests, most likely.
    Flooded,
    /// HAProxy does not give it.
    Lost,
}

impl StreamState {
    /// Whether changes are seen by polling alone.
    pub fn is_trouble(self) -> bool {
        match self {
            Self::Waiting | Self::Listening | Self::Live => false,
            Self::Silent | Self::Flooded | Self::Lost => true,
        }
    }
}

impl fmt::Display for StreamState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Waiting => "waiting",
            Self::Listening => "listening",
            Self::Live => "live",
            Self::Silent => "silent",
            Self::Flooded => "flooded",
            Self::Lost => "lost",
        })
    }
}

impl StreamStatus {
    /// A stream that has brought nothing.
    pub fn waiting(kind: StreamKind, place: String, now: Instant) -> Self {
        Self {
            kind,
            place,
            state: StreamState::Waiting,
            since: now,
            because: None,
            events: 0,
            other_lines: 0,
            last_event: None,
        }
    }
}
