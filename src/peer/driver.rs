use std::collections::{BTreeMap, BTreeSet};
use std::future::{pending, poll_fn};
use std::io;
use std::net::IpAddr;
use std::task::Poll;
use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;

use super::dial::{self, Dial};
use super::journal::Journal;
use super::link::{Link, LinkEvent};
use super::socket;
use crate::base::{NeighborName, Prefix, Reason};
use crate::bfd::Report;
use crate::clock;
use crate::config::Neighbor;
use crate::rib::{Carried, Plan, Shown};
use crate::session::{Direction, Input, Leaving, Output, Session};
use crate::status::{self, PeerStatus, RouteQuestion};

/// How long the last words of a connection may take to be written.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Connections that may have their last words written at a time. A neighbour that dials and is
/// refused more often must do with what the kernel takes at once.
const MOST_CLOSING: usize = 16;
/// What is read at a time, which is how long a neighbour that floods keeps everybody else waiting: as much as
/// the longest message (RFC 4271 §4.1). Four times as much makes every step from the health of a service to a
/// withdrawal wait four times as long, and reads no faster, for the messages take the time and not the reading.
pub const TURN: usize = 4096;

/// A neighbour to be driven.
#[derive(Debug)]
pub struct Peer {
    /// Spreads its timers.
    pub seed: u64,
    /// What it may still have from an earlier run; `None` when this is not the start of one.
    pub inherited: Option<BTreeSet<Prefix>>,
    /// Its channels.
    pub ends: Ends,
}

/// The ends of a neighbour's channels.
#[derive(Debug)]
pub struct Ends {
    /// The neighbour. What changes in it is such that the session can follow.
    pub neighbor: watch::Receiver<Neighbor>,
    /// The routes it should have; only the newest counts.
    pub plans: watch::Receiver<Plan>,
    /// Connections it has made to us.
    pub accepted: mpsc::Receiver<TcpStream>,
    /// Questions of operators about its routes.
    pub questions: mpsc::Receiver<RouteQuestion>,
    /// Why the session is to be closed in order, once it is.
    pub stop: watch::Receiver<Option<Leaving>>,
    /// How far it has been told.
    pub carried: mpsc::Sender<(NeighborName, Carried)>,
    /// Who else it says announces our addresses.
    pub shown: mpsc::Sender<(NeighborName, Shown)>,
    /// What BFD says of the path to it, if it is asked; wakes us when the path has failed.
    pub bfd: Option<watch::Receiver<Report>>,
    /// What is shown of it.
    pub status: watch::Sender<PeerStatus>,
}

struct Driver {
    neighbor: Neighbor,
    session: Session,
    dial: Dial,
    links: BTreeMap<Direction, Link>,
    /// The connection that the session is being asked about.
    offered: Option<TcpStream>,
    carried: mpsc::Sender<(NeighborName, Carried)>,
    shown: mpsc::Sender<(NeighborName, Shown)>,
    /// Connections whose last words are being written.
    closing: JoinSet<()>,
    journal: Journal,
    buffer: Box<[u8]>,
}

enum Happened {
    Plan(Plan),
    Link(Direction, LinkEvent),
    Dialled(io::Result<TcpStream>),
    Accepted(TcpStream),
    Asked(RouteQuestion),
    BfdDown(Reason),
    Configured(Box<Neighbor>),
    Timeout,
    Stop(Leaving),
}

/// Runs one neighbour until `stop` says why (or its sender is gone) and the last words are written.
pub async fn run(peer: Peer) {
    let Peer { seed, inherited, mut ends } = peer;
    let neighbor = ends.neighbor.borrow_and_update().clone();
    let mut session = Session::new(neighbor.session.clone(), seed, clock::now());
    if let Some(prefixes) = inherited {
        session = session.restarted(prefixes);
    }
    let mut driver = Driver {
        journal: Journal::new(neighbor.name.clone()),
        neighbor,
        session,
        dial: Dial::default(),
        links: BTreeMap::new(),
        offered: None,
        carried: ends.carried.clone(),
        shown: ends.shown.clone(),
        closing: JoinSet::new(),
        buffer: vec![0; TURN].into(),
    };
    driver.handle(Input::Start).await;
    let mut stopping = false;
    while !stopping {
        publish(&ends.status, &driver);
        let happened = driver.wait(&mut ends).await;
        stopping = matches!(happened, Happened::Stop(_));
        driver.take(happened).await;
    }
    publish(&ends.status, &driver);
    driver.finish().await;
}

fn publish(status: &watch::Sender<PeerStatus>, driver: &Driver) {
    let now = PeerStatus::of(&driver.neighbor.name, &driver.session);
    status.send_if_modified(|known| {
        known.traffic = now.traffic;
        let changed = *known != now;
        *known = now;
        changed
    });
}

