//! The probe that watches a HAProxy, and what it says.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use herald::config::{HaproxyAddress, HaproxyCheck, HaproxyInstance, MinUp};
use herald::health::{CheckSample, Observation, Outcome, Sample};
use herald::probe::haproxy::{EventSockets, Probe};
use herald::status::{Haproxies, HaproxyStatus, StreamState, StreamStatus};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use crate::lab::PATIENCE;

/// A check of `backend` that wants one server.
pub(crate) fn check(backend: &str) -> HaproxyCheck {
    HaproxyCheck {
        service: "web".into(),
        check: "backend".into(),
        backend: backend.to_owned(),
        min_up: MinUp::Servers(1),
        servers: None,
        frontend: None,
        count_backup: false,
    }
}

/// An instance with one check, polled fast enough to see every window.
pub(crate) fn instance(address: HaproxyAddress, check: HaproxyCheck) -> HaproxyInstance {
    HaproxyInstance {
        name: "local".into(),
        address,
        event_socket: None,
        event_ring: None,
        poll_interval: Duration::from_millis(5),
        timeout: Duration::from_secs(1),
        checks: vec![check],
    }
}

/// The probe at work, and every sample it gave since the last look.
pub(crate) struct Watch {
    receiver: mpsc::Receiver<Observation>,
    status: watch::Receiver<Haproxies>,
}

impl Watch {
    /// Watches the unix socket at `path`.
    pub(crate) fn socket(path: &Path, check: HaproxyCheck) -> Self {
        Self::of(instance(HaproxyAddress::Unix(path.to_owned()), check))
    }

    /// Watches `instance`.
    pub(crate) fn of(instance: HaproxyInstance) -> Self {
        let (sender, receiver) = mpsc::channel(1);
        let sockets = EventSockets::default().complete([&instance]).expect("a free event socket");
        let board = watch::Sender::default();
        let status = board.subscribe();
        tokio::spawn(Probe::new(instance, &sockets, board).run(sender));
        Self { receiver, status }
    }

    /// The next sample.
    pub(crate) async fn next(&mut self) -> Sample {
        let observation = timeout(PATIENCE, self.receiver.recv()).await;
        let Observation { samples, .. } =
            observation.expect("the probe keeps its rhythm").expect("the probe goes on");
        let [seen] = <[CheckSample; 1]>::try_from(samples).expect("one check");
        seen.sample
    }

    /// Waits for a sample as wanted and returns what came before it, and itself as the last.
    pub(crate) async fn until(
        &mut self,
        what: &str,
        wanted: impl Fn(&Sample) -> bool,
    ) -> Vec<Sample> {
        let mut seen: Vec<Sample> = Vec::new();
        let mut changes = VecDeque::from(["nothing".to_owned()]);
        let waiting = timeout(PATIENCE, async {
            loop {
                let sample = self.next().await;
                let words = format!("{:?}: {}", sample.outcome, sample.because);
                if changes.back() != Some(&words) {
                    changes.push_back(words);
                }
                let found = wanted(&sample);
                seen.push(sample);
                if found {
                    return;
                }
            }
        });
        if waiting.await.is_err() {
            panic!("waited {PATIENCE:?} for {what}; seen: {changes:#?}");
        }
        seen
    }

    /// Waits until the only event stream is in this state, and returns what is known of it. Samples
    /// that come meanwhile are dropped.
    pub(crate) async fn stream(&mut self, state: StreamState) -> StreamStatus {
        let there = |known: &HaproxyStatus| known.streams[0].state == state;
        self.known(&format!("a stream {state}"), there).await.streams[0].clone()
    }

    /// Waits until this worker has answered. Samples that come meanwhile are dropped.
    pub(crate) async fn worker(&mut self, pid: u32) {
        self.known(&format!("worker {pid}"), |known| known.worker == Some(pid)).await;
    }

    /// How often HAProxy was asked, as far as it was told.
    pub(crate) fn polls(&self) -> u64 {
        self.status.borrow().values().map(|known| known.polls).sum()
    }

    /// Drops the samples that come within `time`.
    pub(crate) async fn drop_samples(&mut self, time: Duration) {
        let dropping = async { while self.receiver.recv().await.is_some() {} };
        timeout(time, dropping).await.expect_err("the probe goes on");
    }

    /// Every sample that comes until `work` is done.
    pub(crate) async fn samples_during(&mut self, work: impl Future<Output = ()>) -> Vec<Sample> {
        let mut seen = Vec::new();
        tokio::pin!(work);
        loop {
            tokio::select! {
                () = &mut work => return seen,
                sample = self.next() => seen.push(sample),
            }
        }
    }

    async fn known(
        &mut self,
        what: &str,
        wanted: impl Fn(&HaproxyStatus) -> bool,
    ) -> HaproxyStatus {
        let there = |known: &Haproxies| known.values().any(&wanted);
        let Self { receiver, status } = self;
        let dropping = async { while receiver.recv().await.is_some() {} };
        let waited = timeout(PATIENCE, async {
            tokio::select! {
                () = dropping => panic!("the probe goes on"),
                known = status.wait_for(there) => drop(known),
            }
        });
        let waited = waited.await;
        let known = self.status.borrow();
        assert!(waited.is_ok(), "waited {PATIENCE:?} for {what}: {known:?}");
        known["local"].clone()
    }

    /// Waits until the backend is healthy.
    pub(crate) async fn healthy(&mut self) -> Vec<Sample> {
        self.until("a healthy sample", is_healthy).await
    }

    /// Waits until the backend is unhealthy, HAProxy being there.
    pub(crate) async fn unhealthy(&mut self) -> Vec<Sample> {
        self.until("an unhealthy sample", |sample| sample.outcome == Outcome::Unhealthy).await
    }

    /// Waits for a reason that contains `words`.
    pub(crate) async fn because(&mut self, words: &str) -> Sample {
        let seen = self.until(words, |sample| sample.because.as_str().contains(words)).await;
        seen.into_iter().last().expect("until returns the sample it waited for")
    }
}

/// Whether a sample says healthy.
pub(crate) fn is_healthy(sample: &Sample) -> bool {
    matches!(sample.outcome, Outcome::Healthy { .. })
}

/// Fails with the sample when one of them says what `wrong` finds.
pub(crate) fn never(seen: &[Sample], what: &str, wrong: impl Fn(&Sample) -> bool) {
    if let Some(sample) = seen.iter().find(|sample| wrong(sample)) {
        panic!("{what}: {sample:?}");
    }
}
