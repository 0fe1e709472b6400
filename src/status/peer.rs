use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Instant;

use crate::base::{Family, NeighborName, Reason, RouteAttributes};
use crate::session::{
    LastNotification, Malformed, MessageCounts, NO_REACTION, ReactionTimes, Session, State,
};

/// What a session says of itself, told by its driver whenever it changes. Its [traffic](Traffic) is
/// counted in silence: nobody is woken up by another message.
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
    /// Families that we announce.
    pub offered: BTreeSet<Family>,
    /// Negotiated hold time in seconds.
    pub hold_time: Option<u16>,
    /// The neighbour's capabilities.
    pub capabilities: Vec<String>,
    /// Routes it has from us.
    pub advertised: usize,
    /// Routes we keep of it.
    pub received: usize,
    /// Announcements we did not keep.
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
    /// The NOTIFICATION that ended a connection last.
    pub last_notification: Option<LastNotification>,
    /// Our address on the session.
    pub local_address: Option<IpAddr>,
    /// What was counted of its messages.
    pub traffic: Traffic,
}

/// What is counted of the messages of a session since the agent started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Messages to the neighbour.
    pub sent: MessageCounts,
    /// Messages from the neighbour.
    pub received: MessageCounts,
    /// How long it took from samples to the UPDATEs that followed from them.
    pub reaction: ReactionTimes,
}

impl Default for Traffic {
    fn default() -> Self {
        let (sent, received) = (MessageCounts::default(), MessageCounts::default());
        Self { sent, received, reaction: NO_REACTION }
    }
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
            offered: session.offered().clone(),
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
            last_notification: session.last_notification().cloned(),
            local_address: session.local_address(),
            traffic: Traffic {
                sent: session.counters().sent,
                received: session.counters().received,
                reaction: *session.reaction_times(),
            },
        }
    }

    /// The next hop that the neighbour has for a route of `family`; `None` when it is not told it.
    pub fn next_hop(&self, route: &RouteAttributes, family: Family) -> Option<IpAddr> {
        // Both are there only while the session is established.
        let local = self.local_address.filter(|_| self.families.contains(&family))?;
        route.next_hop.address(family, local, self.extended_next_hop)
    }

    /// Why the neighbour is not told a route of `family` that is meant for it, and the way out where
    /// it is ours, while the session is up and that is so.
    pub fn withheld(&self, route: &RouteAttributes, family: Family) -> Option<String> {
        let name = &self.name;
        if self.local_address.is_none() || self.next_hop(route, family).is_some() {
            return None;
        }
        if self.families.contains(&family) {
            return Some(match family {
                Family::Ipv4Unicast => format!(
                    "no IPv4 next hop on this session, and {name} takes no IPv6 one for IPv4 routes \
                     (RFC 8950); set next-hop in [neighbor.{name}]"
                ),
                Family::Ipv6Unicast => format!(
                    "no IPv6 next hop on this session; set next-hop-ipv6 in [neighbor.{name}]"
                ),
            });
        }
        let carried: Vec<_> = self.families.iter().map(|family| family.as_str()).collect();
        let because = match self.offered.contains(&family) {
            true => format!("{name} did not offer {family}"),
            false => format!("families of {name} leaves {family} out"),
        };
        Some(format!("the session carries {} only ({because})", carried.join(", ")))
    }
}
