//! Each message once, as octets and as a value.

use std::net::{IpAddr, Ipv4Addr};

use super::{EXTENDED, FOUR_OCTETS, TWO_OCTETS, frame, update};
use crate::base::{Asn, Community, Family, LargeCommunity};
use crate::wire::{
    Aggregator, AsPath, Capability, Context, GracefulFamily, GracefulRestart, HEADER_LENGTH,
    Message, MessageKind, MpNextHop, MpReach, MpUnreach, Notification, Open, Origin,
    PathAttributes, Role, RouteRefresh, UnknownAttribute, Update, frame_length,
};

/// `octets` are the value and the value is these `octets`.
fn pair(octets: &[u8], message: &Message, context: Context) {
    assert_eq!(Message::decode(octets, &context).as_ref(), Ok(message));
    assert_eq!(message.encode(&context), octets);
    assert_eq!(frame_length(octets, &context), Ok(Some(octets.len())));
}

fn open(capabilities: Vec<Capability>) -> Open {
    Open { my_as: Asn(65010), hold_time: 180, identifier: Ipv4Addr::new(9, 9, 9, 9), capabilities }
}

const OPEN_HEAD: [u8; 9] = [4, 0xfd, 0xf2, 0, 180, 9, 9, 9, 9];

#[test]
fn keepalive_is_the_header_alone() {
    pair(&frame(4, &[]), &Message::Keepalive, TWO_OCTETS);
}

#[test]
fn open_without_parameters() {
    let octets = frame(1, &[&OPEN_HEAD[..], &[0]].concat());
    pair(&octets, &Message::Open(open(vec![])), TWO_OCTETS);
}

#[test]
fn open_with_the_capabilities_of_an_announcer() {
    let capabilities = vec![
        Capability::MultiProtocol { afi: 1, safi: 1 },
        Capability::MultiProtocol { afi: 2, safi: 1 },
        Capability::RouteRefresh,
        Capability::FourOctetAs(Asn(4_200_000_010)),
        Capability::Role(Role::Customer),
    ];
    #[rustfmt::skip]
    let parameters = [
        25, 2, 23,
        1, 4, 0, 1, 0, 1,
        1, 4, 0, 2, 0, 1,
        2, 0,
        65, 4, 0xfa, 0x56, 0xea, 0x0a,
        9, 1, 3,
    ];
    let octets = frame(1, &[&OPEN_HEAD[..], &parameters].concat());
    pair(&octets, &Message::Open(open(capabilities)), TWO_OCTETS);
}

#[test]
fn open_with_the_capabilities_of_a_router() {
    let families = vec![GracefulFamily { afi: 1, safi: 1, flags: 0x80 }];
    let capabilities = vec![
        Capability::GracefulRestart(GracefulRestart { flags: 8, restart_time: 120, families }),
        Capability::ExtendedMessage,
        Capability::EnhancedRouteRefresh,
        Capability::Unknown { code: 73, data: b"frr".to_vec() },
    ];
    #[rustfmt::skip]
    let parameters = [
        19, 2, 17,
        64, 6, 0x80, 120, 0, 1, 1, 0x80,
        6, 0,
        70, 0,
        73, 3, b'f', b'r', b'r',
    ];
    let octets = frame(1, &[&OPEN_HEAD[..], &parameters].concat());
    pair(&octets, &Message::Open(open(capabilities)), TWO_OCTETS);
}

#[test]
fn capabilities_spread_over_several_parameters_are_read_as_one_list() {
    let parameters = [10, 2, 2, 2, 0, 2, 4, 70, 0, 6, 0];
    let octets = frame(1, &[&OPEN_HEAD[..], &parameters].concat());
    let Ok(Message::Open(read)) = Message::decode(&octets, &TWO_OCTETS) else {
        panic!("an OPEN that is not read");
    };
    let all =
        [Capability::RouteRefresh, Capability::EnhancedRouteRefresh, Capability::ExtendedMessage];
    assert_eq!(read.capabilities, all);
}

#[test]
fn more_than_255_octets_of_parameters_take_the_extended_form() {
    let data = vec![7; 255];
    let capabilities = vec![Capability::Unknown { code: 200, data: data.clone() }];
    let head = [255, 255, 1, 4, 2, 1, 1, 200, 255];
    let octets = frame(1, &[&OPEN_HEAD[..], &head, &data].concat());
    pair(&octets, &Message::Open(open(capabilities)), TWO_OCTETS);
}

