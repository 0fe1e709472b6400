//! What RFC 7606 makes of each malformed attribute.

use std::net::Ipv6Addr;

use super::{FOUR_OCTETS, TWO_OCTETS, update};
use crate::base::Asn;
use crate::wire::{AsPath, Context, Message, Treatment, Update};

const ORIGIN: &[u8] = &[0x40, 1, 1, 0];
const PATH: &[u8] = &[0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xf2];
const SHORT_PATH: &[u8] = &[0x40, 2, 4, 2, 1, 0xfd, 0xf2];
const NEXT_HOP: &[u8] = &[0x40, 3, 4, 192, 0, 2, 1];
const HOST: &[u8] = &[32, 9, 9, 9, 9];

fn read(attributes: &[&[u8]], context: Context) -> Update {
    match Message::decode(&update(&[], &attributes.concat(), HOST), &context) {
        Ok(Message::Update(update)) => update,
        other => panic!("{attributes:02x?}: {other:?}"),
    }
}

/// The one fault of a route with `extra` beside the mandatory attributes.
fn beside(extra: &[u8]) -> (u8, Option<Treatment>, usize) {
    let update = read(&[ORIGIN, PATH, NEXT_HOP, extra], FOUR_OCTETS);
    let at = update.faults.first().map_or(0, |fault| fault.offset);
    assert!(update.faults.len() < 2, "{:?}", update.faults);
    (update.faults.first().map_or(0, |fault| fault.code), update.treatment(), at)
}

#[test]
fn a_sound_route_has_no_fault() {
    let update = read(&[ORIGIN, PATH, NEXT_HOP], FOUR_OCTETS);
    assert_eq!((update.treatment(), update.announced.len()), (None, 1));
}

