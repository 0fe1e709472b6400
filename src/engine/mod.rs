//! F3: the one decider. It owns health, policy and routes; samples, words of operators and reports
//! come in, tables of wanted routes and addresses go out.
//!
//! ```text
//! Observed ─▶ health ────▶ policy ─▶ Decision ─▶ rollout ─▶ Routes (a plan per neighbour)
//! Command ──▶ overrides ────┤                     │  └────▶ Addresses (what should be bound)
//! Noticed ──────┘            │                     │
//! Shown ────▶ rivalry ──────┘                     │
//! Addresses, Carried ─────────────────────────────┘
//! ```
//!
//! One call of [`Engine::handle`], then [`Engine::poll_output`] until it is drained, then wait for
//! input or for [`Engine::poll_timeout`]. Outputs come in the order in which they should take
//! effect; routes come first, so that a withdrawal waits for nothing.

mod address;
mod command;
mod configure;
mod notice;
mod overrides;
mod rivalry;
mod rollout;
mod service;
mod stop;

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use crate::base::{LoopbackAddress, NeighborName, Prefix, Reason, ServiceName};
use crate::health::{self, CheckSample, Observation};
use crate::policy::{self, Override, Owner, State};
use crate::rib::{Carried, Plan, Shown};

pub use address::{AddressReport, AddressWish};
pub use command::{Command, Lasts, Refusal, Target, Word};
use notice::Heeded;
pub use notice::Notice;
use rivalry::Scenery;
use rollout::Rollout;
use service::Service;
pub use service::{RouteView, ServiceView};
use stop::{Phase, Stop};

/// What the engine needs of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    /// Region, neighbours, and the routing side of the services.
    pub policy: policy::Params,
    /// The other side of the same services, under the same names.
    pub services: BTreeMap<ServiceName, ServiceParams>,
}

/// Health and addresses of one service.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceParams {
    /// Its health.
    pub health: health::Params,
    /// The addresses to bind, by the prefix that needs them; empty with `bind = false`.
    pub addresses: BTreeMap<Prefix, LoopbackAddress>,
    /// `on-down = "remove"`: bound only while announced.
    pub remove_on_down: bool,
    /// Neighbours may still send to it because of the last run (RFC 4724): its addresses stay until
    /// its health is known.
    pub inherited: bool,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// A probe has looked.
    Observed(Observation),
    /// What is bound has changed.
    Addresses(AddressReport),
    /// A neighbour has been told, or is gone.
    Carried(NeighborName, Carried),
    /// A neighbour shows other routes for our prefixes.
    Shown(NeighborName, Shown),
    /// An operator has given a word; ignored where [`Engine::refusal`] says so.
    Command(Command),
    /// The cloud announces maintenance of the host, says other things of it, or says that it is over.
    Noticed(Option<Notice>),
    /// A word that an earlier life of the agent has left, with its times.
    Restored(ServiceName, Override),
    /// From now on this configuration holds. What is the same in both goes on as if nothing had
    /// happened; what is gone is withdrawn, then released.
    Configured(Params),
    /// Stop in order: drain for at most `grace`, withdraw, close the sessions, release the addresses.
    Stop {
        /// Bound on the drain.
        grace: Duration,
        /// Who asked.
        because: Reason,
    },
    /// Skip what is left of the drain.
    Hurry,
    /// The time given by [`Engine::poll_timeout`] has come.
    Timeout,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// The plans of all neighbours, all of the same version.
    Routes(BTreeMap<NeighborName, Plan>),
    /// The addresses that should be bound.
    Addresses(AddressWish),
    /// A service has changed state.
    Transition(Transition),
    /// The words of operators, all of them, after a change: what must survive a restart.
    Overrides(BTreeMap<ServiceName, Override>),
    /// Everything is withdrawn: close the sessions.
    CloseSessions,
    /// The orderly stop is over.
    Stopped {
        /// What could not be finished in time, in words; empty when all went well.
        unfinished: Vec<Reason>,
    },
}

/// A change of state of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The service.
    pub service: ServiceName,
    /// Before.
    pub from: State,
    /// After.
    pub to: State,
    /// Why.
    pub because: Reason,
    /// When the decision was made.
    pub at: Instant,
}

/// What [`Engine::poll_timeout`] waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// A health verdict of some service.
    Health(health::Timer),
    /// The end of a drain, or of an announcement by an operator.
    Override,
    /// Nobody else announces a service: its turn comes.
    Rivalry,
    /// The bound on a step of the orderly stop.
    Stop,
}

/// Which services need their routes and addresses laid out anew, and what has led to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Settle {
    /// Those whose state has changed: all that a word or a timer can do.
    Changed,
    /// The same by a sample, which was taken at this time.
    Sampled(Instant),
    /// All of them: something beside their state has changed.
    All,
}

impl Settle {
    fn sampled(self) -> Option<Instant> {
        match self {
            Self::Sampled(at) => Some(at),
            Self::Changed | Self::All => None,
        }
    }
}

/// The decider.
#[derive(Debug)]
pub struct Engine {
    params: Params,
    services: BTreeMap<ServiceName, Service>,
    rollout: Rollout,
    scenery: Scenery,
    heeded: Option<Heeded>,
    stop: Option<Stop>,
    outputs: VecDeque<Output>,
}

