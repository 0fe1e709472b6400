mod values;

use std::fmt;

use crate::base::{Asn, Family};
use values::entries;
pub use values::{AddPathFamily, ExtendedNextHopFamily, GracefulFamily, GracefulRestart, Role};

/// What a speaker can do, announced in its OPEN (RFC 5492 §4).
///
/// ```text
/// +---------------+---------------+---------------- - -
/// |     code      |    length     | value (variable)
/// +---------------+---------------+---------------- - -
/// ```
///
/// A capability whose value does not suit its code is kept as [`Unknown`](Self::Unknown), as if we
/// did not support it; but families and the AS number decide how a session is read, so those two
/// must be right.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Capability {
    /// Code 1: a family whose routes the speaker exchanges (RFC 4760 §8).
    MultiProtocol {
        /// Address family identifier.
        afi: u16,
        /// Subsequent address family identifier.
        safi: u8,
    },
    /// Code 2: answers ROUTE-REFRESH (RFC 2918).
    RouteRefresh,
    /// Code 5: next hops of another family than the prefixes (RFC 8950 §4).
    ExtendedNextHop(Vec<ExtendedNextHopFamily>),
    /// Code 6: messages up to 65535 octets (RFC 8654).
    ExtendedMessage,
    /// Code 9: what the speaker is to its neighbour (RFC 9234 §4.1).
    Role(Role),
    /// Code 64: keeps routes over a restart of the neighbour (RFC 4724 §3).
    GracefulRestart(GracefulRestart),
    /// Code 65: AS numbers of four octets, and the speaker's own (RFC 6793 §3).
    FourOctetAs(Asn),
    /// Code 69: several paths per prefix (RFC 7911 §4).
    AddPath(Vec<AddPathFamily>),
    /// Code 70: frames the answer to a ROUTE-REFRESH (RFC 7313 §3.1).
    EnhancedRouteRefresh,
    /// Any other, or one that could not be read.
    Unknown {
        /// Capability code (IANA "Capability Codes").
        code: u8,
        /// Value, at most 255 octets.
        data: Vec<u8>,
    },
}

const MULTI_PROTOCOL: u8 = 1;
const ROUTE_REFRESH: u8 = 2;
const EXTENDED_NEXT_HOP: u8 = 5;
const EXTENDED_MESSAGE: u8 = 6;
const ROLE: u8 = 9;
const GRACEFUL_RESTART: u8 = 64;
const FOUR_OCTET_AS: u8 = 65;
const ADD_PATH: u8 = 69;
const ENHANCED_ROUTE_REFRESH: u8 = 70;

impl Capability {
    /// The code on the wire.
    pub fn code(&self) -> u8 {
        match self {
            Self::MultiProtocol { .. } => MULTI_PROTOCOL,
            Self::RouteRefresh => ROUTE_REFRESH,
            Self::ExtendedNextHop(_) => EXTENDED_NEXT_HOP,
            Self::ExtendedMessage => EXTENDED_MESSAGE,
            Self::Role(_) => ROLE,
            Self::GracefulRestart(_) => GRACEFUL_RESTART,
            Self::FourOctetAs(_) => FOUR_OCTET_AS,
            Self::AddPath(_) => ADD_PATH,
            Self::EnhancedRouteRefresh => ENHANCED_ROUTE_REFRESH,
            Self::Unknown { code, .. } => *code,
        }
    }

    /// `None` when the value of a capability that must be right is not.
    pub(super) fn read(code: u8, data: &[u8]) -> Option<Self> {
        let known = match code {
            MULTI_PROTOCOL => return multi_protocol(data),
            FOUR_OCTET_AS => {
                return data
                    .try_into()
                    .ok()
                    .map(|asn| Self::FourOctetAs(Asn(u32::from_be_bytes(asn))));
            }
            ROUTE_REFRESH => data.is_empty().then_some(Self::RouteRefresh),
            EXTENDED_NEXT_HOP => {
                entries(data, ExtendedNextHopFamily::from_octets).map(Self::ExtendedNextHop)
            }
            EXTENDED_MESSAGE => data.is_empty().then_some(Self::ExtendedMessage),
            ROLE => Role::read(data).map(Self::Role),
            GRACEFUL_RESTART => GracefulRestart::read(data).map(Self::GracefulRestart),
            ADD_PATH => entries(data, AddPathFamily::from_octets).map(Self::AddPath),
            ENHANCED_ROUTE_REFRESH => data.is_empty().then_some(Self::EnhancedRouteRefresh),
            _ => None,
        };
        Some(known.unwrap_or_else(|| Self::Unknown { code, data: data.to_vec() }))
    }

    /// Code, length and value. A value has one octet for its length; what lies beyond is not written.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let value = self.value();
        let length = u8::try_from(value.len()).unwrap_or(u8::MAX);
        out.extend([self.code(), length]);
        out.extend(value.into_iter().take(usize::from(length)));
    }

    fn value(&self) -> Vec<u8> {
        match self {
            Self::MultiProtocol { afi, safi } => {
                let [high, low] = afi.to_be_bytes();
                vec![high, low, 0, *safi]
            }
            Self::RouteRefresh | Self::ExtendedMessage | Self::EnhancedRouteRefresh => Vec::new(),
            Self::ExtendedNextHop(families) => {
                families.iter().flat_map(ExtendedNextHopFamily::octets).collect()
            }
            Self::Role(role) => vec![role.value()],
            Self::GracefulRestart(restart) => restart.octets(),
            Self::FourOctetAs(asn) => asn.0.to_be_bytes().to_vec(),
            Self::AddPath(families) => families.iter().flat_map(AddPathFamily::octets).collect(),
            Self::Unknown { data, .. } => data.clone(),
        }
    }
}

fn multi_protocol(data: &[u8]) -> Option<Capability> {
    let [high, low, _reserved, safi] = data.try_into().ok()?;
    Some(Capability::MultiProtocol { afi: u16::from_be_bytes([high, low]), safi })
}

/// The short name that `status` shows.
impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MultiProtocol { afi, safi } => match Family::from_afi_safi(*afi, *safi) {
                Some(family) => f.write_str(family.as_str()),
                None => write!(f, "afi-{afi}-safi-{safi}"),
            },
            Self::RouteRefresh => f.write_str("route-refresh"),
            Self::ExtendedNextHop(_) => f.write_str("extended-next-hop"),
            Self::ExtendedMessage => f.write_str("extended-message"),
            Self::Role(role) => write!(f, "role-{}", role.as_str()),
            Self::GracefulRestart(_) => f.write_str("graceful-restart"),
            Self::FourOctetAs(_) => f.write_str("four-octet-as"),
            Self::AddPath(_) => f.write_str("add-path"),
            Self::EnhancedRouteRefresh => f.write_str("enhanced-route-refresh"),
            Self::Unknown { code, .. } => write!(f, "capability-{code}"),
        }
    }
}
