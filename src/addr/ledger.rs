//! What the address keeper knows and decides, without netlink: a pass is [`Ledger::look`], then the
//! steps carried out by whoever can, then [`Ledger::finish`].

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::{debug, warn};

use super::message::Event;
use super::ours::{MARK, Ours};
use super::patience::{Aim, Patience};
use super::present::{Found, Place, Present};
use super::steps::{self, Owner, Step};
use super::words::{self, Fate, Log};
use crate::base::{LoopbackAddress, Reason};
use crate::engine::{AddressReport, AddressWish};

/// A look at everything although nothing seems to have happened, as a net under the events.
const RESYNC: Duration = Duration::from_secs(30);

/// What is wanted, what is there, and what of it is ours.
#[derive(Debug)]
pub struct Ledger {
    wish: AddressWish,
    /// As of the last pass, our own changes included.
    present: Present,
    ours: Ours,
    patience: Patience,
    /// Addresses of somebody else that have been spoken of.
    left: BTreeSet<LoopbackAddress>,
    /// Of the pass under way: what an earlier run has left and this pass has claimed.
    claimed: BTreeSet<Place>,
    /// Of the pass under way: what is not tried yet, and why.
    faults: BTreeMap<LoopbackAddress, Reason>,
}

impl Ledger {
    /// Nothing is wanted, nothing known. `marks_kept` says whether the kernel keeps IFA_PROTO; `seed`
    /// spreads the pauses between tries.
    pub fn new(marks_kept: bool, seed: u64) -> Self {
        Self {
            wish: AddressWish::default(),
            present: Present::default(),
            ours: Ours::new(marks_kept),
            patience: Patience::new(seed),
            left: BTreeSet::new(),
            claimed: BTreeSet::new(),
            faults: BTreeMap::new(),
        }
    }

    /// The same beside another herald: what an earlier run may have left is the other's business,
    /// unless it is wanted.
    pub fn beside_another(mut self) -> Self {
        self.ours.beside_another();
        self
    }

    /// Begins a pass: what is wished for against all that is `present` now. Gives what is to be done, in order.
    pub fn look(&mut self, wish: AddressWish, present: Present, now: Instant) -> Vec<Step> {
        self.wish = wish;
        self.present = present;
        self.patience.forgive(now);
        self.ours.forget_gone(&self.present);
        self.claimed = self.ours.claim(&self.present, &self.wish.addresses);
        self.faults.clear();
        let mut steps = steps::plan(&self.present, &self.wish.addresses, &self.ours).steps;
        steps.retain(|step| match self.patience.pausing(step.place(), step.aim(), now) {
            None => true,
            Some(because) => {
                let wanted = step.result().map(|wanted| (wanted.clone(), because.clone()));
                self.faults.extend(wanted);
                false
            }
        });
        steps
    }

    /// Ends the pass: what has become of its steps, each with what the kernel said.
    pub fn finish(
        &mut self,
        outcomes: impl IntoIterator<Item = (Step, io::Result<()>)>,
        now: Instant,
    ) -> AddressReport {
        let claimed = std::mem::take(&mut self.claimed);
        let mut faults = std::mem::take(&mut self.faults);
        let mut log = Log::default();
        for (step, outcome) in outcomes {
            match outcome {
                Ok(()) => self.succeeded(step, &claimed, now, &mut log),
                Err(error) => faults.extend(self.failed(step, &error, now)),
            }
        }
        let report = self.report(faults, &claimed, &mut log);
        log.write();
        report
    }

    /// When to begin another pass though nothing has happened.
    pub fn poll_timeout(&self, now: Instant) -> Instant {
        let resync = now + RESYNC;
        self.patience.next(now).map_or(resync, |retry| retry.min(resync))
    }

