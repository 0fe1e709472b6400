use std::collections::BTreeSet;

use super::world::{machine, other, own, place, wanted};
use crate::addr::ours::{MARK, Ours, keeps_marks};
use crate::addr::present::{Found, Link};

const NINE: &str = "9.9.9.9";

#[test]
fn the_first_look_claims_all_that_is_marked_and_later_ones_only_what_is_wanted() {
    let nothing = BTreeSet::new();
    let nine = BTreeSet::from([wanted(NINE, "lo", None)]);
    let mut ours = Ours::new(true);
    let claimed = ours.claim(&machine([own("9.9.9.7"), other("9.9.9.6")]), &nothing);
    assert_eq!(claimed, [place("9.9.9.7", 1)].into());

    // Another herald comes and marks its own: not ours unless we want the same.
    let later = machine([own("9.9.9.8"), own(NINE)]);
    assert_eq!(ours.claim(&later, &nine), [place(NINE, 1)].into());
    assert!(ours.owns(&own(NINE)));
    assert!(!ours.owns(&own("9.9.9.8")));
}

#[test]
fn an_address_that_lost_the_mark_or_has_a_network_is_not_ours() {
    let mut ours = Ours::new(true);
    ours.claim(&machine([own(NINE)]), &BTreeSet::new());
    assert!(ours.owns(&own(NINE)));
    assert!(!ours.owns(&other(NINE)));
    assert!(!ours.owns(&Found { length: 24, ..own(NINE) }));
}

#[test]
fn a_kernel_without_marks_goes_by_the_configured_label() {
    let labels = BTreeSet::from([wanted("9.9.9.1", "lo", Some("lo:9"))]);
    let bare = Found { label: Some("lo".into()), ..other("9.9.9.8") };
    let mut ours = Ours::new(false);
    let claimed = ours.claim(&machine([other(NINE), bare.clone(), other("2001:db8::9")]), &labels);
    assert_eq!(claimed, [place(NINE, 1)].into());
    assert!(ours.owns(&other(NINE)));
    assert!(!ours.owns(&bare));

    // What this run adds it knows without any mark, IPv6 too.
    assert!(ours.hold(place("2001:db8::9", 1)));
    assert!(ours.owns(&other("2001:db8::9")));
}

#[test]
fn the_name_of_the_interface_is_no_label_of_ours() {
    let labels = BTreeSet::from([wanted(NINE, "lo", Some("lo"))]);
    let bare = Found { label: Some("lo".into()), ..other("9.9.9.8") };
    assert_eq!(Ours::new(false).claim(&machine([bare]), &labels), BTreeSet::new());
}

#[test]
fn what_goes_with_its_interface_has_not_been_taken_from_us() {
    let (four, six) = (place(NINE, 2), place("2001:db8::9", 2));
    let found = |address| Found { place: place(address, 2), mark: Some(MARK), ..own(address) };
    let mut ours = Ours::new(true);
    ours.claim(&machine([found(NINE), found("2001:db8::9")]), &BTreeSet::new());

    // Down: the kernel drops IPv6 addresses and keeps those of IPv4.
    let mut present = machine([found(NINE)]);
    present.links.insert(2, Link { name: "d0".into(), up: false });
    ours.forget_gone(&present);
    assert_eq!((ours.held(four), ours.held(six)), (true, false));

    present.links.remove(&2);
    ours.forget_gone(&present);
    assert!(!ours.held(four));
}

#[test]
fn what_is_missing_on_an_interface_that_is_up_has_been_taken_from_us() {
    let mut ours = Ours::new(true);
    ours.hold(place(NINE, 1));
    ours.forget_gone(&machine([]));
    assert!(!ours.hold(place(NINE, 1)), "held before, so this is a put-back");
}

#[test]
fn marks_are_kept_since_5_18() {
    for (release, kept) in [
        ("5.17.0-rc1", false),
        ("5.4.0-150-generic", false),
        ("4.19", false),
        ("5.18.0", true),
        ("6.1.0-18-amd64", true),
        ("10.0", true),
        ("", true),
    ] {
        assert_eq!(keeps_marks(release), kept, "{release}");
    }
}
