//! The values of single attributes: for each how it is read, what is wrong with it when it cannot be,
//! and how it is written.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

use super::super::codes::{self, Pair};
use super::super::cursor::Reader;
use super::super::nlri::Misread;
use super::super::{AsPath, Context, MpNextHop, Treatment};
use super::{Aggregator, Origin};
use crate::base::{Asn, Community, LargeCommunity};

/// What is wrong with one attribute.
pub(super) struct Wrong {
    pub(super) treatment: Treatment,
    pub(super) pair: Pair,
    pub(super) what: Cow<'static, str>,
}

impl Wrong {
    pub(super) fn discard(pair: Pair, what: impl Into<Cow<'static, str>>) -> Self {
        Self { treatment: Treatment::DiscardAttribute, pair, what: what.into() }
    }

    pub(super) fn withdraw(pair: Pair, what: impl Into<Cow<'static, str>>) -> Self {
        Self { treatment: Treatment::TreatAsWithdraw, pair, what: what.into() }
    }

    pub(super) fn disable(pair: Pair, what: impl Into<Cow<'static, str>>) -> Self {
        Self { treatment: Treatment::DisableFamily, pair, what: what.into() }
    }

    pub(super) fn discarded(self) -> Self {
        Self { treatment: Treatment::DiscardAttribute, ..self }
    }
}

/// RFC 7606 §5.3: prefixes that cannot be read; §7.11: nor can they when the next hop is wrong.
impl From<Misread> for Wrong {
    fn from(misread: Misread) -> Self {
        let what = format!("{} at octet {}", misread.what, misread.offset);
        Self::disable(codes::OPTIONAL_ATTRIBUTE, what)
    }
}

const WRONG_LENGTH: &str = "it has the wrong length";

pub(super) fn fixed<const N: usize>(value: Reader<'_>) -> Result<[u8; N], Wrong> {
    let octets = value.rest().try_into();
    octets.map_err(|_| Wrong::withdraw(codes::ATTRIBUTE_LENGTH, WRONG_LENGTH))
}

pub(super) fn number(value: Reader<'_>) -> Result<u32, Wrong> {
    fixed(value).map(u32::from_be_bytes)
}

/// RFC 7606 §7.1.
pub(super) fn read_origin(value: Reader<'_>) -> Result<Origin, Wrong> {
    let [origin] = fixed(value)?;
    Origin::from_value(origin)
        .ok_or_else(|| Wrong::withdraw(codes::INVALID_ORIGIN, format!("its value is {origin}")))
}

/// RFC 7606 §7.2.
pub(super) fn read_path(value: Reader<'_>, four_octets: bool) -> Result<AsPath, Wrong> {
    AsPath::read(value, four_octets).map_err(|what| Wrong::withdraw(codes::MALFORMED_AS_PATH, what))
}

/// What makes a readable path unusable.
pub(super) fn check_path(path: &AsPath) -> Result<(), Wrong> {
    match path.objection() {
        Some(what) => Err(Wrong::withdraw(codes::MALFORMED_AS_PATH, what)),
        None => Ok(()),
    }
}

pub(super) fn path(path: &AsPath, four_octets: bool) -> Vec<u8> {
    let mut value = Vec::new();
    path.write(four_octets, &mut value);
    value
}

/// RFC 7606 §7.3; RFC 4271 §6.3 for addresses that no host can have.
pub(super) fn read_next_hop(value: Reader<'_>) -> Result<Ipv4Addr, Wrong> {
    let address = fixed(value).map(Ipv4Addr::from)?;
    check_host(address.into()).map(|()| address)
}

/// The same for the global one of MP_REACH_NLRI; RFC 2545 §3 for the link-local one beside it, in
/// whose place some routers repeat the first.
pub(super) fn check_next_hop(next_hop: &MpNextHop) -> Result<(), Wrong> {
    check_host(next_hop.global.to_canonical())?;
    match next_hop
        .link_local
        .filter(|beside| !beside.is_unicast_link_local() && *beside != next_hop.global)
    {
        Some(beside) => {
            let what = format!("the second next hop {beside} is not link-local");
            Err(Wrong::withdraw(codes::OPTIONAL_ATTRIBUTE, what))
        }
        None => Ok(()),
    }
}

fn check_host(address: IpAddr) -> Result<(), Wrong> {
    let broadcast = matches!(address, IpAddr::V4(v4) if v4.is_broadcast());
    if address.is_unspecified() || address.is_loopback() || address.is_multicast() || broadcast {
        let what = format!("the next hop {address} is not the address of a host");
        return Err(Wrong::withdraw(codes::INVALID_NEXT_HOP, what));
    }
    Ok(())
}

