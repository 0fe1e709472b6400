use std::fmt;
use std::net::IpAddr;

use crate::base::Reason;
use crate::rib::{Carried, Plan, Shown};

use super::Params;

/// Who opened a TCP connection. A session may have one of each until the collision is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// We did.
    Dialled,
    /// The neighbour did.
    Accepted,
}

impl Direction {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Dialled => Self::Accepted,
            Self::Accepted => Self::Dialled,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Dialled => "dialled",
            Self::Accepted => "accepted",
        })
    }
}

/// Why we leave, as the neighbour is told by the subcode of the Cease (RFC 4486 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// The agent stops: Administrative Shutdown, with the shutdown message.
    Shutdown,
    /// Another session follows, with other parameters: Administrative Reset.
    Reset,
    /// The neighbour is no longer configured: Peer De-configured.
    Deconfigured,
}

/// The state of a session (RFC 4271 §8.2.2): that of its most advanced connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Held down, or waiting after an error; connections are refused.
    Idle,
    /// Dialling.
    Connect,
    /// Waiting for the neighbour to dial, or to dial again.
    Active,
    /// Connected, our OPEN is out.
    OpenSent,
    /// Both OPENs have been exchanged.
    OpenConfirm,
    /// Routes flow.
    Established,
}

impl State {
    /// All of them, from the beginning to the end.
    pub const ALL: [Self; 6] = [
        Self::Idle,
        Self::Connect,
        Self::Active,
        Self::OpenSent,
        Self::OpenConfirm,
        Self::Established,
    ];

    /// The name in status and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Connect => "connect",
            Self::Active => "active",
            Self::OpenSent => "open-sent",
            Self::OpenConfirm => "open-confirm",
            Self::Established => "established",
        }
    }
}

const _: () = assert!(State::Established as usize + 1 == State::ALL.len(), "ALL lacks a state");

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Input<'a> {
    /// Begin (RFC 4271 events 1 and 4). Nothing happens when the neighbour is configured as shut down.
    Start,
    /// Close in order with a Cease and stay down (event 2).
    Stop(Leaving),
    /// From now on these parameters hold. Only such as [`Params::resetting`] does not name.
    Configured(Box<Params>),
    /// The routes the neighbour should have.
    Wanted(Plan),
    /// The connection asked for by [`Output::Dial`] is there (event 17).
    Dialled {
        /// Our address on it; the next hop of routes that say "self".
        local: IpAddr,
    },
    /// The connection asked for by [`Output::Dial`] cannot be made (event 18).
    DialFailed(Reason),
    /// The neighbour has connected to us (event 16). Answered by [`Output::Adopt`] or
    /// [`Output::Refuse`].
    Accepted {
        /// Our address on it.
        local: IpAddr,
    },
    /// Octets of a connection, in any portion.
    Received {
        /// Which connection.
        direction: Direction,
        /// What was read.
        octets: &'a [u8],
    },
    /// All that was handed over by [`Output::Send`] has been written to the socket.
    Drained(Direction),
    /// A connection has ended, by the neighbour or by the network (event 18).
    Closed {
        /// Which connection.
        direction: Direction,
        /// How it ended.
        because: Reason,
    },
    /// BFD, which had the path up, calls it dead (RFC 5882 §4.2). An established session is closed
    /// with Cease / BFD Down (RFC 9384); dialling goes on, because sessions do not wait for BFD
    /// (RFC 5882 §4.3).
    BfdDown(Reason),
    /// The time given by `poll_timeout` has come.
    Timeout,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Open a TCP connection; answer with [`Input::Dialled`] or [`Input::DialFailed`].
    Dial,
    /// Give up the connection attempt; no answer is expected.
    CancelDial,
    /// Keep the connection just accepted, closing an older accepted one.
    Adopt,
    /// Write these octets to the connection just accepted and close it.
    Refuse(Vec<u8>),
    /// Write these octets; answer with [`Input::Drained`].
    Send {
        /// On which connection.
        direction: Direction,
        /// Whole messages.
        octets: Vec<u8>,
    },
    /// Close a connection once what was sent has been written. No answer is expected.
    Close(Direction),
    /// How far the neighbour has been told; for the engine.
    Carried(Carried),
    /// What the neighbour shows of the watched prefixes, when that has changed; for the engine.
    Shown(Shown),
    /// Something an operator would notice; for the log.
    Event(Event),
}

/// What an operator would notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The session has come up.
    Established {
        /// Negotiated hold time in seconds.
        hold_time: u16,
        /// Who opened the connection.
        direction: Direction,
    },
    /// Routes that are meant for the neighbour cannot be told on this session:
    /// [`Session::withheld`](super::Session::withheld). Said once a session.
    Withheld,
    /// The established session is gone.
    Lost(Reason),
    /// The established session was closed because we are told to stop.
    Stopped,
    /// A connection ended before it was established, or could not be made.
    Failed(Reason),
    /// An UPDATE whose attributes are malformed, or cannot be true on this session, was treated by
    /// RFC 7606; the session stays.
    Malformed(Reason),
}

/// An UPDATE with malformed attributes, kept for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong with it and what became of it.
    pub because: Reason,
    /// The message from its first octet on, at most [`Malformed::MOST`] of it.
    pub octets: Vec<u8>,
}

impl Malformed {
    /// How many octets are kept.
    pub const MOST: usize = 512;
}

/// The last NOTIFICATION on a connection of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastNotification {
    /// Whether it was ours.
    pub sent: bool,
    /// Error code (RFC 4271 §4.5).
    pub code: u8,
    /// Error subcode, 0 when there is none.
    pub subcode: u8,
    /// The same in words.
    pub because: Reason,
}

/// What a session waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The next attempt to dial (ConnectRetryTimer and IdleHoldTimer), jittered, backing off.
    Retry,
    /// The end of an attempt that nobody answers.
    DialLimit,
    /// A neighbour that we only wait for has not come for long.
    Awaited,
    /// The neighbour has been silent for the hold time.
    Hold(Direction),
    /// Our next KEEPALIVE, jittered.
    Keepalive(Direction),
    /// The neighbour has not read for too long (RFC 9687).
    SendHold(Direction),
    /// Our ROUTE-REFRESH has been answered by now, or never will be.
    Refreshed,
    /// End-of-RIB has waited long enough for decisions (RFC 4724).
    EndOfRib,
}
