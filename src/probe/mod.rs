//! F5: asks the world how it is and emits samples.
//!
//! ```text
//! config::Check ─▶ Probe (http, tcp, exec, …) ─Seen▶ watch ─Observation▶ engine
//!                     ▲                               │
//!                     └── look, not later than … ── Rhythm
//! ```
//!
//! [`watch`] is one task per check, so that one that hangs, floods or fails costs the others nothing:
//! a look is bounded in time by the check's `timeout` and in space by the kind, and the next one
//! begins when it is over. The task ends when the receiver of its observations is gone; it can be
//! dropped at any point, and a look that is dropped, at its timeout too, leaves nothing behind.
//!
//! HAProxy is asked in a way of its own, once for all checks of an instance: [`haproxy`].

pub mod haproxy;

mod dns;
mod exec;
mod file;
mod http;
mod process;
mod rhythm;
mod seen;
mod tcp;

#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::sync::mpsc::Sender;
use tokio::time::timeout;

use crate::clock;
use crate::config::{Check, CheckKind};
use crate::health::{CheckSample, Observation, Sample};

use dns::Dns;
use exec::Exec;
use file::File;
use http::Http;
use process::Process;
use rhythm::Rhythm;
use seen::Seen;
use tcp::Tcp;

/// Looks at what `check` names, at once and then at its intervals, and sends a sample of each look,
/// until `observations` is closed. A full channel is waited for. `seed` spreads the looks of checks
/// and agents that start together.
pub async fn watch(check: Check, seed: u64, observations: Sender<Observation>) {
    let Check { service, name, kind, cadence } = check;
    let mut probe = Probe::new(&kind, seed);
    let mut rhythm = Rhythm::new(cadence, seed);
    loop {
        let begun = clock::now();
        let sample = tokio::select! {
            sample = probe.sample(cadence.timeout) => sample,
            () = observations.closed() => return,
        };
        let next = begun + rhythm.next_delay(sample.outcome);
        let (service, check, at) = (service.clone(), name.clone(), clock::now());
        let took = at.saturating_duration_since(begun);
        let samples = vec![CheckSample { service, check, sample }];
        let observation = Observation { samples, at, took };
        if observations.send(observation).await.is_err() {
            return;
        }
        tokio::select! {
            () = clock::reached(Some(next)) => {}
            () = probe.changed() => {}
            () = observations.closed() => return,
        }
    }
}

/// What looks for a check: one variant for each kind.
enum Probe {
    Http(Http),
    Tcp(Tcp),
    Dns(Dns),
    Exec(Exec),
    File(File),
    Process(Process),
}

impl Probe {
    fn new(kind: &CheckKind, seed: u64) -> Self {
        match kind {
            CheckKind::Http(check) => Self::Http(Http::new(check)),
            CheckKind::Tcp(check) => Self::Tcp(Tcp::new(check)),
            CheckKind::Dns(check) => Self::Dns(Dns::new(check, seed)),
            CheckKind::Exec(command) => Self::Exec(Exec::new(command)),
            CheckKind::File(check) => Self::File(File::new(check)),
            CheckKind::Process(check) => Self::Process(Process::new(check)),
        }
    }

    /// Looks once, for `limit` at most, and says what was looked at and what was seen.
    async fn sample(&mut self, limit: Duration) -> Sample {
        let late = |_| Seen::unhealthy(format!("timed out after {limit:?}"));
        let Seen { outcome, words } = timeout(limit, self.look()).await.unwrap_or_else(late);
        Sample { outcome, because: format!("{}: {words}", self.subject()).into() }
    }

    /// Looks once. May be dropped before it is done.
    async fn look(&mut self) -> Seen {
        match self {
            Self::Http(http) => http.look().await,
            Self::Tcp(tcp) => tcp.look().await,
            Self::Dns(dns) => dns.look().await,
            Self::Exec(exec) => exec.look().await,
            Self::File(file) => file.look().await,
            Self::Process(process) => process.look().await,
        }
    }

    /// What is looked at, as the operator wrote it.
    fn subject(&self) -> &str {
        match self {
            Self::Http(http) => http.subject(),
            Self::Tcp(tcp) => tcp.subject(),
            Self::Dns(dns) => dns.subject(),
            Self::Exec(exec) => exec.subject(),
            Self::File(file) => file.subject(),
            Self::Process(process) => process.subject(),
        }
    }

    /// Waits until what was looked at has changed, for kinds that are told so: the next look is then
    /// made at once. Pending for ever for all others, and after it has been ready until a look has
    /// been made. May be dropped before it is done.
    async fn changed(&mut self) {
        match self {
            Self::Process(process) => process.changed().await,
            Self::Http(_) | Self::Tcp(_) | Self::Dns(_) | Self::Exec(_) | Self::File(_) => {
                std::future::pending().await
            }
        }
    }
}
