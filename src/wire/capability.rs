use std::fmt;

use super::cursor::Reader;
use crate::base::{Asn, Family};

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

/// What a speaker is to its neighbour (RFC 9234 §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Value 0: sells transit to the neighbour.
    Provider,
    /// Value 1: a route server for the neighbour.
    RouteServer,
    /// Value 2: a client of the neighbour's route server.
    RouteServerClient,
    /// Value 3: buys transit from the neighbour.
    Customer,
    /// Value 4: exchanges customer routes.
    Peer,
}

/// A family that may have next hops of another (RFC 8950 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExtendedNextHopFamily {
    /// AFI of the prefixes.
    pub afi: u16,
    /// SAFI of the prefixes; two octets here.
    pub safi: u16,
    /// AFI of the next hop.
    pub next_hop_afi: u16,
}

/// What a speaker announces about restarts (RFC 4724 §3).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GracefulRestart {
    /// The four flag bits: 8 restarted, 4 knows about NOTIFICATIONs (RFC 8538).
    pub flags: u8,
    /// Seconds, 0 to 4095.
    pub restart_time: u16,
    /// Families whose routes are kept.
    pub families: Vec<GracefulFamily>,
}

/// A family in [`GracefulRestart`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GracefulFamily {
    /// Address family identifier.
    pub afi: u16,
    /// Subsequent address family identifier.
    pub safi: u8,
    /// 0x80: forwarding state was kept.
    pub flags: u8,
}

/// A family in [`Capability::AddPath`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddPathFamily {
    /// Address family identifier.
    pub afi: u16,
    /// Subsequent address family identifier.
    pub safi: u8,
    /// 1 receives, 2 sends, 3 both.
    pub mode: u8,
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
            EXTENDED_NEXT_HOP => chunks(data).map(|all| {
                Self::ExtendedNextHop(all.iter().map(ExtendedNextHopFamily::from_octets).collect())
            }),
            EXTENDED_MESSAGE => data.is_empty().then_some(Self::ExtendedMessage),
            ROLE => match data {
                [value] => Role::from_value(*value).map(Self::Role),
                _ => None,
            },
            GRACEFUL_RESTART => GracefulRestart::read(data).map(Self::GracefulRestart),
            ADD_PATH => chunks(data)
                .map(|all| Self::AddPath(all.iter().map(AddPathFamily::from_octets).collect())),
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
                families.iter().flat_map(ExtendedNextHopFamily::to_octets).collect()
            }
            Self::Role(role) => vec![role.value()],
            Self::GracefulRestart(restart) => restart.to_octets(),
            Self::FourOctetAs(asn) => asn.0.to_be_bytes().to_vec(),
            Self::AddPath(families) => families.iter().flat_map(AddPathFamily::to_octets).collect(),
            Self::Unknown { data, .. } => data.clone(),
        }
    }
}

fn multi_protocol(data: &[u8]) -> Option<Capability> {
    let [high, low, _reserved, safi] = data.try_into().ok()?;
    Some(Capability::MultiProtocol { afi: u16::from_be_bytes([high, low]), safi })
}

/// A list of entries of the same size, `None` when it does not come out even.
fn chunks<const N: usize>(data: &[u8]) -> Option<Vec<[u8; N]>> {
    let (entries, rest) = data.as_chunks::<N>();
    rest.is_empty().then(|| entries.to_vec())
}

impl ExtendedNextHopFamily {
    fn from_octets([a, b, c, d, e, f]: &[u8; 6]) -> Self {
        Self {
            afi: u16::from_be_bytes([*a, *b]),
            safi: u16::from_be_bytes([*c, *d]),
            next_hop_afi: u16::from_be_bytes([*e, *f]),
        }
    }

    fn to_octets(self: &Self) -> impl Iterator<Item = u8> + use<> {
        [self.afi, self.safi, self.next_hop_afi].into_iter().flat_map(u16::to_be_bytes)
    }
}

impl AddPathFamily {
    fn from_octets([high, low, safi, mode]: &[u8; 4]) -> Self {
        Self { afi: u16::from_be_bytes([*high, *low]), safi: *safi, mode: *mode }
    }

    fn to_octets(self: &Self) -> impl Iterator<Item = u8> + use<> {
        self.afi.to_be_bytes().into_iter().chain([self.safi, self.mode])
    }
}

impl GracefulFamily {
    fn from_octets([high, low, safi, flags]: &[u8; 4]) -> Self {
        Self { afi: u16::from_be_bytes([*high, *low]), safi: *safi, flags: *flags }
    }

    fn to_octets(self: &Self) -> impl Iterator<Item = u8> + use<> {
        self.afi.to_be_bytes().into_iter().chain([self.safi, self.flags])
    }
}

impl GracefulRestart {
    fn read(data: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(data, 0);
        let head = reader.u16()?;
        let families = chunks(reader.rest())?.iter().map(GracefulFamily::from_octets).collect();
        let [high, _] = head.to_be_bytes();
        Some(Self { flags: high >> 4, restart_time: head & 0x0fff, families })
    }

    fn to_octets(&self) -> Vec<u8> {
        let head = (u16::from(self.flags) << 12) | (self.restart_time & 0x0fff);
        let families = self.families.iter().flat_map(GracefulFamily::to_octets);
        head.to_be_bytes().into_iter().chain(families).collect()
    }
}

impl Role {
    const ALL: [Self; 5] =
        [Self::Provider, Self::RouteServer, Self::RouteServerClient, Self::Customer, Self::Peer];

    fn value(self) -> u8 {
        match self {
            Self::Provider => 0,
            Self::RouteServer => 1,
            Self::RouteServerClient => 2,
            Self::Customer => 3,
            Self::Peer => 4,
        }
    }

    fn from_value(value: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.value() == value)
    }

    /// Its name in configuration and status.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::RouteServer => "route-server",
            Self::RouteServerClient => "route-server-client",
            Self::Customer => "customer",
            Self::Peer => "peer",
        }
    }
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
