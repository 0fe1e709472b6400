use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address family herald announces (AFI and SAFI of RFC 4760).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// AFI 1, SAFI 1.
    Ipv4Unicast,
    /// AFI 2, SAFI 1.
    Ipv6Unicast,
}

impl Family {
    /// Both families, in the order they are shown.
    pub const ALL: [Self; 2] = [Self::Ipv4Unicast, Self::Ipv6Unicast];

    /// The family of an address.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::Ipv4Unicast,
            IpAddr::V6(_) => Self::Ipv6Unicast,
        }
    }

    /// The address family identifier (IANA "Address Family Numbers").
    pub fn afi(self) -> u16 {
        match self {
            Self::Ipv4Unicast => 1,
            Self::Ipv6Unicast => 2,
        }
    }

    /// The subsequent address family identifier; unicast for both (RFC 4760 §6).
    pub fn safi(self) -> u8 {
        1
    }

    /// The family that an AFI and SAFI name, when herald knows it.
    pub fn from_afi_safi(afi: u16, safi: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|family| (family.afi(), family.safi()) == (afi, safi))
    }

    /// The name used in configuration and status.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ipv4Unicast => "ipv4-unicast",
            Self::Ipv6Unicast => "ipv6-unicast",
        }
    }
}

/// Whether an IPv6 address has a meaning on one link only (RFC 4291 §2.5.6). IPv4 has such addresses too;
/// they work like any other on the far end of a tunnel.
pub fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.is_unicast_link_local())
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Family {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|family| family.as_str() == text).ok_or(())
    }
}
