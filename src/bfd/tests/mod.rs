//! Tests of BFD, on a virtual clock.

mod packets;
mod pair;
mod properties;
mod table;
mod timing;

use std::num::NonZeroU8;

use super::*;

const MS: Duration = Duration::from_millis(1);

fn params(min_tx: u32, min_rx: u32, multiplier: u8) -> Params {
    Params {
        min_tx: min_tx * MS,
        min_rx: min_rx * MS,
        multiplier: NonZeroU8::new(multiplier).unwrap(),
    }
}

fn usual() -> Params {
    params(300, 300, 3)
}

/// A session that has been started, and its first packet.
fn started(params: Params, seed: u64, now: Instant) -> (Session, Packet) {
    let mut session = Session::new(params, seed, now);
    session.handle(Input::Start, now);
    let packet = sent(&mut session).pop().unwrap();
    (session, packet)
}

/// The packets that the session sends now; events are dropped.
fn sent(session: &mut Session) -> Vec<Packet> {
    let (packets, _) = drained(session);
    packets
}

/// The packets and events that come out now.
fn drained(session: &mut Session) -> (Vec<Packet>, Vec<Event>) {
    let (mut packets, mut events) = (Vec::new(), Vec::new());
    while let Some(output) = session.poll_output() {
        match output {
            Output::Send(octets) => packets.push(Packet::decode(&octets).unwrap()),
            Output::Event(event) => events.push(event),
        }
    }
    (packets, events)
}

/// A packet of a neighbour in `state` that knows `session`, with intervals of 300 ms and a
/// multiplier of 3.
fn theirs(session: &Session, state: State) -> Packet {
    Packet {
        diagnostic: Diagnostic::NONE,
        state,
        poll: false,
        is_final: false,
        demand: false,
        multiplier: NonZeroU8::new(3).unwrap(),
        my_discriminator: NonZeroU32::new(77).unwrap(),
        your_discriminator: Some(session.discriminator()),
        desired_min_tx: 300 * MS,
        required_min_rx: 300 * MS,
    }
}

fn hear(session: &mut Session, packet: &Packet, now: Instant) {
    session.handle(Input::Received(&packet.encode()), now);
}

/// A session in `state`, with everything drained.
fn session_in(state: State, params: Params, now: Instant) -> Session {
    let mut session = Session::new(params, 1, now);
    let heard: &[State] = match state {
        State::AdminDown | State::Down => &[],
        State::Init => &[State::Down],
        State::Up => &[State::Down, State::Init],
    };
    if state != State::AdminDown {
        session.handle(Input::Start, now);
    }
    for heard in heard {
        let packet = theirs(&session, *heard);
        hear(&mut session, &packet, now);
    }
    drained(&mut session);
    assert_eq!(session.report().state, state);
    session
}

/// Runs the timers up to `end` and gives each packet with its time.
fn run(session: &mut Session, end: Instant) -> Vec<(Instant, Packet)> {
    let mut packets = Vec::new();
    while let Some((at, _)) = session.poll_timeout().filter(|(at, _)| *at <= end) {
        session.handle(Input::Timeout, at);
        packets.extend(sent(session).into_iter().map(|packet| (at, packet)));
    }
    packets
}