    /// Whether an event concerns us and contradicts what we know. The echo of our own changes does
    /// not.
    pub fn is_news(&self, event: &Event) -> bool {
        match event {
            Event::Address(found) => {
                !self.present.addresses.contains(found) && self.concerns(found.place)
            }
            Event::NoAddress(found) => {
                let known = self.present.at(found.place).any(|old| old.length == found.length);
                known && self.concerns(found.place)
            }
            Event::Link(index, link) => {
                let known = self.present.links.get(index);
                let wanted = |name: &str| self.wish.addresses.iter().any(|w| &*w.interface == name);
                known != Some(link)
                    && (wanted(&link.name) || known.is_some_and(|k| wanted(&k.name)))
            }
            Event::NoLink(index) => self.present.links.contains_key(index),
            Event::Overrun => {
                debug!("events of the kernel were lost: looking at all addresses anew");
                true
            }
        }
    }

    fn succeeded(&mut self, step: Step, claimed: &BTreeSet<Place>, now: Instant, log: &mut Log) {
        let place = step.place();
        let name = self.present.name(place.index);
        let fate = match step {
            Step::Add(_, wanted) => {
                self.present.add(Found::of(&wanted, place.index, &name, MARK));
                if self.ours.hold(place) {
                    Fate::Bound
                } else {
                    self.patience.tried(place, Aim::Bound, words::fight(&wanted), now);
                    Fate::PutBack
                }
            }
            Step::Replace(_, wanted) => {
                self.present.add(Found::of(&wanted, place.index, &name, MARK));
                Fate::Replaced
            }
            Step::Remove(found) => {
                self.present.addresses.remove(&found);
                self.ours.release(place);
                if claimed.contains(&place) { Fate::CleanedUp } else { Fate::Released }
            }
        };
        log.note(fate, name, place.address);
    }

    /// Notes that the kernel refused a step, and returns the fault it means for a wanted address.
    fn failed(
        &mut self,
        step: Step,
        error: &io::Error,
        now: Instant,
    ) -> Option<(LoopbackAddress, Reason)> {
        let place = step.place();
        match step {
            Step::Add(_, wanted) | Step::Replace(_, wanted) => {
                let reason = words::refused(&wanted, error);
                self.patience.tried(place, Aim::Bound, reason.clone(), now);
                Some((wanted, reason))
            }
            Step::Remove(_) => {
                let (address, name) = (place.address, self.present.name(place.index));
                warn!("{address} cannot be removed from {name} ({error}); tried again with pauses");
                self.patience.tried(place, Aim::Gone, "it cannot be removed".into(), now);
                None
            }
        }
    }

    /// What is bound after the changes, and why the rest is not.
    fn report(
        &mut self,
        mut faults: BTreeMap<LoopbackAddress, Reason>,
        claimed: &BTreeSet<Place>,
        log: &mut Log,
    ) -> AddressReport {
        let plan = steps::plan(&self.present, &self.wish.addresses, &self.ours);
        for (wanted, why) in &plan.blocked {
            faults.insert(wanted.clone(), words::blocked(wanted, why));
        }
        let mut left = BTreeSet::new();
        for (wanted, owner) in &plan.kept {
            let name = || Arc::clone(&wanted.interface);
            match owner {
                Owner::Herald => {
                    let place = self.place(wanted);
                    if place.is_some_and(|place| claimed.contains(&place)) {
                        log.note(Fate::Adopted, name(), wanted.address);
                    }
                }
                Owner::Other => {
                    if !self.left.contains(wanted) {
                        log.note(Fate::Left, name(), wanted.address);
                    }
                    left.insert(wanted.clone());
                }
            }
        }
        self.left = left;
        let stuck = plan.steps.iter().filter_map(|step| match step {
            Step::Remove(found) => Some(found.place.address),
            Step::Add(..) | Step::Replace(..) => None,
        });
        AddressReport {
            answers: self.wish.version,
            stuck: stuck.collect(),
            bound: plan.kept.into_keys().collect(),
            faults,
        }
    }

    fn concerns(&self, place: Place) -> bool {
        self.ours.held(place)
            || self.wish.addresses.iter().any(|wanted| self.place(wanted) == Some(place))
    }

    fn place(&self, wanted: &LoopbackAddress) -> Option<Place> {
        let (index, _) = self.present.link(&wanted.interface)?;
        Some(Place { index, address: wanted.address })
    }
}
