use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Timer;
use super::rollout::Rollout;
use crate::base::{
    LoopbackAddress, NeighborName, Percent, Prefix, Reason, RouteAttributes, ServiceName,
};
use crate::health::{self, CheckView, Health, VerdictKind};
use crate::policy::{self, Decision, Drainage, State};

/// A service at work: its health, the drain that may be under way, and what was decided last.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) health: Health,
    drainage: Option<Drainage>,
    drain_until: Option<Instant>,
    decision: Decision,
    since: Instant,
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
    /// Its health, whatever the state.
    pub health: &'a Health,
    /// Its capacity while healthy, else zero.
    pub capacity: Percent,
    /// Its checks.
    pub checks: Vec<CheckView<'a>>,
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
        Self { health, drainage: None, drain_until: None, decision, since: now }
    }

    pub(super) fn state(&self) -> State {
        self.decision.state
    }

    /// Decides anew; gives the old state and the new decision when the state has changed.
    pub(super) fn decide(
        &mut self,
        routing: &policy::Service,
        now: Instant,
    ) -> Option<(State, Decision)> {
        let decision = policy::decide(routing, self.health.verdict(), self.drainage.as_ref());
        let from = self.decision.state;
        self.decision = decision;
        (from != self.decision.state).then(|| {
            self.since = now;
            (from, self.decision.clone())
        })
    }

    pub(super) fn drain(&mut self, lasts: Duration, because: &Reason, now: Instant) {
        self.drainage = Some(Drainage::Running(because.clone()));
        self.drain_until = Some(now + lasts);
        self.handle_timeout(now);
    }

    pub(super) fn end_drain(&mut self) {
        if let Some(Drainage::Running(because)) = &self.drainage {
            self.drainage = Some(Drainage::Over(because.clone()));
        }
        self.drain_until = None;
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        self.health.handle_timeout(now);
        if self.drain_until.is_some_and(|until| until <= now) {
            self.end_drain();
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<(Instant, Timer)> {
        let health = self.health.poll_timeout().map(|(at, timer)| (at, Timer::Health(timer)));
        health.into_iter().chain(self.drain_until.map(|at| (at, Timer::Drain))).min()
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
            health: &self.health,
            capacity: match self.health.verdict().kind {
                VerdictKind::Healthy { capacity, .. } => capacity,
                VerdictKind::Pending | VerdictKind::Unhealthy => Percent::ZERO,
            },
            checks: self.health.checks().collect(),
            routes: routing.prefixes.iter().map(|p| rollout.view(*p, addresses)).collect(),
        }
    }
}
