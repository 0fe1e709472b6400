//! As few UPDATEs as can be.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::collection::btree_set;
use proptest::prelude::*;

use super::{EXTENDED, FOUR_OCTETS, TWO_OCTETS, generate};
use crate::base::{Asn, Community, Family, Prefix};
use crate::wire::{
    AsPath, Context, Message, MpNextHop, Origin, PathAttributes, Update, pack_announcements,
    pack_withdrawals,
};

fn hosts(family: Family, count: u32) -> Vec<Prefix> {
    let host = |n: u32| match family {
        Family::Ipv4Unicast => IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + n)),
        Family::Ipv6Unicast => IpAddr::V6(Ipv6Addr::from((0x2001_0db8 << 96) + u128::from(n))),
    };
    (0..count).map(|n| Prefix::host(host(n))).collect()
}

fn route() -> PathAttributes {
    PathAttributes {
        origin: Some(Origin::Igp),
        as_path: Some(AsPath::sequence(&[Asn(65010)])),
        ..PathAttributes::default()
    }
}

fn ipv4_hop() -> MpNextHop {
    MpNextHop::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)))
}

fn ipv6_hop() -> MpNextHop {
    MpNextHop::new("2001:db8::1".parse().unwrap())
}

fn prefixes(update: &Update) -> Vec<Prefix> {
    let reach = update.attributes.mp_reach.iter().flat_map(|reach| &reach.prefixes);
    let unreach = update.attributes.mp_unreach.iter().flat_map(|unreach| &unreach.prefixes);
    update.withdrawn.iter().chain(&update.announced).chain(reach).chain(unreach).copied().collect()
}

/// Octets that do not belong to prefixes, in a message that is nearly full.
fn overhead(update: &Update, context: &Context) -> usize {
    let whole = Message::Update(update.clone()).encode(context).len();
    whole - prefixes(update).iter().map(size).sum::<usize>()
}

fn size(prefix: &Prefix) -> usize {
    1 + usize::from(prefix.length().div_ceil(8))
}

/// Every prefix once, no message too long, each readable, and their number the least for prefixes of one size.
fn check(updates: &[Update], expected: &[Prefix], context: &Context) {
    let mut seen = BTreeSet::new();
    for update in updates {
        let octets = Message::Update(update.clone()).encode(context);
        assert!(octets.len() <= context.max_length(), "{} octets", octets.len());
        assert_eq!(Message::decode(&octets, context), Ok(Message::Update(update.clone())));
        assert!(prefixes(update).into_iter().all(|prefix| seen.insert(prefix)), "a prefix twice");
    }
    assert_eq!(seen, expected.iter().copied().collect());
    let sizes: BTreeSet<_> = expected.iter().map(size).collect();
    let (Some(first), Some(least), Some(most)) = (updates.first(), sizes.first(), sizes.last())
    else {
        assert_eq!(updates.len(), 0);
        return;
    };
    let room = context.max_length() - overhead(first, context);
    let total: usize = expected.iter().map(size).sum();
    assert!(updates.len() >= total.div_ceil(room));
    // What an UPDATE leaves free is less than the largest prefix.
    assert!(updates.len() <= total.div_ceil(room + 1 - most));
    if least == most {
        assert_eq!(updates.len(), expected.len().div_ceil(room / most));
    }
}

#[test]
fn a_thousand_hosts_take_two_updates_each_way() {
    let hosts = hosts(Family::Ipv4Unicast, 1000);
    let withdrawals = pack_withdrawals(Family::Ipv4Unicast, &hosts, &FOUR_OCTETS);
    let announcements = pack_announcements(&route(), ipv4_hop(), &hosts, &FOUR_OCTETS);
    assert_eq!((withdrawals.len(), announcements.len()), (2, 2));
    check(&withdrawals, &hosts, &FOUR_OCTETS);
    check(&announcements, &hosts, &FOUR_OCTETS);
}

#[test]
fn host_routes_reach_the_arithmetic_minimum() {
    for context in [TWO_OCTETS, FOUR_OCTETS, EXTENDED] {
        for count in [0, 1, 14, 15, 16, 241, 242, 814, 815, 5000] {
            for (family, hop) in
                [(Family::Ipv4Unicast, ipv4_hop()), (Family::Ipv6Unicast, ipv6_hop())]
            {
                let hosts = hosts(family, count);
                check(&pack_withdrawals(family, &hosts, &context), &hosts, &context);
                check(&pack_announcements(&route(), hop, &hosts, &context), &hosts, &context);
            }
        }
    }
}

