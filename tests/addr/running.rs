//! `addr::keep` at work in a namespace, with its reports and its log.

use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use herald::addr::{self, Error};
use herald::base::{LoopbackAddress, Scope};
use herald::engine::{AddressReport, AddressWish};
use tokio::sync::{mpsc, watch};
use tracing_subscriber::fmt::MakeWriter;

use super::namespace::{Namespace, block_on, wait_for};

/// The keeper on a thread of its own.
pub(crate) struct Running {
    wanted: Option<watch::Sender<AddressWish>>,
    reports: mpsc::Receiver<AddressReport>,
    pub(crate) seen: Vec<AddressReport>,
    pub(crate) log: Log,
    pauses: mpsc::Sender<std::sync::mpsc::Receiver<()>>,
    thread: Option<JoinHandle<Result<(), Error>>>,
}

/// What the keeper has logged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

/// An address without label, scope global.
pub(crate) fn address(address: &str, interface: &str) -> LoopbackAddress {
    let address: IpAddr = address.parse().expect("an address");
    LoopbackAddress { address, interface: interface.into(), label: None, scope: Scope::Global }
}

/// An address on `lo` with a label.
pub(crate) fn labelled(text: &str, label: &str) -> LoopbackAddress {
    LoopbackAddress { label: Some(label.into()), ..address(text, "lo") }
}

fn wish(version: u64, wanted: impl IntoIterator<Item = LoopbackAddress>) -> AddressWish {
    AddressWish { version, addresses: Arc::new(wanted.into_iter().collect()) }
}

impl Running {
    pub(crate) fn start(
        namespace: &Namespace,
        wanted: impl IntoIterator<Item = LoopbackAddress>,
    ) -> Self {
        Self::start_after(namespace, wanted, || ())
    }

    /// The same, after the thread has prepared itself.
    pub(crate) fn start_after(
        namespace: &Namespace,
        wanted: impl IntoIterator<Item = LoopbackAddress>,
        prepare: impl FnOnce() + Send + 'static,
    ) -> Self {
        let (wanted, wants) = watch::channel(wish(0, wanted));
        let (report, reports) = mpsc::channel(16);
        let (pauses, mut pause) = mpsc::channel::<std::sync::mpsc::Receiver<()>>(1);
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .with_writer(log.clone())
            .finish();
        let thread = namespace.spawn(move || {
            prepare();
            tracing::subscriber::with_default(subscriber, || {
                block_on(async {
                    let keep = addr::keep(wants, report);
                    tokio::pin!(keep);
                    loop {
                        tokio::select! {
                            result = &mut keep => return result,
                            // Holds up the whole thread until the sender is dropped.
                            Some(until) = pause.recv() => drop(until.recv()),
                        }
                    }
                })
            })
        });
        let (wanted, thread) = (Some(wanted), Some(thread));
        Self { wanted, reports, seen: Vec::new(), log, pauses, thread }
    }

    pub(crate) fn want(&self, wanted: impl IntoIterator<Item = LoopbackAddress>) {
        let sender = self.wanted.as_ref().expect("still running");
        let version = sender.borrow().version + 1;
        sender.send(wish(version, wanted)).expect("the keeper listens");
    }

    /// Waits until the last report is as it should be.
    pub(crate) fn until(&mut self, what: &str, mut holds: impl FnMut(&AddressReport) -> bool) {
        wait_for(&format!("a report of {what}"), || {
            while let Ok(report) = self.reports.try_recv() {
                self.seen.push(report);
            }
            self.seen.last().is_some_and(&mut holds)
        });
    }

    /// Waits until exactly these are bound and nothing is wrong.
    pub(crate) fn until_bound(&mut self, wanted: impl IntoIterator<Item = LoopbackAddress>) {
        let bound: BTreeSet<_> = wanted.into_iter().collect();
        self.until("exactly what is wanted", |report| {
            report.bound == bound && report.faults.is_empty()
        });
    }

    /// Waits until an address is not bound because of a fault in words that hold `part`.
    pub(crate) fn until_fault(&mut self, address: &LoopbackAddress, part: &str) {
        self.until(&format!("a fault of {}, {part}", address.address), |report| {
            let words = report.faults.get(address).map(|reason| reason.as_str());
            words.is_some_and(|words| words.contains(part)) && !report.bound.contains(address)
        });
    }

    /// Does something while the keeper's thread stands still.
    pub(crate) fn while_paused(&self, work: impl FnOnce()) {
        let (resume, until) = std::sync::mpsc::channel();
        self.pauses.try_send(until).expect("one pause at a time");
        wait_for("the keeper to stand still", || self.pauses.capacity() == 1);
        work();
        drop(resume);
    }

    /// Drops the sender of the wanted set and waits for the keeper to return.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        self.wanted = None;
        let thread = self.thread.take().expect("ended once");
        wait_for("the keeper to return", || thread.is_finished());
        thread.join().expect("no panic in the keeper")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.wanted = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("no panic in between")).into_owned()
    }

    /// The lines that hold a text.
    pub(crate) fn lines(&self, part: &str) -> Vec<String> {
        self.text().lines().filter(|line| line.contains(part)).map(str::to_owned).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic in between").extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
