use std::collections::BTreeMap;

use tokio::sync::{mpsc, oneshot, watch};

use super::{NeighborRoute, RouteTableKind, Snapshot};
use crate::base::{NeighborName, Prefix};

/// Asks the running agent: the decider for the snapshot, each neighbour's task for its routes.
/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Source {
    snapshots: mpsc::Sender<oneshot::Sender<Snapshot>>,
    peers: watch::Receiver<Questions>,
}

/// Where each neighbour's task is asked.
pub type Questions = BTreeMap<NeighborName, mpsc::Sender<RouteQuestion>>;

/// The end that answers for snapshots.
pub type SnapshotRequests = mpsc::Receiver<oneshot::Sender<Snapshot>>;

/// Asks one neighbour's task for its routes.
#[derive(Debug)]
pub struct RouteQuestion {
    /// Which table.
    pub kind: RouteTableKind,
    /// Only this prefix.
    pub prefix: Option<Prefix>,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Vec<NeighborRoute>>,
}

/// How many questions may wait at the decider; more wait in their own connection.
const WAITING: usize = 8;

impl Source {
    /// A source over the neighbours of the moment, and the end that answers for snapshots.
    pub fn new(peers: watch::Receiver<Questions>) -> (Self, SnapshotRequests) {
        let (snapshots, requests) = mpsc::channel(WAITING);
        (Self { snapshots, peers }, requests)
    }

    /// The state of the agent now; `None` while it is going down.
    pub async fn snapshot(&self) -> Option<Snapshot> {
        let (answer, snapshot) = oneshot::channel();
        self.snapshots.send(answer).await.ok()?;
        snapshot.await.ok()
    }

    /// Routes of one neighbour or of all, in order of neighbour and prefix. `None` when there is no
    /// neighbour of that name. A neighbour whose task has ended has no routes.
    pub async fn routes(
        &self,
        kind: RouteTableKind,
        neighbor: Option<&str>,
        prefix: Option<Prefix>,
    ) -> Option<Vec<NeighborRoute>> {
        let asked = |name: &NeighborName| neighbor.is_none_or(|wanted| wanted == name.as_str());
        let mut routes = Vec::new();
        let mut found = neighbor.is_none();
        let peers = self.peers.borrow().clone();
        for (_, questions) in peers.iter().filter(|(name, _)| asked(name)) {
            found = true;
            let (answer, told) = oneshot::channel();
            if questions.send(RouteQuestion { kind, prefix, answer }).await.is_ok() {
                routes.extend(told.await.unwrap_or_default());
            }
        }
        found.then_some(routes)
    }
}