#[test]
fn full_messages_are_full() {
    let hosts = hosts(Family::Ipv4Unicast, 814);
    let withdrawals = pack_withdrawals(Family::Ipv4Unicast, &hosts, &FOUR_OCTETS);
    let lengths: Vec<_> =
        withdrawals.into_iter().map(|u| Message::Update(u).encode(&FOUR_OCTETS).len()).collect();
    assert_eq!(lengths, [23 + 814 * 5]);
}

#[test]
fn ipv4_over_an_ipv6_next_hop_goes_into_mp_reach() {
    let hosts = hosts(Family::Ipv4Unicast, 3);
    let updates = pack_announcements(&route(), ipv6_hop(), &hosts, &FOUR_OCTETS);
    check(&updates, &hosts, &FOUR_OCTETS);
    let reach = updates[0].attributes.mp_reach.as_ref().expect("MP_REACH_NLRI");
    assert_eq!((reach.family, reach.next_hop), (Family::Ipv4Unicast, ipv6_hop()));
    assert_eq!((updates[0].announced.len(), updates[0].attributes.next_hop), (0, None));
}

#[test]
fn attributes_that_leave_little_room_are_repeated_in_more_updates() {
    for spare in 0..12u32 {
        let fill = (4096 - 23 - 4 - 9 - 7 - 4 - spare) / 4;
        let communities = (0..fill).map(Community).collect();
        let attributes = PathAttributes { communities, ..route() };
        let hosts = hosts(Family::Ipv4Unicast, 3);
        let updates = pack_announcements(&attributes, ipv4_hop(), &hosts, &FOUR_OCTETS);
        let free = 4096 - 23 - 4 - 9 - 7 - 4 - fill * 4;
        let expected = if free >= 5 { hosts.len().div_ceil(free as usize / 5) } else { 0 };
        assert_eq!(updates.len(), expected, "{free} octets free");
        if free >= 5 {
            check(&updates, &hosts, &FOUR_OCTETS);
        }
    }
}

/// The length field of MP_REACH_NLRI grows with its value: both sides of that edge must fit.
#[test]
fn every_amount_of_room_for_mp_reach_is_used() {
    for spare in 0..330u32 {
        let hosts = hosts(Family::Ipv4Unicast, 120);
        let fill = (4096 - 23 - 4 - 9 - 4 - spare) / 4;
        let attributes =
            PathAttributes { communities: (0..fill).map(Community).collect(), ..route() };
        for update in pack_announcements(&attributes, ipv6_hop(), &hosts, &FOUR_OCTETS) {
            let octets = Message::Update(update).encode(&FOUR_OCTETS);
            assert!(octets.len() <= 4096, "{} octets", octets.len());
        }
    }
}

#[test]
fn prefixes_of_another_family_are_left_out() {
    let mixed = [hosts(Family::Ipv4Unicast, 2), hosts(Family::Ipv6Unicast, 2)].concat();
    let updates = pack_withdrawals(Family::Ipv6Unicast, &mixed, &FOUR_OCTETS);
    check(&updates, &mixed[2..], &FOUR_OCTETS);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn mixed_prefixes_waste_less_than_one_prefix_a_message(
        ipv4 in btree_set(generate::ipv4_prefix(), 0..2500),
        ipv6 in btree_set(generate::ipv6_prefix(), 0..900),
        attributes in generate::attributes(FOUR_OCTETS),
    ) {
        let (ipv4, ipv6): (Vec<_>, Vec<_>) = (ipv4.into_iter().collect(), ipv6.into_iter().collect());
        for context in [FOUR_OCTETS, EXTENDED] {
            check(&pack_withdrawals(Family::Ipv4Unicast, &ipv4, &context), &ipv4, &context);
            check(&pack_withdrawals(Family::Ipv6Unicast, &ipv6, &context), &ipv6, &context);
            check(&pack_announcements(&attributes, ipv4_hop(), &ipv4, &context), &ipv4, &context);
            check(&pack_announcements(&attributes, ipv6_hop(), &ipv6, &context), &ipv6, &context);
        }
    }
}
