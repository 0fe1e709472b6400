//! Malformed attributes (RFC 7606): the route goes or stays, the session stays, and it is counted.

use crate::field::{Bounds, Field, Reached, everything_is_read};
use crate::octets::{NEXT_HOP, ORIGIN, PATH, announcing, beside};
use crate::support::speaker::{Speaker, UPDATE};

/// What becomes of the route: withdrawn, or kept without the attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    Goes,
    Stays,
}

#[test]
fn malformed_mandatory_attributes_withdraw_the_route() {
    let origin = |origin: &[u8]| announcing(&[origin, PATH, NEXT_HOP]);
    let path = |path: &[u8]| announcing(&[ORIGIN, path, NEXT_HOP]);
    let next_hop = |next_hop: &[u8]| announcing(&[ORIGIN, PATH, next_hop]);
    let rows = [
        ("ORIGIN 3", origin(&[0x40, 1, 1, 3])),
        ("empty ORIGIN", origin(&[0x40, 1, 0])),
        ("ORIGIN of two octets", origin(&[0x40, 1, 2, 0, 0])),
        ("optional ORIGIN", origin(&[0xc0, 1, 1, 0])),
        ("no ORIGIN", announcing(&[PATH, NEXT_HOP])),
        ("segment type 5", path(&[0x40, 2, 6, 5, 1, 0, 0, 0, 1])),
        ("empty segment", path(&[0x40, 2, 2, 2, 0])),
        ("segment past the end", path(&[0x40, 2, 6, 2, 2, 0, 0, 0, 1])),
        ("half a segment header", path(&[0x40, 2, 1, 2])),
        ("2-octet numbers", path(&[0x40, 2, 4, 2, 1, 0, 1])),
        ("AS 0 in the path (RFC 7607)", path(&[0x40, 2, 6, 2, 1, 0, 0, 0, 0])),
        ("AS_SET (RFC 9774)", path(&[0x40, 2, 6, 1, 1, 0, 0, 0, 1])),
        ("AS_CONFED_SEQUENCE", path(&[0x40, 2, 6, 3, 1, 0, 0, 0, 1])),
        ("no AS_PATH", announcing(&[ORIGIN, NEXT_HOP])),
        ("NEXT_HOP of 3 octets", next_hop(&[0x40, 3, 3, 10, 9, 0])),
        ("NEXT_HOP 0.0.0.0", next_hop(&[0x40, 3, 4, 0, 0, 0, 0])),
        ("NEXT_HOP 127.0.0.1", next_hop(&[0x40, 3, 4, 127, 0, 0, 1])),
        ("NEXT_HOP 224.0.0.1", next_hop(&[0x40, 3, 4, 224, 0, 0, 1])),
        ("no NEXT_HOP", announcing(&[ORIGIN, PATH])),
        ("no attribute at all", announcing(&[])),
    ];
    let rows = rows.map(|(what, body)| (what, body, Route::Goes));
    keeps_the_session(&rows);
}

#[test]
fn routes_that_are_wrong_on_this_session_are_ignored() {
    let rows = [
        (
            "another AS first",
            announcing(&[ORIGIN, &[0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9], NEXT_HOP]),
        ),
        ("an empty path", announcing(&[ORIGIN, &[0x40, 2, 0], NEXT_HOP])),
        ("our own address", announcing(&[ORIGIN, PATH, &[0x40, 3, 4, 10, 9, 0, 1]])),
    ];
    let rows = rows.map(|(what, body)| (what, body, Route::Goes));
    keeps_the_session(&rows);
}

