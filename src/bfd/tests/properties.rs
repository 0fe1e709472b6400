//! Whatever arrives and whenever: no panic, no timer in the past, every packet counted once.

use proptest::prelude::*;

use super::*;

fn any_packet() -> impl Strategy<Value = Packet> {
    let flags = any::<[bool; 3]>();
    let numbers = (any::<NonZeroU8>(), any::<NonZeroU32>(), any::<Option<NonZeroU32>>());
    (any::<u8>(), any::<u8>(), flags, numbers, any::<[u32; 2]>()).prop_map(
        |(diagnostic, state, [poll, is_final, demand], (multiplier, mine, yours), intervals)| {
            let [desired, required] = intervals.map(|n| Duration::from_micros(n.into()));
            Packet {
                diagnostic: Diagnostic::from_code(diagnostic),
                state: State::from_code(state),
                poll,
                is_final,
                demand,
                multiplier,
                my_discriminator: mine,
                your_discriminator: yours,
                desired_min_tx: desired,
                required_min_rx: required,
            }
        },
    )
}

fn any_params() -> impl Strategy<Value = Params> {
    (10u32..60_000, 10u32..60_000, 1u8..)
        .prop_map(|(min_tx, min_rx, multiplier)| params(min_tx, min_rx, multiplier))
}

#[derive(Debug, Clone)]
enum Operation {
    Start,
    Stop,
    /// Any octets at all.
    Noise(Vec<u8>),
    /// A packet of which one octet may be broken; `known` puts our discriminator in.
    Packet {
        packet: Packet,
        known: bool,
        broken: Option<(usize, u8)>,
    },
    /// So many milliseconds, with all timers that fire meanwhile.
    Pass(u32),
}

fn any_operation() -> impl Strategy<Value = Operation> {
    let broken = prop::option::weighted(0.3, (0usize..PACKET_LENGTH, any::<u8>()));
    prop_oneof![
        1 => Just(Operation::Start),
        1 => Just(Operation::Stop),
        2 => prop::collection::vec(any::<u8>(), 0..60).prop_map(Operation::Noise),
        10 => (any_packet(), any::<bool>(), broken)
            .prop_map(|(packet, known, broken)| Operation::Packet { packet, known, broken }),
        6 => (0u32..5_000).prop_map(Operation::Pass),
    ]
}

/// What must hold after every step.
fn check(session: &mut Session, now: Instant) -> Result<(), TestCaseError> {
    let report = session.report().clone();
    let (packets, _) = drained(session);
    for packet in packets {
        prop_assert!(!(packet.poll && packet.is_final));
        prop_assert!(!packet.demand);
        prop_assert_eq!(packet.my_discriminator, session.discriminator());
        let slow = packet.desired_min_tx >= SLOW;
        prop_assert!(packet.state == State::Up || slow, "fast while {}", packet.state);
    }
    if let Some((at, timer)) = session.poll_timeout() {
        prop_assert!(at >= now, "{:?} is in the past", timer);
    }
    match report.state {
        State::Init | State::Up => prop_assert!(session.timers.get(Timer::Detection).is_some()),
        State::AdminDown => prop_assert!(session.timers.get(Timer::Detection).is_none()),
        State::Down => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn every_packet_survives_the_wire(packet in any_packet()) {
        prop_assert_eq!(Packet::decode(&packet.encode()), Ok(packet));
    }

    #[test]
    fn what_is_read_says_the_same_when_written_again(
        packet in any_packet(), index in 0usize..PACKET_LENGTH, octet: u8,
    ) {
        let mut octets = packet.encode();
        octets[index] = octet;
        if let Ok(read) = Packet::decode(&octets) {
            prop_assert_eq!(Packet::decode(&read.encode()), Ok(read));
        }
    }

    #[test]
    fn nothing_that_arrives_breaks_a_session(
        params in any_params(), seed: u64,
        operations in prop::collection::vec(any_operation(), 0..80),
    ) {
        let mut now = Instant::now();
        let mut session = Session::new(params, seed, now);
        let mut arrived = 0;
        for operation in operations {
            match operation {
                Operation::Start => session.handle(Input::Start, now),
                Operation::Stop => session.handle(Input::Stop, now),
                Operation::Noise(octets) => {
                    arrived += 1;
                    session.handle(Input::Received(&octets), now);
                }
                Operation::Packet { mut packet, known, broken } => {
                    arrived += 1;
                    if known {
                        packet.your_discriminator = Some(session.discriminator());
                    }
                    let mut octets = packet.encode();
                    if let Some((index, octet)) = broken {
                        octets[index] = octet;
                    }
                    session.handle(Input::Received(&octets), now);
                }
                Operation::Pass(time) => {
                    let end = now + time * MS;
                    while let Some((at, _)) = session.poll_timeout().filter(|(at, _)| *at <= end) {
                        now = at;
                        session.handle(Input::Timeout, now);
                        check(&mut session, now)?;
                    }
                    now = end;
                }
            }
            check(&mut session, now)?;
            let report = session.report();
            prop_assert_eq!(report.received + report.discarded, arrived);
        }
    }
}
