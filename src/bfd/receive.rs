//! What a packet of the neighbour, or the lack of one, does to a session.

use std::time::Instant;

use super::remote::Remote;
use super::{Diagnostic, Discard, Event, Packet, Session, State, Timer};
use crate::base::Reason;

impl Session {
    pub(super) fn received(&mut self, payload: &[u8], now: Instant) {
        match Packet::decode(payload).and_then(|packet| self.admitted(packet)) {
            Ok(packet) => self.take(&packet, now),
            Err(discard) => {
                self.report.discarded += 1;
                self.last_discard = Some(discard);
            }
        }
    }

    /// The rules of RFC 5880 §6.8.6 that need the session.
    fn admitted(&self, packet: Packet) -> Result<Packet, Discard> {
        match packet.your_discriminator {
            Some(named) if named != self.discriminator => Err(Discard::OtherSession),
            None if packet.state > State::Down => Err(Discard::NoSession),
            Some(_) | None if self.state() == State::AdminDown => Err(Discard::HeldDown),
            Some(_) | None => Ok(packet),
        }
    }

    /// The second half of RFC 5880 §6.8.6.
    fn take(&mut self, packet: &Packet, now: Instant) {
        self.report.received += 1;
        let remote = Remote::of(packet);
        self.remote = Some(remote);
        self.polling &= !packet.is_final;
        self.timers.set(Timer::Detection, now + remote.detection(&self.params));
        let changed = self.follow(packet, now);
        if packet.poll {
            // The answer carries the new state too, and P and F exclude each other.
            self.send(true, now);
            self.pace(now);
        } else if changed {
            self.transmit(now);
        } else {
            self.pace(now);
        }
    }

    /// Walks the table at the head of this module; says whether the state changed.
    fn follow(&mut self, packet: &Packet, now: Instant) -> bool {
        let was = self.state();
        let Some(next) = next(was, packet.state) else { return false };
        let diagnostic =
            if next == State::Down { Diagnostic::NEIGHBOR_DOWN } else { Diagnostic::NONE };
        self.change(next, diagnostic, now);
        match (was, packet.state) {
            (State::Up, State::AdminDown) => self.event(Event::HeldDown),
            (State::Up, State::Down | State::Init | State::Up) => {
                let why = packet.diagnostic;
                self.failed(Reason::from(format!("BFD: the neighbour signals down ({why})")));
            }
            (State::AdminDown | State::Down | State::Init, _) => {}
        }
        if next == State::Up {
            self.event(Event::Up);
        }
        true
    }

    /// RFC 5880 §6.8.4, and §6.8.1 for forgetting the neighbour's discriminator in any state.
    pub(super) fn silent(&mut self, now: Instant) {
        let Some(remote) = self.remote.take() else { return };
        let was = self.state();
        if matches!(was, State::Init | State::Up) {
            self.change(State::Down, Diagnostic::DETECTION_TIME_EXPIRED, now);
            if was == State::Up {
                let silence = remote.detection(&self.params).as_millis();
                self.failed(Reason::from(format!("BFD: no packet for {silence} ms")));
            }
            self.transmit(now);
        } else {
            self.pace(now);
        }
    }
}

/// The state after hearing that the neighbour is in `theirs`; `None` to stay.
fn next(ours: State, theirs: State) -> Option<State> {
    match (ours, theirs) {
        (State::AdminDown, _) => None,
        (State::Down, State::AdminDown | State::Up) => None,
        (State::Down, State::Down) => Some(State::Init),
        (State::Down, State::Init) => Some(State::Up),
        (State::Init, State::AdminDown) => Some(State::Down),
        (State::Init, State::Down) => None,
        (State::Init, State::Init | State::Up) => Some(State::Up),
        (State::Up, State::AdminDown | State::Down) => Some(State::Down),
        (State::Up, State::Init | State::Up) => None,
    }
}
