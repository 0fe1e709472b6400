use std::net::Ipv4Addr;

use crate::base::{Asn, LargeCommunity};
use crate::rib::ReceivedRoute;

/// What a route claims among the speakers of one address, where only one should be active. The
/// smaller claim stays, and of two equal ones that of the lower router-id:
///
/// ```text
/// Regular  <  Standby(lower)  <  Standby(higher)  <  LastResort(lower)  <  LastResort(higher)
/// ```
///
/// A BGP route does not say which speaker began it, so routes of standbys and of last resort carry a
/// mark: the large community `AS:MARK:ROUTER-ID` (RFC 8092). It tells our own route, reflected by a
/// neighbour, from that of another site, also where both have one AS number and one next hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// Announced because it is healthy; never yields, and is all that speakers other than herald say.
    Regular,
    /// Announced by a standby that has taken over.
    Standby(Ipv4Addr),
    /// Announced although it is not healthy, for want of anybody else.
    LastResort(Ipv4Addr),
}

/// The second number of the marks: "HER" in ASCII and a digit, which nobody takes by accident.
const STANDBY: u32 = 0x4845_5201;
const LAST_RESORT: u32 = 0x4845_5202;

impl Claim {
    /// What a received route claims.
    pub fn of(route: &ReceivedRoute) -> Self {
        let claims = route.large_communities.iter().filter_map(|mark| match mark.local1 {
            STANDBY => Some(Self::Standby(mark.local2.into())),
            LAST_RESORT => Some(Self::LastResort(mark.local2.into())),
            _ => None,
        });
        claims.max().unwrap_or(Self::Regular)
    }

    /// The mark that says so to a neighbour which knows us as `local_as`.
    pub fn mark(self, local_as: Asn) -> Option<LargeCommunity> {
        let (local1, router_id) = match self {
            Self::Regular => return None,
            Self::Standby(router_id) => (STANDBY, router_id),
            Self::LastResort(router_id) => (LAST_RESORT, router_id),
        };
        Some(LargeCommunity { global: local_as.0, local1, local2: router_id.into() })
    }

    /// Whether it is the claim of this speaker itself.
    pub fn is_of(self, router_id: Ipv4Addr) -> bool {
        match self {
            Self::Regular => false,
            Self::Standby(own) | Self::LastResort(own) => own == router_id,
        }
    }

    /// Whether it keeps a speaker that is not active from making `claim`: a healthy one keeps back
    /// everybody, one of last resort only its like.
    pub fn keeps_back(self, claim: Self) -> bool {
        match (self, claim) {
            (Self::Regular | Self::Standby(_), _) | (Self::LastResort(_), Self::LastResort(_)) => {
                true
            }
            (Self::LastResort(_), Self::Regular | Self::Standby(_)) => false,
        }
    }
}
