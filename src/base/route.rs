use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use super::{Asn, Community, Family, LargeCommunity, Prefix};

/// The next hop of an announced route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NextHop {
    /// The local address of the session that carries the route, known once it is connected.
    SelfAddress,
    /// A configured address: an internal load balancer, or a second address of this machine.
    Address(IpAddr),
}

impl NextHop {
    /// The address itself for a route of `family` on a session whose own address is `local`. `None`
    /// when the neighbour could not read it: it must be of the route's family, or IPv6 for an IPv4
    /// route where both sides agreed on that (`over_ipv6`, RFC 8950).
    pub fn address(self, family: Family, local: IpAddr, over_ipv6: bool) -> Option<IpAddr> {
        let address = match self {
            Self::SelfAddress => local,
            Self::Address(address) => address,
        };
        let read = Family::of(address) == family || (over_ipv6 && family == Family::Ipv4Unicast);
        read.then_some(address)
    }
}

/// What herald says about a route it announces; the whole of it, so that equal values share an UPDATE.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteAttributes {
    /// The AS path as the neighbour receives it, leftmost first: the local AS once, and again per prepend.
    pub as_path: Vec<Asn>,
    /// Where the neighbour sends the traffic.
    pub next_hop: NextHop,
    /// MULTI_EXIT_DISC; compared only between routes of the same neighbouring AS (RFC 4271 §9.1.2.2).
    pub med: Option<u32>,
    /// RFC 1997 communities, without duplicates.
    pub communities: BTreeSet<Community>,
    /// RFC 8092 large communities, without duplicates.
    pub large_communities: BTreeSet<LargeCommunity>,
}

/// Everything one neighbour should have from us. A missing prefix is one that is withdrawn.
pub type RouteTable = BTreeMap<Prefix, Arc<RouteAttributes>>;
