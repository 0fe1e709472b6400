use std::fmt;

use super::{Effect, Override, Service, announces};
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
    /// Not healthy, and announced all the same because nobody else announces it (`last-site`, or a
    /// standby whose down table is announced): shown as down, which it is.
    LastResort,
    /// Healthy, and not announced because somebody else announces it.
    Standby,
    /// On its way out: announced by the drain table for a while.
    Draining,
    /// The same although it is not healthy, because it carried traffic all the same when the word
    /// came: shown as draining.
    DrainingUnhealthy,
    /// Drained: withdrawn until resumed.
    Drained,
    /// Withdrawn by an operator until resumed, whatever health says.
    Withdrawn,
    /// `enabled = false`.
    Disabled,
}

impl State {
    /// One of each name: [`LastResort`](Self::LastResort) goes by that of [`Down`](Self::Down),
    /// [`DrainingUnhealthy`](Self::DrainingUnhealthy) by that of [`Draining`](Self::Draining).
    pub const ALL: [Self; 9] = [
        Self::Pending,
        Self::Up,
        Self::Degraded,
        Self::Down,
        Self::Standby,
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
            Self::Down | Self::LastResort => "down",
            Self::Standby => "standby",
            Self::Draining | Self::DrainingUnhealthy => "draining",
            Self::Drained => "drained",
            Self::Withdrawn => "withdrawn",
            Self::Disabled => "disabled",
        }
    }

    /// Whether it is on its way out.
    pub fn is_draining(self) -> bool {
        matches!(self, Self::Draining | Self::DrainingUnhealthy)
    }
}

/// Two states share the name of another.
const _: () = assert!(State::Disabled as usize == State::ALL.len() + 1, "ALL lacks a state");

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

/// Whether it is a service's turn, where only one site should be active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Whether it is the one that is announced.
    pub ours: bool,
    /// Why, or why not.
    pub because: Reason,
}

/// Decides the state of a service that is in state `from`. A word that stands outranks health, except
/// that one which is not healthy is drained only if it carries traffic all the same, by
/// `down.announce`, as last resort or by another word: else there is nothing to lead away gently.
///
/// ```text
/// disabled   enabled = false
/// draining, drained, withdrawn, up    by a word
/// draining   (DrainingUnhealthy)      by a word, not healthy and announced all the same
/// pending    no verdict yet
/// up         healthy            degraded   with too little capacity
/// standby    healthy, and not its turn
/// down       not healthy        down, announced (LastResort)   and its turn
/// ```
pub fn decide(
    service: &Service,
    from: State,
    verdict: &Verdict,
    word: Option<&Override>,
    turn: Option<&Turn>,
) -> Decision {
    if !service.enabled {
        return Decision { state: State::Disabled, because: Reason::new("enabled = false") };
    }
    match word {
        Some(word) => by_word(service, from, word, verdict),
        None => by_health(verdict, turn),
    }
}

fn by_word(service: &Service, from: State, word: &Override, verdict: &Verdict) -> Decision {
    let healthy = matches!(verdict.kind, VerdictKind::Healthy { .. });
    let because = &word.because;
    let despite = || Reason::from(format!("{because}; not healthy: {}", verdict.because));
    let (state, because) = match (word.effect, healthy) {
        (Effect::Draining { .. }, true) => (State::Draining, because.clone()),
        (Effect::Draining { .. }, false) if carries_traffic(service, from, verdict) => {
            (State::DrainingUnhealthy, despite())
        }
        (Effect::Draining { .. }, false) => (State::Drained, despite()),
        (Effect::Drained, _) => (State::Drained, because.clone()),
        (Effect::Withdrawn, _) => (State::Withdrawn, because.clone()),
        (Effect::Announced { .. }, true) => (State::Up, because.clone()),
        (Effect::Announced { .. }, false) => (State::Up, despite()),
    };
    Decision { state, because }
}

/// Whether a service that is not healthy is announced all the same. It was when the word came, or it
/// has fallen since and would be by the down table.
fn carries_traffic(service: &Service, from: State, verdict: &Verdict) -> bool {
    match from {
        State::DrainingUnhealthy => true,
        State::Draining => {
            verdict.kind == VerdictKind::Unhealthy && announces(service, State::Down)
        }
        State::Pending
        | State::Up
        | State::Degraded
        | State::Down
        | State::LastResort
        | State::Standby
        | State::Drained
        | State::Withdrawn
        | State::Disabled => announces(service, from),
    }
}

fn by_health(verdict: &Verdict, turn: Option<&Turn>) -> Decision {
    let ours = turn.map(|turn| turn.ours);
    let state = match (verdict.kind, ours) {
        (VerdictKind::Pending, _) => State::Pending,
        (VerdictKind::Healthy { .. }, Some(false)) => State::Standby,
        (VerdictKind::Healthy { degraded: false, .. }, Some(true) | None) => State::Up,
        (VerdictKind::Healthy { degraded: true, .. }, Some(true) | None) => State::Degraded,
        (VerdictKind::Unhealthy, Some(true)) => State::LastResort,
        (VerdictKind::Unhealthy, Some(false) | None) => State::Down,
    };
    let because = match turn {
        None => verdict.because.clone(),
        Some(turn) => Reason::from(format!("{}; {}", verdict.because, turn.because)),
    };
    Decision { state, because }
}
