use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::cursor::Reader;
use super::nlri::{self, Misread};
use crate::base::{Family, Prefix};

/// Announced routes with their next hop (MP_REACH_NLRI, RFC 4760 §3).
///
/// ```text
/// +-------------------------------+---------------+---------------+
/// |              AFI              |     SAFI      | hop length    |
/// +-------------------------------+---------------+---------------+
/// | next hop: 4, 16 or 32 octets                                  |
/// +---------------+-----------------------------------------------+
/// |   reserved    | prefixes (variable)                           |
/// +---------------+-----------------------------------------------+
/// ```
///
/// The attribute of a family that herald does not know is kept as an
/// [`UnknownAttribute`](super::UnknownAttribute); its data begins with AFI and SAFI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MpReach {
    /// The family of the prefixes.
    pub family: Family,
    /// The next hop of all of them.
    pub next_hop: MpNextHop,
    /// The prefixes, all of that family.
    pub prefixes: Vec<Prefix>,
}

/// Withdrawn routes (MP_UNREACH_NLRI, RFC 4760 §4): AFI, SAFI, prefixes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MpUnreach {
    /// The family of the prefixes.
    pub family: Family,
    /// The prefixes, all of that family.
    pub prefixes: Vec<Prefix>,
}

/// A next hop. Its family may differ from that of the prefixes (RFC 8950).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MpNextHop {
    /// The address.
    pub global: IpAddr,
    /// The link-local address beside it (RFC 2545 §3); only with an IPv6 address.
    pub link_local: Option<Ipv6Addr>,
}

impl MpReach {
    /// Reads what follows AFI and SAFI.
    pub(super) fn read(mut value: Reader<'_>, family: Family) -> Result<Self, Misread> {
        let offset = value.offset();
        let length = value.u8().map(usize::from);
        let hop = length.and_then(|length| value.take(length));
        let next_hop = hop
            .and_then(|octets| MpNextHop::read(octets, family))
            .ok_or(Misread { offset, what: "a next hop of the wrong length" })?;
        let offset = value.offset();
        value.u8().ok_or(Misread { offset, what: "no octet after the next hop" })?;
        Ok(Self { family, next_hop, prefixes: nlri::read(value, family)? })
    }

    pub(super) fn value(&self) -> Vec<u8> {
        let mut value = afi_safi(self.family);
        let hop = self.next_hop.octets(self.family);
        value.push(u8::try_from(hop.len()).unwrap_or(u8::MAX));
        value.extend(hop);
        value.push(0);
        nlri::write(&self.prefixes, &mut value);
        value
    }
}

impl MpUnreach {
    /// Reads what follows AFI and SAFI.
    pub(super) fn read(value: Reader<'_>, family: Family) -> Result<Self, Misread> {
        Ok(Self { family, prefixes: nlri::read(value, family)? })
    }

    pub(super) fn value(&self) -> Vec<u8> {
        let mut value = afi_safi(self.family);
        nlri::write(&self.prefixes, &mut value);
        value
    }
}

impl MpNextHop {
    /// A next hop without a link-local address.
    pub fn new(global: IpAddr) -> Self {
        Self { global, link_local: None }
    }

    /// RFC 4760 §3 for IPv4, RFC 2545 §3 for IPv6, RFC 8950 §3 for IPv4 over IPv6.
    fn read(octets: &[u8], family: Family) -> Option<Self> {
        let (addresses, rest) = octets.as_chunks::<16>();
        match (family, addresses, rest) {
            (Family::Ipv4Unicast, [], _) => {
                let address: [u8; 4] = octets.try_into().ok()?;
                Some(Self::new(Ipv4Addr::from(address).into()))
            }
            (Family::Ipv4Unicast | Family::Ipv6Unicast, [global], []) => {
                Some(Self::new(Ipv6Addr::from(*global).into()))
            }
            (Family::Ipv4Unicast | Family::Ipv6Unicast, [global, link_local], []) => Some(Self {
                global: Ipv6Addr::from(*global).into(),
                link_local: Some(Ipv6Addr::from(*link_local)),
            }),
            (Family::Ipv4Unicast | Family::Ipv6Unicast, _, _) => None,
        }
    }

    /// IPv6 prefixes take an IPv4 next hop only in its mapped form (RFC 4798 §2).
    pub(super) fn octets(&self, family: Family) -> Vec<u8> {
        let mut octets = match (self.global, family) {
            (IpAddr::V4(address), Family::Ipv4Unicast) => return address.octets().to_vec(),
            (IpAddr::V4(address), Family::Ipv6Unicast) => {
                address.to_ipv6_mapped().octets().to_vec()
            }
            (IpAddr::V6(address), Family::Ipv4Unicast | Family::Ipv6Unicast) => {
                address.octets().to_vec()
            }
        };
        octets.extend(self.link_local.iter().flat_map(Ipv6Addr::octets));
        octets
    }
}

fn afi_safi(family: Family) -> Vec<u8> {
    let [high, low] = family.afi().to_be_bytes();
    vec![high, low, family.safi()]
}
