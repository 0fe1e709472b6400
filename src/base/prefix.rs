use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use super::Family;

/// An IPv4 or IPv6 prefix whose host bits are clear: two spellings of one prefix cannot differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(IpNet);

/// Why a text is not a prefix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrefixError {
    /// Not an address, with or without a length.
    #[error("'{0}' is not an IPv4 or IPv6 address with an optional /length")]
    Syntax(String),
    /// The address has bits beyond the length.
    #[error("{given} has host bits set; the network is {network}")]
    HostBits {
        /// As written.
        given: String,
        /// With the host bits cleared.
        network: String,
    },
}

impl Prefix {
    /// The prefix of `length` bits that holds `address`; `None` when the length exceeds the family's.
    pub fn new(address: IpAddr, length: u8) -> Option<Self> {
        IpNet::new(address, length).ok().map(|net| Self(net.trunc()))
    }

    /// The host prefix of an address: /32 or /128.
    pub fn host(address: IpAddr) -> Self {
        Self(IpNet::from(address))
    }

    /// The network address.
    pub fn address(&self) -> IpAddr {
        self.0.addr()
    }

    /// The length in bits, 0 to 32 or 0 to 128.
    pub fn length(&self) -> u8 {
        self.0.prefix_len()
    }

    /// Whether it names one address only.
    pub fn is_host(&self) -> bool {
        self.0.prefix_len() == self.0.max_prefix_len()
    }

    /// Its family; herald speaks unicast only.
    pub fn family(&self) -> Family {
        Family::of(self.0.addr())
    }
}

impl FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::host(address));
        }
        let net: IpNet = text.parse().map_err(|_| PrefixError::Syntax(text.to_owned()))?;
        if net.trunc() != net {
            let network = net.trunc().to_string();
            return Err(PrefixError::HostBits { given: text.to_owned(), network });
        }
        Ok(Self(net))
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