#[test]
fn malformed_attributes_beside_a_sound_route() {
    use Treatment::{DisableFamily, DiscardAttribute, TreatAsWithdraw};
    let cases: [(&str, &[u8], u8, Treatment); 37] = [
        ("MED of 3 octets", &[0x80, 4, 3, 0, 0, 1], 4, TreatAsWithdraw),
        ("empty MED", &[0x80, 4, 0], 4, TreatAsWithdraw),
        ("MED as well-known", &[0x40, 4, 4, 0, 0, 0, 1], 4, TreatAsWithdraw),
        ("LOCAL_PREF from outside", &[0x40, 5, 4, 0, 0, 0, 100], 5, DiscardAttribute),
        ("LOCAL_PREF of 1 octet", &[0x40, 5, 1, 0], 5, DiscardAttribute),
        ("ATOMIC_AGGREGATE with a value", &[0x40, 6, 1, 0], 6, DiscardAttribute),
        ("AGGREGATOR of 6 octets", &[0xc0, 7, 6, 0, 1, 1, 1, 1, 1], 7, DiscardAttribute),
        ("AGGREGATOR of 9 octets", &[0xc0, 7, 9, 0, 0, 0, 1, 1, 1, 1, 1, 1], 7, DiscardAttribute),
        ("AGGREGATOR in AS 0", &[0xc0, 7, 8, 0, 0, 0, 0, 1, 1, 1, 1], 7, DiscardAttribute),
        ("COMMUNITIES of 5 octets", &[0xc0, 8, 5, 0, 1, 0, 1, 0], 8, TreatAsWithdraw),
        ("empty COMMUNITIES", &[0xc0, 8, 0], 8, TreatAsWithdraw),
        ("COMMUNITIES not transitive", &[0x80, 8, 4, 0, 1, 0, 1], 8, TreatAsWithdraw),
        ("ORIGINATOR_ID from outside", &[0x80, 9, 4, 1, 1, 1, 1], 9, DiscardAttribute),
        ("CLUSTER_LIST from outside", &[0x80, 10, 4, 1, 1, 1, 1], 10, DiscardAttribute),
        (
            "next hop of 15 octets",
            &[0x80, 14, 20, 0, 2, 1, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            14,
            DisableFamily,
        ),
        ("next hop past the end", &[0x80, 14, 5, 0, 2, 1, 16, 0], 14, DisableFamily),
        (
            "IPv6 with an IPv4 next hop",
            &[0x80, 14, 9, 0, 2, 1, 4, 192, 0, 2, 1, 0],
            14,
            DisableFamily,
        ),
        (
            "MP_REACH without the reserved octet",
            &[0x80, 14, 8, 0, 1, 1, 4, 192, 0, 2, 1],
            14,
            DisableFamily,
        ),
        ("MP_REACH /33", &[0x80, 14, 10, 0, 1, 1, 4, 192, 0, 2, 1, 0, 33], 14, DisableFamily),
        ("MP_REACH transitive", &[0xc0, 14, 9, 0, 1, 1, 4, 192, 0, 2, 1, 0], 14, DisableFamily),
        ("multicast next hop", &[0x80, 14, 9, 0, 1, 1, 4, 224, 0, 2, 1, 0], 14, TreatAsWithdraw),
        ("MP_UNREACH /129", &[0x80, 15, 4, 0, 2, 1, 129], 15, DisableFamily),
        ("MP_UNREACH cut short", &[0x80, 15, 5, 0, 2, 1, 64, 1], 15, DisableFamily),
        ("EXTENDED of 9 octets", &[0xc0, 16, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0], 16, TreatAsWithdraw),
        ("empty EXTENDED", &[0xc0, 16, 0], 16, TreatAsWithdraw),
        ("AS4_PATH where it is not needed", &[0xc0, 17, 6, 2, 1, 0, 1, 0, 0], 17, DiscardAttribute),
        ("AS4_AGGREGATOR likewise", &[0xc0, 18, 8, 0, 1, 0, 0, 1, 1, 1, 1], 18, DiscardAttribute),
        ("LARGE of 8 octets", &[0xc0, 32, 8, 0, 0, 0, 0, 0, 0, 0, 0], 32, TreatAsWithdraw),
        ("empty LARGE", &[0xc0, 32, 0], 32, TreatAsWithdraw),
        ("ONLY_TO_CUSTOMER of 2 octets", &[0xc0, 35, 2, 0, 1], 35, TreatAsWithdraw),
        ("unknown well-known", &[0x40, 99, 1, 0], 99, TreatAsWithdraw),
        ("a second ORIGIN", ORIGIN, 1, DiscardAttribute),
        ("a second, malformed NEXT_HOP", &[0x40, 3, 1, 0], 3, DiscardAttribute),
        ("overrun", &[0xc0, 8, 4, 0], 8, TreatAsWithdraw),
        ("overrun with a long length", &[0xd0, 8, 0], 8, TreatAsWithdraw),
        ("overrun of MP_REACH", &[0x80, 14, 40, 0], 14, DisableFamily),
        ("one octet too many", &[0x40], 0, TreatAsWithdraw),
    ];
    let offset = 23 + ORIGIN.len() + PATH.len() + NEXT_HOP.len();
    for (what, extra, code, treatment) in cases {
        assert_eq!(beside(extra), (code, Some(treatment), offset), "{what}");
    }
}

#[test]
fn malformed_mandatory_attributes() {
    let origin = |origin: &'static [u8]| read(&[origin, PATH, NEXT_HOP], FOUR_OCTETS);
    let path = |path: &'static [u8]| read(&[ORIGIN, path, NEXT_HOP], FOUR_OCTETS);
    let next_hop = |next_hop: &'static [u8]| read(&[ORIGIN, PATH, next_hop], FOUR_OCTETS);
    let cases = [
        ("ORIGIN 3", origin(&[0x40, 1, 1, 3]), 1),
        ("empty ORIGIN", origin(&[0x40, 1, 0]), 1),
        ("optional ORIGIN", origin(&[0xc0, 1, 1, 0]), 1),
        ("segment type 5", path(&[0x40, 2, 6, 5, 1, 0, 0, 0, 1]), 2),
        ("empty segment", path(&[0x40, 2, 2, 2, 0]), 2),
        ("segment past the end", path(&[0x40, 2, 6, 2, 2, 0, 0, 0, 1]), 2),
        ("half a segment header", path(&[0x40, 2, 1, 2]), 2),
        ("2-octet numbers", path(&[0x40, 2, 4, 2, 1, 0, 1]), 2),
        ("AS 0", path(&[0x40, 2, 6, 2, 1, 0, 0, 0, 0]), 2),
        ("AS_SET", path(&[0x40, 2, 6, 1, 1, 0, 0, 0, 1]), 2),
        ("AS_CONFED_SEQUENCE", path(&[0x40, 2, 6, 3, 1, 0, 0, 0, 1]), 2),
        ("AS_CONFED_SET", path(&[0x40, 2, 6, 4, 1, 0, 0, 0, 1]), 2),
        ("NEXT_HOP of 3 octets", next_hop(&[0x40, 3, 3, 192, 0, 2]), 3),
        ("NEXT_HOP 0.0.0.0", next_hop(&[0x40, 3, 4, 0, 0, 0, 0]), 3),
        ("NEXT_HOP 127.0.0.1", next_hop(&[0x40, 3, 4, 127, 0, 0, 1]), 3),
        ("NEXT_HOP 224.0.0.1", next_hop(&[0x40, 3, 4, 224, 0, 0, 1]), 3),
        ("no ORIGIN", read(&[PATH, NEXT_HOP], FOUR_OCTETS), 1),
        ("no AS_PATH", read(&[ORIGIN, NEXT_HOP], FOUR_OCTETS), 2),
        ("no NEXT_HOP", read(&[ORIGIN, PATH], FOUR_OCTETS), 3),
    ];
    for (what, update, code) in cases {
        let codes: Vec<_> = update.faults.iter().map(|fault| fault.code).collect();
        assert_eq!(codes, [code], "{what}");
        assert_eq!(update.treatment(), Some(Treatment::TreatAsWithdraw), "{what}");
        assert_eq!(update.announced.len(), 1, "{what}: the prefixes must be known to be withdrawn");
    }
}

#[test]
fn routes_of_mp_reach_need_origin_and_path_but_no_next_hop() {
    let reach = [0x80, 14, 14, 0, 1, 1, 4, 192, 0, 2, 1, 0, 32, 9, 9, 9, 9];
    let treatment = |attributes: &[&[u8]]| match Message::decode(
        &update(&[], &attributes.concat(), &[]),
        &FOUR_OCTETS,
    ) {
        Ok(Message::Update(update)) => update.treatment(),
        other => panic!("{other:?}"),
    };
    assert_eq!(treatment(&[&reach, ORIGIN, PATH]), None);
    assert_eq!(treatment(&[&reach, ORIGIN]), Some(Treatment::TreatAsWithdraw));
    assert_eq!(treatment(&[&reach, PATH]), Some(Treatment::TreatAsWithdraw));
}

#[test]
fn an_ipv6_next_hop_is_a_host_and_what_stands_beside_it_is_link_local() {
    let treatment = |next_hops: &[&str]| {
        let octets = |hop: &&str| hop.parse::<Ipv6Addr>().unwrap().octets();
        let next_hops: Vec<u8> = next_hops.iter().flat_map(octets).collect();
        let value = [&[0, 2, 1, next_hops.len() as u8][..], &next_hops, &[0, 8, 0x20]].concat();
        let reach = [&[0x80, 14, value.len() as u8][..], &value].concat();
        let octets = update(&[], &[&reach, ORIGIN, PATH].concat(), &[]);
        match Message::decode(&octets, &FOUR_OCTETS) {
            Ok(Message::Update(update)) => {
                assert_eq!(update.prefixes().count(), 1, "they must be known to be withdrawn");
                update.treatment()
            }
            other => panic!("{other:?}"),
        }
    };
    for sound in [&["2001:db8::1"][..], &["2001:db8::1", "fe80::1"], &["fe80::1", "fe80::1"]] {
        assert_eq!(treatment(sound), None, "{sound:?}");
    }
    // An IPv4 address in its mapped form (RFC 4798 §2) is judged as what it is.
    assert_eq!(treatment(&["::ffff:192.0.2.1"]), None);
    for wrong in [
        &["::"][..],
        &["::1"],
        &["ff02::1"],
        &["::ffff:127.0.0.1"],
        &["::", "fe80::1"],
        &["2001:db8::1", "2001:db8::2"],
        &["2001:db8::1", "::"],
    ] {
        assert_eq!(treatment(wrong), Some(Treatment::TreatAsWithdraw), "{wrong:?}");
    }
}

#[test]
fn the_partial_bit_and_a_needless_long_length_are_no_fault() {
    assert_eq!(beside(&[0xe0, 8, 4, 0, 1, 0, 1]).1, None);
    assert_eq!(beside(&[0xd0, 8, 0, 4, 0, 1, 0, 1]).1, None);
    assert_eq!(beside(&[0x8f, 4, 4, 0, 0, 0, 1]).1, None);
}

#[test]
fn the_first_of_two_equal_attributes_counts() {
    let update = read(
        &[ORIGIN, PATH, NEXT_HOP, &[0x80, 4, 4, 0, 0, 0, 1], &[0x80, 4, 4, 0, 0, 0, 2]],
        FOUR_OCTETS,
    );
    assert_eq!(update.attributes.med, Some(1));
    assert_eq!(update.treatment(), Some(Treatment::DiscardAttribute));
}

#[test]
fn the_strongest_of_several_faults_comes_first_and_decides() {
    let update = read(&[ORIGIN, PATH, NEXT_HOP, &[0x40, 5, 1, 0], &[0xc0, 8, 0]], FOUR_OCTETS);
    let faults: Vec<_> = update.faults.iter().map(|fault| (fault.code, fault.treatment)).collect();
    let expected = [(8, Treatment::TreatAsWithdraw), (5, Treatment::DiscardAttribute)];
    assert_eq!(faults, expected);
    assert_eq!(update.treatment(), Some(Treatment::TreatAsWithdraw));
}

#[test]
fn faults_of_one_type_do_not_pile_up() {
    let many = [0x40, 5, 0].repeat(1000);
    let update = read(&[ORIGIN, PATH, NEXT_HOP, &many], FOUR_OCTETS);
    assert_eq!(update.faults.len(), 1);
}

#[test]
fn attributes_for_two_octet_speakers() {
    let faults = |extra: &[u8]| {
        let update = read(&[ORIGIN, SHORT_PATH, NEXT_HOP, extra], TWO_OCTETS);
        (
            update.attributes.as4_path,
            update.faults.first().map(|fault| (fault.code, fault.treatment)),
        )
    };
    let good = Some(AsPath::sequence(&[Asn(65536)]));
    let discard = Some((17, Treatment::DiscardAttribute));
    assert_eq!(faults(&[0xc0, 17, 6, 2, 1, 0, 1, 0, 0]), (good.clone(), None));
    assert_eq!(faults(&[0xc0, 17, 12, 3, 1, 0, 0, 0, 9, 2, 1, 0, 1, 0, 0]), (good, None));
    // Of confederation segments alone nothing is left: that is no AS4_PATH at all.
    assert_eq!(faults(&[0xc0, 17, 6, 3, 1, 0, 0, 0, 9]), (None, None));
    assert_eq!(faults(&[0xc0, 17, 5, 2, 1, 0, 1, 0]), (None, discard));
    assert_eq!(faults(&[0xc0, 17, 6, 2, 1, 0, 0, 0, 0]), (None, discard));
    assert_eq!(faults(&[0xc0, 17, 0]), (None, discard));
    let withdraw = Some((17, Treatment::TreatAsWithdraw));
    assert_eq!(faults(&[0xc0, 17, 6, 1, 1, 0, 1, 0, 0]), (None, withdraw));
    assert_eq!(faults(&[0xc0, 17, 6, 4, 1, 0, 1, 0, 0]), (None, withdraw));
    let discard = Some((18, Treatment::DiscardAttribute));
    assert_eq!(faults(&[0xc0, 18, 6, 0, 1, 1, 1, 1, 1]), (None, discard));
}

#[test]
fn a_fault_says_what_where_and_what_follows() {
    let update = read(&[ORIGIN, PATH, NEXT_HOP, &[0xc0, 8, 3, 0, 0, 0]], FOUR_OCTETS);
    let text = update.faults[0].to_string();
    assert_eq!(
        text,
        "COMMUNITIES at octet 43: it has the wrong length; the routes are taken as withdrawn"
    );
}
