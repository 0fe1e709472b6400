//! How connections begin and end: dialling, accepting, timers, closing.

use std::net::IpAddr;
use std::time::Instant;

use super::connection::Connection;
use super::{
    AWAITED, DIAL_LIMIT, Direction, Event, Leaving, OPEN_HOLD, Output, Params, RETRY_MOST, Session,
    Timer, negotiation, outbound,
};
use crate::base::{Backoff, Reason};
use crate::rib::Carried;
use crate::wire::{Context, Message, Notification};

/// Why a connection is closed by us.
pub(super) struct Closing {
    /// What the neighbour is told.
    pub(super) notification: Option<Notification>,
    /// What the operator is told.
    pub(super) because: Reason,
    /// Whether the neighbour is to blame, so that it is left alone for a while.
    pub(super) penalty: bool,
}

impl Session {
    pub(super) fn start(&mut self, now: Instant) {
        if self.params.shutdown || self.running {
            return;
        }
        self.running = true;
        self.dial(now);
    }

    /// Event 2: the neighbour is told why, and nothing is tried again.
    pub(super) fn stop(&mut self, leaving: Leaving, now: Instant) {
        self.running = false;
        self.cancel_dial();
        for direction in [Direction::Dialled, Direction::Accepted] {
            let (notification, because) = self.last_words(leaving);
            let because = Reason::new(because);
            self.close(
                direction,
                Closing { notification: Some(notification), because, penalty: false },
                now,
            );
        }
        self.timers.stop(Timer::Retry);
        self.timers.stop(Timer::Awaited);
        self.carry(Carried::Nothing);
    }

    /// What the neighbour is told, and what the operator is told.
    fn last_words(&self, leaving: Leaving) -> (Notification, &'static str) {
        match leaving {
            Leaving::Shutdown => {
                let text = &self.params.shutdown_message;
                (Notification::administrative_shutdown(text), "shut down by herald")
            }
            Leaving::Reset => {
                (Notification::administrative_reset(""), "reset for a new configuration")
            }
            Leaving::Deconfigured => {
                (Notification::peer_deconfigured(), "no longer in the configuration")
            }
        }
    }

    /// What a session can follow as it runs: timers from their next start on, limits from the next
    /// route on.
    pub(super) fn configure(&mut self, params: Params) {
        if params.connect_retry != self.params.connect_retry {
            self.backoff = Backoff::new(params.connect_retry, RETRY_MOST);
        }
        self.adj_rib_in.set_limit(params.max_received);
        self.params = params;
    }

    /// The hold timer would find out much later; the routes go at once.
    pub(super) fn bfd_down(&mut self, because: Reason, now: Instant) {
        let Some((direction, _)) = self.established() else { return };
        let notification = Some(Notification::bfd_down());
        self.close(direction, Closing { notification, because, penalty: false }, now);
    }

    fn dial(&mut self, now: Instant) {
        self.penalised = false;
        // A connection that has not brought an OPEN yet may come from somebody who never sends one.
        let meeting = self.connections.iter().any(|(direction, connection)| {
            *direction == Direction::Dialled || connection.negotiated.is_some()
        });
        if self.params.passive && self.connections.is_empty() {
            self.timers.set(Timer::Awaited, now + AWAITED);
        }
        if self.params.passive || meeting || self.dialling {
            return;
        }
        self.dialling = true;
        self.timers.stop(Timer::Retry);
        self.timers.set(Timer::DialLimit, now + DIAL_LIMIT);
        self.outputs.push_back(Output::Dial);
    }

    pub(super) fn cancel_dial(&mut self) {
        self.timers.stop(Timer::DialLimit);
        if std::mem::take(&mut self.dialling) {
            self.outputs.push_back(Output::CancelDial);
        }
    }

    pub(super) fn dialled(&mut self, local: IpAddr, now: Instant) {
        if !std::mem::take(&mut self.dialling) {
            return;
        }
        self.timers.stop(Timer::DialLimit);
        self.connect(Direction::Dialled, local, now);
    }