impl Driver {
    /// Waits for the next thing to happen. The plan comes first: a withdrawal waits for nothing. The
    /// order to stop and the questions of operators come next: a neighbour that always has something
    /// to say cannot put them off. Timers come after what it has said: after a moment without CPU,
    /// nobody is called silent whose KEEPALIVEs wait in the socket.
    async fn wait(&mut self, ends: &mut Ends) -> Happened {
        let deadline = self.session.poll_timeout().map(|(at, _)| at);
        let Self { dial, links, buffer, closing, .. } = self;
        while closing.try_join_next().is_some() {}
        tokio::select! {
            biased;
            Ok(()) = ends.plans.changed() => Happened::Plan(ends.plans.borrow_and_update().clone()),
            leaving = told_to_stop(&mut ends.stop) => Happened::Stop(leaving),
            Ok(()) = ends.neighbor.changed() => {
                Happened::Configured(Box::new(ends.neighbor.borrow_and_update().clone()))
            }
            because = bfd_down(&mut ends.bfd) => Happened::BfdDown(because),
            Some(question) = ends.questions.recv() => Happened::Asked(question),
            (direction, event) = link_event(links, buffer) => Happened::Link(direction, event),
            () = passed(deadline) => Happened::Timeout,
            stream = dial.done() => Happened::Dialled(stream),
            Some(stream) = ends.accepted.recv() => Happened::Accepted(stream),
        }
    }

    async fn take(&mut self, happened: Happened) {
        match happened {
            Happened::Plan(plan) => self.handle(Input::Wanted(plan)).await,
            Happened::Link(direction, LinkEvent::Read(read)) => {
                let buffer = std::mem::take(&mut self.buffer);
                self.handle(Input::Received { direction, octets: &buffer[..read] }).await;
                self.buffer = buffer;
                self.give_way().await;
            }
            Happened::Link(direction, LinkEvent::Drained) => {
                self.handle(Input::Drained(direction)).await;
            }
            Happened::Link(direction, LinkEvent::Closed(because)) => {
                self.links.remove(&direction);
                self.handle(Input::Closed { direction, because }).await;
            }
            Happened::Dialled(result) => {
                match result.and_then(|stream| Ok((local(&stream)?, stream))) {
                    Ok((local, stream)) => {
                        self.links.insert(Direction::Dialled, Link::new(stream));
                        self.handle(Input::Dialled { local }).await;
                    }
                    Err(error) => {
                        let because = dial::words(&self.neighbor.transport, &error);
                        self.handle(Input::DialFailed(because)).await;
                    }
                }
            }
            Happened::Accepted(stream) => self.accept(stream).await,
            Happened::Asked(RouteQuestion { kind, prefix, answer }) => {
                let name = &self.neighbor.name;
                // Whoever asked may have gone; then nobody misses the answer.
                let _ = answer.send(status::routes(name, &self.session, kind, prefix));
            }
            Happened::BfdDown(because) => self.handle(Input::BfdDown(because)).await,
            Happened::Timeout => self.handle(Input::Timeout).await,
            Happened::Configured(neighbor) => self.configure(*neighbor).await,
            Happened::Stop(leaving) => self.handle(Input::Stop(leaving)).await,
        }
    }

    /// Between two portions of what a neighbour sends: first the timers that are due, then everybody
    /// else. A connection that always has more to read would otherwise come before our KEEPALIVEs,
    /// and before the withdrawals of all other neighbours, for they share one thread. Timers come
    /// after a portion, so that a KEEPALIVE which waited in it is heard before the hold timer fires.
    async fn give_way(&mut self) {
        let now = clock::now();
        if self.session.poll_timeout().is_some_and(|(at, _)| at <= now) {
            self.handle(Input::Timeout).await;
        }
        yield_now().await;
    }

    /// A new password holds for the connections that are there, too: the neighbour changes its own
    /// within the hold time, and what was lost in between is sent again.
    async fn configure(&mut self, neighbor: Neighbor) {
        let known = std::mem::replace(&mut self.neighbor, neighbor);
        let transport = &self.neighbor.transport;
        if known.transport.signature != transport.signature {
            for link in self.links.values() {
                if let Err(error) = link.sign_anew(known.transport.signature.as_ref(), transport) {
                    let neighbor = &self.neighbor.name;
                    tracing::warn!(%neighbor, %error, "the new password holds from the next connection on");
                }
            }
        }
        let params = Box::new(self.neighbor.session.clone());
        self.handle(Input::Configured(params)).await;
    }

