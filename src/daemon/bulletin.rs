//! What the service manager is told of the agent:
//!
//! ```text
//! Starting ── a session, nobody to wait for, or PATIENCE ──▶ Running (READY)
//! any ── reload begins ──▶ Reloading (RELOADING) ── done ──▶ Running (READY)
//!                                                └─ refused ─▶ Refused (READY)
//! any ── told to stop ──▶ Stopping (STOPPING, EXTEND_TIMEOUT_USEC)
//! ```
//!
//! Neighbours that do not answer do not make the start fail: herald is there for when they do. In
//! between, STATUS follows the history; it is read from the snapshot that everybody else is shown.

use std::collections::BTreeMap;
use std::future::pending;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::sleep;

use crate::clock;
use crate::service_manager::ServiceManager;
use crate::status::{Neighbor, Service, Snapshot, Source};

/// How long the start may wait for the first session. What depends on herald being started waits too.
const PATIENCE: Duration = Duration::from_secs(5);
/// The pause after a status line: routes come first, and whatever flaps is told once.
const PAUSE: Duration = Duration::from_millis(250);
/// The longest time of withdrawing, closing and releasing after the drain of a stop.
const LAST_STEPS: Duration = Duration::from_secs(5);
/// How long the process may take after the decider has stopped: last words of connections.
pub(super) const FAREWELL: Duration = Duration::from_secs(2);
/// With more services, their number in each state is told in place of their names.
const NAMED: usize = 8;

/// Everything that the service manager hears goes through here.
#[derive(Debug, Clone)]
pub(super) struct Bulletin {
    manager: ServiceManager,
    phase: watch::Sender<Phase>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Starting,
    Running,
    Reloading,
    /// Runs on with the configuration of before.
    Refused,
    Stopping {
        drain: Duration,
    },
}

impl Bulletin {
    /// Nothing has been told.
    pub(super) fn new(manager: ServiceManager) -> Self {
        Self { manager, phase: watch::channel(Phase::Starting).0 }
    }

    /// A reload begins.
    pub(super) fn reloading(&self) {
        if self.enter(Phase::Reloading) {
            self.manager.reloading();
        }
    }

    /// It is over; `applied` says whether the new configuration holds.
    pub(super) fn reloaded(&self, applied: bool) {
        if self.enter(if applied { Phase::Running } else { Phase::Refused }) {
            self.manager.ready();
        }
    }

    /// The orderly stop begins, with a drain of at most this long. Hooks of the last changes get as
    /// much again.
    pub(super) fn stopping(&self, drain: Duration) {
        self.manager.stopping(2 * drain + LAST_STEPS + FAREWELL);
        self.phase.send_replace(Phase::Stopping { drain });
    }

    /// Tells that the agent is ready, once it is, and keeps the status line true. It may be dropped at
    /// any await.
    pub(super) async fn keep(self, source: Source) {
        if !self.manager.is_there() {
            pending::<()>().await;
        }
        let (mut history, mut phase) = (source.history(), self.phase.subscribe());
        let patience = clock::now() + PATIENCE;
        let mut told = String::new();
        loop {
            history.borrow_and_update();
            let now = *phase.borrow_and_update();
            let Some(snapshot) = source.snapshot().await else { return pending().await };
            let line = line(now, &snapshot);
            if line != told {
                self.manager.status(&line);
                told = line;
            }
            if now != Phase::Starting {
                sleep(PAUSE).await;
            } else if self.is_ready(&snapshot, patience) {
                continue;
            }
            tokio::select! {
                _ = history.changed() => {}
                _ = phase.changed() => {}
                () = clock::reached((now == Phase::Starting).then_some(patience)) => {}
            }
        }
    }

    /// The start is over with the first session, with nobody to wait for, and at its latest time.
    fn is_ready(&self, snapshot: &Snapshot, patience: Instant) -> bool {
        let nobody = snapshot.neighbors.is_empty();
        let ready = nobody || established(snapshot) > 0 || patience <= clock::now();
        // While the answer was on its way, a reload or a stop may have ended the start.
        if ready && *self.phase.borrow() == Phase::Starting {
            self.manager.ready();
            self.enter(Phase::Running);
        }
        ready
    }

    /// Whether the phase begins: nothing comes after a stop.
    fn enter(&self, next: Phase) -> bool {
        self.phase.send_if_modified(|phase| {
            let goes_on = !matches!(phase, Phase::Stopping { .. });
            if goes_on {
                *phase = next;
            }
            goes_on
        })
    }
}

