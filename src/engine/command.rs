//! Words about services: who may say what, and what follows.
//!
//! A word outranks health and stands until it is taken back or its time is over. The orderly stop
//! is a drain like any other, given by the owner that nobody outranks.

use std::time::{Duration, Instant};

use super::service::Service;
use super::{Engine, Settle};
use crate::base::{Reason, ServiceName};
use crate::policy::{self, Effect, Override, Owner};

/// A word about one service or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Which services.
    pub target: Target,
    /// What.
    pub word: Word,
    /// Who.
    pub owner: Owner,
    /// Who exactly, for people: `root, uid 0`.
    pub by: Reason,
    /// Why, for people; the words of the state that follows from it.
    pub because: Reason,
}

/// The services that a [`Command`] is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Every service that is not disabled.
    All,
    /// This one.
    One(ServiceName),
}

/// What is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Announce by the drain table for a while, then withdraw.
    Drain(Lasts),
    /// Withdraw at once.
    Withdraw,
    /// Announce by the up table for this long, whatever health says.
    Announce(Duration),
    /// Take back the owner's word and those of lower owners.
    Resume,
}

impl Word {
    /// The word as an operator gives it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drain(_) => "drain",
            Self::Withdraw => "withdraw",
            Self::Announce(_) => "announce",
            Self::Resume => "resume",
        }
    }
}

/// How long a drain lasts. A service that is not announced when it is ordered has nothing to lead
/// away: its drain is over at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasts {
    /// As long as the drain table says (`for`).
    AsConfigured,
    /// The same, but no longer than this; a drain that is under way is not prolonged.
    AtMost(Duration),
    /// This long.
    Exactly(Duration),
}

/// Why a [`Command`] is not obeyed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such service.
    #[error("there is no service {0}")]
    Unknown(ServiceName),
    /// `enabled = false`.
    #[error("service {0} is disabled")]
    Disabled(ServiceName),
    /// The agent is going down.
    #[error("the agent is stopping")]
    Stopping,
}

impl Engine {
    /// Why `command` would not be obeyed, if that is so.
    pub fn refusal(&self, command: &Command) -> Option<Refusal> {
        if self.stop.is_some() {
            return Some(Refusal::Stopping);
        }
        let Target::One(name) = &command.target else { return None };
        let Some(routing) = self.params.policy.services.get(name) else {
            return Some(Refusal::Unknown(name.clone()));
        };
        (!routing.enabled).then(|| Refusal::Disabled(name.clone()))
    }

    /// Obeys, unless there is a [`refusal`](Self::refusal).
    pub(super) fn handle_command(&mut self, command: &Command, now: Instant) {
        if self.refusal(command).is_some() {
            return;
        }
        let names = match &command.target {
            Target::All => self.services.keys().cloned().collect(),
            Target::One(name) => vec![name.clone()],
        };
        for name in &names {
            let (Some(service), Some(routing)) =
                (self.services.get_mut(name), self.params.policy.services.get(name))
            else {
                continue;
            };
            if routing.enabled {
                service.obey(command, routing, now);
            }
        }
        self.settle(&names, Settle::Changed, now);
    }

    /// A word of an earlier life of the agent, with its times.
    pub(super) fn restore(&mut self, name: &ServiceName, word: Override, now: Instant) {
        if let Some(service) = self.services.get_mut(name) {
            service.overrides.give(word);
            service.overrides.handle_timeout(now);
            self.settle(std::slice::from_ref(name), Settle::Changed, now);
        }
    }
}

impl Service {
    pub(super) fn obey(&mut self, command: &Command, routing: &policy::Service, now: Instant) {
        let effect = match command.word {
            Word::Drain(lasts) => self.drained(lasts, routing, now),
            Word::Withdraw => Effect::Withdrawn,
            Word::Announce(lasts) => Effect::Announced { until: now + lasts },
            Word::Resume => return self.overrides.take_back(command.owner),
        };
        let (owner, by, because) = (command.owner, command.by.clone(), command.because.clone());
        self.overrides.give(Override { owner, effect, by, because, since: now });
    }

    fn drained(&self, lasts: Lasts, routing: &policy::Service, now: Instant) -> Effect {
        if !policy::announces(routing, self.state()) {
            return Effect::Drained;
        }
        let configured = now + routing.drain.lasts;
        let under_way = self.overrides.standing().filter(|_| self.state().is_draining());
        let until = match lasts {
            Lasts::AsConfigured => configured,
            Lasts::AtMost(most) => {
                let planned = under_way.and_then(|word| word.effect.until()).unwrap_or(configured);
                planned.min(now + most)
            }
            Lasts::Exactly(lasts) => now + lasts,
        };
        Effect::Draining { until }
    }
}