    async fn accept(&mut self, stream: TcpStream) {
        let prepared = local(&stream).and_then(|local| {
            let socket = SockRef::from(&stream);
            socket::accepted(&socket, &self.neighbor.transport)?;
            socket.set_tcp_user_timeout(self.user_timeout())?;
            Ok(local)
        });
        match prepared {
            Ok(local) => {
                self.offered = Some(stream);
                self.handle(Input::Accepted { local }).await;
            }
            Err(error) => {
                tracing::warn!(neighbor = %self.neighbor.name, %error, "accepted connection is unusable");
            }
        }
    }

    /// One input, and everything that follows from it.
    async fn handle(&mut self, input: Input<'_>) {
        self.session.handle(input, clock::now());
        while let Some(output) = self.session.poll_output() {
            self.perform(output).await;
        }
    }

    async fn perform(&mut self, output: Output) {
        match output {
            Output::Dial => self.dial.start(&self.neighbor.transport, self.user_timeout()),
            Output::CancelDial => self.dial.cancel(),
            Output::Adopt => {
                if let Some(stream) = self.offered.take() {
                    self.links.insert(Direction::Accepted, Link::new(stream));
                }
            }
            Output::Refuse(octets) => {
                if let Some(stream) = self.offered.take() {
                    let mut link = Link::new(stream);
                    // The neighbour may be gone already; then there is nobody to tell.
                    let _ = link.write(&octets);
                    self.last_words(link);
                }
            }
            Output::Send { direction, octets } => self.send(direction, &octets),
            Output::Close(direction) => {
                if let Some(link) = self.links.remove(&direction) {
                    self.last_words(link);
                }
            }
            Output::Carried(carried) => {
                // The engine outlives its peers; when it is gone, the process is going down.
                let _ = self.carried.send((self.neighbor.name.clone(), carried)).await;
            }
            Output::Shown(shown) => {
                // As with what is carried.
                let _ = self.shown.send((self.neighbor.name.clone(), shown)).await;
            }
            Output::Event(event) => self.journal.write(&event, &self.session, clock::now()),
        }
    }

    fn send(&mut self, direction: Direction, octets: &[u8]) {
        let Some(link) = self.links.get_mut(&direction) else { return };
        let input = match link.write(octets) {
            Ok(true) => Input::Drained(direction),
            Ok(false) => return,
            Err(because) => {
                self.links.remove(&direction);
                Input::Closed { direction, because }
            }
        };
        self.session.handle(input, clock::now());
    }

    fn last_words(&mut self, link: Link) {
        if self.closing.len() >= MOST_CLOSING {
            return;
        }
        self.closing.spawn(async move {
            // Whoever does not read within the time has the connection reset.
            let _ = timeout(LAST_WORDS, link.close()).await;
        });
    }

    async fn finish(mut self) {
        while self.closing.join_next().await.is_some() {}
    }

    /// An unacknowledged UPDATE is a route that is still there: the connection is given up after the
    /// hold time at the latest, whatever TCP would try (RFC 5482 names the option).
    fn user_timeout(&self) -> Option<Duration> {
        self.neighbor.session.hold_time.duration()
    }
}

fn local(stream: &TcpStream) -> io::Result<IpAddr> {
    Ok(stream.local_addr()?.ip().to_canonical())
}

/// Waits until the session is to end. Who has nobody left to tell it ends, too.
async fn told_to_stop(stop: &mut watch::Receiver<Option<Leaving>>) -> Leaving {
    match stop.wait_for(Option::is_some).await {
        Ok(leaving) => (*leaving).unwrap_or(Leaving::Shutdown),
        Err(_) => Leaving::Shutdown,
    }
}

/// Waits until the deadline has passed, and then until the runtime has asked the kernel what has
/// arrived meanwhile: a task that was woken for another reason does not know of it yet.
async fn passed(deadline: Option<Instant>) {
    clock::reached(deadline).await;
    yield_now().await;
}

/// Waits until BFD calls the path dead.
async fn bfd_down(bfd: &mut Option<watch::Receiver<Report>>) -> Reason {
    if let Some(reports) = bfd
        && reports.changed().await.is_ok()
        && let Some(because) = reports.borrow_and_update().last_failure.clone()
    {
        return because;
    }
    pending().await
}

async fn link_event(
    links: &mut BTreeMap<Direction, Link>,
    buffer: &mut [u8],
) -> (Direction, LinkEvent) {
    poll_fn(|cx| {
        for (direction, link) in links.iter_mut() {
            if let Poll::Ready(event) = link.poll(cx, buffer) {
                return Poll::Ready((*direction, event));
            }
        }
        Poll::Pending
    })
    .await
}