    pub(super) fn dial_failed(&mut self, because: Reason, now: Instant) {
        if !std::mem::take(&mut self.dialling) {
            return;
        }
        self.timers.stop(Timer::DialLimit);
        self.failed(because);
        self.retry_later(now);
    }

    /// Event 16. An established session keeps its connection: the newcomer is told so, and the old
    /// connection is tried by a KEEPALIVE, which finds out at once whether the neighbour has lost it.
    pub(super) fn accepted(&mut self, local: IpAddr, now: Instant) {
        let established = self.established().map(|(direction, _)| direction);
        if let Some(direction) = established {
            self.outputs.push_back(self.refusal(Notification::connection_collision()));
            self.probe(direction, now);
        } else if !self.running || self.penalised {
            self.outputs.push_back(self.refusal(Notification::connection_rejected()));
        } else {
            // A neighbour that dials again has given up its earlier attempt.
            self.forget(Direction::Accepted);
            self.outputs.push_back(Output::Adopt);
            self.connect(Direction::Accepted, local, now);
        }
    }

    fn refusal(&self, notification: Notification) -> Output {
        let message = Message::Notification(notification);
        Output::Refuse(outbound::octets([message], &Context::default()))
    }

    /// Sends a KEEPALIVE ahead of time; a host that has restarted answers it with a reset. Where
    /// earlier octets wait to be read they ask the same question, and a neighbour that dials again
    /// and again would only make them more.
    pub(super) fn probe(&mut self, direction: Direction, now: Instant) {
        if self.connections.get(&direction).is_some_and(|connection| !connection.unsent) {
            self.send(direction, vec![Message::Keepalive], now);
        }
    }

    /// Events 16 and 17: connected, so our OPEN goes out.
    fn connect(&mut self, direction: Direction, local: IpAddr, now: Instant) {
        self.timers.stop(Timer::Awaited);
        self.connections.insert(direction, Connection::new(local));
        self.timers.set(Timer::Hold(direction), now + OPEN_HOLD);
        let mut open = negotiation::open(&self.params);
        let restart = self.restart.as_ref();
        open.capabilities.extend(restart.map(|r| r.capability(&self.params.families, now)));
        self.send(direction, vec![Message::Open(open)], now);
    }

    /// The connection is gone without our doing.
    pub(super) fn closed(&mut self, direction: Direction, because: Reason, now: Instant) {
        if self.connections.contains_key(&direction) {
            self.ended(direction, because, now);
        }
    }

    /// Closes a connection, if there is one.
    pub(super) fn close(&mut self, direction: Direction, closing: Closing, now: Instant) {
        if !self.connections.contains_key(&direction) {
            return;
        }
        if let Some(notification) = closing.notification {
            self.remember(true, &notification);
            self.send(direction, vec![Message::Notification(notification)], now);
        }
        self.outputs.push_back(Output::Close(direction));
        self.ended(direction, closing.because, now);
        // A second connection that was no good says nothing against the session that stays.
        self.penalised = closing.penalty && self.established().is_none();
    }

    /// Takes a connection and its timers away without a word.
    fn forget(&mut self, direction: Direction) -> Option<Connection> {
        for timer in [Timer::Hold, Timer::Keepalive, Timer::SendHold] {
            self.timers.stop(timer(direction));
        }
        self.connections.remove(&direction)
    }

    fn ended(&mut self, direction: Direction, because: Reason, now: Instant) {
        let Some(connection) = self.forget(direction) else { return };
        if let Some(negotiated) = connection.negotiated.filter(|_| connection.established) {
            match negotiated.graceful_restart {
                true => self.adj_rib_out.outlive(),
                false => self.adj_rib_out.clear(),
            }
            self.timers.stop(Timer::EndOfRib);
            self.adj_rib_in.clear();
            self.close_gap();
            self.refresh.clear();
            self.end_of_rib.clear();
            self.reaction.interrupted();
            self.counters.flaps += u64::from(self.running);
            self.last_error = Some(because.clone());
            self.carry(Carried::Nothing);
            self.event(if self.running { Event::Lost(because) } else { Event::Stopped });
        } else {
            self.failed(because);
        }
        if self.running && self.connections.values().all(|other| other.negotiated.is_none()) {
            self.retry_later(now);
        }
    }

