//! Graceful restart (RFC 4724): what our OPEN says, and when End-of-RIB comes.

use super::single::Bench;
use super::*;
use crate::wire::{GracefulFamily, GracefulRestart, RouteRefresh};

const KEPT: &str = "9.9.9.9";

fn asking(seconds: u16) -> Params {
    let graceful_restart = Some(RestartTime::new(seconds).unwrap());
    let families = Family::ALL.into();
    Params { graceful_restart, families, ..params(65010, 65515, 1) }
}

/// A session that asks for 120 s, of a process that found [`KEPT`] on its loopback.
fn restarted() -> Bench {
    let mut bench = Bench::new(asking(120));
    let session = Session::new(asking(120), 1, bench.now);
    bench.session = session.restarted([KEPT.parse().unwrap()].into());
    bench.input(Input::Start);
    bench
}

/// A neighbour that keeps routes, and knows the marks of RFC 7313.
fn helper() -> Open {
    let mut open = their_open();
    let mine = GracefulRestart { flags: 0, restart_time: 0, families: Vec::new() };
    open.capabilities.extend([
        Capability::GracefulRestart(mine),
        Capability::EnhancedRouteRefresh,
        Capability::MultiProtocol { afi: 2, safi: 1 },
    ]);
    open
}

fn establish(bench: &mut Bench, theirs: Open) {
    bench.context = Context::default();
    bench.connect(Direction::Dialled);
    bench.hear(Direction::Dialled, &Message::Open(theirs));
    bench.context = Context { four_octet_asn: true, extended_messages: false };
    bench.hear(Direction::Dialled, &Message::Keepalive);
    assert_eq!(bench.state(), State::Established);
}

/// The connection breaks without a word and comes up again.
fn reconnect(bench: &mut Bench) {
    let because = Reason::new("reset");
    bench.input(Input::Closed { direction: Direction::Dialled, because });
    bench.pass(5 * SECOND);
    bench.said.clear();
    establish(bench, helper());
}

/// Of the OPENs said so far the capability in the last one.
fn offered(bench: &Bench) -> Option<GracefulRestart> {
    let open = |m: &Message| if let Message::Open(open) = m { Some(open.clone()) } else { None };
    let open = bench.said.iter().rev().find_map(open).expect("an OPEN was said");
    open.capabilities.into_iter().find_map(|capability| {
        if let Capability::GracefulRestart(offered) = capability { Some(offered) } else { None }
    })
}

fn offer(flags: u8, families: &[(Family, u8)]) -> Option<GracefulRestart> {
    let families = families.iter().map(|(family, flags)| GracefulFamily {
        afi: family.afi(),
        safi: family.safi(),
        flags: *flags,
    });
    Some(GracefulRestart { flags, restart_time: 120, families: families.collect() })
}

fn undecided(version: u64, routes: &[(&str, usize)], open: &[&str]) -> Plan {
    let undecided = open.iter().map(|p| p.parse().unwrap()).collect();
    Plan { undecided: Arc::new(undecided), ..plan(version, routes) }
}

/// Prefixes announced, prefixes withdrawn and End-of-RIBs since the last call.
fn told(bench: &mut Bench) -> (Vec<String>, Vec<String>, usize) {
    let names = |list: &[Prefix]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let updates = bench.updates();
    let announced = updates.iter().flat_map(|u| names(&u.announced)).collect();
    let withdrawn = updates.iter().flat_map(|u| names(&u.withdrawn)).collect();
    let ends = updates.iter().filter(|u| u.as_end_of_rib().is_some()).count();
    bench.said.clear();
    (announced, withdrawn, ends)
}

fn list(prefixes: &[&str]) -> Vec<String> {
    prefixes.iter().map(|p| format!("{p}/32")).collect()
}

#[test]
fn nothing_is_asked_for_unless_configured() {
    let mut bench = Bench::started(params(65010, 65515, 1));
    bench.connect(Direction::Dialled);
    assert_eq!(offered(&bench), None);
}

#[test]
fn after_a_start_the_open_says_restarted_and_what_was_still_there() {
    let mut bench = restarted();
    bench.connect(Direction::Dialled);
    let kept = GracefulFamily::FORWARDING_KEPT;
    let wanted =
        offer(GracefulRestart::RESTARTED, &[(Family::Ipv4Unicast, kept), (Family::Ipv6Unicast, 0)]);
    assert_eq!(offered(&bench), wanted);
}

#[test]
fn once_the_restart_time_is_over_the_open_speaks_of_no_restart() {
    let mut bench = restarted();
    bench.pass(120 * SECOND);
    bench.connect(Direction::Accepted);
    let kept = GracefulFamily::FORWARDING_KEPT;
    let all = [(Family::Ipv4Unicast, kept), (Family::Ipv6Unicast, kept)];
    assert_eq!(offered(&bench), offer(0, &all));
}

#[test]
fn a_session_that_a_reload_has_begun_was_never_restarted_and_waits_for_nothing() {
    let mut bench = Bench::started(asking(120));
    establish(&mut bench, helper());
    let kept = GracefulFamily::FORWARDING_KEPT;
    let all = [(Family::Ipv4Unicast, kept), (Family::Ipv6Unicast, kept)];
    assert_eq!(offered(&bench), offer(0, &all));
    assert_eq!(told(&mut bench), (vec![], vec![], 2));
}

