//! What the neighbour is told, and when: the difference between plan and table, then End-of-RIB.

use std::collections::BTreeSet;
use std::time::Instant;

use super::outbound::{Manner, Marks};
use super::{Direction, Event, Negotiated, Session, Timer};
use crate::base::{Prefix, RouteAttributes};
use crate::rib::Carried;

impl Session {
    /// Tells the neighbour the difference between what it has and what it should have, unless
    /// earlier octets are still on their way: then it waits for [`Input::Drained`].
    pub(super) fn pump(&mut self, now: Instant) {
        let mut connections = self.connections.iter();
        let Some((direction, connection)) = connections.find(|(_, c)| c.established) else {
            return;
        };
        let Some(negotiated) = connection.negotiated.as_ref().filter(|_| !connection.unsent) else {
            return;
        };
        let direction = *direction;
        let (refresh, opened) = match self.end_of_rib_waits(negotiated, now) {
            Some(until) => {
                self.timers.set(Timer::EndOfRib, until);
                (BTreeSet::new(), BTreeSet::new())
            }
            None => {
                self.timers.stop(Timer::EndOfRib);
                (std::mem::take(&mut self.refresh), std::mem::take(&mut self.end_of_rib))
            }
        };
        let manner = Manner::new(&self.params, connection.local, negotiated);
        let tells = |prefix: &Prefix, route: &RouteAttributes| {
            let family = prefix.family();
            negotiated.families.contains(&family) && manner.next_hop(route, family).is_some()
        };
        let delta = self.adj_rib_out.advance(&self.plan, &tells, &refresh);
        if !opened.is_empty() {
            self.adj_rib_out.forget_stale();
        }
        let updates = manner.updates(&delta);
        let marks = Marks { opened, refresh, enhanced: negotiated.enhanced_refresh };
        let messages = marks.around(updates);
        self.reaction.telling(!delta.is_empty());
        self.telling = self.plan.version;
        if messages.is_empty() {
            self.carry(Carried::Upto(self.telling));
        } else {
            if self.carried == Carried::Nothing {
                // From here on the neighbour may have routes of ours: what withdraws them must
                // reach it before anybody counts on that, however slowly it reads these.
                self.carry(Carried::Upto(0));
            }
            self.send(direction, messages, now);
        }
        self.mention_withheld(direction);
    }

    /// What a session cannot tell stays so for as long as it lasts: once is enough.
    fn mention_withheld(&mut self, direction: Direction) {
        // As a rule the neighbour has all of the plan: then there is no need to look at each route.
        let complete = self.advertised().len() == self.plan.routes.len();
        if complete || self.withheld().next().is_none() {
            return;
        }
        let Some(connection) = self.connections.get_mut(&direction) else { return };
        if !std::mem::replace(&mut connection.withheld_mentioned, true) {
            self.event(Event::Withheld);
        }
    }

    /// Until when End-of-RIB is held back. A neighbour that keeps routes of the last run drops what
    /// is left of them then, so it waits for every decision; and a refresh waits with it, for its
    /// marks would say the same (RFC 7313 §4).
    fn end_of_rib_waits(&self, negotiated: &Negotiated, now: Instant) -> Option<Instant> {
        let restart = self.restart.as_ref().filter(|_| negotiated.graceful_restart)?;
        let incomplete = !self.end_of_rib.is_empty() && !self.plan.is_complete();
        restart.waits_until().filter(|until| incomplete && *until > now)
    }

    pub(super) fn drained(&mut self, direction: Direction, now: Instant) {
        let Some(connection) = self.connections.get_mut(&direction) else { return };
        connection.unsent = false;
        let established = connection.established;
        self.timers.stop(Timer::SendHold(direction));
        if established {
            self.reaction.written(now);
            self.carry(Carried::Upto(self.telling));
            self.pump(now);
        }
    }
}