#[test]
fn the_extended_form_is_read_even_when_it_was_not_needed() {
    for length in [1, 6, 255] {
        let parameters = [length, 255, 0, 5, 2, 0, 2, 2, 0];
        let octets = frame(1, &[&OPEN_HEAD[..], &parameters].concat());
        let expected = Message::Open(open(vec![Capability::RouteRefresh]));
        assert_eq!(Message::decode(&octets, &TWO_OCTETS), Ok(expected));
    }
}

#[test]
fn the_as_number_comes_from_the_capability_when_there_is_one() {
    assert_eq!(open(vec![]).asn(), Asn(65010));
    assert_eq!(open(vec![Capability::FourOctetAs(Asn(70000))]).asn(), Asn(70000));
    let long = Open { my_as: Asn(70000), ..open(vec![]) };
    let octets = Message::Open(long).encode(&TWO_OCTETS);
    assert_eq!(octets[20..22], 23456u16.to_be_bytes());
}

#[test]
fn without_a_multiprotocol_capability_the_family_is_ipv4_unicast() {
    let families = |capabilities| open(capabilities).families().into_iter().collect::<Vec<_>>();
    assert_eq!(families(vec![Capability::RouteRefresh]), [Family::Ipv4Unicast]);
    let ipv6 = Capability::MultiProtocol { afi: 2, safi: 1 };
    assert_eq!(families(vec![ipv6]), [Family::Ipv6Unicast]);
    let evpn = Capability::MultiProtocol { afi: 25, safi: 70 };
    assert_eq!(families(vec![evpn]), []);
}

#[test]
fn a_capability_that_cannot_be_read_is_kept_as_unknown() {
    for (code, data) in
        [(2, vec![1]), (9, vec![5]), (64, vec![0]), (69, vec![0, 1, 1]), (5, vec![0])]
    {
        let mut parameters =
            vec![data.len() as u8 + 4, 2, data.len() as u8 + 2, code, data.len() as u8];
        parameters.extend(&data);
        let octets = frame(1, &[&OPEN_HEAD[..], &parameters].concat());
        let expected = open(vec![Capability::Unknown { code, data }]);
        pair(&octets, &Message::Open(expected), TWO_OCTETS);
    }
}

const ORIGIN_IGP: [u8; 4] = [0x40, 1, 1, 0];
const PATH_65010: [u8; 9] = [0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xf2];
const NEXT_HOP: [u8; 7] = [0x40, 3, 4, 192, 0, 2, 1];

fn route() -> PathAttributes {
    PathAttributes {
        origin: Some(Origin::Igp),
        as_path: Some(AsPath::sequence(&[Asn(65010)])),
        ..PathAttributes::default()
    }
}

#[test]
fn update_announces_an_ipv4_host() {
    let attributes = [&ORIGIN_IGP[..], &PATH_65010, &NEXT_HOP].concat();
    let octets = update(&[], &attributes, &[32, 9, 9, 9, 9]);
    let attributes = PathAttributes { next_hop: Some(Ipv4Addr::new(192, 0, 2, 1)), ..route() };
    let announced = vec!["9.9.9.9/32".parse().unwrap()];
    let message = Message::Update(Update { attributes, announced, ..Update::default() });
    pair(&octets, &message, FOUR_OCTETS);
}

#[test]
fn update_withdraws_ipv4_prefixes_of_all_lengths() {
    let octets = update(&[0, 8, 10, 9, 10, 128, 32, 192, 0, 2, 1], &[], &[]);
    let withdrawn = ["0.0.0.0/0", "10.0.0.0/8", "10.128.0.0/9", "192.0.2.1/32"];
    let withdrawn = withdrawn.map(|prefix| prefix.parse().unwrap()).to_vec();
    pair(&octets, &Message::Update(Update { withdrawn, ..Update::default() }), FOUR_OCTETS);
}

