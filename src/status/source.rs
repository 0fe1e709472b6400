use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::{mpsc, oneshot, watch};

use super::{Explanation, History, NeighborRoute, RouteTableKind, Sessions, Snapshot};
use crate::base::{NeighborName, Prefix};

/// Asks the running agent: the decider for what it knows, each neighbour's task for its routes, the
/// history for events. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Source {
    decider: mpsc::Sender<Question>,
    peers: watch::Receiver<RouteQuestions>,
    history: watch::Receiver<History>,
}

/// Where each neighbour's task is asked.
pub type RouteQuestions = BTreeMap<NeighborName, mpsc::Sender<RouteQuestion>>;

/// Asks the decider.
#[derive(Debug)]
pub enum Question {
    /// For everything.
    Snapshot(oneshot::Sender<Snapshot>),
    /// For one service and all it follows from; the answer lacks what neighbours and history know,
    /// and is `None` when there is no such service.
    Explanation(String, oneshot::Sender<Option<Explanation>>),
    /// For the sessions that a service has now, which HAProxy is asked about; `None` when there is no
    /// such service.
    Sessions(String, oneshot::Sender<Option<Sessions>>),
}

/// The end that answers for the decider.
pub type Questions = mpsc::Receiver<Question>;

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
/// How many events an explanation ends with.
const LAST_EVENTS: usize = 10;

impl Source {
    /// A source over the neighbours of the moment and this history, and the end that answers for
    /// the decider.
    pub fn new(
        peers: watch::Receiver<RouteQuestions>,
        history: watch::Receiver<History>,
    ) -> (Self, Questions) {
        let (decider, questions) = mpsc::channel(WAITING);
        (Self { decider, peers, history }, questions)
    }

    /// The state of the agent now; `None` while it is going down.
    pub async fn snapshot(&self) -> Option<Snapshot> {
        let (answer, snapshot) = oneshot::channel();
        self.decider.send(Question::Snapshot(answer)).await.ok()?;
        snapshot.await.ok()
    }

    /// The newest events, and a way to wait for more.
    pub fn history(&self) -> watch::Receiver<History> {
        self.history.clone()
    }

    /// Why a service is what it is: `Some(None)` when there is no such service, `None` while the
    /// agent is going down.
    pub async fn explanation(&self, name: &str) -> Option<Option<Explanation>> {
        let (answer, explanation) = oneshot::channel();
        self.decider.send(Question::Explanation(name.to_owned(), answer)).await.ok()?;
        let Some(mut explanation) = explanation.await.ok()? else { return Some(None) };
        let prefixes: BTreeSet<_> =
            explanation.service.routes.iter().map(|route| route.prefix.clone()).collect();
        for recipient in &mut explanation.neighbors {
            let sent = self.routes(RouteTableKind::Advertised, Some(&recipient.name), None).await;
            let sent = sent.unwrap_or_default().into_iter();
            recipient.sent = sent.filter(|route| prefixes.contains(&route.prefix)).collect();
        }
        let history = self.history.borrow();
        let events = history.since(0).rev().filter(|event| event.concerns(name)).take(LAST_EVENTS);
        explanation.events = events.map(|event| (**event).clone()).collect();
        explanation.events.reverse();
        Some(Some(explanation))
    }

    /// The sessions of a service: `Some(None)` when there is no such service, `None` while the agent
    /// is going down.
    pub async fn sessions(&self, name: &str) -> Option<Option<Sessions>> {
        let (answer, sessions) = oneshot::channel();
        self.decider.send(Question::Sessions(name.to_owned(), answer)).await.ok()?;
        sessions.await.ok()
    }

    /// The neighbours, in order of name.
    pub fn neighbors(&self) -> Vec<NeighborName> {
        self.peers.borrow().keys().cloned().collect()
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