#[test]
fn malformed_optional_attributes_cost_the_route_or_only_themselves() {
    use Route::{Goes, Stays};
    let rows: [(&str, &[u8], Route); 36] = [
        ("MED of 3 octets", &[0x80, 4, 3, 0, 0, 1], Goes),
        ("empty MED", &[0x80, 4, 0], Goes),
        ("MED as well-known", &[0x40, 4, 4, 0, 0, 0, 1], Goes),
        ("LOCAL_PREF from outside", &[0x40, 5, 4, 0, 0, 0, 100], Stays),
        ("LOCAL_PREF of 1 octet", &[0x40, 5, 1, 0], Stays),
        ("ATOMIC_AGGREGATE with a value", &[0x40, 6, 1, 0], Stays),
        ("AGGREGATOR of 6 octets", &[0xc0, 7, 6, 0, 1, 1, 1, 1, 1], Stays),
        ("AGGREGATOR in AS 0", &[0xc0, 7, 8, 0, 0, 0, 0, 1, 1, 1, 1], Stays),
        ("COMMUNITIES of 5 octets", &[0xc0, 8, 5, 0, 1, 0, 1, 0], Goes),
        ("empty COMMUNITIES", &[0xc0, 8, 0], Goes),
        ("COMMUNITIES not transitive", &[0x80, 8, 4, 0, 1, 0, 1], Goes),
        ("ORIGINATOR_ID from outside", &[0x80, 9, 4, 1, 1, 1, 1], Stays),
        ("CLUSTER_LIST from outside", &[0x80, 10, 4, 1, 1, 1, 1], Stays),
        (
            "next hop of 15 octets",
            &[0x80, 14, 20, 0, 2, 1, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            Goes,
        ),
        ("next hop past the end", &[0x80, 14, 5, 0, 2, 1, 16, 0], Goes),
        ("IPv6 with an IPv4 next hop", &[0x80, 14, 9, 0, 2, 1, 4, 10, 9, 0, 2, 0], Goes),
        ("MP_REACH without the reserved octet", &[0x80, 14, 8, 0, 1, 1, 4, 10, 9, 0, 2], Goes),
        ("MP_REACH /33", &[0x80, 14, 10, 0, 1, 1, 4, 10, 9, 0, 2, 0, 33], Goes),
        ("MP_REACH transitive", &[0xc0, 14, 9, 0, 1, 1, 4, 10, 9, 0, 2, 0], Goes),
        ("multicast next hop", &[0x80, 14, 9, 0, 1, 1, 4, 224, 0, 2, 1, 0], Goes),
        ("MP_UNREACH /129", &[0x80, 15, 4, 0, 2, 1, 129], Goes),
        ("MP_UNREACH cut short", &[0x80, 15, 5, 0, 2, 1, 64, 1], Goes),
        ("EXTENDED of 9 octets", &[0xc0, 16, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0], Goes),
        ("empty EXTENDED", &[0xc0, 16, 0], Goes),
        ("AS4_PATH where it is not needed", &[0xc0, 17, 6, 2, 1, 0, 1, 0, 0], Stays),
        ("AS4_AGGREGATOR likewise", &[0xc0, 18, 8, 0, 1, 0, 0, 1, 1, 1, 1], Stays),
        ("LARGE of 8 octets", &[0xc0, 32, 8, 0, 0, 0, 0, 0, 0, 0, 0], Goes),
        ("empty LARGE", &[0xc0, 32, 0], Goes),
        ("ONLY_TO_CUSTOMER of 2 octets", &[0xc0, 35, 2, 0, 1], Goes),
        ("unknown well-known", &[0x40, 99, 1, 0], Goes),
        ("a second ORIGIN", ORIGIN, Stays),
        ("a second, malformed NEXT_HOP", &[0x40, 3, 1, 0], Stays),
        ("overrun", &[0xc0, 8, 4, 0], Goes),
        ("overrun with a long length", &[0xd0, 8, 0], Goes),
        ("overrun of MP_REACH", &[0x80, 14, 40, 0], Goes),
        ("one octet too many", &[0x40], Goes),
    ];
    let rows: Vec<_> =
        rows.iter().map(|(what, extra, route)| (*what, beside(extra), *route)).collect();
    keeps_the_session(&rows);
}

/// Before each row the route is announced without a fault; so a route that goes was there.
fn keeps_the_session(rows: &[(&str, Vec<u8>, Route)]) {
    let mut field = Field::with(1);
    let mut speaker = field.reach(0, Reached::Established);
    for (number, (what, body, route)) in rows.iter().enumerate() {
        says(&mut speaker, &beside(&[]));
        assert_eq!(field.shown(0)["received"], 1, "before {what}");
        says(&mut speaker, body);
        let shown = field.shown(0);
        assert_eq!(shown["received"], u64::from(*route == Route::Stays), "{what}: {shown}");
        assert_eq!(shown["malformed"], number + 1, "{what}: {shown}");
        assert_eq!((&shown["state"], &shown["flaps"]), (&"established".into(), &0.into()));
    }
    field.stands(Bounds::USUAL);
}

fn says(speaker: &mut Speaker, body: &[u8]) {
    speaker.say(UPDATE, body);
    everything_is_read(speaker);
}
