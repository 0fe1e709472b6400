//! What is counted between a sample and its UPDATE.

use super::single::Bench;
use super::*;
use crate::rib::Samples;

const MILLI: Duration = Duration::from_millis(1);

/// A plan that follows from samples, the newest one taken now.
fn sampled(bench: &Bench, samples: &mut Samples, version: u64, routes: &[(&str, usize)]) -> Plan {
    samples.note(version, bench.now);
    Plan { samples: Arc::new(samples.clone()), ..plan(version, routes) }
}

/// How many were counted, and all of them together.
fn counted(bench: &Bench) -> (u64, Duration) {
    let times = bench.session.reaction_times();
    (times.count(), times.sum())
}

#[test]
fn the_time_from_the_sample_to_the_written_update_counts() {
    let (mut bench, mut samples) = (Bench::established(), Samples::default());
    let plan = sampled(&bench, &mut samples, 1, &[("9.9.9.9", 1)]);
    bench.now += 3 * MILLI;
    bench.input(Input::Wanted(plan));
    assert_eq!(counted(&bench), (1, 3 * MILLI));
    bench.pass(60 * SECOND);
    assert_eq!(counted(&bench).0, 1, "KEEPALIVEs are no reaction");
}

#[test]
fn what_follows_from_no_sample_or_changes_nothing_for_the_neighbour_does_not_count() {
    let (mut bench, mut samples) = (Bench::established(), Samples::default());
    bench.input(Input::Wanted(plan(1, &[("9.9.9.9", 1)])));
    let same = sampled(&bench, &mut samples, 2, &[("9.9.9.9", 1)]);
    bench.input(Input::Wanted(same));
    bench.input(Input::Wanted(Plan {
        samples: Arc::new(samples.clone()),
        ..plan(3, &[("9.9.9.9", 4)])
    }));
    assert_eq!(counted(&bench), (0, Duration::ZERO));
}

#[test]
fn the_table_of_a_session_that_comes_up_does_not_count() {
    let (mut bench, mut samples) = (Bench::open_confirm(Direction::Dialled), Samples::default());
    bench.context = Context { four_octet_asn: true, extended_messages: false };
    let plan = sampled(&bench, &mut samples, 1, &[("9.9.9.9", 1)]);
    bench.input(Input::Wanted(plan));
    bench.hear(Direction::Dialled, &Message::Keepalive);
    assert_eq!(bench.state(), State::Established);
    assert_eq!(counted(&bench).0, 0);
}

#[test]
fn a_neighbour_that_does_not_read_makes_the_earliest_sample_wait() {
    let (mut bench, mut samples) = (Bench::stuck(), Samples::default());
    for version in 10..13 {
        let plan = sampled(&bench, &mut samples, version, &[("9.9.9.9", version as usize)]);
        bench.input(Input::Wanted(plan));
        bench.now += SECOND;
    }
    assert_eq!(counted(&bench).0, 0, "nothing is written");
    bench.input(Input::Drained(Direction::Dialled));
    assert_eq!(counted(&bench), (1, 3 * SECOND), "the first plan");
    bench.now += SECOND;
    bench.input(Input::Drained(Direction::Dialled));
    assert_eq!(counted(&bench), (2, 6 * SECOND), "the last plan, and the sample of the second");
}

#[test]
fn a_session_that_ends_reacts_to_nothing_any_more() {
    let (mut bench, mut samples) = (Bench::stuck(), Samples::default());
    let plan = sampled(&bench, &mut samples, 10, &[("9.9.9.9", 4)]);
    bench.input(Input::Wanted(plan));
    let because = Reason::new("gone");
    bench.input(Input::Closed { direction: Direction::Dialled, because });
    bench.input(Input::Drained(Direction::Dialled));
    assert_eq!(counted(&bench).0, 0);
}

#[test]
fn the_last_notification_is_remembered_with_who_has_sent_it() {
    let mut bench = Bench::established();
    assert_eq!(bench.session.last_notification(), None);
    bench.hear(Direction::Dialled, &Message::Notification(Notification::hold_timer_expired()));
    let last = bench.session.last_notification().map(|last| (last.sent, last.code, last.subcode));
    assert_eq!(last, Some((false, 4, 0)));
    let mut bench = Bench::established();
    bench.input(Input::Stop(Leaving::Shutdown));
    let last = bench.session.last_notification().map(|last| (last.sent, last.code, last.subcode));
    assert_eq!(last, Some((true, 6, 2)));
}
