//! Which octets are answered by which NOTIFICATION (RFC 4271 §6.1 to §6.3, RFC 5492, RFC 7313, RFC
//! 7606), and how `status` puts it. One neighbour per row: nobody waits for a back-off.

use crate::field::{Bounds, Field, Reached};
use crate::octets::{NEXT_HOP, ORIGIN, PATH, ROUTE_REFRESH, update};
use crate::support::peer::PEER_AS;
use crate::support::speaker::{KEEPALIVE, NOTIFICATION, OPEN, Speaker, UPDATE, message, open};

use Reached::{Established, OpenConfirm, OpenSent};

/// Octets sent in a state; code, subcode and data of the NOTIFICATION; words of `last-error`.
type Row<'a> = (Reached, Vec<u8>, (u8, u8), &'a [u8], &'a str);

const ID: [u8; 4] = [10, 9, 0, 2];

#[test]
fn header_errors() {
    let short_refresh = header(22, ROUTE_REFRESH, &[0, 1, 0]);
    let long_refresh = message(ROUTE_REFRESH, &[0, 1, 0, 1, 0]);
    let mut marker = message(KEEPALIVE, &[]);
    marker[15] = 0xfe;
    let rows: &[Row<'_>] = &[
        (OpenSent, marker.clone(), (1, 1), &[], "a marker that is not all ones at octet 15"),
        (OpenConfirm, marker.clone(), (1, 1), &[], "a marker that is not all ones at octet 15"),
        (Established, marker, (1, 1), &[], "a marker that is not all ones at octet 15"),
        (OpenSent, b"SSH-2.0-OpenSSH".to_vec(), (1, 1), &[], "not all ones at octet 0"),
        (OpenSent, header(0, OPEN, &[]), (1, 2), &[0, 0], "a message of 0 octets"),
        (OpenSent, header(18, KEEPALIVE, &[]), (1, 2), &[0, 18], "a message of 18 octets"),
        (OpenSent, header(4097, OPEN, &[]), (1, 2), &[16, 1], "a message of 4097 octets"),
        (Established, header(4097, UPDATE, &[]), (1, 2), &[16, 1], "a message of 4097 octets"),
        (Established, header(65535, UPDATE, &[]), (1, 2), &[255, 255], "65535 octets"),
        (OpenSent, header(28, OPEN, &[]), (1, 2), &[0, 28], "open of 28 octets"),
        (Established, header(22, UPDATE, &[]), (1, 2), &[0, 22], "update of 22 octets"),
        (OpenConfirm, header(20, KEEPALIVE, &[]), (1, 2), &[0, 20], "keepalive of 20 octets"),
        (Established, header(20, KEEPALIVE, &[]), (1, 2), &[0, 20], "keepalive of 20 octets"),
        (OpenSent, header(19, 0, &[]), (1, 3), &[0], "a message of unknown type 0"),
        (OpenConfirm, header(19, 6, &[]), (1, 3), &[6], "a message of unknown type 6"),
        (Established, header(23, 255, &[]), (1, 3), &[255], "a message of unknown type 255"),
        (Established, short_refresh.clone(), (7, 1), &short_refresh, "not 4 octets long"),
        (Established, long_refresh.clone(), (7, 1), &long_refresh, "not 4 octets long"),
    ];
    judge(rows);
}

#[test]
fn open_errors() {
    let rows: &[Row<'_>] = &[
        (OpenSent, with(0, &[3]), (2, 1), &[0, 4], "BGP version 3"),
        (OpenSent, with(0, &[5]), (2, 1), &[0, 4], "BGP version 5"),
        (OpenSent, message(OPEN, &open(65001, 90, ID)), (2, 2), &[], "AS 65001, peer-as is 65515"),
        (OpenSent, with(1, &[0, 0]), (2, 2), &[], "AS 0"),
        (OpenSent, capabilities(&[65, 4, 0, 0, 0, 0]), (2, 2), &[], "four-octet AS capability"),
        (OpenSent, with(3, &[0, 1]), (2, 6), &[], "a hold time of 1 seconds"),
        (OpenSent, with(3, &[0, 2]), (2, 6), &[], "a hold time of 2 seconds"),
        (OpenSent, with(5, &[0, 0, 0, 0]), (2, 3), &[], "BGP identifier 0.0.0.0"),
        (OpenSent, parameters(&[3, 1, 0]), (2, 4), &[], "optional parameter"),
        (OpenSent, parameters(&[1, 1, 0]), (2, 4), &[], "optional parameter"),
        (OpenSent, parameters(&[2, 9, 1, 4, 0, 1]), (2, 0), &[], "OPEN Message Error"),
        (OpenSent, capabilities(&[1, 4, 0, 1]), (2, 0), &[], "a capability that is cut short"),
        (OpenSent, capabilities(&[1, 3, 0, 1, 1]), (2, 0), &[], "a capability of the wrong length"),
        (OpenSent, capabilities(&[65, 2, 255, 235]), (2, 0), &[], "capability of the wrong length"),
        (
            OpenSent,
            capabilities(&[1, 4, 0, 2, 0, 1]),
            (2, 7),
            &[1, 4, 0, 1, 0, 1],
            "supports none of our families (ipv4-unicast)",
        ),
    ];
    judge(rows);
}

