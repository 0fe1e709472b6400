//! TCP knows no messages: octets in any portion mean the same.

use crate::field::{Bounds, Field, Reached, everything_is_read, hears_end_of_rib};
use crate::octets::{ROUTE_REFRESH, routes};
use crate::support::peer::PEER_AS;
use crate::support::speaker::{KEEPALIVE, OPEN, UPDATE, message, open};
use crate::support::wait::eventually_equals;

#[test]
fn a_session_that_arrives_octet_by_octet() {
    let mut field = Field::with(1);
    let mut speaker = field.reach(0, Reached::OpenSent);
    let open = message(OPEN, &open(PEER_AS, 90, [10, 9, 0, 2]));
    let all = [open, message(KEEPALIVE, &[]), routes(0, 20), message(ROUTE_REFRESH, &[0, 1, 0, 1])];
    all.concat().chunks(1).for_each(|octet| speaker.send(octet));
    speaker.hears(KEEPALIVE);
    // The ROUTE-REFRESH is answered after the first table, or together with it.
    hears_end_of_rib(&mut speaker);
    eventually_equals("all are there", &20.into(), || field.shown(0)["received"].clone());
    field.stands(Bounds::USUAL);
}

#[test]
fn messages_cut_inside_the_header_and_at_every_other_place() {
    let mut field = Field::with(1);
    let mut speaker = field.reach(0, Reached::Established);
    let length = routes(0, 3).len();
    for cut in 1..length {
        let both = [routes(0, 3), routes(3, 3)].concat();
        let (first, second) = both.split_at(cut);
        speaker.send(first);
        speaker.send(second);
    }
    everything_is_read(&mut speaker);
    let shown = field.shown(0);
    assert_eq!((&shown["received"], &shown["malformed"]), (&6.into(), &0.into()));
    field.stands(Bounds::USUAL);
}

#[test]
fn a_whole_session_in_one_write() {
    let mut field = Field::with(1);
    let mut speaker = field.dial(0);
    let mut all = message(OPEN, &open(PEER_AS, 90, [10, 9, 0, 2]));
    all.extend(message(KEEPALIVE, &[]));
    (0..500).for_each(|number| all.extend(routes(number * 2, 2)));
    all.extend(message(ROUTE_REFRESH, &[0, 1, 0, 1]));
    speaker.send(&all);
    for kind in [OPEN, KEEPALIVE, UPDATE] {
        speaker.hears(kind);
    }
    everything_is_read(&mut speaker);
    assert_eq!(field.shown(0)["received"], 1000);
    field.stands(Bounds::USUAL);
}

#[test]
fn a_message_that_never_ends_is_given_up_after_the_hold_time() {
    let mut field = Field::set(1, |config| config.set("neighbor.h0", "hold-time", "\"3s\""));
    let mut speaker = field.reach(0, Reached::Established);
    speaker.send(&routes(0, 20)[..30]);
    assert_eq!(speaker.hears_notification(), (4, 0));
    field.shows_error(0, "hold timer expired");
    eventually_equals("the neighbour may dial again", &"active".into(), || {
        field.shown(0)["state"].clone()
    });
    field.stands(Bounds::USUAL);
}
