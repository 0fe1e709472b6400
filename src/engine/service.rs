use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::Timer;
use super::overrides::Overrides;
use super::rivalry::{Rivalry, Scenery};
use super::rollout::Rollout;
use crate::base::{
    LoopbackAddress, NeighborName, Percent, Prefix, Reason, RouteAttributes, ServiceName,
};
use crate::health::{self, CheckView, Health, VerdictKind};
use crate::policy::{self, Decision, Override, State, Turn};

/// A service at work: its health, the words about it, and what was decided last.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) health: Health,
    pub(super) overrides: Overrides,
    rivalry: Rivalry,
    /// Whether it was ever announced: only then is there anything to come back as last resort.
    served: bool,
    decision: Decision,
    since: Instant,
    /// How often it has come into each state, by the name that is shown.
    transitions: BTreeMap<&'static str, u64>,
}

/// A service as shown to people.
#[derive(Debug, Clone)]
pub struct ServiceView<'a> {
    /// Its name.
    pub name: &'a ServiceName,
    /// Its state.
    pub state: State,
    /// Since when.
    pub since: Instant,
    /// Why; the newest words, which may be newer than the state.
    pub because: &'a Reason,
    /// The word that outranks its health, if one stands.
    pub standing: Option<&'a Override>,
    /// Its health, whatever the state.
    pub health: &'a Health,
    /// Its capacity while healthy, else zero.
    pub capacity: Percent,
    /// Its checks.
    pub checks: Vec<CheckView<'a>>,
    /// How often it has come into each state, by name.
    pub transitions: &'a BTreeMap<&'static str, u64>,
    /// Its routes.
    pub routes: Vec<RouteView>,
}

/// A route as shown to people.
#[derive(Debug, Clone)]
pub struct RouteView {
    /// The prefix.
    pub prefix: Prefix,
    /// Whether its address is bound; `None` when herald does not bind it.
    pub bound: Option<bool>,
    /// Why its address is not bound, when that is known.
    pub fault: Option<Reason>,
    /// What each neighbour that should have the route is told; empty when it is withdrawn.
    pub attributes: Vec<(NeighborName, Arc<RouteAttributes>)>,
}

impl Service {
    pub(super) fn new(health: health::Params, now: Instant) -> Self {
        let health = Health::new(health, now);
        let decision =
            Decision { state: State::Pending, because: health.verdict().because.clone() };
        Self {
            health,
            overrides: Overrides::default(),
            rivalry: Rivalry::default(),
            served: false,
            decision,
            since: now,
            transitions: BTreeMap::new(),
        }
    }

    pub(super) fn state(&self) -> State {
        self.decision.state
    }

    /// Decides anew; gives the old state and the new decision when the state has changed. A drain
    /// that meets bad health is over for good: a service that recovers is not announced again only
    /// to be drained.
    pub(super) fn decide(
        &mut self,
        routing: &policy::Service,
        scenery: &Scenery,
        now: Instant,
    ) -> Option<(State, Decision)> {
        let turn = self.turn(routing, scenery, now);
        let (verdict, word) = (self.health.verdict(), self.overrides.standing());
        let decision = policy::decide(routing, self.state(), verdict, word, turn.as_ref());
        self.served |= matches!(decision.state, State::Up | State::Degraded);
        if decision.state == State::Drained {
            self.overrides.end_drains();
        }
        let from = self.decision.state;
        self.decision = decision;
        (from != self.decision.state).then(|| {
            self.since = now;
            self.count(from, self.decision.state);
            (from, self.decision.clone())
        })
    }

    /// A last resort that comes or goes has no name of its own.
    fn count(&mut self, from: State, to: State) {
        if from.as_str() != to.as_str() {
            *self.transitions.entry(to.as_str()).or_default() += 1;
        }
    }

    /// Whether it is its turn, where only one site should be active. Under a word it has none: who
    /// is told to be quiet must not count as active when the word is taken back.
    fn turn(&mut self, routing: &policy::Service, scenery: &Scenery, now: Instant) -> Option<Turn> {
        let free = routing.enabled && self.overrides.standing().is_none();
        let claimed = scenery.claim(routing, self.health.verdict().kind, self.served);
        let Some((claim, watch)) = claimed.filter(|_| free) else {
            self.rivalry.rest();
            return None;
        };
        Some(self.rivalry.turn(claim, routing, watch, scenery, now))
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        self.health.handle_timeout(now);
        self.overrides.handle_timeout(now);
    }

    pub(super) fn poll_timeout(&self) -> Option<(Instant, Timer)> {
        let health = self.health.poll_timeout().map(|(at, timer)| (at, Timer::Health(timer)));
        let word = self.overrides.poll_timeout().map(|at| (at, Timer::Override));
        let rivalry = self.rivalry.poll_timeout().map(|at| (at, Timer::Rivalry));
        health.into_iter().chain(word).chain(rivalry).min()
    }

    pub(super) fn view<'a>(
        &'a self,
        name: &'a ServiceName,
        routing: &policy::Service,
        addresses: &BTreeMap<Prefix, LoopbackAddress>,
        rollout: &Rollout,
    ) -> ServiceView<'a> {
        ServiceView {
            name,
            state: self.decision.state,
            since: self.since,
            because: &self.decision.because,
            standing: self.overrides.standing(),
            health: &self.health,
            capacity: match self.health.verdict().kind {
                VerdictKind::Healthy { capacity, .. } => capacity,
                VerdictKind::Pending | VerdictKind::Unhealthy => Percent::ZERO,
            },
            checks: self.health.checks().collect(),
            transitions: &self.transitions,
            routes: routing.prefixes.iter().map(|p| rollout.view(*p, addresses)).collect(),
        }
    }
}
