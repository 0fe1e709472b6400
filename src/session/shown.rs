//! What the neighbour shows of the watched prefixes: who else announces our addresses.
//!
//! A prefix that becomes watched may be one whose route was refused before, at `max-received`. Then
//! nothing is said of any until the neighbour has told the family again.
//!
//! ```text
//! complete ── may have been refused ──▶ asked (ROUTE-REFRESH) ── EoRR ──▶ complete
//!                                  │      ├── its time is over, and it marks no end ──▶ complete
//!                                  │      └── its time is over, and it marks the end ──┐
//!                                  └── it knows no ROUTE-REFRESH ──────────────────────┴▶ overdue
//! ```
//!
//! FRR ignores a ROUTE-REFRESH before its own End-of-RIB, and sends that only to who offers
//! `graceful-restart`. So silence is no answer where an answer has an end.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Output, Session, State, Timer};
use crate::base::{Family, Prefix, Reason};
use crate::rib::Shown;
use crate::wire::{Capability, Message, RouteRefresh};

/// How long an answer may take whose end is marked (RFC 7313); many times what a full table takes.
const MARKED: Duration = Duration::from_secs(60);
/// How long the answer of others may take. The engine gives whoever begins to show something a
/// moment more.
const UNMARKED: Duration = Duration::from_secs(2);

/// What may be missing among the routes of watched prefixes.
#[derive(Debug, Default)]
pub(super) struct Gap {
    /// The families that are to be told again.
    families: BTreeSet<Family>,
    /// Whether they may never be.
    overdue: bool,
}

impl Session {
    /// Watches these prefixes from now on, and asks for the routes that may have been refused.
    pub(super) fn watch(&mut self, watched: &Arc<BTreeSet<Prefix>>, now: Instant) {
        let missed = self.adj_rib_in.watch(watched);
        let Some((direction, negotiated)) =
            self.established().and_then(|(d, c)| Some((d, c.negotiated.as_ref()?)))
        else {
            return;
        };
        let families: BTreeSet<_> = missed.iter().map(Prefix::family).collect();
        let families = &families & &negotiated.families;
        if families.is_empty() {
            return;
        }
        let answers = negotiated.capabilities.contains(&Capability::RouteRefresh);
        let time = if negotiated.enhanced_refresh { MARKED } else { UNMARKED };
        self.gap.families.extend(&families);
        self.gap.overdue = !answers;
        if !answers {
            return;
        }
        let request = |family: &Family| RouteRefresh::new(*family, RouteRefresh::REQUEST);
        let requests = families.iter().map(request).map(Message::RouteRefresh).collect();
        self.send(direction, requests, now);
        self.timers.set(Timer::Refreshed, now + time);
    }

    /// The neighbour has told this family again.
    pub(super) fn told_again(&mut self, family: Family) {
        self.gap.families.remove(&family);
        if self.gap.families.is_empty() {
            self.close_gap();
        }
    }

    /// The time for an answer is over.
    pub(super) fn refresh_is_over(&mut self) {
        match self.negotiated().is_some_and(|negotiated| negotiated.enhanced_refresh) {
            true => self.gap.overdue = true,
            false => self.close_gap(),
        }
    }

    /// From here on nothing is missing.
    pub(super) fn close_gap(&mut self) {
        self.timers.stop(Timer::Refreshed);
        self.gap = Gap::default();
    }

    /// Tells what the neighbour shows of the watched prefixes, when that has changed.
    pub(super) fn show(&mut self) {
        let up = self.state == State::Established && self.adj_rib_in.watches();
        let same = match &self.shown {
            Shown::Unknown => !up,
            Shown::Incomplete(because) => up && self.gap.words().as_ref() == Some(because),
            Shown::Routes(_) => up && self.gap.words().is_none(),
        };
        if !self.adj_rib_in.take_changed() && same {
            return;
        }
        let shown = match (up, self.gap.words()) {
            (false, _) => Shown::Unknown,
            (true, Some(because)) => Shown::Incomplete(because),
            (true, None) => Shown::Routes(self.adj_rib_in.watched()),
        };
        if shown != self.shown {
            self.shown = shown.clone();
            self.outputs.push_back(Output::Shown(shown));
        }
    }
}

impl Gap {
    fn words(&self) -> Option<Reason> {
        let words = match self.overdue {
            false => "it has more routes than max-received, and is asked again for those refused",
            true => {
                "it has more routes than max-received, and does not tell again those refused: raise \
                 max-received, then reset the session"
            }
        };
        (!self.families.is_empty()).then(|| Reason::new(words))
    }
}
