//! What the neighbour says, in each state (RFC 4271 §8.2.2).

use std::time::Instant;

use super::lifecycle::Closing;
use super::{Direction, Event, Session, State, Timer, negotiation};
use crate::base::{Family, Reason};
use crate::wire::{self, Message, Notification, Open, RouteRefresh};

impl Session {
    pub(super) fn received(&mut self, direction: Direction, octets: &[u8], now: Instant) {
        if let Some(connection) = self.connections.get_mut(&direction) {
            connection.receive(octets);
        }
        // A message may close its own connection; what lies behind it is then of no interest.
        while let Some(connection) = self.connections.get_mut(&direction) {
            match connection.next_message() {
                Ok(None) => return,
                Ok(Some(message)) => self.message(direction, message, now),
                Err(error) => self.refuse(direction, &error, now),
            }
        }
    }

    /// Octets that cannot be read: the NOTIFICATION that the RFC names for them.
    fn refuse(&mut self, direction: Direction, error: &wire::Error, now: Instant) {
        let closing = Closing {
            notification: Some(error.notification()),
            because: Reason::from(format!("the neighbour sent what cannot be read: {error}")),
            penalty: true,
        };
        self.close(direction, closing, now);
    }

    fn message(&mut self, direction: Direction, message: Message, now: Instant) {
        let Some(state) = self.connections.get(&direction).map(|c| c.state()) else { return };
        self.counters.received.count(message.kind());
        self.heard(direction, now);
        match (state, message) {
            (_, Message::Notification(notification)) => {
                self.notified(direction, &notification, now)
            }
            (State::OpenSent, Message::Open(open)) => self.opened(direction, &open, now),
            (State::OpenConfirm, Message::Keepalive) => self.establish(direction, now),
            (State::Established, Message::Keepalive) => {}
            (State::Established, Message::Update(update)) => self.update(direction, &update),
            (State::Established, Message::RouteRefresh(refresh)) => self.refreshed(refresh, now),
            (state, message) => self.unexpected(direction, state, &message, now),
        }
    }

    /// RFC 6608: a message that does not belong in this state; the data is its type.
    fn unexpected(&mut self, direction: Direction, state: State, message: &Message, now: Instant) {
        let kind = message.kind();
        let notification = match state {
            State::OpenSent => Notification::unexpected_in_open_sent(kind),
            State::OpenConfirm => Notification::unexpected_in_open_confirm(kind),
            State::Idle | State::Connect | State::Active | State::Established => {
                Notification::unexpected_in_established(kind)
            }
        };
        let because = format!("the neighbour sent {} in state {state}", kind.as_str());
        let closing = Closing {
            notification: Some(notification),
            because: Reason::from(because),
            penalty: true,
        };
        self.close(direction, closing, now);
    }

    /// Events 24 and 25. A Cease is an ordinary end; anything else says that we disagree, and trying
    /// again at once would not change that.
    fn notified(&mut self, direction: Direction, notification: &Notification, now: Instant) {
        self.remember(false, notification);
        let because = Reason::from(format!("the neighbour closed: {notification}"));
        let penalty = !notification.is_cease();
        self.close(direction, Closing { notification: None, because, penalty }, now);
    }

    /// Event 19.
    fn opened(&mut self, direction: Direction, open: &Open, now: Instant) {
        let negotiated = match negotiation::negotiate(&self.params, open) {
            Ok(negotiated) => negotiated,
            Err(unacceptable) => {
                let closing = Closing {
                    notification: Some(unacceptable.notification),
                    because: Reason::from(unacceptable.because),
                    penalty: true,
                };
                return self.close(direction, closing, now);
            }
        };
        if !self.survives_collision(direction, &negotiated, now) {
            return;
        }
        if let Some(connection) = self.connections.get_mut(&direction) {
            connection.negotiated = Some(negotiated);
        }
        self.heard(direction, now);
        // Sent even if the OPEN is still on its way out: both are short, and the neighbour waits.
        self.send(direction, vec![Message::Keepalive], now);
        self.schedule_keepalive(direction, now);
    }

    /// Event 26 in OpenConfirm.
    fn establish(&mut self, direction: Direction, now: Instant) {
        let Some(connection) = self.connections.get_mut(&direction) else { return };
        let Some(negotiated) = &connection.negotiated else { return };
        connection.established = true;
        self.penalised = false;
        let hold_time = negotiated.hold_time.seconds();
        self.end_of_rib = negotiated.families.clone();
        match negotiated.graceful_restart {
            true => self.adj_rib_out.retain_stale(&negotiated.families),
            false => self.adj_rib_out.clear(),
        }
        self.heard(direction, now);
        self.backoff.reset();
        self.cancel_dial();
        self.timers.stop(Timer::Retry);
        self.event(Event::Established { hold_time, direction });
        self.pump(now);
    }

    /// RFC 2918 §4: the whole family again; or the end of the answer to our own request (RFC 7313).
    /// Other subtypes and families that were not negotiated are ignored.
    fn refreshed(&mut self, refresh: RouteRefresh, now: Instant) {
        let negotiated = self.negotiated().map(|n| n.families.clone()).unwrap_or_default();
        let family = Family::from_afi_safi(refresh.afi, refresh.safi);
        let Some(family) = family.filter(|family| negotiated.contains(family)) else { return };
        match refresh.subtype {
            RouteRefresh::REQUEST => {
                self.refresh.insert(family);
                self.pump(now);
            }
            RouteRefresh::END => self.told_again(family),
            _ => {}
        }
    }
}