#[test]
fn update_announces_and_withdraws_ipv6_with_the_prefixes_first() {
    let global = "2001:db8::1".parse::<std::net::Ipv6Addr>().unwrap();
    let prefixes = vec!["2001:db8:9::/48".parse().unwrap()];
    #[rustfmt::skip]
    let reach = [
        &[0x80, 14, 28, 0, 2, 1, 16][..], &global.octets(), &[0],
        &[48, 0x20, 1, 0x0d, 0xb8, 0, 9],
        &ORIGIN_IGP, &PATH_65010,
    ].concat();
    let next_hop = MpNextHop::new(IpAddr::V6(global));
    let family = Family::Ipv6Unicast;
    let mp_reach = Some(MpReach { family, next_hop, prefixes: prefixes.clone() });
    let attributes = PathAttributes { mp_reach, ..route() };
    let message = Message::Update(Update { attributes, ..Update::default() });
    pair(&update(&[], &reach, &[]), &message, FOUR_OCTETS);

    let unreach = [0x80, 15, 10, 0, 2, 1, 48, 0x20, 1, 0x0d, 0xb8, 0, 9];
    let mp_unreach = Some(MpUnreach { family, prefixes });
    let attributes = PathAttributes { mp_unreach, ..PathAttributes::default() };
    let message = Message::Update(Update { attributes, ..Update::default() });
    pair(&update(&[], &unreach, &[]), &message, FOUR_OCTETS);
}

#[test]
fn ipv4_prefixes_may_have_an_ipv6_next_hop_and_a_link_local_one() {
    let (global, link_local) = ("2001:db8::1", "fe80::1");
    let global = global.parse::<std::net::Ipv6Addr>().unwrap();
    let link_local = link_local.parse::<std::net::Ipv6Addr>().unwrap();
    #[rustfmt::skip]
    let reach = [
        &[0x80, 14, 42, 0, 1, 1, 32][..], &global.octets(), &link_local.octets(), &[0],
        &[32, 9, 9, 9, 9],
        &ORIGIN_IGP, &PATH_65010,
    ].concat();
    let mp_reach = Some(MpReach {
        family: Family::Ipv4Unicast,
        next_hop: MpNextHop { global: IpAddr::V6(global), link_local: Some(link_local) },
        prefixes: vec!["9.9.9.9/32".parse().unwrap()],
    });
    let attributes = PathAttributes { mp_reach, ..route() };
    let message = Message::Update(Update { attributes, ..Update::default() });
    pair(&update(&[], &reach, &[]), &message, FOUR_OCTETS);
}

#[test]
fn update_with_every_attribute_we_know_in_ascending_order() {
    #[rustfmt::skip]
    let attributes = [
        &ORIGIN_IGP[..], &PATH_65010, &NEXT_HOP,
        &[0x80, 4, 4, 0, 0, 0, 50],
        &[0x40, 6, 0],
        &[0xc0, 7, 8, 0, 0, 0xfd, 0xf2, 192, 0, 2, 7],
        &[0xc0, 8, 8, 0xfd, 0xf2, 0, 100, 0xff, 0xff, 0, 0],
        &[0xc0, 16, 8, 0, 2, 0xfd, 0xf2, 0, 0, 0, 1],
        &[0xc0, 32, 12, 0, 0, 0xfd, 0xf2, 0, 0, 0, 1, 0, 0, 0, 2],
        &[0xc0, 35, 4, 0, 0, 0xfd, 0xf2],
        &[0xe0, 250, 2, 1, 2],
    ].concat();
    let value = PathAttributes {
        next_hop: Some(Ipv4Addr::new(192, 0, 2, 1)),
        med: Some(50),
        atomic_aggregate: true,
        aggregator: Some(Aggregator { asn: Asn(65010), address: Ipv4Addr::new(192, 0, 2, 7) }),
        communities: vec![Community(0xfdf2_0064), Community::GRACEFUL_SHUTDOWN],
        extended_communities: vec![[0, 2, 0xfd, 0xf2, 0, 0, 0, 1]],
        large_communities: vec![LargeCommunity { global: 65010, local1: 1, local2: 2 }],
        only_to_customer: Some(Asn(65010)),
        unknown: vec![UnknownAttribute { flags: 0xe0, code: 250, data: vec![1, 2] }],
        ..route()
    };
    let announced = vec!["9.9.9.0/24".parse().unwrap()];
    let message = Message::Update(Update { attributes: value, announced, ..Update::default() });
    pair(&update(&[], &attributes, &[24, 9, 9, 9]), &message, FOUR_OCTETS);
}

#[test]
fn an_attribute_over_255_octets_has_the_extended_length() {
    let communities: Vec<_> = (0..64).map(Community).collect();
    let value: Vec<u8> = communities.iter().flat_map(|c| c.0.to_be_bytes()).collect();
    let attributes = [&ORIGIN_IGP[..], &PATH_65010, &NEXT_HOP, &[0xd0, 8, 1, 0], &value].concat();
    let octets = update(&[], &attributes, &[32, 9, 9, 9, 9]);
    let next_hop = Some(Ipv4Addr::new(192, 0, 2, 1));
    let attributes = PathAttributes { next_hop, communities, ..route() };
    let announced = vec!["9.9.9.9/32".parse().unwrap()];
    let message = Message::Update(Update { attributes, announced, ..Update::default() });
    pair(&octets, &message, FOUR_OCTETS);
}

