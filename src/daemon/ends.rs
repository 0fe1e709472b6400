//! The decider's ends of the channels, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::bulletin::Bulletin;
use crate::base::{NeighborName, Reason};
use crate::bfd;
use crate::config::Config;
use crate::control::Request;
use crate::engine::{AddressReport, AddressWish, Notice};
use crate::health::Observation;
use crate::hook;
use crate::rib::{Carried, Plan, Shown};
use crate::session::Leaving;
use crate::status::{Haproxies, HooksRun, PeerStatus, Questions, Saved, TakenOver};
use crate::store::Words;

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
    pub(super) commands: mpsc::Receiver<Request>,
    pub(super) notices: watch::Receiver<Option<Notice>>,
    pub(super) observations: mpsc::Receiver<Observation>,
    pub(super) carried: mpsc::Receiver<(NeighborName, Carried)>,
    pub(super) shown: mpsc::Receiver<(NeighborName, Shown)>,
    pub(super) reports: mpsc::Receiver<AddressReport>,
    pub(super) questions: Questions,
}

/// What it says. Every sender is a `watch` or as good as one: saying something never waits.
pub(super) struct Outputs {
    pub(super) neighbors: BTreeMap<NeighborName, Told>,
    pub(super) addresses: watch::Sender<AddressWish>,
    pub(super) haproxies: watch::Receiver<Haproxies>,
    pub(super) words: watch::Sender<Words>,
    pub(super) changes: watch::Sender<hook::Changes>,
    pub(super) saved: watch::Receiver<Saved>,
    pub(super) hooks: watch::Receiver<HooksRun>,
    pub(super) taken_over: watch::Receiver<TakenOver>,
    pub(super) bulletin: Bulletin,
}

/// The decider's ends of one neighbour.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) plans: watch::Sender<Plan>,
    pub(super) stop: watch::Sender<Option<Leaving>>,
    pub(super) status: watch::Receiver<PeerStatus>,
    pub(super) path: Option<watch::Receiver<bfd::Report>>,
}
