//! Every message type in every state that has a connection (RFC 4271 §8.2.2, RFC 6608).

use crate::errors::notification;
use crate::field::{Bounds, Field, Reached, everything_is_read};
use crate::octets::{END_OF_RIB, ROUTE_REFRESH};
use crate::support::count::counted;
use crate::support::peer::PEER_AS;
use crate::support::speaker::{KEEPALIVE, NOTIFICATION, OPEN, UPDATE, open};
use crate::support::wait::eventually_equals;

use Reached::{Established, OpenConfirm, OpenSent};

/// What a message leads to: the state that `status` shows then, and the NOTIFICATION, if any.
type Leads = (&'static str, Option<[u8; 3]>);

const REACHED: [Reached; 3] = [OpenSent, OpenConfirm, Established];
const CEASE: &[u8] = &[6, 2];
const ERROR: &[u8] = &[4, 0];

#[test]
fn every_message_in_every_state_over_a_socket() {
    let open = open(PEER_AS, 90, [10, 9, 0, 2]);
    let wrong = |subcode, kind| ("idle", Some([5, subcode, kind]));
    let table: [(u8, &[u8], [Leads; 3]); 7] = [
        // message          in OpenSent        in OpenConfirm          in Established
        (OPEN, &open, [("open-confirm", None), wrong(2, OPEN), wrong(3, OPEN)]),
        (UPDATE, &END_OF_RIB, [wrong(1, UPDATE), wrong(2, UPDATE), ("established", None)]),
        (NOTIFICATION, CEASE, [("active", None), ("active", None), ("active", None)]),
        (NOTIFICATION, ERROR, [("idle", None), ("idle", None), ("idle", None)]),
        (NOTIFICATION, &[], [("idle", None), ("idle", None), ("idle", None)]),
        (KEEPALIVE, &[], [wrong(1, KEEPALIVE), ("established", None), ("established", None)]),
        (
            ROUTE_REFRESH,
            &[0, 1, 0, 1],
            [wrong(1, ROUTE_REFRESH), wrong(2, ROUTE_REFRESH), ("established", None)],
        ),
    ];
    counted("cells of state and message over a socket", table.len() * REACHED.len());
    let mut field = Field::with(table.len() * REACHED.len());
    let cells = table.iter().flat_map(|(kind, body, leads)| {
        REACHED.into_iter().zip(leads).map(move |(reached, leads)| (*kind, *body, reached, leads))
    });
    let mut kept = Vec::new();
    for (number, (kind, body, reached, (state, told))) in cells.enumerate() {
        let what = format!("type {kind} {body:02x?} in {reached:?}");
        let mut speaker = field.reach(number, reached);
        speaker.say(kind, body);
        eventually_equals(&what, &(*state).into(), || field.shown(number)["state"].clone());
        if matches!(*state, "active" | "idle") {
            assert_eq!(notification(&mut speaker), told.map(|told| told.to_vec()), "{what}");
        } else {
            kept.push((what, *state, speaker));
        }
    }
    for (what, state, speaker) in &mut kept {
        assert!(!speaker.is_closed() || *state == "open-confirm", "{what}");
        if *state == "established" {
            everything_is_read(speaker);
        }
    }
    field.stands(Bounds { files: 16, ..Bounds::USUAL });
}
