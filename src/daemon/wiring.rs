//! From the configuration to what the parts take, and the channels between them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::decider::{Inputs, Order, Outputs};
use crate::base::{LoopbackAddress, NeighborName, Prefix, Rng};
use crate::bfd;
use crate::bfd_udp::Path;
use crate::clock;
use crate::config::{Config, Neighbor, OnDown, Service};
use crate::engine::{self, AddressReport};
use crate::health::Observation;
use crate::peer::{Callers, Ends, Peer};
use crate::rib::Plan;
use crate::session::Session;
use crate::status::{PeerStatus, Source};

/// Samples on their way to the decider. A probe that finds it full waits: it has nothing newer.
const OBSERVATIONS: usize = 64;
/// Reports of neighbours on their way to the decider; each neighbour waits for its own place.
const REPORTS: usize = 64;
/// Orders of signals; two are enough to stop.
const ORDERS: usize = 4;
/// Connections of one neighbour that are not looked at yet; the listener hangs up on more.
const ACCEPTED: usize = 2;

/// Questions to a neighbour's task that wait; more wait in their own connection.
const QUESTIONS: usize = 2;

/// Both ends of everything.
pub(super) struct Wiring {
    pub(super) inputs: Inputs,
    pub(super) outputs: Outputs,
    pub(super) source: Source,
    pub(super) orders: mpsc::Sender<Order>,
    pub(super) observations: mpsc::Sender<Observation>,
    pub(super) reports: mpsc::Sender<AddressReport>,
    pub(super) wanted: watch::Receiver<Arc<BTreeSet<LoopbackAddress>>>,
    pub(super) peers: Vec<Peer>,
    pub(super) paths: Vec<Path>,
    pub(super) callers: Callers,
}

impl Wiring {
    pub(super) fn new(config: &Config) -> Self {
        let (orders, orders_in) = mpsc::channel(ORDERS);
        let (observations, observations_in) = mpsc::channel(OBSERVATIONS);
        let (reports, reports_in) = mpsc::channel(REPORTS);
        let (carried, carried_in) = mpsc::channel(REPORTS);
        let (addresses, wanted) = watch::channel(Arc::default());
        let (stop_sessions, stop) = watch::channel(false);
        let mut outputs = Outputs {
            plans: BTreeMap::new(),
            addresses,
            stop_sessions,
            peers: Vec::new(),
            paths: BTreeMap::new(),
            haproxy: Vec::new(),
        };
        let mut peers = Vec::new();
        let mut paths = Vec::new();
        let mut callers = Callers::default();
        let mut questions_to = Vec::new();
        let mut seeds = seeds(config);
        for (name, neighbor) in &config.neighbors {
            let (plans, plans_in) = watch::channel(Plan::default());
            let (questions, questions_in) = mpsc::channel(QUESTIONS);
            let (accepted, accepted_in) = mpsc::channel(ACCEPTED);
            let (status, status_in) = watch::channel(idle(name, neighbor));
            outputs.plans.insert(name.clone(), plans);
            outputs.peers.push(status_in);
            let path = path(name, neighbor, seeds.next_u64());
            let bfd = path.as_ref().map(|path| path.reports.subscribe());
            outputs.paths.extend(bfd.clone().map(|reports| (name.clone(), reports)));
            paths.extend(path);
            callers.add(neighbor, accepted);
            peers.push(Peer {
                neighbor: neighbor.clone(),
                seed: seeds.next_u64(),
                ends: Ends {
                    plans: plans_in,
                    accepted: accepted_in,
                    questions: questions_in,
                    stop: stop.clone(),
                    carried: carried.clone(),
                    bfd,
                    status,
                },
            });
            questions_to.push((name.clone(), questions));
        }
        let (source, requests) = Source::new(questions_to);
        let inputs = Inputs {
            orders: orders_in,
            observations: observations_in,
            carried: carried_in,
            reports: reports_in,
            requests,
        };
        Self {
            inputs,
            outputs,
            source,
            orders,
            observations,
            reports,
            wanted,
            peers,
            paths,
            callers,
        }
    }
}

/// Jitter must differ between agents and between starts, or a rack that loses power dials in step.
fn seeds(config: &Config) -> Rng {
    let router_id = u64::from(u32::from(config.bgp.router_id)) << 32;
    let start = clock::WallClock::start().started_at().as_nanosecond() as u64;
    Rng::new(router_id ^ start ^ u64::from(std::process::id()))
}

fn idle(name: &NeighborName, neighbor: &Neighbor) -> PeerStatus {
    PeerStatus::of(name, &Session::new(neighbor.session.clone(), 0, clock::now()))
}

/// BFD towards a neighbour, where it is asked for and BGP is not held down.
fn path(name: &NeighborName, neighbor: &Neighbor, seed: u64) -> Option<Path> {
    let bfd = neighbor.bfd.filter(|_| !neighbor.session.shutdown)?;
    let silent = bfd::Session::new(bfd.session, seed, clock::now());
    let reports = watch::Sender::new(silent.report().clone());
    let transport = neighbor.transport.clone();
    Some(Path { name: name.clone(), transport, bfd, seed, reports })
}

/// What the engine takes of the configuration.
pub(super) fn engine_params(config: &Config) -> engine::Params {
    let service = |service: &Service| engine::ServiceParams {
        health: service.health.clone(),
        addresses: service
            .loopback
            .addresses
            .iter()
            .map(|address| (Prefix::host(address.address), address.clone()))
            .collect(),
        remove_on_down: service.loopback.on_down == OnDown::Remove,
    };
    engine::Params {
        policy: config.policy.clone(),
        services: config.services.iter().map(|(name, s)| (name.clone(), service(s))).collect(),
    }
}
