//! The transition table, as data.

use super::*;

use State::{AdminDown, Down, Init, Up};

/// Ours, theirs, ours afterwards (RFC 5880 §6.2 and §6.8.6).
const TABLE: [(State, State, State); 16] = [
    (AdminDown, AdminDown, AdminDown),
    (AdminDown, Down, AdminDown),
    (AdminDown, Init, AdminDown),
    (AdminDown, Up, AdminDown),
    (Down, AdminDown, Down),
    (Down, Down, Init),
    (Down, Init, Up),
    (Down, Up, Down),
    (Init, AdminDown, Down),
    (Init, Down, Init),
    (Init, Init, Up),
    (Init, Up, Up),
    (Up, AdminDown, Down),
    (Up, Down, Down),
    (Up, Init, Up),
    (Up, Up, Up),
];

#[test]
fn every_state_hears_every_state_as_the_rfc_says() {
    let now = Instant::now();
    for (ours, heard, after) in TABLE {
        let mut session = session_in(ours, usual(), now);
        let later = now + 100 * MS;
        let packet = theirs(&session, heard);
        hear(&mut session, &packet, later);
        let report = session.report().clone();
        assert_eq!(report.state, after, "{ours} hears {heard}");
        let changed = ours != after;
        assert_eq!(report.since == later, changed, "{ours} hears {heard}");
        let (packets, events) = drained(&mut session);
        assert_eq!(packets.len(), usize::from(changed), "a change is told at once, and only it");
        assert!(packets.iter().all(|packet| packet.state == after));
        let failed = events.iter().any(|event| matches!(event, Event::Failed(_)));
        assert_eq!(failed, (ours, heard) == (Up, Down), "{ours} hears {heard}");
        assert_eq!(report.failures, u64::from(failed));
        assert_eq!(events.contains(&Event::HeldDown), (ours, heard) == (Up, AdminDown));
        assert_eq!(events.contains(&Event::Up), changed && after == Up);
        if after == Down && changed {
            assert_eq!(report.diagnostic, Diagnostic::NEIGHBOR_DOWN);
        }
    }
}

#[test]
fn silence_ends_init_and_up_and_only_up_has_failed() {
    let now = Instant::now();
    for (state, failures) in [(Init, 0), (Up, 1)] {
        let mut session = session_in(state, usual(), now);
        run(&mut session, now + 899 * MS);
        assert_eq!(session.report().state, state);
        run(&mut session, now + 900 * MS);
        let report = session.report();
        assert_eq!((report.state, report.failures), (Down, failures));
        assert_eq!(report.diagnostic, Diagnostic::DETECTION_TIME_EXPIRED);
        assert_eq!(report.detection, None, "the neighbour is forgotten");
    }
}

#[test]
fn a_failure_says_what_happened() {
    let now = Instant::now();
    let mut session = session_in(Up, usual(), now);
    session.handle(Input::Timeout, now + 900 * MS);
    let words = session.report().last_failure.clone().unwrap();
    assert_eq!(words.as_str(), "BFD: no packet for 900 ms");
    let mut session = session_in(Up, usual(), now);
    let diagnostic = Diagnostic::DETECTION_TIME_EXPIRED;
    let packet = Packet { diagnostic, ..theirs(&session, Down) };
    hear(&mut session, &packet, now);
    let words = session.report().last_failure.clone().unwrap();
    assert_eq!(words.as_str(), "BFD: the neighbour signals down (control detection time expired)");
}

#[test]
fn stop_says_admin_down_for_a_detection_time_and_falls_silent() {
    let now = Instant::now();
    let mut session = session_in(Up, params(300, 2000, 3), now);
    let end = now + 6000 * MS;
    session.handle(Input::Stop, now);
    let first = sent(&mut session);
    assert_eq!(first.len(), 1, "told at once");
    let mut packets = run(&mut session, end + 60_000 * MS);
    assert!(packets.len() >= 5, "{packets:?}");
    packets.push((now, first[0]));
    for (at, packet) in packets {
        assert!(at <= end, "farewell is over");
        assert_eq!(packet.state, AdminDown);
        assert_eq!(packet.diagnostic, Diagnostic::ADMINISTRATIVELY_DOWN);
        assert!(!packet.poll, "nobody could take the answer");
        assert_eq!(packet.your_discriminator, NonZeroU32::new(77));
    }
    assert_eq!(session.poll_timeout(), None);
    assert_eq!(session.report().failures, 0, "an order is not a failure");
}

#[test]
fn a_session_that_nobody_has_heard_stops_with_one_word() {
    let now = Instant::now();
    let (mut session, _) = started(usual(), 1, now);
    session.handle(Input::Stop, now);
    assert_eq!(sent(&mut session).len(), 1);
    assert!(run(&mut session, now + 60_000 * MS).is_empty());
    assert_eq!(session.poll_timeout(), None);
}

#[test]
fn before_start_nothing_is_sent_and_start_comes_once() {
    let now = Instant::now();
    let mut session = Session::new(usual(), 1, now);
    assert_eq!(session.poll_timeout(), None);
    session.handle(Input::Stop, now);
    assert_eq!(session.poll_output(), None);
    session.handle(Input::Start, now);
    session.handle(Input::Start, now);
    let packets = sent(&mut session);
    assert_eq!(packets.len(), 1);
    assert_eq!((packets[0].state, packets[0].your_discriminator), (Down, None));
}

#[test]
fn a_stopped_session_can_start_again() {
    let now = Instant::now();
    let mut session = session_in(Up, usual(), now);
    session.handle(Input::Stop, now);
    session.handle(Input::Start, now + MS);
    drained(&mut session);
    assert_eq!(session.report().state, Down);
    assert!(run(&mut session, now + 60_000 * MS).len() > 50, "it keeps calling");
}