impl Engine {
    /// Nothing is known yet: everything is pending, nothing announced. The addresses of enabled
    /// services are asked for at once.
    pub fn new(params: Params, now: Instant) -> Self {
        let rollout = Rollout::new(params.policy.neighbors.keys().cloned());
        let mut engine = Self {
            services: BTreeMap::new(),
            rollout,
            scenery: Scenery::new(params.policy.router_id),
            heeded: None,
            stop: None,
            outputs: VecDeque::new(),
            params,
        };
        for (name, params) in &engine.params.services {
            engine.services.insert(name.clone(), Service::new(params.health.clone(), now));
        }
        engine.rollout.know(engine.params.policy.services.values());
        engine.settle_all(now);
        engine
    }

    /// Takes in what happened.
    pub fn handle(&mut self, input: Input, now: Instant) {
        match input {
            Input::Observed(observation) => self.handle_observation(&observation, now),
            Input::Addresses(report) => {
                self.rollout.handle_report(report);
                self.settle_all(now);
            }
            Input::Carried(neighbor, carried) => {
                self.rollout.handle_carried(neighbor, carried);
                self.publish_addresses();
            }
            Input::Shown(neighbor, shown) => {
                self.scenery.handle_shown(neighbor, shown, now);
                self.settle_changed(now);
            }
            Input::Command(command) => self.handle_command(&command, now),
            Input::Noticed(notice) => self.handle_notice(notice, now),
            Input::Restored(name, word) => self.restore(&name, word, now),
            Input::Configured(params) => self.configure(params, now),
            Input::Stop { grace, because } => self.begin_stop(grace, &because, now),
            Input::Hurry => self.hurry(now),
            Input::Timeout => self.handle_timeout(now),
        }
        self.advance_stop(now);
    }

    /// The next thing to do, in order; `None` when drained.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call [`handle`](Self::handle) with [`Input::Timeout`], and for what.
    pub fn poll_timeout(&self) -> Option<(Instant, Timer)> {
        let services = self.services.values().filter_map(Service::poll_timeout);
        services.chain(self.stop_deadline().map(|at| (at, Timer::Stop))).min()
    }

    /// The services for people to look at, in order of name.
    pub fn services(&self) -> impl Iterator<Item = ServiceView<'_>> {
        self.services.iter().filter_map(|(name, service)| {
            let routing = self.params.policy.services.get(name)?;
            let addresses = &self.params.services.get(name)?.addresses;
            Some(service.view(name, routing, addresses, &self.rollout))
        })
    }

    fn handle_observation(&mut self, observation: &Observation, now: Instant) {
        let Observation { samples, at, took } = observation;
        let mut seen = Vec::new();
        for samples in samples.chunk_by(|a, b| a.service == b.service) {
            let Some(CheckSample { service: name, .. }) = samples.first() else { continue };
            if let Some(service) = self.services.get_mut(name) {
                service.health.handle_samples(samples, *took, now);
                seen.push(name.clone());
            }
        }
        self.settle(&seen, Settle::Sampled(*at), now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        for service in self.services.values_mut() {
            service.handle_timeout(now);
        }
        self.settle_changed(now);
    }

    fn settle_changed(&mut self, now: Instant) {
        let names: Vec<_> = self.services.keys().cloned().collect();
        self.settle(&names, Settle::Changed, now);
    }

    fn settle_all(&mut self, now: Instant) {
        let names: Vec<_> = self.services.keys().cloned().collect();
        self.settle(&names, Settle::All, now);
    }

    /// Decides the named services anew and lets the consequences out: routes, then addresses, then
    /// the words about it.
    fn settle(&mut self, names: &[ServiceName], which: Settle, now: Instant) {
        let mut transitions = Vec::new();
        let mut overridden = false;
        for name in names {
            let (Some(service), Some(routing), Some(own)) = (
                self.services.get_mut(name),
                self.params.policy.services.get(name),
                self.params.services.get(name),
            ) else {
                continue;
            };
            let decided = service.decide(routing, &self.scenery, now);
            overridden |= service.overrides.take_changed();
            if decided.is_none() && which != Settle::All {
                continue;
            }
            if let Some((from, decision)) = decided {
                let (to, because) = (decision.state, decision.because);
                let service = name.clone();
                transitions.push(Transition { service, from, to, because, at: now });
            }
            let state = service.state();
            self.rollout.want_routes(&self.params.policy, routing, state, &own.addresses);
            let announced = policy::announces(routing, state);
            let in_use = own.inherited && state == State::Pending;
            let keeps = (in_use || !own.remove_on_down) && routing.enabled;
            let asked = announced || keeps && self.may_keep_addresses();
            self.rollout.want_addresses(&own.addresses, asked);
        }
        if let Some(plans) = self.rollout.take_plans(which.sampled()) {
            self.outputs.push_back(Output::Routes(plans));
        }
        self.publish_addresses();
        self.outputs.extend(transitions.into_iter().map(Output::Transition));
        if overridden {
            self.publish_overrides();
        }
    }

    fn publish_overrides(&mut self) {
        let words = self.services.iter().filter_map(|(name, service)| {
            let word = service.overrides.of(Owner::Operator)?;
            Some((name.clone(), word.clone()))
        });
        self.outputs.push_back(Output::Overrides(words.collect()));
    }

    fn publish_addresses(&mut self) {
        if let Some(addresses) = self.rollout.take_addresses() {
            self.outputs.push_back(Output::Addresses(addresses));
        }
    }

    /// Addresses stay bound until the sessions are closed, then all of them are released.
    fn may_keep_addresses(&self) -> bool {
        self.stop.as_ref().is_none_or(|stop| stop.phase < Phase::Releasing)
    }
}

#[cfg(test)]
mod configure_tests;
#[cfg(test)]
mod tests;
