//! Path attributes (RFC 4271 §5): their values, how they stand in an UPDATE, and what happens to the
//! malformed ones.

pub(super) mod frame;
mod read;
mod values;
mod write;

use std::net::Ipv4Addr;

use super::{AsPath, MpReach, MpUnreach};
use crate::base::{AS_TRANS, Asn, Community, LargeCommunity};
pub use frame::UnknownAttribute;
pub(super) use read::Reading;
pub(super) use write::write;

/// What an UPDATE says about its routes (RFC 4271 §4.3 and §5). The default is: nothing.
///
/// An empty list of communities, or an empty `as4_path`, is an absent attribute: on the wire an empty
/// one is malformed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathAttributes {
    /// Type 1.
    pub origin: Option<Origin>,
    /// Type 2. Read from a speaker with 2-octet AS numbers it may hold AS_TRANS, see
    /// [`full_as_path`](Self::full_as_path).
    pub as_path: Option<AsPath>,
    /// Type 3, for the prefixes of the UPDATE's own field.
    pub next_hop: Option<Ipv4Addr>,
    /// Type 4, MULTI_EXIT_DISC.
    pub med: Option<u32>,
    /// Type 5; written when set, but an external neighbour may not send it (RFC 4271 §5.1.5) and
    /// what it sends is dropped.
    pub local_pref: Option<u32>,
    /// Type 6.
    pub atomic_aggregate: bool,
    /// Type 7.
    pub aggregator: Option<Aggregator>,
    /// Type 8 (RFC 1997).
    pub communities: Vec<Community>,
    /// Type 14 (RFC 4760).
    pub mp_reach: Option<MpReach>,
    /// Type 15 (RFC 4760).
    pub mp_unreach: Option<MpUnreach>,
    /// Type 16 (RFC 4360), unread.
    pub extended_communities: Vec<[u8; 8]>,
    /// Type 17, between speakers with 2-octet AS numbers (RFC 6793). Written from `as_path` where it
    /// is needed and not set here.
    pub as4_path: Option<AsPath>,
    /// Type 18, the same for `aggregator`.
    pub as4_aggregator: Option<Aggregator>,
    /// Type 32 (RFC 8092).
    pub large_communities: Vec<LargeCommunity>,
    /// Type 35 (RFC 9234).
    pub only_to_customer: Option<Asn>,
    /// All others, by ascending type code.
    pub unknown: Vec<UnknownAttribute>,
}

/// Where a route came from (RFC 4271 §5.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Value 0: inside the AS.
    Igp,
    /// Value 1: from the protocol of RFC 904.
    Egp,
    /// Value 2: by some other means.
    Incomplete,
}

/// The speaker that made one route of several (RFC 4271 §5.1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Aggregator {
    /// Its AS.
    pub asn: Asn,
    /// Its BGP identifier.
    pub address: Ipv4Addr,
}

impl PathAttributes {
    /// The AS path as it really is, whatever the speakers on the way can write (RFC 6793 §4.2.3).
    pub fn full_as_path(&self) -> Option<AsPath> {
        let path = self.as_path.as_ref()?;
        // An aggregating speaker that knows only two octets has made the AS4_PATH worthless.
        let aggregated = self.as4_aggregator.is_some()
            && self.aggregator.is_some_and(|aggregator| aggregator.asn != AS_TRANS);
        let as4_path = self.as4_path.as_ref().filter(|_| !aggregated);
        Some(as4_path.map_or_else(|| path.clone(), |as4_path| path.merge(as4_path)))
    }
}

impl Origin {
    const ALL: [Self; 3] = [Self::Igp, Self::Egp, Self::Incomplete];

    /// The value on the wire.
    pub fn value(self) -> u8 {
        match self {
            Self::Igp => 0,
            Self::Egp => 1,
            Self::Incomplete => 2,
        }
    }

    /// The origin with this value.
    pub fn from_value(value: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.value() == value)
    }

    /// Its name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Igp => "igp",
            Self::Egp => "egp",
            Self::Incomplete => "incomplete",
        }
    }
}