#[test]
fn end_of_rib_of_both_families() {
    let ipv4 = update(&[], &[], &[]);
    pair(&ipv4, &Message::Update(Update::end_of_rib(Family::Ipv4Unicast)), FOUR_OCTETS);
    let ipv6 = update(&[], &[0x80, 15, 3, 0, 2, 1], &[]);
    pair(&ipv6, &Message::Update(Update::end_of_rib(Family::Ipv6Unicast)), FOUR_OCTETS);
    for family in Family::ALL {
        assert_eq!(Update::end_of_rib(family).as_end_of_rib(), Some(family));
    }
    let withdrawal = Update { withdrawn: vec!["9.9.9.9/32".parse().unwrap()], ..Update::default() };
    assert_eq!(withdrawal.as_end_of_rib(), None);
}

#[test]
fn families_we_do_not_speak_are_kept_as_they_are() {
    let reach = [0x80, 14, 11, 0, 25, 70, 4, 192, 0, 2, 1, 0, 0xde, 0xad];
    let attributes = [&reach[..], &ORIGIN_IGP, &PATH_65010].concat();
    let unknown = vec![UnknownAttribute { flags: 0x80, code: 14, data: reach[3..].to_vec() }];
    let attributes_value = PathAttributes { unknown, ..route() };
    let message = Message::Update(Update { attributes: attributes_value, ..Update::default() });
    pair(&update(&[], &attributes, &[]), &message, FOUR_OCTETS);
}

#[test]
fn notification_with_and_without_data() {
    let shutdown = Notification::administrative_shutdown("see you at noon");
    let octets = frame(3, b"\x06\x02\x0fsee you at noon");
    pair(&octets, &Message::Notification(shutdown), TWO_OCTETS);
    let hold = Message::Notification(Notification::hold_timer_expired());
    pair(&frame(3, &[4, 0]), &hold, TWO_OCTETS);
}

#[test]
fn a_notification_without_codes_is_still_one() {
    for body in [&[][..], &[6]] {
        let Ok(Message::Notification(read)) = Message::decode(&frame(3, body), &TWO_OCTETS) else {
            panic!("a short NOTIFICATION must be read");
        };
        assert_eq!(read.pair(), (body.first().copied().unwrap_or_default(), 0));
    }
}

#[test]
fn route_refresh_of_all_subtypes() {
    for subtype in [RouteRefresh::REQUEST, RouteRefresh::BEGIN, RouteRefresh::END, 9] {
        let refresh = RouteRefresh::new(Family::Ipv6Unicast, subtype);
        assert_eq!(refresh.is_request(), subtype == 0);
        pair(&frame(5, &[0, 2, subtype, 1]), &Message::RouteRefresh(refresh), TWO_OCTETS);
    }
    assert!(Message::decode(&frame(5, &[0, 2, 9, 1, 0]), &TWO_OCTETS).is_ok());
}

#[test]
fn extended_messages_are_read_only_where_they_were_agreed_on() {
    let withdrawn = vec!["9.9.9.9/32".parse().unwrap(); 1000];
    let message = Message::Update(Update { withdrawn, ..Update::default() });
    let octets = message.encode(&EXTENDED);
    pair(&octets, &message, EXTENDED);
    let error = frame_length(&octets, &FOUR_OCTETS).unwrap_err();
    assert_eq!((error.code, error.subcode), (1, 2));
}

#[test]
fn an_incomplete_header_asks_for_more() {
    let octets = frame(4, &[]);
    for length in 0..HEADER_LENGTH {
        assert_eq!(frame_length(&octets[..length], &TWO_OCTETS), Ok(None));
    }
}

#[test]
fn every_kind_has_its_code_and_name() {
    for (code, name) in
        [(1, "open"), (2, "update"), (3, "notification"), (4, "keepalive"), (5, "route-refresh")]
    {
        let kind = MessageKind::from_code(code).unwrap();
        assert_eq!((kind.code(), kind.as_str()), (code, name));
    }
    assert_eq!(MessageKind::from_code(6), None);
}
