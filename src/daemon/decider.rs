//! The task that decides: the engine, its inputs and its outputs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::base::{LoopbackAddress, NeighborName, Reason};
use crate::bfd;
use crate::clock;
use crate::config::Config;
use crate::engine::{AddressReport, Engine, Input, Output, Transition};
use crate::health::Observation;
use crate::policy::State;
use crate::rib::{Carried, Plan};
use crate::session::Leaving;
use crate::status::{Haproxies, PeerStatus, Snapshot, SnapshotRequests};

use super::picture::{self, Agent};
use super::wiring::engine_params;

/// What comes from outside the machine of checks and routes.
#[derive(Debug)]
pub(super) enum Order {
    /// Stop in order.
    Stop(Reason),
    /// Stop without waiting any longer.
    Hurry,
    /// From now on this holds.
    Configure(Configured),
}

/// A new configuration, as far as the decider is concerned.
#[derive(Debug)]
pub(super) struct Configured {
    pub(super) config: Arc<Config>,
    /// The ends of the neighbours that are new, or have been replaced.
    pub(super) started: BTreeMap<NeighborName, Told>,
}

/// What the decider hears.
pub(super) struct Inputs {
    pub(super) orders: mpsc::Receiver<Order>,
    pub(super) observations: mpsc::Receiver<Observation>,
    pub(super) carried: mpsc::Receiver<(NeighborName, Carried)>,
    pub(super) reports: mpsc::Receiver<AddressReport>,
    pub(super) requests: SnapshotRequests,
}

/// What it says. Every sender is a `watch`: saying something never waits.
pub(super) struct Outputs {
    pub(super) neighbors: BTreeMap<NeighborName, Told>,
    pub(super) addresses: watch::Sender<Arc<BTreeSet<LoopbackAddress>>>,
    pub(super) haproxies: watch::Receiver<Haproxies>,
}

/// The decider's ends of one neighbour.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) plans: watch::Sender<Plan>,
    pub(super) stop: watch::Sender<Option<Leaving>>,
    pub(super) status: watch::Receiver<PeerStatus>,
    pub(super) path: Option<watch::Receiver<bfd::Report>>,
}

pub(super) struct Decider {
    pub(super) agent: Agent,
    pub(super) config: Arc<Config>,
    pub(super) engine: Engine,
    pub(super) inputs: Inputs,
    pub(super) outputs: Outputs,
}

impl Decider {
    /// Decides until the orderly stop is over; gives what it could not finish.
    pub(super) async fn run(mut self) -> Vec<Reason> {
        loop {
            while let Some(output) = self.engine.poll_output() {
                if let Some(unfinished) = self.perform(output) {
                    return unfinished;
                }
            }
            let deadline = self.engine.poll_timeout().map(|(at, _)| at);
            // Biased: what can withdraw a route comes before what only looks.
            let input = tokio::select! {
                biased;
                Some(observation) = self.inputs.observations.recv() => Input::Observed(observation),
                Some(report) = self.inputs.reports.recv() => Input::Addresses(report),
                Some((name, carried)) = self.inputs.carried.recv() => Input::Carried(name, carried),
                Some(order) = self.inputs.orders.recv() => match order {
                    Order::Stop(because) => self.stop(because),
                    Order::Hurry => {
                        tracing::info!("second signal: withdrawing at once");
                        Input::Hurry
                    }
                    Order::Configure(configured) => self.configure(configured),
                },
                () = clock::reached(deadline) => Input::Timeout,
                Some(answer) = self.inputs.requests.recv() => {
                    // Whoever asked may have gone; then nobody misses the answer.
                    let _ = answer.send(self.snapshot());
                    continue;
                }
            };
            self.engine.handle(input, clock::now());
        }
    }

    fn stop(&self, because: Reason) -> Input {
        let grace = self.config.agent.grace;
        tracing::info!(%because, ?grace, "stopping: draining, then withdrawing");
        Input::Stop { grace, because }
    }

    /// A neighbour whose task was replaced has the plan of its predecessor: the engine tells only
    /// what changes.
    fn configure(&mut self, configured: Configured) -> Input {
        let Configured { config, started } = configured;
        for (name, told) in started {
            if let Some(known) = self.outputs.neighbors.get(&name) {
                told.plans.send_replace(known.plans.borrow().clone());
            }
            self.outputs.neighbors.insert(name, told);
        }
        self.outputs.neighbors.retain(|name, _| config.neighbors.contains_key(name));
        self.config = config;
        Input::Configured(engine_params(&self.config))
    }

    /// Gives what was left unfinished when the engine has stopped.
    fn perform(&mut self, output: Output) -> Option<Vec<Reason>> {
        match output {
            Output::Routes(plans) => {
                for (name, plan) in plans {
                    if let Some(told) = self.outputs.neighbors.get(&name) {
                        told.plans.send_replace(plan);
                    }
                }
            }
            Output::Addresses(addresses) => {
                self.outputs.addresses.send_replace(addresses);
            }
            Output::Transition(transition) => log(&transition),
            Output::CloseSessions => {
                for told in self.outputs.neighbors.values() {
                    told.stop.send_replace(Some(Leaving::Shutdown));
                }
            }
            Output::Stopped { unfinished } => return Some(unfinished),
        }
        None
    }

    fn snapshot(&self) -> Snapshot {
        let neighbors = &self.outputs.neighbors;
        let peers: Vec<_> = neighbors.values().map(|told| told.status.borrow().clone()).collect();
        let paths = neighbors.iter().filter_map(|(name, told)| {
            let path = told.path.as_ref()?;
            Some((name.clone(), path.borrow().clone()))
        });
        let paths = paths.collect();
        let haproxies = self.outputs.haproxies.borrow();
        picture::snapshot(&self.agent, &self.config, &self.engine, &peers, &paths, &haproxies)
    }
}

fn log(transition: &Transition) {
    let Transition { service, from, to, because, at: _ } = transition;
    match to {
        State::Down => tracing::warn!(%service, %from, %to, %because, "service changed"),
        State::Pending | State::Up | State::Draining | State::Drained | State::Disabled => {
            tracing::info!(%service, %from, %to, %because, "service changed");
        }
    }
}

/// How long the whole process may take after the decider has stopped: last words of connections.
pub(super) const FAREWELL: Duration = Duration::from_secs(2);
