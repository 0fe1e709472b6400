use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Instant;

use crate::base::{Family, NeighborName, Reason, RouteAttributes};
use crate::session::{Malformed, Session, State};

/// What a session says of itself, told by its driver whenever it changes.
#[derive(Debug, Clone, PartialEq)]
pub struct PeerStatus {
    /// Its name.
    pub name: NeighborName,
    /// State and since when.
    pub state: (State, Instant),
    /// IPv4 routes may have IPv6 next hops (RFC 8950), while established.
    pub extended_next_hop: bool,
    /// Families that both sides announced, while established.
    pub families: BTreeSet<Family>,
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
    /// Attempts and connections that did not become a session.
    pub failures: u64,
    /// UPDATEs whose attributes are malformed, or cannot be true on this session.
    pub malformed: u64,
    /// The last of them.
    pub last_malformed: Option<Malformed>,
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
            extended_next_hop: negotiated.is_some_and(|n| n.extended_next_hop),
            families: negotiated.map(|n| n.families.clone()).unwrap_or_default(),
            hold_time: negotiated.map(|n| n.hold_time.seconds()),
            capabilities: capabilities.map(ToString::to_string).collect(),
            advertised: session.advertised().len(),
            received: session.received_routes().len(),
            not_kept: session.received_routes().refused(),
            flaps: session.counters().flaps,
            failures: session.counters().failures,
            malformed: session.counters().malformed,
            last_malformed: session.last_malformed().cloned(),
            last_error: session.last_error().cloned(),
            local_address: session.local_address(),
        }
    }

    /// The next hop that the neighbour has for a route of `family`; `None` when it is not told it.
    pub fn next_hop(&self, route: &RouteAttributes, family: Family) -> Option<IpAddr> {
        // Both are there only while the session is established.
        let local = self.local_address.filter(|_| self.families.contains(&family))?;
        route.next_hop.address(family, local, self.extended_next_hop)
    }
}
