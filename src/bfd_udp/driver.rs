use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::time::sleep_until;

use super::receivers::{Arrival, DATAGRAM, Receivers};
use super::sender::Sender;
use crate::base::{NeighborName, Rng};
use crate::bfd::{Event, Input, Output, Report, Session, your_discriminator};
use crate::clock;
use crate::config::{Bfd, Transport};

/// How long neighbours are told that BFD is held down, where the detection time is longer.
const FAREWELL: Duration = Duration::from_secs(1);
/// After so many packets in a row, timers get their turn whatever else has arrived: a flood must not
/// stop them.
const BURST: usize = 1024;

/// One neighbour to watch.
#[derive(Debug)]
pub struct Path {
    /// Whose.
    pub name: NeighborName,
    /// Its address, and ours.
    pub transport: Transport,
    /// How it is watched.
    pub bfd: Bfd,
    /// Makes discriminator, source port and jitter.
    pub seed: u64,
    /// What is known of it, always current. Receivers wake when the session has failed, and only
    /// then.
    pub reports: watch::Sender<Report>,
}

struct Watched {
    name: NeighborName,
    session: Session,
    sender: Sender,
    reports: watch::Sender<Report>,
}

/// What the driver is told to do.
#[derive(Debug)]
pub enum Command {
    /// Receive by these sockets, too.
    Receive(Receivers),
    /// Watch this path; one of the same neighbour is forgotten first.
    Watch(Path),
    /// Tell the neighbour that BFD is held down, and watch it no longer.
    Forget(NeighborName),
}

#[derive(Default)]
struct Driver {
    watched: BTreeMap<NeighborName, Watched>,
    /// By multihop and address, of which neighbours on different links may have the same.
    places: BTreeMap<(bool, IpAddr), Vec<NeighborName>>,
    /// RFC 5880 §6.8.1: discriminators are unique among the sessions of a system.
    taken: BTreeSet<NonZeroU32>,
}

enum Happened {
    Arrival(Arrival),
    Told(Command),
    Timeout,
    Stop,
}

/// Watches paths as it is told until `stop` turns true, or its sender is gone, and the farewells are
/// said.
pub async fn run(mut commands: mpsc::Receiver<Command>, mut stop: watch::Receiver<bool>) {
    let mut driver = Driver::default();
    let mut receivers = Receivers::default();
    let mut buffer = [0; DATAGRAM];
    let mut burst = 0;
    loop {
        // Biased towards what has arrived: after a moment without CPU, nobody is called silent whose
        // packets wait in the socket.
        let happened = tokio::select! {
            biased;
            arrival = receivers.next(&mut buffer) => Happened::Arrival(arrival),
            () = clock::reached(driver.deadline()) => Happened::Timeout,
            Some(command) = commands.recv() => Happened::Told(command),
            _ = stop.wait_for(|stop| *stop) => Happened::Stop,
        };
        match happened {
            Happened::Arrival(arrival) => {
                driver.received(&arrival, &buffer[..arrival.length]);
                burst += 1;
            }
            Happened::Told(Command::Receive(more)) => receivers.add(more),
            Happened::Told(Command::Watch(path)) => driver.watch(path),
            Happened::Told(Command::Forget(name)) => driver.forget(&name),
            Happened::Timeout => burst = BURST,
            Happened::Stop => break,
        }
        if burst >= BURST {
            driver.expire();
            burst = 0;
        }
    }
    driver.farewell().await;
}

impl Driver {
    fn watch(&mut self, path: Path) {
        self.forget(&path.name);
        let (name, place) = (path.name.clone(), (path.bfd.multihop, path.transport.remote.ip()));
        let mut watched = Watched::new(path, &mut self.taken);
        watched.handle(Input::Start);
        self.places.entry(place).or_default().push(name.clone());
        self.watched.insert(name, watched);
    }

    fn forget(&mut self, name: &NeighborName) {
        let Some(mut watched) = self.watched.remove(name) else { return };
        watched.handle(Input::Stop);
        self.taken.remove(&watched.session.discriminator());
        for place in self.places.values_mut() {
            place.retain(|other| other != name);
        }
        self.places.retain(|_, names| !names.is_empty());
    }

    fn every(&mut self, input: Input<'_>) {
        self.watched.values_mut().for_each(|watched| watched.handle(input));
    }

    fn received(&mut self, arrival: &Arrival, payload: &[u8]) {
        match self.meant(arrival.multihop, arrival.from.ip(), payload) {
            Some(watched) => watched.handle(Input::Received(payload)),
            None => tracing::trace!(from = %arrival.from, "BFD for no session"),
        }
    }

    /// The session that the packet names, if it is one with its sender; else the sender's only one,
    /// which knows what to make of it. A neighbour that shares its address names its session as soon
    /// as it has heard of it from us, so nothing is lost with packets that name none.
    fn meant(&mut self, multihop: bool, from: IpAddr, payload: &[u8]) -> Option<&mut Watched> {
        let names = self.places.get(&(multihop, from))?;
        let named = your_discriminator(payload).and_then(|named| {
            let has = |name: &&NeighborName| {
                self.watched.get(*name).is_some_and(|w| w.session.discriminator() == named)
            };
            names.iter().find(has)
        });
        let name = match names.as_slice() {
            [only] => only,
            _ => named?,
        };
        self.watched.get_mut(name)
    }

    async fn farewell(&mut self) {
        self.every(Input::Stop);
        let end = clock::now() + FAREWELL;
        while let Some(deadline) = self.deadline().filter(|deadline| *deadline <= end) {
            sleep_until(deadline.into()).await;
            self.expire();
        }
    }

    fn deadline(&self) -> Option<Instant> {
        self.watched
            .values()
            .filter_map(|watched| watched.session.poll_timeout())
            .map(|(at, _)| at)
            .min()
    }

    fn expire(&mut self) {
        let now = clock::now();
        for watched in self.watched.values_mut() {
            if watched.session.poll_timeout().is_some_and(|(at, _)| at <= now) {
                watched.handle(Input::Timeout);
            }
        }
    }
}

impl Watched {
    fn new(path: Path, taken: &mut BTreeSet<NonZeroU32>) -> Self {
        let Path { name, transport, bfd, seed, reports } = path;
        let mut seeds = Rng::new(seed);
        let session = loop {
            let session = Session::new(bfd.session, seeds.next_u64(), clock::now());
            if taken.insert(session.discriminator()) {
                break session;
            }
        };
        let sender = Sender::new(name.clone(), transport, bfd.multihop, seeds.next_u64());
        Self { name, session, sender, reports }
    }

    /// One input, and everything that follows from it.
    fn handle(&mut self, input: Input<'_>) {
        self.session.handle(input, clock::now());
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Send(octets) => self.sender.send(&octets),
                Output::Event(event) => self.log(&event),
            }
        }
        let report = self.session.report();
        self.reports.send_if_modified(|known| {
            let failed = known.failures != report.failures;
            known.clone_from(report);
            failed
        });
    }

    fn log(&self, event: &Event) {
        let neighbor = &self.name;
        match event {
            Event::Up => tracing::info!(%neighbor, "BFD up"),
            Event::Failed(because) => tracing::warn!(%neighbor, %because, "BFD down"),
            Event::HeldDown => {
                tracing::info!(%neighbor, "BFD held down by the neighbour; BGP goes on");
            }
        }
    }
}

#[cfg(test)]
mod tests;