/// RFC 7606 §7.6: only its presence counts.
pub(super) fn read_atomic_aggregate(value: Reader<'_>) -> Result<bool, Wrong> {
    fixed(value).map(|[]| true).map_err(Wrong::discarded)
}

/// RFC 7606 §7.7, RFC 7607 §2.
pub(super) fn read_aggregator(
    mut value: Reader<'_>,
    four_octets: bool,
) -> Result<Aggregator, Wrong> {
    let asn = if four_octets { value.u32() } else { value.u16().map(u32::from) };
    match (asn, value.ipv4(), value.is_empty()) {
        (Some(0), Some(_), true) => Err(Wrong::discard(codes::OPTIONAL_ATTRIBUTE, "AS 0")),
        (Some(asn), Some(address), true) => Ok(Aggregator { asn: Asn(asn), address }),
        _ => Err(Wrong::discard(codes::ATTRIBUTE_LENGTH, WRONG_LENGTH)),
    }
}

pub(super) fn aggregator(aggregator: Aggregator, four_octets: bool) -> Vec<u8> {
    let mut value = if four_octets {
        aggregator.asn.0.to_be_bytes().to_vec()
    } else {
        aggregator.asn.as_two_octets().to_be_bytes().to_vec()
    };
    value.extend(aggregator.address.octets());
    value
}

/// RFC 6793 §6: dropped when malformed, and stripped of the confederation sequences that it may not
/// have; `None` when nothing is left then. A set is as bad here as in AS_PATH (RFC 9774 §3).
pub(super) fn read_as4_path(value: Reader<'_>, context: &Context) -> Result<Option<AsPath>, Wrong> {
    only_between_two_octet_speakers(context)?;
    if value.is_empty() {
        return Err(Wrong::discard(codes::ATTRIBUTE_LENGTH, WRONG_LENGTH));
    }
    let path = read_path(value, true).map_err(Wrong::discarded)?;
    if path.has_set() {
        return Err(Wrong::withdraw(codes::MALFORMED_AS_PATH, "a set of ASes"));
    }
    if path.contains(Asn(0)) {
        return Err(Wrong::discard(codes::OPTIONAL_ATTRIBUTE, "AS 0"));
    }
    Ok(Some(path.without_confederations()).filter(|path| !path.segments.is_empty()))
}

/// RFC 6793 §6: dropped when malformed.
pub(super) fn read_as4_aggregator(
    value: Reader<'_>,
    context: &Context,
) -> Result<Aggregator, Wrong> {
    only_between_two_octet_speakers(context)?;
    read_aggregator(value, true)
}

/// RFC 6793 §4.1.
fn only_between_two_octet_speakers(context: &Context) -> Result<(), Wrong> {
    if context.four_octet_asn {
        let what = "not for a session with 4-octet AS numbers";
        return Err(Wrong::discard(codes::OPTIONAL_ATTRIBUTE, what));
    }
    Ok(())
}

/// Entries of the same size, at least one (RFC 7606 §7.8 and §7.14, RFC 8092 §6).
pub(super) fn entries<const N: usize>(value: Reader<'_>) -> Result<Vec<[u8; N]>, Wrong> {
    match value.rest().as_chunks() {
        (entries, []) if !entries.is_empty() => Ok(entries.to_vec()),
        _ => Err(Wrong::withdraw(codes::ATTRIBUTE_LENGTH, WRONG_LENGTH)),
    }
}

pub(super) fn read_communities(value: Reader<'_>) -> Result<Vec<Community>, Wrong> {
    Ok(entries(value)?.into_iter().map(|octets| Community(u32::from_be_bytes(octets))).collect())
}

pub(super) fn communities(communities: &[Community]) -> Vec<u8> {
    communities.iter().flat_map(|community| community.0.to_be_bytes()).collect()
}

pub(super) fn read_large_communities(value: Reader<'_>) -> Result<Vec<LargeCommunity>, Wrong> {
    let large = |octets: [u8; 12]| {
        let mut reader = Reader::new(&octets, 0);
        let mut next = || reader.u32().unwrap_or_default();
        LargeCommunity { global: next(), local1: next(), local2: next() }
    };
    Ok(entries(value)?.into_iter().map(large).collect())
}

pub(super) fn large_communities(communities: &[LargeCommunity]) -> Vec<u8> {
    let parts = communities.iter().flat_map(|c| [c.global, c.local1, c.local2]);
    parts.flat_map(u32::to_be_bytes).collect()
}
