use std::fmt;

use super::Service;
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
    /// `enabled = false`.
    Disabled,
}

impl State {
    /// The name of the state in status and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Up => "up",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::Draining => "draining",
            Self::Drained => "drained",
            Self::Disabled => "disabled",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How far an ordered drain has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drainage {
    /// The drain table is announced.
    Running(Reason),
    /// The time is over, or was skipped.
    Over(Reason),
}

/// A state and the words for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The state.
    pub state: State,
    /// Why.
    pub because: Reason,
}

/// Decides the state of a service. A drain outranks health, except that a service which is not
/// healthy is not announced for the sake of draining it: there is nothing to lead away gently.
pub fn decide(service: &Service, verdict: &Verdict, drainage: Option<&Drainage>) -> Decision {
    if !service.enabled {
        return Decision { state: State::Disabled, because: Reason::new("enabled = false") };
    }
    let (state, because) = match (drainage, verdict.kind) {
        (Some(Drainage::Over(reason)), _) => (State::Drained, reason.clone()),
        (Some(Drainage::Running(reason)), VerdictKind::Healthy { .. }) => {
            (State::Draining, reason.clone())
        }
        (Some(Drainage::Running(reason)), VerdictKind::Pending | VerdictKind::Unhealthy) => {
            (State::Drained, Reason::from(format!("{reason}; not healthy: {}", verdict.because)))
        }
        (None, VerdictKind::Pending) => (State::Pending, verdict.because.clone()),
        (None, VerdictKind::Healthy { degraded: false, .. }) => {
            (State::Up, verdict.because.clone())
        }
        (None, VerdictKind::Healthy { degraded: true, .. }) => {
            (State::Degraded, verdict.because.clone())
        }
        (None, VerdictKind::Unhealthy) => (State::Down, verdict.because.clone()),
    };
    Decision { state, because }
}
