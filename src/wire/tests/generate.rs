//! Messages as a peer that keeps to the RFCs may send them, and octets of one that does not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;

use super::herald::base::{Asn, Community, Family, LargeCommunity, Prefix, Rng};
use super::herald::wire::{
    AddPathFamily, Aggregator, AsPath, Capability, Context, ExtendedNextHopFamily, GracefulFamily,
    GracefulRestart, Message, MpNextHop, MpReach, MpUnreach, Notification, Open, Origin,
    PathAttributes, Role, RouteRefresh, Segment, UnknownAttribute, Update,
};

/// Any message that both sides write and read alike in `context`.
pub(crate) fn message(context: Context) -> impl Strategy<Value = Message> {
    prop_oneof![
        3 => open().prop_map(Message::Open),
        8 => update(context).prop_map(Message::Update),
        2 => notification().prop_map(Message::Notification),
        1 => Just(Message::Keepalive),
        1 => refresh().prop_map(Message::RouteRefresh),
    ]
}

pub(crate) fn open() -> impl Strategy<Value = Open> {
    let hold_time = prop_oneof![Just(0), 3..=u16::MAX];
    (1..=u16::MAX, hold_time, 1..=u32::MAX, vec(capability(), 0..8)).prop_map(
        |(my_as, hold_time, identifier, capabilities)| Open {
            my_as: Asn(u32::from(my_as)),
            hold_time,
            identifier: Ipv4Addr::from(identifier),
            capabilities,
        },
    )
}

fn capability() -> impl Strategy<Value = Capability> {
    let role = prop_oneof![
        Just(Role::Provider),
        Just(Role::RouteServer),
        Just(Role::RouteServerClient),
        Just(Role::Customer),
        Just(Role::Peer)
    ];
    prop_oneof![
        family().prop_map(|f| Capability::MultiProtocol { afi: f.afi(), safi: f.safi() }),
        Just(Capability::RouteRefresh),
        vec(family(), 1..3).prop_map(|families| Capability::ExtendedNextHop(
            families.into_iter().map(extended_next_hop).collect()
        )),
        Just(Capability::ExtendedMessage),
        role.prop_map(Capability::Role),
        graceful_restart().prop_map(Capability::GracefulRestart),
        asn().prop_map(Capability::FourOctetAs),
        vec((family(), 1u8..=3), 1..3).prop_map(|families| Capability::AddPath(
            families
                .into_iter()
                .map(|(f, mode)| AddPathFamily { afi: f.afi(), safi: f.safi(), mode })
                .collect()
        )),
        Just(Capability::EnhancedRouteRefresh),
        (160u8..=250, vec(any::<u8>(), 0..120))
            .prop_map(|(code, data)| Capability::Unknown { code, data }),
    ]
}

fn extended_next_hop(family: Family) -> ExtendedNextHopFamily {
    ExtendedNextHopFamily { afi: family.afi(), safi: 1, next_hop_afi: 2 }
}

fn graceful_restart() -> impl Strategy<Value = GracefulRestart> {
    let families = vec((family(), any::<bool>()), 0..3);
    (prop_oneof![Just(0u8), Just(4), Just(8), Just(12)], 0u16..4096, families).prop_map(
        |(flags, restart_time, families)| GracefulRestart {
            flags,
            restart_time,
            families: families
                .into_iter()
                .map(|(f, kept)| GracefulFamily {
                    afi: f.afi(),
                    safi: f.safi(),
                    flags: if kept { 0x80 } else { 0 },
                })
                .collect(),
        },
    )
}

fn family() -> impl Strategy<Value = Family> {
    prop_oneof![Just(Family::Ipv4Unicast), Just(Family::Ipv6Unicast)]
}

pub(crate) fn notification() -> impl Strategy<Value = Notification> {
    (1u8..=8, 0u8..=11, vec(any::<u8>(), 0..140)).prop_map(|(code, subcode, data)| Notification {
        code,
        subcode,
        data,
    })
}

fn refresh() -> impl Strategy<Value = RouteRefresh> {
    (family(), 0u8..=2).prop_map(|(family, subtype)| RouteRefresh::new(family, subtype))
}

