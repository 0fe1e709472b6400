use std::io;

use tokio::sync::{mpsc, watch};

use super::error::Error;
use super::ledger::Ledger;
use super::netlink::{Change, Kernel};
use super::ours::keeps_marks;
use super::presence::Presence;
use super::steps::Step;
use super::words;
use crate::clock;
use crate::engine::{AddressReport, AddressWish};

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
    mut wanted: watch::Receiver<AddressWish>,
    reports: mpsc::Sender<AddressReport>,
) -> Result<(), Error> {
    let mut keeper = Keeper::start()?;
    let mut told = None;
    loop {
        let newest = wanted.borrow_and_update().clone();
        let report = keeper.pass(newest).await?;
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
    ledger: Ledger,
    /// Shown from before the first look on; without it others may take our addresses for left over.
    _presence: Option<Presence>,
}

impl Keeper {
    fn start() -> Result<Self, Error> {
        let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let ledger = Ledger::new(keeps_marks(&release), u64::from(std::process::id()));
        let presence = Presence::show();
        let other = presence
            .as_ref()
            .map_err(ToString::to_string)
            .and_then(|presence| presence.other().map_err(|error| error.to_string()));
        let alone = other == Ok(None);
        words::log_others(other);
        let ledger = if alone { ledger } else { ledger.beside_another() };
        Ok(Self { kernel: Kernel::connect()?, ledger, _presence: presence.ok() })
    }

    /// Looks at everything and does what can be done now.
    async fn pass(&mut self, wish: AddressWish) -> Result<AddressReport, Error> {
        let present = self.kernel.look().await?;
        let now = clock::now();
        let steps = self.ledger.look(wish, present, now);
        let outcomes = self.carry_out(steps).await?;
        Ok(self.ledger.finish(outcomes, now))
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

    /// Waits until there is reason for another pass; `false` when nobody wants anything any more.
    async fn wait(&mut self, wanted: &mut watch::Receiver<AddressWish>) -> Result<bool, Error> {
        let now = clock::now();
        let wake = self.ledger.poll_timeout(now);
        loop {
            tokio::select! {
                biased;
                changed = wanted.changed() => return Ok(changed.is_ok()),
                event = self.kernel.event() => {
                    if self.ledger.is_news(&event?) {
                        return Ok(true);
                    }
                }
                () = tokio::time::sleep_until(wake.into()) => return Ok(true),
            }
        }
    }
}

/// An address that is not there any more has been removed, by whomever.
fn gone(answer: io::Result<()>) -> io::Result<()> {
    answer.or_else(|error| match error.raw_os_error() {
        Some(libc::EADDRNOTAVAIL | libc::ENODEV) => Ok(()),
        _ => Err(error),
    })
}
