use std::fmt;

use super::{Effect, Override, Service};
use crate::base::Reason;
use crate::health::{Verdict, VerdictKind};

/// The state of a service, as shown everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// No verdict yet; not announced.
    Pending,
    /// Healthy.
    Up,
    /// Healthy, but with too little capacity.
    Degraded,
    /// Not healthy.
    Down,
    /// On its way out: announced by the drain table for a while.
    Draining,
    /// Drained: withdrawn until resumed.
    Drained,
    /// Withdrawn by an operator until resumed, whatever health says.
    Withdrawn,
    /// `enabled = false`.
    Disabled,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Up,
        Self::Degraded,
        Self::Down,
        Self::Draining,
        Self::Drained,
        Self::Withdrawn,
        Self::Disabled,
    ];

    /// The name of the state in status and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Up => "up",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::Draining => "draining",
            Self::Drained => "drained",
            Self::Withdrawn => "withdrawn",
            Self::Disabled => "disabled",
        }
    }
}

const _: () = assert!(State::Disabled as usize + 1 == State::ALL.len(), "ALL lacks a state");

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A state and the words for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The state.
    pub state: State,
    /// Why.
    pub because: Reason,
}

/// Decides the state of a service. A word that stands outranks health, except that a service which
/// is not healthy is not announced for the sake of draining it: there is nothing to lead away gently.
pub fn decide(service: &Service, verdict: &Verdict, word: Option<&Override>) -> Decision {
    if !service.enabled {
        return Decision { state: State::Disabled, because: Reason::new("enabled = false") };
    }
    match word {
        Some(word) => by_word(word, verdict),
        None => by_health(verdict),
    }
}

fn by_word(word: &Override, verdict: &Verdict) -> Decision {
    let healthy = matches!(verdict.kind, VerdictKind::Healthy { .. });
    let because = &word.because;
    let despite = || Reason::from(format!("{because}; not healthy: {}", verdict.because));
    let (state, because) = match (word.effect, healthy) {
        (Effect::Draining { .. }, true) => (State::Draining, because.clone()),
        (Effect::Draining { .. }, false) => (State::Drained, despite()),
        (Effect::Drained, _) => (State::Drained, because.clone()),
        (Effect::Withdrawn, _) => (State::Withdrawn, because.clone()),
        (Effect::Announced { .. }, true) => (State::Up, because.clone()),
        (Effect::Announced { .. }, false) => (State::Up, despite()),
    };
    Decision { state, because }
}

fn by_health(verdict: &Verdict) -> Decision {
    let state = match verdict.kind {
        VerdictKind::Pending => State::Pending,
        VerdictKind::Healthy { degraded: false, .. } => State::Up,
        VerdictKind::Healthy { degraded: true, .. } => State::Degraded,
        VerdictKind::Unhealthy => State::Down,
    };
    Decision { state, because: verdict.because.clone() }
}
