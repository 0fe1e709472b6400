use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tracing::{debug, warn};

use super::error::Error;
use super::message::Event;
use super::netlink::{Change, Kernel};
use super::ours::{MARK, Ours, keeps_marks};
use super::patience::{Aim, Patience};
use super::present::{Found, Place, Present};
use super::steps::{self, Owner, Step};
use super::words::{self, Fate, Log};
use crate::base::{LoopbackAddress, Reason};
use crate::clock;
use crate::engine::AddressReport;

/// A look at everything although nothing seems to have happened, as a net under the events.
const RESYNC: Duration = Duration::from_secs(30);

/// Keeps `wanted` on the interfaces until its sender is dropped; then returns, leaving the addresses
/// as they are (an orderly stop first wants the empty set and waits for the report). Reports go out
/// at the start and whenever what is wanted, what is bound or the faults have changed, after the
/// changes were made.
/// A full report channel holds everything up, so its reader must not wait for this task. Ends early,
/// without an error, when nobody takes the reports any more.
///
/// Runs in the network namespace of the thread that polls it first, inside a tokio runtime.
///
/// # Errors
///
/// When netlink itself fails. An address that cannot be bound is no error but a fault of the report,
/// and tried again.
pub async fn keep(
    mut wanted: watch::Receiver<Arc<BTreeSet<LoopbackAddress>>>,
    reports: mpsc::Sender<AddressReport>,
) -> Result<(), Error> {
    let mut keeper = Keeper::start()?;
    let mut told = None;
    loop {
        keeper.wanted = Arc::clone(&wanted.borrow_and_update());
        let report = keeper.pass().await?;
        if told.as_ref() != Some(&report) {
            words::log_new_faults(&report, told.as_ref());
            if reports.send(report.clone()).await.is_err() {
                return Ok(());
            }
            told = Some(report);
        }
        if !keeper.wait(&mut wanted).await? {
            return Ok(());
        }
    }
}

struct Keeper {
    kernel: Kernel,
    wanted: Arc<BTreeSet<LoopbackAddress>>,
    /// As of the last pass, our own changes included.
    present: Present,
    ours: Ours,
    patience: Patience,
    /// Addresses of somebody else that have been spoken of.
    left: BTreeSet<LoopbackAddress>,
}

impl Keeper {
    fn start() -> Result<Self, Error> {
        let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Ok(Self {
            kernel: Kernel::connect()?,
            wanted: Arc::default(),
            present: Present::default(),
            ours: Ours::new(keeps_marks(&release)),
            patience: Patience::new(u64::from(std::process::id())),
            left: BTreeSet::new(),
        })
    }

    /// Looks at everything and does what can be done now.
    async fn pass(&mut self) -> Result<AddressReport, Error> {
        self.present = self.kernel.look().await?;
        let now = clock::now();
        self.patience.forgive(now);
        self.ours.forget_gone(&self.present);
        let claimed = self.ours.claim(&self.present, &self.wanted);
        let mut faults = BTreeMap::new();
        let mut steps = steps::plan(&self.present, &self.wanted, &self.ours).steps;
        steps.retain(|step| match self.patience.pausing(step.place(), step.aim(), now) {
            None => true,
            Some(because) => {
                faults.extend(step.result().map(|wanted| (wanted.clone(), because.clone())));
                false
            }
        });
        let mut log = Log::default();
        for (step, outcome) in self.carry_out(steps).await? {
            match outcome {
                Ok(()) => self.succeeded(step, &claimed, now, &mut log),
                Err(error) => faults.extend(self.failed(step, &error, now)),
            }
        }
        let report = self.report(faults, &claimed, &mut log);
        log.write();
        Ok(report)
    }

    /// Carries the steps out and pairs each with what the kernel said.
    async fn carry_out(&mut self, steps: Vec<Step>) -> Result<Vec<(Step, io::Result<()>)>, Error> {
        let mut changes = Vec::with_capacity(steps.len());
        for step in &steps {
            match step {
                Step::Add(place, wanted) => changes.push(Change::Add(place.index, wanted)),
                Step::Replace(found, wanted) => {
                    changes.extend([Change::Remove(found), Change::Add(found.place.index, wanted)]);
                }
                Step::Remove(found) => changes.push(Change::Remove(found)),
            }
        }
        let mut answers = self.kernel.carry_out(&changes).await?.into_iter();
        let mut answer = || answers.next().unwrap_or(Ok(()));
        let pair = |step| {
            let outcome = match step {
                Step::Add(..) => answer(),
                Step::Replace(..) => gone(answer()).and(answer()),
                Step::Remove(_) => gone(answer()),
            };
            (step, outcome)
        };
        Ok(steps.into_iter().map(pair).collect())
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
        let plan = steps::plan(&self.present, &self.wanted, &self.ours);
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
        AddressReport {
            wanted: Arc::clone(&self.wanted),
            bound: plan.kept.into_keys().collect(),
            faults,
        }
    }

    /// Waits until there is reason for another pass; `false` when nobody wants anything any more.
    async fn wait(
        &mut self,
        wanted: &mut watch::Receiver<Arc<BTreeSet<LoopbackAddress>>>,
    ) -> Result<bool, Error> {
        let now = clock::now();
        let resync = now + RESYNC;
        let wake = self.patience.next(now).map_or(resync, |retry| retry.min(resync));
        loop {
            tokio::select! {
                biased;
                changed = wanted.changed() => return Ok(changed.is_ok()),
                event = self.kernel.event() => {
                    if self.is_news(&event?) {
                        return Ok(true);
                    }
                }
                () = tokio::time::sleep_until(wake.into()) => return Ok(true),
            }
        }
    }

    /// Whether an event concerns us and contradicts what we know. The echo of our own changes does
    /// not.
    fn is_news(&self, event: &Event) -> bool {
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
                let wanted = |name: &str| self.wanted.iter().any(|w| &*w.interface == name);
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

    fn concerns(&self, place: Place) -> bool {
        self.ours.held(place) || self.wanted.iter().any(|wanted| self.place(wanted) == Some(place))
    }

    fn place(&self, wanted: &LoopbackAddress) -> Option<Place> {
        let (index, _) = self.present.link(&wanted.interface)?;
        Some(Place { index, address: wanted.address })
    }
}

/// An address that is not there any more has been removed, by whomever.
fn gone(answer: io::Result<()>) -> io::Result<()> {
    answer.or_else(|error| match error.raw_os_error() {
        Some(libc::EADDRNOTAVAIL | libc::ENODEV) => Ok(()),
        _ => Err(error),
    })
}
