//! Many prefixes in few UPDATEs.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::attributes::{self, frame};
use super::{Context, HEADER_LENGTH, MpNextHop, MpReach, MpUnreach, PathAttributes, Update, nlri};
use crate::base::{Family, Prefix};

/// The UPDATEs that withdraw `prefixes` of `family`; those of another family are left out.
///
/// Each holds as much as [`Context::max_length`] allows, so there are as few as can be: prefixes of
/// one length (the usual case, host routes) reach the arithmetic minimum, mixed lengths waste less
/// than one prefix per UPDATE.
pub fn pack_withdrawals(family: Family, prefixes: &[Prefix], context: &Context) -> Vec<Update> {
    let room = context.max_length() - EMPTY_UPDATE;
    match family {
        Family::Ipv4Unicast => groups(family, prefixes, room)
            .into_iter()
            .map(|withdrawn| Update { withdrawn, ..Update::default() })
            .collect(),
        Family::Ipv6Unicast => {
            let room = value_room(room).saturating_sub(AFI_SAFI);
            let unreach = |prefixes| {
                let mp_unreach = Some(MpUnreach { family, prefixes });
                let attributes = PathAttributes { mp_unreach, ..PathAttributes::default() };
                Update { attributes, ..Update::default() }
            };
            groups(family, prefixes, room).into_iter().map(unreach).collect()
        }
    }
}

/// The UPDATEs that announce `prefixes`, all of one family, with `attributes`, whose next hop and
/// multiprotocol attributes are not looked at.
///
/// IPv4 prefixes with an IPv4 next hop stand in the fields of RFC 4271, all else in MP_REACH_NLRI
/// (RFC 4760, RFC 8950). They are as few as [`pack_withdrawals`] has it. A prefix for which there
/// is no room beside the attributes is in none of them (RFC 4271 §9.2: such a route is not
/// advertised).
pub fn pack_announcements(
    attributes: &PathAttributes,
    next_hop: MpNextHop,
    prefixes: &[Prefix],
    context: &Context,
) -> Vec<Update> {
    let Some(family) = prefixes.first().map(Prefix::family) else { return Vec::new() };
    let mut attributes =
        PathAttributes { next_hop: None, mp_reach: None, mp_unreach: None, ..attributes.clone() };
    let classic = match (family, next_hop.global) {
        (Family::Ipv4Unicast, IpAddr::V4(address)) => Some(address),
        (Family::Ipv4Unicast | Family::Ipv6Unicast, _) => None,
    };
    attributes.next_hop = classic;
    let taken = EMPTY_UPDATE + attributes::write(&attributes, context).len();
    let room = context.max_length().saturating_sub(taken);
    if classic.is_some() {
        let update =
            |announced| Update { announced, attributes: attributes.clone(), ..Update::default() };
        return groups(family, prefixes, room).into_iter().map(update).collect();
    }
    let hop = HOP_LENGTH + next_hop.octets(family).len() + RESERVED;
    let room = value_room(room).saturating_sub(AFI_SAFI + hop);
    let update = |prefixes| {
        let mp_reach = Some(MpReach { family, next_hop, prefixes });
        let attributes = PathAttributes { mp_reach, ..attributes.clone() };
        Update { attributes, ..Update::default() }
    };
    groups(family, prefixes, room).into_iter().map(update).collect()
}

/// Header and the two length fields.
const EMPTY_UPDATE: usize = HEADER_LENGTH + 4;
const AFI_SAFI: usize = 3;
const HOP_LENGTH: usize = 1;
const RESERVED: usize = 1;

/// How long the value of an attribute can be that has `room` octets in all.
fn value_room(room: usize) -> usize {
    let short = room.saturating_sub(3).min(255);
    if frame::size(short + 1) <= room { room - 4 } else { short }
}

/// Prefixes in as few groups of at most `room` octets as can be: largest first, and what is left of a
/// group is filled with smaller ones.
fn groups(family: Family, prefixes: &[Prefix], room: usize) -> Vec<Vec<Prefix>> {
    let mut by_size: BTreeMap<usize, Vec<Prefix>> = BTreeMap::new();
    for prefix in prefixes.iter().rev().filter(|prefix| prefix.family() == family) {
        by_size.entry(nlri::size(prefix)).or_default().push(*prefix);
    }
    let mut groups = Vec::new();
    loop {
        let (mut group, mut left) = (Vec::new(), room);
        while let Some((size, waiting)) = by_size.range_mut(..=left).next_back() {
            let size = *size;
            group.extend(waiting.pop());
            left -= size;
            if waiting.is_empty() {
                by_size.remove(&size);
            }
        }
        if group.is_empty() {
            return groups;
        }
        groups.push(group);
    }
}
