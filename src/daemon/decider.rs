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
use crate::status::{HaproxyStatus, PeerStatus, Snapshot, SnapshotRequests};

use super::picture::{self, Agent};

/// What comes from outside the machine of checks and routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Order {
    /// Stop in order.
    Stop(Reason),
    /// Stop without waiting any longer.
    Hurry,
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
    pub(super) plans: BTreeMap<NeighborName, watch::Sender<Plan>>,
    pub(super) addresses: watch::Sender<Arc<BTreeSet<LoopbackAddress>>>,
    pub(super) stop_sessions: watch::Sender<bool>,
    pub(super) peers: Vec<watch::Receiver<PeerStatus>>,
    pub(super) paths: BTreeMap<NeighborName, watch::Receiver<bfd::Report>>,
    pub(super) haproxy: Vec<watch::Receiver<HaproxyStatus>>,
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
                Some(order) = self.inputs.orders.recv() => self.order(order),
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

    fn order(&self, order: Order) -> Input {
        match order {
            Order::Stop(because) => {
                let grace = self.config.agent.grace;
                tracing::info!(%because, ?grace, "stopping: draining, then withdrawing");
                Input::Stop { grace, because }
            }
            Order::Hurry => {
                tracing::info!("second signal: withdrawing at once");
                Input::Hurry
            }
        }
    }

    /// Gives what was left unfinished when the engine has stopped.
    fn perform(&mut self, output: Output) -> Option<Vec<Reason>> {
        match output {
            Output::Routes(plans) => {
                for (name, plan) in plans {
                    if let Some(sender) = self.outputs.plans.get(&name) {
                        sender.send_replace(plan);
                    }
                }
            }
            Output::Addresses(addresses) => {
                self.outputs.addresses.send_replace(addresses);
            }
            Output::Transition(transition) => log(&transition),
            Output::CloseSessions => {
                self.outputs.stop_sessions.send_replace(true);
            }
            Output::Stopped { unfinished } => return Some(unfinished),
        }
        None
    }

    fn snapshot(&self) -> Snapshot {
        let peers: Vec<_> = self.outputs.peers.iter().map(|peer| peer.borrow().clone()).collect();
        let paths = self.outputs.paths.iter();
        let paths = paths.map(|(name, path)| (name.clone(), path.borrow().clone())).collect();
        let haproxy: Vec<_> = self.outputs.haproxy.iter().map(|h| h.borrow().clone()).collect();
        picture::snapshot(&self.agent, &self.config, &self.engine, &peers, &paths, &haproxy)
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
