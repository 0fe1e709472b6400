//! The kernel's addresses, and the keeper's ledger at work on them.

use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use herald::addr::{Event, Found, Ledger, Link, MARK, Place, Present, Step};
use herald::base::LoopbackAddress;
use herald::engine::{AddressReport, AddressWish, Input};

use super::Mutant;
use super::world::{Happening, World};

/// The loopback, by index.
const LO: u32 = 1;

/// The kernel.
pub(super) struct Machine {
    pub(super) present: Present,
    /// How many faults refuse changes.
    pub(super) denied: u32,
    pub(super) down: u32,
    /// The whole machine is off.
    pub(super) off: bool,
    /// When somebody else last took something away.
    pub(super) meddled: Instant,
    /// When it last refused or lost something.
    pub(super) troubled: Option<Instant>,
}

/// The keeper in one life of the agent.
pub(super) struct Keeper {
    ledger: Ledger,
    wish: AddressWish,
    pub(super) busy: bool,
    /// Something has come up during a pass.
    again: bool,
    events: Vec<Event>,
    told: Option<AddressReport>,
}

impl Machine {
    pub(super) fn new() -> Self {
        let link = Link { name: "lo".into(), up: true };
        let present = Present { links: [(LO, link)].into(), addresses: BTreeSet::new() };
        let meddled = herald::clock::now();
        Self { present, denied: 0, down: 0, off: false, meddled, troubled: None }
    }

    /// Notes whether it is in trouble.
    pub(super) fn notice(&mut self, now: Instant) {
        if self.denied > 0 || self.down > 0 || self.meddled == now {
            self.troubled = Some(now);
        }
    }

    /// Whether the address answers.
    pub(super) fn answers(&self, address: IpAddr) -> bool {
        let place = Place { index: LO, address };
        self.down == 0 && self.present.at(place).next().is_some()
    }

    /// The addresses that herald has put there.
    pub(super) fn marked(&self) -> impl Iterator<Item = &Found> {
        self.present.addresses.iter().filter(|found| found.mark == Some(MARK))
    }

    fn add(&mut self, wanted: &LoopbackAddress) -> io::Result<Event> {
        if self.denied > 0 {
            return Err(io::Error::from(io::ErrorKind::PermissionDenied));
        }
        let found = Found::of(wanted, LO, &wanted.interface, MARK);
        if self.present.at(found.place).any(|old| old.length == found.length) {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists));
        }
        self.present.add(found.clone());
        Ok(Event::Address(found))
    }

    fn remove(&mut self, found: &Found) -> io::Result<Option<Event>> {
        if self.denied > 0 {
            return Err(io::Error::from(io::ErrorKind::PermissionDenied));
        }
        let there = self.present.addresses.remove(found);
        Ok(there.then(|| Event::NoAddress(found.clone())))
    }
}

impl Keeper {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            ledger: Ledger::new(true, seed),
            wish: AddressWish::default(),
            busy: false,
            again: false,
            events: Vec::new(),
            told: None,
        }
    }
}

impl World {
    /// Begins a pass, unless one is under way.
    pub(super) fn keep(&mut self) {
        let now = self.now;
        let Some(agent) = &mut self.agent else { return };
        agent.keeper_wake = None;
        let keeper = &mut agent.keeper;
        if std::mem::replace(&mut keeper.busy, true) {
            keeper.again = true;
            return;
        }
        keeper.again = false;
        keeper.wish = agent.wish.clone();
        let steps = keeper.ledger.look(keeper.wish.clone(), self.machine.present.clone(), now);
        let wait = self.dice.between(Duration::from_micros(50), Duration::from_millis(2));
        let life = self.life;
        self.note(wait, Happening::Carry(life, steps));
    }

    /// Carries out the steps of a pass, and ends it.
    pub(super) fn carry(&mut self, steps: Vec<Step>) {
        let now = self.now;
        let mut outcomes = Vec::new();
        let mut echo = Vec::new();
        for step in steps {
            let outcome = self.carry_one(&step, &mut echo);
            outcomes.push((step, outcome));
        }
        let Some(agent) = &mut self.agent else { return };
        let keeper = &mut agent.keeper;
        keeper.busy = false;
        let report = keeper.ledger.finish(outcomes, now);
        keeper.events.extend(echo);
        let events = std::mem::take(&mut keeper.events);
        let news = events.iter().any(|event| keeper.ledger.is_news(event));
        let newer = keeper.again || news || keeper.wish != agent.wish;
        agent.keeper_wake = Some(if newer { now } else { keeper.ledger.poll_timeout(now) });
        if keeper.told.as_ref() != Some(&report) {
            keeper.told = Some(report.clone());
            let (bound, faults) = (report.bound.len(), report.faults.len());
            self.tell(|| format!("addresses: {bound} bound, {faults} refused"));
            self.post_to_engine(Input::Addresses(report));
        }
    }

    fn carry_one(&mut self, step: &Step, echo: &mut Vec<Event>) -> io::Result<()> {
        match step {
            Step::Add(_, wanted) => echo.push(self.machine.add(wanted)?),
            Step::Replace(found, wanted) => {
                echo.extend(self.machine.remove(found)?);
                echo.push(self.machine.add(wanted)?);
            }
            Step::Remove(found) => {
                let stopping = self.agent.as_ref().is_some_and(|agent| agent.stopping.is_some());
                if self.mutant == Some(Mutant::ForgottenAddress) && stopping {
                    return Ok(());
                }
                self.check_release(found);
                self.tell(|| format!("{} is released", found.place.address));
                echo.extend(self.machine.remove(found)?);
            }
        }
        Ok(())
    }

    /// Somebody else has changed something.
    pub(super) fn kernel_says(&mut self, event: Event) {
        self.machine.meddled = self.now;
        let hop = self.dice.hop();
        let life = self.life;
        let Some(agent) = &mut self.agent else { return };
        let keeper = &mut agent.keeper;
        if keeper.busy {
            keeper.events.push(event);
        } else if keeper.ledger.is_news(&event) {
            self.note(hop, Happening::Keep(life));
        }
    }

    pub(super) fn take_away(&mut self, address: IpAddr) {
        let place = Place { index: LO, address };
        let found: Vec<Found> = self.machine.present.at(place).cloned().collect();
        for found in found {
            self.machine.present.addresses.remove(&found);
            self.kernel_says(Event::NoAddress(found));
        }
    }

    pub(super) fn set_loopback(&mut self, up: bool) {
        let link = Link { name: "lo".into(), up };
        self.machine.present.links.insert(LO, link.clone());
        self.kernel_says(Event::Link(LO, link));
    }
}