    fn failed(&mut self, because: Reason) {
        self.counters.failures += 1;
        self.last_error = Some(because.clone());
        self.event(Event::Failed(because));
    }

    fn retry_later(&mut self, now: Instant) {
        if self.running && !self.dialling {
            let wait = self.backoff.next(&mut self.rng);
            self.timers.set(Timer::Retry, now + wait);
        }
    }

    pub(super) fn fired(&mut self, timer: Timer, now: Instant) {
        match timer {
            Timer::Retry => self.dial(now),
            Timer::DialLimit => {
                self.cancel_dial();
                self.failed(self.unanswered());
                self.retry_later(now);
            }
            Timer::Awaited => self.missed(),
            Timer::Hold(direction) => {
                let closing = Closing {
                    notification: Some(Notification::hold_timer_expired()),
                    because: Reason::new("hold timer expired: the neighbour has been silent"),
                    penalty: false,
                };
                self.close(direction, closing, now);
            }
            Timer::Keepalive(direction) => self.keepalive(direction, now),
            Timer::Refreshed => self.refresh_is_over(),
            Timer::EndOfRib => self.pump(now),
            Timer::SendHold(direction) => {
                let closing = Closing {
                    notification: Some(Notification::send_hold_timer_expired()),
                    because: Reason::new("send hold timer expired: the neighbour does not read"),
                    penalty: false,
                };
                self.close(direction, closing, now);
            }
        }
    }

    /// The neighbour that is to dial us has not. What is known of its last session says more.
    fn missed(&mut self) {
        if self.last_error.is_none() {
            let wrong = if self.params.signed { ": a wrong password looks like this" } else { "" };
            self.failed(Reason::from(format!("no connection from it within {AWAITED:?}{wrong}")));
        }
    }

    /// A segment whose signature is wrong is dropped without a word (RFC 2385 §4.1, RFC 5925 §7.5).
    fn unanswered(&self) -> Reason {
        match self.params.signed {
            true => Reason::new("no answer: a wrong password looks like this"),
            false => Reason::from(format!("no answer to our connection within {DIAL_LIMIT:?}")),
        }
    }

    /// Event 11. While earlier octets wait for the neighbour to read, another KEEPALIVE behind them
    /// would tell it nothing.
    fn keepalive(&mut self, direction: Direction, now: Instant) {
        self.probe(direction, now);
        self.schedule_keepalive(direction, now);
    }

    pub(super) fn schedule_keepalive(&mut self, direction: Direction, now: Instant) {
        let negotiated = self.connections.get(&direction).and_then(|c| c.negotiated.as_ref());
        if let Some(interval) = negotiated.and_then(|n| n.keepalive(self.params.keepalive)) {
            self.timers.set(Timer::Keepalive(direction), now + self.rng.jitter(interval));
        }
    }

    /// Restarts the hold timer, after any message of the neighbour (events 26 and 27). Who agrees on
    /// no hold time may be silent once established; until then the time for an OPEN runs on, or a
    /// neighbour that never sends its KEEPALIVE would keep us from trying again.
    pub(super) fn heard(&mut self, direction: Direction, now: Instant) {
        let Some(connection) = self.connections.get(&direction) else { return };
        let Some(negotiated) = &connection.negotiated else { return };
        match negotiated.hold_time.duration() {
            Some(hold) => self.timers.set(Timer::Hold(direction), now + hold),
            None if connection.established => self.timers.stop(Timer::Hold(direction)),
            None => {}
        }
    }
}
