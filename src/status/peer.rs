use std::net::IpAddr;
use std::time::Instant;

use crate::base::{NeighborName, Reason};
use crate::session::{Session, State};

/// What a session says of itself, told by its driver whenever it changes.
#[derive(Debug, Clone, PartialEq)]
pub struct PeerStatus {
    /// Its name.
    pub name: NeighborName,
    /// State and since when.
    pub state: (State, Instant),
    /// Negotiated hold time in seconds.
    pub hold_time: Option<u16>,
    /// The neighbour's capabilities.
    pub capabilities: Vec<String>,
    /// Routes it has from us.
    pub advertised: usize,
    /// Routes we keep of it.
    pub received: usize,
    /// Routes we did not keep.
    pub not_kept: u64,
    /// Times an established session was lost.
    pub flaps: u64,
    /// UPDATEs with malformed attributes.
    pub malformed: u64,
    /// What went wrong last.
    pub last_error: Option<Reason>,
    /// Our address on the session.
    pub local_address: Option<IpAddr>,
}

impl PeerStatus {
    /// Reads a session.
    pub fn of(name: &NeighborName, session: &Session) -> Self {
        let negotiated = session.negotiated();
        let capabilities = negotiated.into_iter().flat_map(|n| &n.capabilities);
        Self {
            name: name.clone(),
            state: session.state(),
            hold_time: negotiated.map(|n| n.hold_time.seconds()),
            capabilities: capabilities.map(ToString::to_string).collect(),
            advertised: session.advertised().len(),
            received: session.received_routes().len(),
            not_kept: session.received_routes().refused(),
            flaps: session.counters().flaps,
            malformed: session.counters().malformed,
            last_error: session.last_error().cloned(),
            local_address: session.local_address(),
        }
    }

    /// Whether routes flow.
    pub fn is_established(&self) -> bool {
        self.state.0 == State::Established
    }
}
