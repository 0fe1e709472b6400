//! What stands inside the capabilities that hold more than a number.

use super::super::cursor::Reader;

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
    /// The four flag bits: [`GracefulRestart::RESTARTED`], and 4 for NOTIFICATIONs (RFC 8538).
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
    /// [`GracefulFamily::FORWARDING_KEPT`]; the other bits are reserved.
    pub flags: u8,
}

/// A family in [`Capability::AddPath`](super::Capability::AddPath).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddPathFamily {
    /// Address family identifier.
    pub afi: u16,
    /// Subsequent address family identifier.
    pub safi: u8,
    /// 1 receives, 2 sends, 3 both.
    pub mode: u8,
}

/// A list of entries of the same size, `None` when it does not come out even.
pub(super) fn entries<const N: usize, T>(data: &[u8], read: fn(&[u8; N]) -> T) -> Option<Vec<T>> {
    let (entries, rest) = data.as_chunks();
    rest.is_empty().then(|| entries.iter().map(read).collect())
}

impl ExtendedNextHopFamily {
    pub(super) fn from_octets([a, b, c, d, e, f]: &[u8; 6]) -> Self {
        Self {
            afi: u16::from_be_bytes([*a, *b]),
            safi: u16::from_be_bytes([*c, *d]),
            next_hop_afi: u16::from_be_bytes([*e, *f]),
        }
    }

    pub(super) fn octets(&self) -> impl Iterator<Item = u8> + use<> {
        [self.afi, self.safi, self.next_hop_afi].into_iter().flat_map(u16::to_be_bytes)
    }
}

impl AddPathFamily {
    pub(super) fn from_octets([high, low, safi, mode]: &[u8; 4]) -> Self {
        Self { afi: u16::from_be_bytes([*high, *low]), safi: *safi, mode: *mode }
    }

    pub(super) fn octets(&self) -> impl Iterator<Item = u8> + use<> {
        self.afi.to_be_bytes().into_iter().chain([self.safi, self.mode])
    }
}

impl GracefulFamily {
    /// The Forwarding State bit: traffic was still forwarded during the restart.
    pub const FORWARDING_KEPT: u8 = 0x80;

    pub(super) fn from_octets([high, low, safi, flags]: &[u8; 4]) -> Self {
        Self { afi: u16::from_be_bytes([*high, *low]), safi: *safi, flags: *flags }
    }

    pub(super) fn octets(&self) -> impl Iterator<Item = u8> + use<> {
        self.afi.to_be_bytes().into_iter().chain([self.safi, self.flags])
    }
}

impl GracefulRestart {
    /// The Restart State bit: the speaker has restarted.
    pub const RESTARTED: u8 = 8;

    pub(super) fn read(data: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(data, 0);
        let head = reader.u16()?;
        let families = entries(reader.rest(), GracefulFamily::from_octets)?;
        let [high, _] = head.to_be_bytes();
        Some(Self { flags: high >> 4, restart_time: head & 0x0fff, families })
    }

    pub(super) fn octets(&self) -> Vec<u8> {
        let head = (u16::from(self.flags) << 12) | (self.restart_time & 0x0fff);
        let families = self.families.iter().flat_map(GracefulFamily::octets);
        head.to_be_bytes().into_iter().chain(families).collect()
    }
}

impl Role {
    /// All five, in the order of their values.
    pub const ALL: [Self; 5] =
        [Self::Provider, Self::RouteServer, Self::RouteServerClient, Self::Customer, Self::Peer];

    pub(super) fn value(self) -> u8 {
        match self {
            Self::Provider => 0,
            Self::RouteServer => 1,
            Self::RouteServerClient => 2,
            Self::Customer => 3,
            Self::Peer => 4,
        }
    }

    pub(super) fn read(data: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|role| [role.value()] == data)
    }

    /// The role that the neighbour must have (RFC 9234 §4.2, table 2).
    pub fn counterpart(self) -> Self {
        match self {
            Self::Provider => Self::Customer,
            Self::Customer => Self::Provider,
            Self::RouteServer => Self::RouteServerClient,
            Self::RouteServerClient => Self::RouteServer,
            Self::Peer => Self::Peer,
        }
    }

    /// Whether our routes go down or sideways, so that they must not come up again: whoever says so
    /// marks them with ONLY_TO_CUSTOMER (RFC 9234 §5).
    pub fn marks_routes(self) -> bool {
        match self {
            Self::Provider | Self::RouteServer | Self::Peer => true,
            Self::Customer | Self::RouteServerClient => false,
        }
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
