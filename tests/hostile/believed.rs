//! What a neighbour shows is shown, and changes nothing of this machine.

use crate::field::{Bounds, Field, Reached, everything_is_read};
use crate::octets::{NEXT_HOP, ORIGIN, PATH, routes, update};
use crate::support::speaker::{UPDATE, message};
use crate::support::wait::eventually_equals;

/// Everywhere, and the anycast address of the service itself.
const TEMPTING: [&[u8]; 2] = [&[0], &[32, 9, 9, 9, 9]];

#[test]
fn no_route_of_a_neighbour_reaches_the_kernel_or_moves_a_service() {
    let mut field = Field::with(1);
    let (before, service) = (field.kernel_routes(), field.herald.service());
    assert!(before.contains("10.9.0.0/24"), "{before}");
    let mut speaker = field.reach(0, Reached::Established);
    let attributes = [ORIGIN, PATH, NEXT_HOP].concat();
    for prefix in TEMPTING {
        speaker.send(&message(UPDATE, &update(&[], &attributes, prefix)));
    }
    speaker.send(&routes(0, 100));
    everything_is_read(&mut speaker);
    eventually_equals("they are counted and shown", &102.into(), || {
        field.shown(0)["received"].clone()
    });
    assert_eq!(field.kernel_routes(), before);
    let after = field.herald.service();
    for said in ["state", "since", "routes"] {
        assert_eq!(after[said], service[said], "{said}");
    }
    field.stands(Bounds::USUAL);
}