/// `2 of 2 neighbours established; web up, dns drained`, and what is going on besides.
fn line(phase: Phase, snapshot: &Snapshot) -> String {
    let all = format!("{}; {}", neighbors(snapshot), services(&snapshot.services));
    match phase {
        Phase::Starting => format!("waiting for the first session; {all}"),
        Phase::Running => all,
        Phase::Reloading => format!("reloading; {all}"),
        Phase::Refused => format!("the last reload was refused, the log says why; {all}"),
        Phase::Stopping { drain } => format!("stopping, draining for {drain:?} at most; {all}"),
    }
}

fn neighbors(snapshot: &Snapshot) -> String {
    match snapshot.neighbors.len() {
        0 => "no neighbours".to_owned(),
        all => format!("{} of {all} neighbours established", established(snapshot)),
    }
}

fn established(snapshot: &Snapshot) -> usize {
    let is_up = |neighbor: &&Neighbor| neighbor.state == "established";
    snapshot.neighbors.iter().filter(is_up).count()
}

fn services(services: &[Service]) -> String {
    if services.is_empty() {
        return "no services".to_owned();
    }
    if services.len() <= NAMED {
        let each = services.iter().map(|service| format!("{} {}", service.name, service.state));
        return each.collect::<Vec<_>>().join(", ");
    }
    let mut counts = BTreeMap::new();
    for service in services {
        *counts.entry(service.state.as_str()).or_insert(0_usize) += 1;
    }
    let each = counts.iter().map(|(state, count)| format!("{count} {state}"));
    format!("{} services: {}", services.len(), each.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(neighbors: &[&str], states: &[(&str, &str)]) -> Snapshot {
        let neighbors: Vec<_> = neighbors.iter().map(|state| neighbor(state)).collect();
        let services: Vec<_> = states.iter().map(|(name, state)| service(name, state)).collect();
        let whole = format!(
            r#"{{"version":"1","pid":1,"router-id":"192.0.2.1","local-as":65010,"region":null,
            "started-at":"1970-01-01T00:00:00Z","neighbors":[{}],"services":[{}],"haproxy":[],
            "persistence":{{"directory":"/","fault":null}}}}"#,
            neighbors.join(","),
            services.join(",")
        );
        serde_json::from_str(&whole).unwrap()
    }

    fn neighbor(state: &str) -> String {
        format!(
            r#"{{"name":"n","address":"192.0.2.2","peer-as":65000,"state":"{state}",
            "since":"1970-01-01T00:00:00Z","hold-time-s":null,"capabilities":[],"advertised":0,
            "received":0,"flaps":0,"last-error":null,"local-address":null,"not-kept":0,
            "malformed":0,"last-malformed":null,"description":null,"bfd":null}}"#
        )
    }

    fn service(name: &str, state: &str) -> String {
        format!(
            r#"{{"name":"{name}","state":"{state}","since":"1970-01-01T00:00:00Z","because":"",
            "capacity-percent":100,"health":{{"verdict":"healthy","because":""}},"damping":null,
            "override":null,"checks":[],"routes":[]}}"#
        )
    }

    #[test]
    fn a_line_counts_neighbours_and_names_services() {
        let both = snapshot(&["established", "active"], &[("web", "up"), ("dns", "drained")]);
        let all = "1 of 2 neighbours established; web up, dns drained";
        assert_eq!(line(Phase::Running, &both), all);
        assert_eq!(line(Phase::Starting, &both), format!("waiting for the first session; {all}"));
        let drain = Duration::from_secs(5);
        assert_eq!(
            line(Phase::Stopping { drain }, &both),
            format!("stopping, draining for 5s at most; {all}")
        );
        assert_eq!(line(Phase::Running, &snapshot(&[], &[])), "no neighbours; no services");
    }

    #[test]
    fn many_services_are_counted_by_state() {
        let names: Vec<_> = (0..40).map(|number| format!("s{number}")).collect();
        let states = names.iter().map(|name| (name.as_str(), "up"));
        let mut states: Vec<_> = states.collect();
        states[3].1 = "down";
        assert_eq!(
            line(Phase::Running, &snapshot(&["established"], &states)),
            "1 of 1 neighbours established; 40 services: 1 down, 39 up"
        );
    }
}
