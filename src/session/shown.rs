//! What the neighbour shows of the watched prefixes: who else announces our addresses.
//!
//! A prefix that becomes watched may be one whose route was refused before, at `max-received`. Then
//! nothing is said of any until the neighbour has told the family again.
//!
//! ```text
//! None ── may have been refused ──▶ Asked (ROUTE-REFRESH) ── EoRR, or its time is over ──▶ None
//!                              └──▶ Lasting: it knows no ROUTE-REFRESH
//! ```

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

/// Whether routes of watched prefixes may be missing.
#[derive(Debug, Default)]
pub(super) enum Gap {
    /// None is.
    #[default]
    None,
    /// Until these families have been told again.
    Asked(BTreeSet<Family>),
    /// As long as the session lasts.
    Lasting,
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
        if !negotiated.capabilities.contains(&Capability::RouteRefresh) {
            self.gap = Gap::Lasting;
            return;
        }
        let time = if negotiated.enhanced_refresh { MARKED } else { UNMARKED };
        let request = |family: &Family| RouteRefresh::new(*family, RouteRefresh::REQUEST);
        let requests = families.iter().map(request).map(Message::RouteRefresh).collect();
        self.send(direction, requests, now);
        self.timers.set(Timer::Refreshed, now + time);
        self.gap = Gap::Asked(match std::mem::take(&mut self.gap) {
            Gap::Asked(earlier) => &earlier | &families,
            Gap::None | Gap::Lasting => families,
        });
    }

    /// The neighbour has told this family again.
    pub(super) fn told_again(&mut self, family: Family) {
        if let Gap::Asked(families) = &mut self.gap {
            families.remove(&family);
            if families.is_empty() {
                self.close_gap();
            }
        }
    }

    /// From here on nothing is missing.
    pub(super) fn close_gap(&mut self) {
        self.timers.stop(Timer::Refreshed);
        self.gap = Gap::None;
    }

    /// Tells what the neighbour shows of the watched prefixes, when that has changed.
    pub(super) fn show(&mut self) {
        let up = self.state == State::Established && self.adj_rib_in.watches();
        let same = match &self.shown {
            Shown::Unknown => !up,
            Shown::Incomplete(_) => up && !matches!(self.gap, Gap::None),
            Shown::Routes(_) => up && matches!(self.gap, Gap::None),
        };
        if !self.adj_rib_in.take_changed() && same {
            return;
        }
        let shown = match (up, &self.gap) {
            (false, _) => Shown::Unknown,
            (true, Gap::None) => Shown::Routes(self.adj_rib_in.watched()),
            (true, Gap::Asked(_)) => Shown::Incomplete(Reason::new(
                "it has more routes than max-received, and is asked again for those refused",
            )),
            (true, Gap::Lasting) => Shown::Incomplete(Reason::new(
                "it has more routes than max-received, and cannot be asked again for those refused \
                 (it knows no ROUTE-REFRESH): raise max-received, then reset the session",
            )),
        };
        if shown != self.shown {
            self.shown = shown.clone();
            self.outputs.push_back(Output::Shown(shown));
        }
    }
}
