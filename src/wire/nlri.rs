use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::cursor::Reader;
use crate::base::{Family, Prefix};

/// Where a list of prefixes stops making sense, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Misread {
    pub(super) offset: usize,
    pub(super) what: &'static str,
}

/// Reads prefixes up to the end (RFC 4271 §4.3, RFC 4760 §5): a length in bits, then as few octets as
/// hold them. Bits beyond the length are of no interest.
pub(super) fn read(mut reader: Reader<'_>, family: Family) -> Result<Vec<Prefix>, Misread> {
    let mut prefixes = Vec::new();
    while !reader.is_empty() {
        let offset = reader.offset();
        let length = reader.u8().unwrap_or_default();
        if length > bits(family) {
            return Err(Misread { offset, what: "a prefix longer than an address" });
        }
        let octets = reader.take(usize::from(length.div_ceil(8)));
        let prefix = octets.and_then(|octets| Prefix::new(address(octets, family), length));
        prefixes.push(prefix.ok_or(Misread { offset, what: "a prefix that is cut short" })?);
    }
    Ok(prefixes)
}

/// Writes prefixes one behind the other.
pub(super) fn write(prefixes: &[Prefix], out: &mut Vec<u8>) {
    for prefix in prefixes {
        out.push(prefix.length());
        let significant = size(prefix) - 1;
        match prefix.address() {
            IpAddr::V4(address) => out.extend(address.octets().into_iter().take(significant)),
            IpAddr::V6(address) => out.extend(address.octets().into_iter().take(significant)),
        }
    }
}

/// Octets of a prefix on the wire.
pub(super) fn size(prefix: &Prefix) -> usize {
    1 + usize::from(prefix.length().div_ceil(8))
}

fn bits(family: Family) -> u8 {
    match family {
        Family::Ipv4Unicast => 32,
        Family::Ipv6Unicast => 128,
    }
}

fn address(octets: &[u8], family: Family) -> IpAddr {
    match family {
        Family::Ipv4Unicast => Ipv4Addr::from(padded(octets)).into(),
        Family::Ipv6Unicast => Ipv6Addr::from(padded(octets)).into(),
    }
}

fn padded<const N: usize>(octets: &[u8]) -> [u8; N] {
    let mut all = [0; N];
    all.iter_mut().zip(octets).for_each(|(to, from)| *to = *from);
    all
}
