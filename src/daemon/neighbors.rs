//! The tasks of the neighbours: which of them run, and what of a new configuration each can follow.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hasher, RandomState};

use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use super::ends::Told;
use super::recorder::{self, Recorder};
use crate::base::{NeighborName, Prefix, Rng};
use crate::bfd;
use crate::bfd_udp::{Command, Path};
use crate::clock;
use crate::config::{Config, Inheritance, Neighbor};
use crate::peer::{self, Callers, Ends, Peer};
use crate::rib::{Carried, Plan, Shown};
use crate::session::{Leaving, Session, State};
use crate::status::{PeerStatus, RouteQuestion, RouteQuestions};

/// Connections of one neighbour that are not looked at yet; the listener hangs up on more.
const ACCEPTED: usize = 2;
/// Questions to a neighbour's task that wait; more wait in their own connection.
const QUESTIONS: usize = 2;

/// All neighbours.
pub(super) struct Neighbors {
    running: BTreeMap<NeighborName, Running>,
    pub(super) tasks: JoinSet<()>,
    /// They end with what they watch.
    recorders: JoinSet<()>,
    recorder: Recorder,
    seeds: Rng,
    ends: Shared,
}

/// What all neighbours have in common.
pub(super) struct Shared {
    /// To the decider.
    pub(super) carried: mpsc::Sender<(NeighborName, Carried)>,
    /// Likewise.
    pub(super) shown: mpsc::Sender<(NeighborName, Shown)>,
    /// To the listener.
    pub(super) callers: watch::Sender<Callers>,
    /// To whoever asks for routes.
    pub(super) questions: watch::Sender<RouteQuestions>,
    /// To BFD.
    pub(super) bfd: mpsc::Sender<Command>,
}

struct Running {
    neighbor: watch::Sender<Neighbor>,
    stop: watch::Sender<Option<Leaving>>,
    accepted: mpsc::Sender<TcpStream>,
    questions: mpsc::Sender<RouteQuestion>,
    status: watch::Receiver<PeerStatus>,
    /// Closed with the end of the task.
    done: oneshot::Receiver<()>,
}

impl Neighbors {
    /// None yet.
    pub(super) fn new(ends: Shared, recorder: Recorder) -> Self {
        Self {
            running: BTreeMap::new(),
            tasks: JoinSet::new(),
            recorders: JoinSet::new(),
            recorder,
            seeds: seeds(),
            ends,
        }
    }

    /// Makes the tasks those of `config`; gives the decider's ends of those that are new. Sessions
    /// that can follow what has changed notice nothing else.
    pub(super) async fn apply(
        &mut self,
        config: &Config,
        inheritance: Option<&Inheritance>,
    ) -> BTreeMap<NeighborName, Told> {
        let gone: Vec<_> = self
            .running
            .keys()
            .filter(|name| !config.neighbors.contains_key(*name))
            .cloned()
            .collect();
        for name in gone {
            self.end(&name, Leaving::Deconfigured).await;
        }
        let mut started = BTreeMap::new();
        for (name, neighbor) in &config.neighbors {
            let resetting = self.running.get(name).map(|running| {
                let keys = running.neighbor.borrow().resetting(neighbor);
                !keys.is_empty()
            });
            match resetting {
                Some(false) => self.follow(name, neighbor),
                Some(true) => {
                    let previous = self.end(name, Leaving::Reset).await;
                    started.insert(name.clone(), self.start(neighbor, None, previous).await);
                }
                None => {
                    let inherited = inheritance.map(|i| i.of_neighbor(config, neighbor));
                    started.insert(name.clone(), self.start(neighbor, inherited, None).await);
                }
            }
        }
        self.publish(config);
        started
    }

    /// Whether there is a session that a reset would cost something.
    pub(super) fn is_connected(&self, name: &NeighborName) -> bool {
        let running = self.running.get(name);
        running.is_some_and(|running| running.status.borrow().state.0 == State::Established)
    }

    fn follow(&mut self, name: &NeighborName, neighbor: &Neighbor) {
        let Some(running) = self.running.get(name) else { return };
        running.neighbor.send_if_modified(|known| {
            let differs = known != neighbor;
            known.clone_from(neighbor);
            differs
        });
    }

