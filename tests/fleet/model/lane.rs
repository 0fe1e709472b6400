//! The connection between an agent and one of its route servers: in order, without loss, and late.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use herald::session::{Direction, Session};

/// Which connection: the site, and which of its two route servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LaneId {
    pub(super) site: usize,
    pub(super) which: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Agent,
    Server,
}

impl Side {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Agent => Self::Server,
            Self::Server => Self::Agent,
        }
    }

    /// Only agents dial.
    pub(super) fn direction(self) -> Direction {
        match self {
            Self::Agent => Direction::Dialled,
            Self::Server => Direction::Accepted,
        }
    }
}

pub(super) struct Lane {
    pub(super) delay: Duration,
    /// By [`Side`].
    pub(super) ends: [End; 2],
    conns: u64,
}

/// One process of a session.
#[derive(Default)]
pub(super) struct End {
    /// None while the process does not run.
    pub(super) session: Option<Session>,
    pub(super) link: Option<u64>,
    /// The connection asked for, or offered.
    pub(super) coming: Option<u64>,
    pub(super) noted: Option<Instant>,
}

/// What is on its way from one side to the other, all of it of one connection.
#[derive(Debug)]
pub(super) enum Packet {
    Syn,
    /// Whether somebody listens.
    Answer(bool),
    Octets(Vec<u8>),
    End,
}

impl Lane {
    pub(super) fn new(delay: Duration) -> Self {
        Self { delay, ends: Default::default(), conns: 0 }
    }

    pub(super) fn number(&mut self) -> u64 {
        self.conns += 1;
        self.conns
    }

    pub(super) fn end(&mut self, side: Side) -> &mut End {
        &mut self.ends[side as usize]
    }
}

/// The address of an agent, which is its router-id, too.
pub(super) fn address(site: usize) -> Ipv4Addr {
    Ipv4Addr::from_bits(Ipv4Addr::new(10, 64, 0, 1).to_bits() + site as u32)
}

pub(super) fn server_address(lane: LaneId) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, 1 + lane.which as u8)
}

pub(super) fn local(lane: LaneId, side: Side) -> IpAddr {
    IpAddr::V4(match side {
        Side::Agent => address(lane.site),
        Side::Server => server_address(lane),
    })
}