/// An UPDATE without a fault.
pub(crate) fn update(context: Context) -> impl Strategy<Value = Update> {
    prop_oneof![
        1 => family().prop_map(Update::end_of_rib),
        2 => vec(ipv4_prefix(), 0..20).prop_map(|withdrawn| Update { withdrawn, ..Update::default() }),
        2 => vec(ipv6_prefix(), 0..20).prop_map(|prefixes| {
            let mp_unreach = Some(MpUnreach { family: Family::Ipv6Unicast, prefixes });
            Update { attributes: PathAttributes { mp_unreach, ..PathAttributes::default() }, ..Update::default() }
        }),
        4 => announcement(context),
    ]
}

fn announcement(context: Context) -> impl Strategy<Value = Update> {
    let classic = (host(), vec(ipv4_prefix(), 1..20));
    let reach = (family(), mp_next_hop(), vec(ipv4_prefix(), 1..10), vec(ipv6_prefix(), 1..10));
    (vec(ipv4_prefix(), 0..3), attributes(context), option::of(classic), option::of(reach))
        .prop_map(|(withdrawn, mut attributes, classic, reach)| {
            let mut announced = Vec::new();
            if let Some((next_hop, prefixes)) = classic {
                attributes.next_hop = Some(next_hop);
                announced = prefixes;
            }
            attributes.mp_reach = reach.map(|(family, next_hop, ipv4, ipv6)| match family {
                Family::Ipv4Unicast => MpReach { family, next_hop, prefixes: ipv4 },
                Family::Ipv6Unicast => MpReach { family, next_hop, prefixes: ipv6 },
            });
            Update { withdrawn, attributes, announced, faults: Vec::new() }
        })
}

/// Attributes of a route, without next hop and prefixes.
pub(crate) fn attributes(context: Context) -> impl Strategy<Value = PathAttributes> {
    let numbers = (option::of(any::<u32>()), any::<bool>(), option::of(asn()));
    let lists = (
        btree_set(any::<u32>(), 0..12),
        btree_set(any::<[u8; 8]>(), 0..4),
        btree_set(any::<[u32; 3]>(), 0..4),
    );
    let unknown = btree_map(129u8..=250, (any::<bool>(), vec(any::<u8>(), 0..300)), 0..3);
    (origin(), path_and_aggregator(context), numbers, lists, unknown).prop_map(
        |(origin, path, (med, atomic_aggregate, otc), (plain, extended, large), unknown)| {
            let (as_path, as4_path, aggregator, as4_aggregator) = path;
            PathAttributes {
                origin: Some(origin),
                as_path: Some(as_path),
                as4_path,
                med,
                atomic_aggregate,
                aggregator,
                as4_aggregator,
                communities: plain.into_iter().map(Community).collect(),
                extended_communities: extended.into_iter().collect(),
                large_communities: large
                    .into_iter()
                    .map(|[global, local1, local2]| LargeCommunity { global, local1, local2 })
                    .collect(),
                only_to_customer: otc,
                unknown: unknown
                    .into_iter()
                    .map(|(code, (partial, data))| UnknownAttribute {
                        flags: if partial { 0xe0 } else { 0xc0 },
                        code,
                        data,
                    })
                    .collect(),
                ..PathAttributes::default()
            }
        },
    )
}

type PathAndAggregator = (AsPath, Option<AsPath>, Option<Aggregator>, Option<Aggregator>);

/// Towards 2-octet speakers all numbers are short, and the long ones stand beside them.
fn path_and_aggregator(context: Context) -> BoxedStrategy<PathAndAggregator> {
    let aggregator = |asn| option::of((asn, any::<u32>()).prop_map(aggregator));
    if context.four_octet_asn {
        (path(asn().boxed()), aggregator(asn().boxed()))
            .prop_map(|(path, aggregator)| (path, None, aggregator, None))
            .boxed()
    } else {
        let short = || short_asn().boxed();
        let beside = (option::of(path4()), aggregator(asn().boxed()));
        (path(short()), aggregator(short()), beside)
            .prop_map(|(path, aggregator, (path4, aggregator4))| {
                (path, path4, aggregator, aggregator4)
            })
            .boxed()
    }
}

