//! How often packets leave, what polls are for, and when silence counts.

use super::*;

/// The times between packets.
fn gaps(packets: &[(Instant, Packet)]) -> Vec<Duration> {
    packets.windows(2).map(|pair| pair[1].0 - pair[0].0).collect()
}

/// A session that is up at `now` and hears a packet every 250 ms; its packets up to `end`.
fn kept_up(
    session: &mut Session,
    packet: &Packet,
    now: Instant,
    end: Instant,
) -> Vec<(Instant, Packet)> {
    let mut packets = Vec::new();
    let mut at = now;
    while at < end {
        packets.extend(run(session, at));
        hear(session, packet, at);
        packets.extend(sent(session).into_iter().map(|packet| (at, packet)));
        at += 250 * MS;
    }
    packets
}

#[test]
fn nobody_is_asked_for_more_than_a_packet_a_second_before_up() {
    let now = Instant::now();
    let (mut session, first) = started(params(10, 10, 3), 1, now);
    assert_eq!(first.desired_min_tx, 1000 * MS);
    let gaps = gaps(&run(&mut session, now + 120_000 * MS));
    assert!(gaps.iter().all(|gap| (750 * MS..=1000 * MS).contains(gap)), "{gaps:?}");
    let mut session = session_in(State::Init, params(10, 10, 3), now);
    assert_eq!(session.report().interval, 1000 * MS);
    let packet = theirs(&session, State::Init);
    hear(&mut session, &packet, now);
    assert_eq!(session.report().interval, 300 * MS, "what the neighbour takes");
    assert_eq!(sent(&mut session)[0].desired_min_tx, 10 * MS);
}

#[test]
fn jitter_takes_up_to_a_quarter_and_at_least_a_tenth_when_one_packet_counts() {
    let now = Instant::now();
    for (multiplier, least, most) in [(3, 750, 1000), (1, 750, 900)] {
        let (mut session, _) = started(params(1000, 1000, multiplier), 7, now);
        let gaps = gaps(&run(&mut session, now + 1_000_000 * MS));
        assert!(gaps.len() > 1000);
        assert!(gaps.iter().all(|gap| (least * MS..=most * MS).contains(gap)));
        let spread = (most - least) / 10;
        assert!(gaps.iter().any(|gap| *gap < (least + spread) * MS), "jitter reaches down");
        assert!(gaps.iter().any(|gap| *gap > (most - spread) * MS), "jitter reaches up");
    }
}

#[test]
fn the_slower_side_sets_the_pace_and_the_detection_time() {
    let now = Instant::now();
    let mut session = session_in(State::Up, params(100, 400, 3), now);
    let report = session.report();
    assert_eq!((report.interval, report.detection), (300 * MS, Some(1200 * MS)));
    let packet = Packet {
        desired_min_tx: 500 * MS,
        required_min_rx: 50 * MS,
        multiplier: NonZeroU8::new(4).unwrap(),
        ..theirs(&session, State::Up)
    };
    hear(&mut session, &packet, now);
    let report = session.report();
    assert_eq!((report.interval, report.detection), (100 * MS, Some(2000 * MS)));
    assert_eq!(session.timers.get(Timer::Detection), Some(now + 2000 * MS));
}

#[test]
fn a_faster_neighbour_is_served_at_once_and_a_slower_one_spared_at_once() {
    let now = Instant::now();
    let mut session = session_in(State::Up, params(100, 100, 3), now);
    for (required, least, most) in [(2000, 1500, 2000), (100, 75, 100)] {
        let required_min_rx = required * MS;
        let packet = Packet { required_min_rx, ..theirs(&session, State::Up) };
        hear(&mut session, &packet, now);
        let next = session.timers.get(Timer::Transmit).unwrap();
        assert!((now + least * MS..=now + most * MS).contains(&next), "{required}");
    }
}

#[test]
fn going_up_polls_until_the_answer_comes() {
    let now = Instant::now();
    let mut session = session_in(State::Up, usual(), now);
    let up = theirs(&session, State::Up);
    let packets = kept_up(&mut session, &up, now, now + 2000 * MS);
    assert!(packets.len() >= 6);
    assert!(packets.iter().all(|(_, packet)| packet.poll && !packet.is_final));
    hear(&mut session, &Packet { is_final: true, ..up }, now + 2000 * MS);
    let packets = kept_up(&mut session, &up, now + 2000 * MS, now + 4000 * MS);
    assert!(packets.len() >= 6);
    assert!(packets.iter().all(|(_, packet)| !packet.poll));
}

#[test]
fn there_is_nothing_to_poll_for_when_the_slow_start_is_not_slower() {
    let now = Instant::now();
    let mut session = session_in(State::Up, params(1500, 300, 3), now);
    let up = theirs(&session, State::Up);
    let packets = kept_up(&mut session, &up, now, now + 5000 * MS);
    assert!(packets.len() >= 3);
    assert!(packets.iter().all(|(_, packet)| !packet.poll));
}

#[test]
fn a_poll_is_answered_at_once_and_the_pace_stays() {
    let now = Instant::now();
    for state in [State::Down, State::Init, State::Up] {
        let mut session = session_in(State::Up, usual(), now);
        let later = now + 10 * MS;
        let pace = session.timers.get(Timer::Transmit);
        let packet = Packet { poll: true, ..theirs(&session, state) };
        hear(&mut session, &packet, later);
        let packets = sent(&mut session);
        assert_eq!(packets.len(), 1, "one packet answers and tells of the change");
        assert!(packets[0].is_final && !packets[0].poll);
        assert_eq!(packets[0].state, session.report().state);
        if state == State::Up {
            assert_eq!(session.timers.get(Timer::Transmit), pace);
        }
    }
}

#[test]
fn a_neighbour_in_demand_mode_or_without_appetite_gets_no_periodic_packets() {
    let now = Instant::now();
    let mut session = session_in(State::Up, usual(), now);
    let demanding = Packet { demand: true, is_final: true, ..theirs(&session, State::Up) };
    let full = Packet { required_min_rx: Duration::ZERO, ..theirs(&session, State::Up) };
    for quiet in [demanding, full] {
        hear(&mut session, &quiet, now);
        assert_eq!(session.timers.get(Timer::Transmit), None);
        hear(&mut session, &Packet { poll: true, ..quiet }, now);
        assert!(sent(&mut session)[0].is_final, "a poll is answered still");
        let packet = theirs(&session, State::Up);
        hear(&mut session, &packet, now);
        assert!(session.timers.get(Timer::Transmit).is_some());
    }
    hear(&mut session, &full, now);
    run(&mut session, now + 900 * MS);
    assert!(session.timers.get(Timer::Transmit).is_some(), "what it wanted is forgotten with it");
}

#[test]
fn a_demanding_neighbour_still_gets_our_polls() {
    let now = Instant::now();
    let mut session = session_in(State::Up, usual(), now);
    let packet = Packet { demand: true, ..theirs(&session, State::Up) };
    let packets = kept_up(&mut session, &packet, now, now + 2000 * MS);
    assert!(packets.len() >= 3 && packets.iter().all(|(_, packet)| packet.poll));
}

#[test]
fn discriminators_differ_by_seed_and_are_never_zero() {
    let now = Instant::now();
    let named: std::collections::BTreeSet<_> =
        (0..1000).map(|seed| Session::new(usual(), seed, now).discriminator()).collect();
    assert_eq!(named.len(), 1000);
}
