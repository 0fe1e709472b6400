//! What ends the session: code, subcode, data and place of each error.

use super::{EXTENDED, FOUR_OCTETS, TWO_OCTETS, frame, update};
use crate::wire::{Context, Error, Message, frame_length};

struct Case {
    what: &'static str,
    octets: Vec<u8>,
    pair: (u8, u8),
    data: Vec<u8>,
    offset: usize,
}

fn case(what: &'static str, octets: Vec<u8>, pair: (u8, u8), data: &[u8], offset: usize) -> Case {
    Case { what, octets, pair, data: data.to_vec(), offset }
}

fn check(cases: Vec<Case>, context: Context) {
    for Case { what, octets, pair, data, offset } in cases {
        let error: Error = Message::decode(&octets, &context).expect_err(what);
        assert_eq!((error.code, error.subcode), pair, "{what}: {error}");
        assert_eq!(error.data, data, "{what}");
        assert_eq!(error.offset, offset, "{what}: {error}");
        let notification = error.notification();
        assert_eq!((notification.pair(), notification.data), (pair, data), "{what}");
    }
}

fn with(mut octets: Vec<u8>, at: usize, value: u8) -> Vec<u8> {
    octets[at] = value;
    octets
}

#[test]
fn header_errors() {
    let keepalive = || frame(4, &[]);
    let long = |code| frame(code, &vec![0; 5000]);
    check(
        vec![
            case("marker", with(keepalive(), 7, 0xfe), (1, 1), &[], 7),
            case("garbage", b"GET / HTTP/1.1\r\n\r\n\r\n".to_vec(), (1, 1), &[], 0),
            case("length below the header", with(keepalive(), 17, 18), (1, 2), &[0, 18], 16),
            case("length above 4096", long(2), (1, 2), &[0x13, 0x9b], 16),
            case("unknown type", frame(6, &[]), (1, 3), &[6], 18),
            case("type 0", frame(0, &[]), (1, 3), &[0], 18),
            case("KEEPALIVE with a body", frame(4, &[0]), (1, 2), &[0, 20], 16),
            case("short OPEN", frame(1, &[4; 9]), (1, 2), &[0, 28], 16),
            case("short UPDATE", frame(2, &[0; 3]), (1, 2), &[0, 22], 16),
            case("nothing", vec![], (1, 2), &[0, 0], 16),
            case("half a message", frame(2, &[0; 4])[..22].to_vec(), (1, 2), &[0, 22], 16),
            case("a message and a half", [keepalive(), vec![0xff]].concat(), (1, 2), &[0, 20], 16),
        ],
        TWO_OCTETS,
    );
    check(vec![case("extended OPEN", long(1), (1, 2), &[0x13, 0x9b], 16)], EXTENDED);
}

#[test]
fn open_errors() {
    let open = |parameters: &[u8]| {
        frame(1, &[&[4, 0xfd, 0xf2, 0, 180, 9, 9, 9, 9][..], parameters].concat())
    };
    let plain = || open(&[0]);
    check(
        vec![
            case("version 3", with(plain(), 19, 3), (2, 1), &[0, 4], 19),
            case("AS 0", with(with(plain(), 20, 0), 21, 0), (2, 2), &[], 20),
            case("AS 0 in the capability", open(&[8, 2, 6, 65, 4, 0, 0, 0, 0]), (2, 2), &[], 28),
            case("hold time 1", with(plain(), 23, 1), (2, 6), &[], 22),
            case("hold time 2", with(plain(), 23, 2), (2, 6), &[], 22),
            case(
                "identifier 0",
                frame(1, &[4, 0xfd, 0xf2, 0, 180, 0, 0, 0, 0, 0]),
                (2, 3),
                &[],
                24,
            ),
            case("parameters cut short", open(&[2]), (2, 0), &[], 28),
            case("octets after the parameters", open(&[0, 0]), (2, 0), &[], 28),
            case("half a parameter", open(&[1, 2]), (2, 0), &[], 29),
            case("parameter past the end", open(&[2, 2, 1]), (2, 0), &[], 29),
            case("authentication", open(&[3, 1, 1, 0]), (2, 4), &[], 29),
            case("unknown after known", open(&[6, 2, 2, 2, 0, 77, 0]), (2, 4), &[], 33),
            case("half a capability", open(&[3, 2, 1, 65]), (2, 0), &[], 31),
            case("capability past the parameter", open(&[4, 2, 2, 2, 1]), (2, 0), &[], 31),
            case("short multiprotocol", open(&[7, 2, 5, 1, 3, 0, 1, 0]), (2, 0), &[], 31),
            case("short four-octet AS", open(&[6, 2, 4, 65, 2, 0, 1]), (2, 0), &[], 31),
            case("extended, cut short", open(&[255, 255, 0]), (2, 0), &[], 28),
            case("extended, wrong length", open(&[255, 255, 0, 9, 2, 0, 0]), (2, 0), &[], 28),
        ],
        TWO_OCTETS,
    );
}