    /// Ends a neighbour's task; gives what is closed when its last words are written.
    async fn end(
        &mut self,
        name: &NeighborName,
        leaving: Leaving,
    ) -> Option<oneshot::Receiver<()>> {
        let running = self.running.remove(name)?;
        running.stop.send_replace(Some(leaving));
        // BFD goes down with the process only.
        let _ = self.ends.bfd.send(Command::Forget(name.clone())).await;
        Some(running.done)
    }

    /// Starts a neighbour's task once its `previous` one has ended, so that what both report comes
    /// in order.
    async fn start(
        &mut self,
        neighbor: &Neighbor,
        inherited: Option<BTreeSet<Prefix>>,
        previous: Option<oneshot::Receiver<()>>,
    ) -> Told {
        let (plans, plans_in) = watch::channel(Plan::default());
        let (questions, questions_in) = mpsc::channel(QUESTIONS);
        let (accepted, accepted_in) = mpsc::channel(ACCEPTED);
        let (status, status_in) = watch::channel(idle(neighbor));
        let (stop, stop_in) = watch::channel(None);
        let (configured, neighbor_in) = watch::channel(neighbor.clone());
        let (alive, done) = oneshot::channel::<()>();
        let path = path(neighbor, self.seeds.next_u64());
        let bfd = path.as_ref().map(|path| path.reports.subscribe());
        if let Some(path) = path {
            let _ = self.ends.bfd.send(Command::Watch(path)).await;
        }
        let peer = Peer {
            seed: self.seeds.next_u64(),
            inherited,
            ends: Ends {
                neighbor: neighbor_in,
                plans: plans_in,
                accepted: accepted_in,
                questions: questions_in,
                stop: stop_in,
                carried: self.ends.carried.clone(),
                shown: self.ends.shown.clone(),
                bfd: bfd.clone(),
                status,
            },
        };
        while self.recorders.try_join_next().is_some() {}
        self.recorders.spawn(recorder::sessions(self.recorder.clone(), status_in.clone()));
        if let Some(reports) = bfd.clone() {
            let (recorder, name) = (self.recorder.clone(), neighbor.name.clone());
            self.recorders.spawn(recorder::path(recorder, name, reports));
        }
        self.tasks.spawn(async move {
            if let Some(previous) = previous {
                // It never sends: its end closes the channel.
                let _ = previous.await;
            }
            peer::run(peer).await;
            drop(alive);
        });
        let told = Told { plans, stop: stop.clone(), status: status_in.clone(), path: bfd };
        let running =
            Running { neighbor: configured, stop, accepted, questions, status: status_in, done };
        self.running.insert(neighbor.name.clone(), running);
        told
    }

    fn publish(&self, config: &Config) {
        let mut callers = Callers::default();
        for (name, running) in &self.running {
            if let Some(neighbor) = config.neighbors.get(name) {
                callers.add(neighbor, running.accepted.clone());
            }
        }
        self.ends.callers.send_replace(callers);
        let questions = self.running.iter();
        let questions = questions.map(|(name, running)| (name.clone(), running.questions.clone()));
        self.ends.questions.send_replace(questions.collect());
    }
}

/// Jitter must differ between agents and between starts, or a rack that loses power dials in step. The
/// randomness is the operating system's, with which the standard library keys its hash maps: a BFD
/// discriminator or the number of a DNS question cannot be told from when herald started.
pub(super) fn seeds() -> Rng {
    Rng::new(RandomState::new().build_hasher().finish())
}

fn idle(neighbor: &Neighbor) -> PeerStatus {
    PeerStatus::of(&neighbor.name, &Session::new(neighbor.session.clone(), 0, clock::now()))
}

/// BFD towards a neighbour, where it is asked for and BGP is not held down.
fn path(neighbor: &Neighbor, seed: u64) -> Option<Path> {
    let bfd = neighbor.bfd.filter(|_| !neighbor.session.shutdown)?;
    let silent = bfd::Session::new(bfd.session, seed, clock::now());
    let reports = watch::Sender::new(silent.report().clone());
    let transport = neighbor.transport.clone();
    Some(Path { name: neighbor.name.clone(), transport, bfd, seed, reports })
}