#[test]
fn update_errors_that_end_the_session() {
    let said = |body: &[u8]| message(UPDATE, body);
    let alone = |attribute: &[u8]| said(&update(&[], attribute, &[]));
    let reach: &[u8] = &[0x80, 14, 9, 0, 1, 1, 4, 10, 9, 0, 2, 0];
    let sound = [ORIGIN, PATH, NEXT_HOP].concat();
    let rows: &[Row<'_>] = &[
        (Established, said(&[0, 9, 0, 0]), (3, 1), &[], "withdrawn prefixes that run past"),
        (Established, said(&[0, 0, 0, 9]), (3, 1), &[], "attributes that run past the message"),
        (Established, said(&update(&[33, 1, 2, 3, 4, 5], &[], &[])), (3, 10), &[], "longer than"),
        (Established, said(&update(&[24, 1, 2], &[], &[])), (3, 10), &[], "that is cut short"),
        (Established, said(&update(&[], &sound, &[255])), (3, 10), &[], "longer than an address"),
        (Established, said(&update(&[], &sound, &[32, 9])), (3, 10), &[], "that is cut short"),
        (Established, alone(&[0x80, 14, 2, 0, 1]), (3, 9), &[0x80, 14, 2, 0, 1], "AFI and SAFI"),
        (Established, alone(&[0x80, 15, 0]), (3, 9), &[0x80, 15, 0], "without AFI and SAFI"),
        (Established, alone(&[reach, reach].concat()), (3, 1), &[], "a second MP_REACH_NLRI"),
        (
            Established,
            alone(&[0x40, 1, 1, 9]),
            (3, 6),
            &[0x40, 1, 1, 9],
            "without routes to withdraw",
        ),
        (
            Established,
            alone(&[0xc0, 8, 1, 0]),
            (3, 5),
            &[0xc0, 8, 1, 0],
            "without routes to withdraw",
        ),
        (Established, alone(&[0x40, 2, 1, 2]), (3, 11), &[], "without routes to withdraw"),
        (Established, alone(&[0x40, 99, 0]), (3, 2), &[0x40, 99, 0], "without routes to withdraw"),
        (
            Established,
            alone(&[0xc0, 1, 1, 0]),
            (3, 4),
            &[0xc0, 1, 1, 0],
            "without routes to withdraw",
        ),
    ];
    judge(rows);
}

#[test]
fn what_a_peer_may_leave_out_of_its_open_or_put_into_it() {
    let rows: [(&str, Vec<u8>); 6] = [
        ("no parameters", with(9, &[0])[..29].to_vec()),
        ("no capability at all", parameters(&[2, 0])),
        ("a capability nobody knows", capabilities(&[99, 3, 1, 2, 3])),
        ("the same capability forty times", capabilities(&[2, 0].repeat(40))),
        ("identifier as ours", message(OPEN, &open(PEER_AS, 90, [10, 9, 0, 1]))),
        ("two thousand capabilities", extended(&[99, 0].repeat(2000))),
    ];
    let mut field = Field::with(rows.len());
    for (number, (what, mut octets)) in rows.into_iter().enumerate() {
        if what == "no parameters" {
            octets[16..18].copy_from_slice(&[0, 29]);
            octets[28] = 0;
        }
        let mut speaker = field.reach(number, OpenSent);
        speaker.send(&octets);
        let heard = speaker.hear();
        assert_eq!(heard.as_ref().map(|h| h.kind), Some(KEEPALIVE), "{what}: {heard:?}");
        speaker.say(KEEPALIVE, &[]);
        speaker.hears(UPDATE);
        assert_eq!(field.shown(number)["state"], "established", "{what}");
    }
    field.stands(Bounds::USUAL);
}

/// Every row over a connection of its own.
fn judge(rows: &[Row<'_>]) {
    let mut field = Field::with(rows.len());
    for (number, (reached, octets, code, data, words)) in rows.iter().enumerate() {
        let mut speaker = field.reach(number, *reached);
        speaker.send(octets);
        let told = notification(&mut speaker);
        let wanted = [&[code.0, code.1][..], data].concat();
        assert_eq!(told, Some(wanted), "row {number}, {words}: {octets:02x?}");
        assert!(speaker.is_closed(), "row {number}: the connection ends with the NOTIFICATION");
        field.shows_error(number, words);
        let shown = field.shown(number);
        assert_eq!(shown["state"], "idle", "row {number}: left alone for a while");
        assert_eq!(shown["flaps"], u64::from(*reached == Established), "row {number}");
    }
    field.stands(Bounds::USUAL);
}

/// The body of the NOTIFICATION that comes.
pub(crate) fn notification(speaker: &mut Speaker) -> Option<Vec<u8>> {
    let mut heard = std::iter::from_fn(|| speaker.hear());
    heard.find(|received| received.kind == NOTIFICATION).map(|received| received.body)
}

/// A header that claims this length, whatever follows it.
fn header(length: u16, kind: u8, body: &[u8]) -> Vec<u8> {
    [&[0xff; 16][..], &length.to_be_bytes(), &[kind], body].concat()
}

/// A good OPEN with other octets at this place of its body.
fn with(at: usize, octets: &[u8]) -> Vec<u8> {
    let mut body = open(PEER_AS, 90, ID);
    body[at..at + octets.len()].copy_from_slice(octets);
    message(OPEN, &body)
}

fn parameters(parameters: &[u8]) -> Vec<u8> {
    let length = u8::try_from(parameters.len()).expect("short parameters");
    let fixed = open(PEER_AS, 90, ID);
    message(OPEN, &[&fixed[..9], &[length], parameters].concat())
}

fn capabilities(capabilities: &[u8]) -> Vec<u8> {
    let length = u8::try_from(capabilities.len()).expect("short capabilities");
    parameters(&[&[2, length][..], capabilities].concat())
}

/// The long form of RFC 9072.
fn extended(capabilities: &[u8]) -> Vec<u8> {
    let length = u16::try_from(capabilities.len()).expect("they fit an OPEN");
    let fixed = open(PEER_AS, 90, ID);
    let parameter = [&[2][..], &length.to_be_bytes(), capabilities].concat();
    let all = (length + 3).to_be_bytes();
    message(OPEN, &[&fixed[..9], &[255, 255], &all, &parameter].concat())
}
