use std::num::NonZeroU8;
use std::time::{Duration, Instant};

use super::{Diagnostic, PACKET_LENGTH, State};
use crate::base::Reason;

/// What a session needs of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params {
    /// While up, packets are not sent more often than this; whole microseconds.
    pub min_tx: Duration,
    /// Packets are not taken more often than this; whole microseconds.
    pub min_rx: Duration,
    /// How many packets of ours the neighbour may miss in a row before it calls us gone.
    pub multiplier: NonZeroU8,
}

/// What happened.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// Begin.
    Start,
    /// Go AdminDown, tell the neighbour for a detection time, then fall silent.
    Stop,
    /// The payload of a datagram that came from the neighbour.
    Received(&'a [u8]),
    /// The time given by `poll_timeout` has come.
    Timeout,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send this datagram; one that cannot be sent is a lost packet like any other.
    Send([u8; PACKET_LENGTH]),
    /// Something an operator would notice; for the log.
    Event(Event),
}

/// What an operator would notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Both sides hear each other.
    Up,
    /// The session was up, and the path or the neighbour is gone.
    Failed(Reason),
    /// The session was up, and the neighbour's operator took it down: no word about the path
    /// (RFC 5882 §4.2).
    HeldDown,
}

/// What a session waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The neighbour has been silent for the detection time.
    Detection,
    /// Our next packet, jittered.
    Transmit,
    /// The end of the farewell after [`Input::Stop`].
    Silence,
}

/// What a session says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its state.
    pub state: State,
    /// Since when.
    pub since: Instant,
    /// Why our side changed its state last.
    pub diagnostic: Diagnostic,
    /// The time between our packets before jitter, as negotiated.
    pub interval: Duration,
    /// How long the neighbour may be silent; unknown until it has been heard.
    pub detection: Option<Duration>,
    /// How often the session failed ([`Event::Failed`]) since the start; who acts on failures
    /// compares it with the last number seen.
    pub failures: u64,
    /// The last failure, in words.
    pub last_failure: Option<Reason>,
    /// Packets to the neighbour.
    pub sent: u64,
    /// Packets of the neighbour that counted.
    pub received: u64,
    /// Packets that were thrown away.
    pub discarded: u64,
}