#[test]
fn update_errors() {
    let body = |body: &[u8]| frame(2, body);
    let second = [0x80, 15, 3, 0, 2, 1];
    check(
        vec![
            case("withdrawn past the end", body(&[0, 3, 0, 0]), (3, 1), &[], 19),
            case("no attribute length", body(&[0, 2, 8, 10]), (3, 1), &[], 23),
            case("attributes past the end", body(&[0, 0, 0, 1]), (3, 1), &[], 21),
            case("withdrawn /33", update(&[33, 0, 0, 0, 0, 0], &[], &[]), (3, 10), &[], 21),
            case("withdrawn cut short", update(&[8, 10, 24, 10, 0], &[], &[]), (3, 10), &[], 23),
            case("announced /33", update(&[], &[], &[33, 0, 0, 0, 0, 0]), (3, 10), &[], 23),
            case("announced cut short", update(&[], &[], &[32, 9, 9]), (3, 10), &[], 23),
            case("two MP_UNREACH", update(&[], &[second, second].concat(), &[]), (3, 1), &[], 29),
            case(
                "MP_REACH without SAFI",
                update(&[], &[0x80, 14, 2, 0, 2], &[]),
                (3, 9),
                &[0x80, 14, 2, 0, 2],
                23,
            ),
            case(
                "MP_UNREACH without AFI",
                update(&[], &[0x80, 15, 0], &[]),
                (3, 9),
                &[0x80, 15, 0],
                23,
            ),
        ],
        FOUR_OCTETS,
    );
}

/// RFC 7606 §5.2: there is nothing to take as withdrawn.
#[test]
fn a_malformed_attribute_without_routes_ends_the_session() {
    let lone = |attribute: &[u8]| update(&[], attribute, &[]);
    let cases = [
        ("ORIGIN 3", &[0x40, 1, 1, 3][..], (3, 6), true),
        ("long ORIGIN", &[0x40, 1, 2, 0, 0], (3, 5), true),
        ("flags", &[0xc0, 1, 1, 0], (3, 4), true),
        ("next hop 0.0.0.0", &[0x40, 3, 4, 0, 0, 0, 0], (3, 8), true),
        ("unknown well-known", &[0x40, 99, 0], (3, 2), true),
        ("path", &[0x40, 2, 1, 2], (3, 11), false),
        ("overrun", &[0x40, 1, 2, 0], (3, 5), true),
    ];
    for (what, attribute, pair, with_data) in cases {
        let data = if with_data { attribute } else { &[] };
        check(vec![case(what, lone(attribute), pair, data, 23)], FOUR_OCTETS);
    }
}

#[test]
fn a_notification_about_a_long_message_is_no_longer_than_ours_may_be() {
    let context = Context { extended_messages: true, ..Context::default() };
    let mut octets = frame(5, &[0, 1, 0, 1]);
    octets.resize(65535, 0);
    octets[16..18].copy_from_slice(&65535_u16.to_be_bytes());
    let error = Message::decode(&octets, &context).unwrap_err();
    for context in [context, Context::default()] {
        let said = Message::Notification(error.notification()).encode(&context);
        assert_eq!(said.len(), context.max_length());
        assert_eq!(frame_length(&said, &context), Ok(Some(said.len())));
        assert_eq!(said[19..], [&[7, 1][..], &octets[..said.len() - 21]].concat());
    }
}

#[test]
fn route_refresh_errors_carry_the_whole_message() {
    for body in [&[][..], &[0, 1, 0], &[0, 1, 0, 1, 0], &[0, 1, 1, 1, 0], &[0, 1, 2, 1, 9, 9]] {
        let octets = frame(5, body);
        check(vec![case("ROUTE-REFRESH", octets.clone(), (7, 1), &octets, 19)], TWO_OCTETS);
    }
}
