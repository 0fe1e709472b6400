use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use crate::base::{Asn, Community, Family, LargeCommunity, NeighborName, Prefix, ServiceName};

/// What a region, a neighbour or a state adds to a route. Prepends add up, communities unite, and of
/// several MEDs the most specific one stands: state before neighbour before region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extras {
    /// Copies of the local AS beyond the first: `prepend = N` makes a path of length 1 + N.
    pub prepend: u8,
    /// MULTI_EXIT_DISC.
    pub med: Option<u32>,
    /// RFC 1997 communities.
    pub communities: BTreeSet<Community>,
    /// RFC 8092 communities.
    pub large_communities: BTreeSet<LargeCommunity>,
}

/// One `[service.X.STATE]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateAttributes {
    /// Whether the service is announced in this state.
    pub announce: bool,
    /// What the state adds.
    pub extras: Extras,
    /// A next hop other than the session's local address; applies to prefixes of its own family.
    pub next_hop: Option<IpAddr>,
}

/// The `[service.X.drain]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drain {
    /// What is announced while draining.
    pub attributes: StateAttributes,
    /// How long, before the route is withdrawn (`for`).
    pub lasts: Duration,
}

/// A neighbour, as far as routes are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbor {
    /// The AS that herald shows to this neighbour.
    pub local_as: Asn,
    /// What it adds to the region's.
    pub extras: Extras,
    /// `next-hop`: for IPv4 routes, in place of the session's local address.
    pub next_hop: Option<IpAddr>,
    /// `next-hop-ipv6`: for IPv6 routes, likewise.
    pub next_hop_ipv6: Option<IpAddr>,
}

/// Whose routes a service looks at, and how long it must see none before it follows from that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// The neighbours; those that have no session are not counted on.
    pub neighbors: BTreeSet<NeighborName>,
    /// How long none of them must show the route of another speaker (`absent-for`, `wait`).
    pub patience: Duration,
}

/// A service, as far as routes are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// `enabled = false` shows it as disabled and announces nothing.
    pub enabled: bool,
    /// Addresses and prefixes it announces.
    pub prefixes: BTreeSet<Prefix>,
    /// The neighbours that get its routes.
    pub neighbors: BTreeSet<NeighborName>,
    /// While healthy.
    pub up: StateAttributes,
    /// While healthy with too little capacity.
    pub degraded: StateAttributes,
    /// While not healthy.
    pub down: StateAttributes,
    /// While draining.
    pub drain: Drain,
    /// Announced only while nobody else announces it.
    pub standby: Option<Watch>,
    /// Announced by the `down` table while it is not healthy and nobody else announces it.
    pub last_site: Option<Watch>,
}

/// Everything policy needs of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    /// Our BGP identifier, which says whose route is whose where only one site should be active.
    pub router_id: Ipv4Addr,
    /// What this agent's region adds.
    pub region: Extras,
    /// The neighbours by name.
    pub neighbors: BTreeMap<NeighborName, Neighbor>,
    /// The services by name.
    pub services: BTreeMap<ServiceName, Service>,
}

impl Neighbor {
    /// The neighbour's own next hop for routes of `family`, when one is configured.
    pub fn next_hop_for(&self, family: Family) -> Option<IpAddr> {
        match family {
            Family::Ipv4Unicast => self.next_hop,
            Family::Ipv6Unicast => self.next_hop_ipv6,
        }
    }
}