#[test]
fn end_of_rib_waits_for_the_last_decision() {
    let mut bench = restarted();
    establish(&mut bench, helper());
    assert_eq!(told(&mut bench), (vec![], vec![], 0), "before the first plan");
    bench.input(Input::Wanted(undecided(1, &[], &[KEPT])));
    assert_eq!(told(&mut bench), (vec![], vec![], 0), "health is not known");
    bench.pass(10 * SECOND);
    bench.said.clear();
    bench.input(Input::Wanted(plan(2, &[(KEPT, 1)])));
    assert_eq!(told(&mut bench), (list(&[KEPT]), vec![], 2));
}

#[test]
fn end_of_rib_waits_no_longer_than_the_shorter_of_restart_time_and_a_minute() {
    for (asked, waits) in [(20, 20), (120, 60)] {
        let mut bench = Bench::new(asking(asked));
        bench.session = Session::new(asking(asked), 1, bench.now).restarted(BTreeSet::new());
        bench.input(Input::Start);
        establish(&mut bench, helper());
        bench.input(Input::Wanted(undecided(1, &[], &[KEPT])));
        bench.pass((waits - 1) * SECOND);
        assert_eq!(told(&mut bench), (vec![], vec![], 0), "{asked}");
        bench.pass(SECOND);
        assert_eq!(told(&mut bench), (vec![], vec![], 2), "{asked}");
    }
}

#[test]
fn what_is_decided_against_is_withdrawn_before_the_rest_is_decided() {
    let mut bench = Bench::new(asking(120));
    let inherited = [KEPT, "9.9.9.8", "9.9.9.7"].map(|p| p.parse().unwrap());
    bench.session = Session::new(asking(120), 1, bench.now).restarted(inherited.into());
    bench.input(Input::Start);
    establish(&mut bench, helper());
    bench.input(Input::Wanted(undecided(1, &[("9.9.9.8", 1)], &[KEPT])));
    assert_eq!(told(&mut bench), (list(&["9.9.9.8"]), list(&["9.9.9.7"]), 0));
    bench.input(Input::Wanted(plan(2, &[("9.9.9.8", 1)])));
    assert_eq!(told(&mut bench), (vec![], list(&[KEPT]), 2));
}

#[test]
fn a_neighbour_that_keeps_nothing_gets_its_end_of_rib_at_once() {
    let mut bench = restarted();
    establish(&mut bench, their_open());
    bench.input(Input::Wanted(undecided(1, &[], &[KEPT])));
    assert_eq!(told(&mut bench), (vec![], vec![], 1), "one family was negotiated");
    bench.input(Input::Wanted(plan(2, &[])));
    assert_eq!(told(&mut bench), (vec![], vec![], 0), "it has nothing to withdraw");
}

#[test]
fn what_was_told_before_a_break_is_withdrawn_by_name_after_it() {
    let mut bench = restarted();
    establish(&mut bench, helper());
    bench.input(Input::Wanted(undecided(1, &[(KEPT, 1)], &["9.9.9.8"])));
    assert_eq!(told(&mut bench), (list(&[KEPT]), vec![], 0));
    bench.input(Input::Closed { direction: Direction::Dialled, because: "reset".into() });
    bench.input(Input::Wanted(undecided(2, &[], &["9.9.9.8"])));
    bench.pass(5 * SECOND);
    establish(&mut bench, helper());
    assert_eq!(told(&mut bench), (vec![], list(&[KEPT]), 0));
}

#[test]
fn a_break_long_after_the_start_holds_nothing_back() {
    let mut bench = restarted();
    establish(&mut bench, helper());
    bench.input(Input::Wanted(plan(1, &[(KEPT, 1)])));
    for _ in 0..4 {
        bench.pass(40 * SECOND);
        bench.hear(Direction::Dialled, &Message::Keepalive);
    }
    bench.said.clear();
    reconnect(&mut bench);
    assert_eq!(told(&mut bench), (list(&[KEPT]), vec![], 2));
}

#[test]
fn a_refresh_asked_for_before_end_of_rib_is_answered_with_it() {
    let mut bench = restarted();
    establish(&mut bench, helper());
    bench.input(Input::Wanted(undecided(1, &[(KEPT, 1)], &["9.9.9.8"])));
    bench.said.clear();
    let refresh = RouteRefresh { afi: 1, safi: 1, subtype: RouteRefresh::REQUEST };
    bench.hear(Direction::Dialled, &Message::RouteRefresh(refresh));
    assert!(bench.said.is_empty(), "{:?}", bench.said);
    bench.input(Input::Wanted(plan(2, &[(KEPT, 1)])));
    let marks = bench.said.iter().filter(|m| matches!(m, Message::RouteRefresh(_))).count();
    assert_eq!(marks, 0, "BoRR before End-of-RIB is an error (RFC 7313 §4)");
    assert_eq!(told(&mut bench), (list(&[KEPT]), vec![], 2));
}

#[test]
fn a_stop_while_end_of_rib_waits_ends_in_the_notification_that_sweeps_everything() {
    let mut bench = restarted();
    establish(&mut bench, helper());
    bench.input(Input::Stop(Leaving::Shutdown));
    assert_eq!(bench.notifications(), [(6, 2)]);
    assert_eq!(bench.session.poll_timeout(), None);
}
