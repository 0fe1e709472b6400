//! Announced maintenance of the host: an order to drain every service, those too that come later.
//!
//! ```text
//! nothing ── Noticed(events) ──▶ announced ◀─┬─ Configured: those that had no order yet get it
//!    ▲                               │       ├─ Noticed(no new event): other words, no later an end
//!    └──────── Noticed(None) ────────┘       └─ Noticed(a new event): everybody gets it again
//! ```
//!
//! Each service has the order once. Whoever takes it back has seen it, and what the cloud says of the
//! same event afterwards does not undo that.

use std::collections::BTreeSet;
use std::time::Instant;

use super::Engine;
use super::command::{Command, Lasts, Target, Word};
use crate::base::{Reason, ServiceName};
use crate::policy::Owner;

/// Maintenance of the host is about to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The events that are due, by the provider's names for them.
    pub events: BTreeSet<String>,
    /// Who announces what, and when, for people.
    pub because: Reason,
    /// When the first of them begins: everything is to be withdrawn by then.
    pub before: Instant,
}

/// A notice that is being heeded.
#[derive(Debug)]
pub(super) struct Heeded {
    notice: Notice,
    /// The services that have had the order.
    ordered: BTreeSet<ServiceName>,
}

impl Notice {
    /// The order that follows from a notice, or from its end.
    pub fn command(notice: Option<&Self>, now: Instant) -> Command {
        let (word, because) = match notice {
            Some(Self { because, before, .. }) => {
                let most = before.saturating_duration_since(now);
                (Word::Drain(Lasts::AtMost(most)), because.clone())
            }
            None => (Word::Resume, Reason::new("the maintenance is over")),
        };
        let (target, owner) = (Target::All, Owner::Maintenance);
        Command { target, word, owner, by: Reason::new("the cloud"), because }
    }
}

impl Engine {
    /// Whether `notice` is about nothing but events that are being heeded: it is no new order.
    pub fn heeds(&self, notice: &Notice) -> bool {
        self.heeded.as_ref().is_some_and(|heeded| notice.events.is_subset(&heeded.notice.events))
    }

    pub(super) fn handle_notice(&mut self, notice: Option<Notice>, now: Instant) {
        if self.stop.is_some() {
            return;
        }
        match notice {
            Some(notice) if self.heeds(&notice) => self.amend_notice(notice, now),
            Some(notice) => {
                self.heeded = Some(Heeded { notice, ordered: BTreeSet::new() });
                self.order_by_notice(now);
            }
            None => self.end_notice(),
        }
        self.settle_changed(now);
    }

    /// Gives the order to the services that have not had it, and forgets those that are gone.
    pub(super) fn order_by_notice(&mut self, now: Instant) {
        let Some(Heeded { notice, ordered }) = &mut self.heeded else { return };
        let command = Notice::command(Some(notice), now);
        ordered.retain(|name| self.services.contains_key(name));
        for (name, service) in &mut self.services {
            let Some(routing) = self.params.policy.services.get(name) else { continue };
            if routing.enabled && ordered.insert(name.clone()) {
                service.obey(&command, routing, now);
            }
        }
    }

    /// The words of a known event have changed, or it begins at another time.
    fn amend_notice(&mut self, notice: Notice, now: Instant) {
        let Some(heeded) = &mut self.heeded else { return };
        for service in self.services.values_mut() {
            service.overrides.amend(Owner::Maintenance, &notice.because, notice.before);
            service.overrides.handle_timeout(now);
        }
        heeded.notice = notice;
    }

    /// A service that was disabled meanwhile has its order still.
    fn end_notice(&mut self) {
        self.heeded = None;
        for service in self.services.values_mut() {
            service.overrides.take_back(Owner::Maintenance);
        }
    }
}
