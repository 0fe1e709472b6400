//! Octets against values, and every rule of RFC 5880 §6.8.6 that throws a packet away.

use super::*;

/// Version 1, diagnostic 3, Up, P and D, multiplier 5; written by hand from RFC 5880 §4.1.
const OCTETS: [u8; 24] = [
    0x23, 0xe2, 5, 24, // Vers 1, Diag 3; Sta 3, P, D
    0x01, 0x02, 0x03, 0x04, // My Discriminator
    0xf0, 0x00, 0x00, 0x01, // Your Discriminator
    0x00, 0x04, 0x93, 0xe0, // Desired Min TX 300 000 µs
    0x00, 0x0f, 0x42, 0x40, // Required Min RX 1 000 000 µs
    0, 0, 0, 0, // no echo
];

fn packet() -> Packet {
    Packet {
        diagnostic: Diagnostic::NEIGHBOR_DOWN,
        state: State::Up,
        poll: true,
        is_final: false,
        demand: true,
        multiplier: NonZeroU8::new(5).unwrap(),
        my_discriminator: NonZeroU32::new(0x0102_0304).unwrap(),
        your_discriminator: NonZeroU32::new(0xf000_0001),
        desired_min_tx: 300 * MS,
        required_min_rx: 1000 * MS,
    }
}

/// The packet with one octet changed.
fn with(index: usize, octet: u8) -> [u8; 24] {
    let mut octets = OCTETS;
    octets[index] = octet;
    octets
}

#[test]
fn a_packet_is_written_and_read_as_the_rfc_draws_it() {
    assert_eq!(packet().encode(), OCTETS);
    assert_eq!(Packet::decode(&OCTETS), Ok(packet()));
}

#[test]
fn each_state_and_flag_has_its_bits() {
    for (index, state) in State::ALL.into_iter().enumerate() {
        assert_eq!(usize::from(state.code()), index);
        assert_eq!(Packet { state, ..packet() }.encode()[1] >> 6, state.code());
    }
    let none = Packet { poll: false, demand: false, ..packet() };
    let bits = |packet: Packet| packet.encode()[1] & 0x3f;
    assert_eq!(bits(none), 0);
    assert_eq!(bits(Packet { poll: true, ..none }), 0x20);
    assert_eq!(bits(Packet { is_final: true, ..none }), 0x10);
    assert_eq!(bits(Packet { demand: true, ..none }), 0x02);
}

#[test]
fn what_needs_no_session_is_discarded_by_its_own_rule() {
    let mut zero_discriminator = OCTETS;
    zero_discriminator[4..8].fill(0);
    let rules = [
        (&OCTETS[..0], Discard::Short(0)),
        (&OCTETS[..23], Discard::Short(23)),
        (&with(0, 0x03), Discard::Version(0)),
        (&with(0, 0x43), Discard::Version(2)),
        (&with(3, 23), Discard::Length(23)),
        (&with(3, 25), Discard::BeyondPayload(25, 24)),
        (&with(2, 0), Discard::ZeroMultiplier),
        (&with(1, 0xe3), Discard::Multipoint),
        (&zero_discriminator, Discard::ZeroMyDiscriminator),
        // The A bit raises the least Length to 26.
        (&with(1, 0xe6), Discard::Length(24)),
    ];
    for (octets, discard) in rules {
        assert_eq!(Packet::decode(octets), Err(discard), "{discard}");
    }
    let mut authenticated = [&with(1, 0xe6)[..], &[1, 2]].concat();
    authenticated[3] = 26;
    assert_eq!(Packet::decode(&authenticated), Err(Discard::Authenticated));
}

#[test]
fn octets_behind_the_packet_are_ignored() {
    assert_eq!(Packet::decode(&[&OCTETS[..], &[0xff; 9]].concat()), Ok(packet()));
}

#[test]
fn what_needs_the_session_is_discarded_by_its_own_rule() {
    let now = Instant::now();
    let rules = [
        (State::Down, State::Down, NonZeroU32::new(1), Discard::OtherSession),
        (State::Up, State::Up, NonZeroU32::new(1), Discard::OtherSession),
        (State::Down, State::Init, None, Discard::NoSession),
        (State::Down, State::Up, None, Discard::NoSession),
        (State::AdminDown, State::Down, None, Discard::HeldDown),
    ];
    for (ours, state, your_discriminator, discard) in rules {
        let mut session = session_in(ours, usual(), now);
        let (received, since) = (session.report().received, session.poll_timeout());
        let packet = Packet { your_discriminator, poll: true, ..theirs(&session, state) };
        hear(&mut session, &packet, now + MS);
        assert_eq!(session.last_discard(), Some(discard));
        let report = session.report();
        assert_eq!((report.state, report.discarded, report.received), (ours, 1, received));
        assert_eq!(session.poll_timeout(), since, "it does not count as heard");
        assert_eq!(session.poll_output(), None, "nobody is answered");
    }
}

#[test]
fn an_interval_beyond_the_field_is_written_as_the_longest() {
    let packet = Packet { desired_min_tx: Duration::from_secs(86_400), ..packet() };
    assert_eq!(packet.encode()[12..16], [0xff; 4]);
}

#[test]
fn diagnostics_have_the_names_of_their_registry() {
    let names: Vec<String> =
        [1, 3, 7, 31].map(|code| Diagnostic::from_code(code).to_string()).into();
    let expected = [
        "control detection time expired",
        "neighbor signaled session down",
        "administratively down",
        "diagnostic 31",
    ];
    assert_eq!(names, expected);
}