fn aggregator((asn, address): (Asn, u32)) -> Aggregator {
    Aggregator { asn, address: Ipv4Addr::from(address) }
}

fn path(asn: BoxedStrategy<Asn>) -> impl Strategy<Value = AsPath> {
    vec(vec(asn, 1..6).prop_map(Segment::Sequence), 0..4).prop_map(|segments| AsPath { segments })
}

/// AS4_PATH is never empty (RFC 6793 §6).
fn path4() -> impl Strategy<Value = AsPath> {
    path(asn().boxed()).prop_filter("an AS", |path| path.length() > 0)
}

pub(crate) fn asn() -> impl Strategy<Value = Asn> {
    prop_oneof![short_asn(), (65536..=u32::MAX).prop_map(Asn)]
}

fn short_asn() -> impl Strategy<Value = Asn> {
    (1..=65535u32).prop_map(Asn)
}

fn origin() -> impl Strategy<Value = Origin> {
    prop_oneof![Just(Origin::Igp), Just(Origin::Egp), Just(Origin::Incomplete)]
}

fn host() -> impl Strategy<Value = Ipv4Addr> {
    (0x0b00_0000..0x7e00_0000u32).prop_map(Ipv4Addr::from)
}

fn mp_next_hop() -> impl Strategy<Value = MpNextHop> {
    let link_local =
        any::<u64>().prop_map(|bits| Ipv6Addr::from(0xfe80_u128 << 112 | u128::from(bits)));
    (any::<u64>(), option::of(link_local)).prop_map(|(bits, link_local)| MpNextHop {
        global: IpAddr::V6(Ipv6Addr::from(0x2001_0db8_u128 << 96 | u128::from(bits))),
        link_local,
    })
}

/// Prefixes of unicast space, which is what a speaker announces.
pub(crate) fn ipv4_prefix() -> impl Strategy<Value = Prefix> {
    (host(), 8u8..=32).prop_filter_map("at most 32 bits", |(address, length)| {
        Prefix::new(IpAddr::V4(address), length)
    })
}

pub(crate) fn ipv6_prefix() -> impl Strategy<Value = Prefix> {
    (any::<u128>(), 16u8..=128).prop_filter_map("at most 128 bits", |(bits, length)| {
        let global = bits >> 3 | 1 << 125;
        Prefix::new(IpAddr::V6(Ipv6Addr::from(global & !(0xe << 124) | 1 << 125)), length)
    })
}

/// `octets` with one to three changes of the kinds that broken and hostile speakers make. Most
/// results have a header that agrees with their length, so that the damage reaches the body.
pub(crate) fn mutate(octets: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut octets = octets.to_vec();
    for _ in 0..=below(rng, 3) {
        let at = below(rng, octets.len());
        match below(rng, 8) {
            0 => octets.truncate(at),
            1 => octets.insert(at, rng.next_u64() as u8),
            2 if at < octets.len() => {
                octets.remove(at);
            }
            3 => {
                let end = octets.len().min(at + below(rng, 24));
                let copy = octets[at.min(end)..end].to_vec();
                octets.splice(at..at, copy);
            }
            4 | 5 => set(&mut octets, at, [0, 1, 2, 3, 4, 0x7f, 0x80, 0xff][below(rng, 8)]),
            _ => {
                let bit = 1 << below(rng, 8);
                let old = octets.get(at).copied().unwrap_or_default();
                set(&mut octets, at, old ^ bit);
            }
        }
    }
    if octets.len() >= 19 && below(rng, 16) > 0 {
        let length = u16::try_from(octets.len()).unwrap_or(u16::MAX).to_be_bytes();
        octets[..16].fill(0xff);
        octets[16..18].copy_from_slice(&length);
    }
    octets
}

fn set(octets: &mut [u8], at: usize, value: u8) {
    if let Some(octet) = octets.get_mut(at) {
        *octet = value;
    }
}

/// A number from 0 up to, but not including, `limit`; 0 when there is none.
pub(crate) fn below(rng: &mut Rng, limit: usize) -> usize {
    usize::try_from(rng.next_u64() % (limit.max(1) as u64)).unwrap_or_default()
}
