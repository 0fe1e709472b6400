//! Which tasks run: those that the configuration asks for. A reload is a new configuration and the
//! same function that made the first one true.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::ends::{Configured, Order, Told};
use super::error::StartError;
use super::neighbors::{Neighbors, Shared, seeds};
use super::recorder::Recorder;
use super::reload::{Looked, Refusal};
use super::tasks::{Keyed, named};
use crate::base::{CheckName, InstanceName, NeighborName, Rng, ServiceName};
use crate::bfd_udp::{Bound, Command};
use crate::clock;
use crate::cloud;
use crate::config::Inheritance;
use crate::config::{Check, Config, HaproxyInstance, Loaded, Maintenance, Metadata, Settings};
use crate::engine::Notice;
use crate::health::Observation;
use crate::probe::haproxy::{EventSockets, Probe};
use crate::status::{Happening, Haproxies, Reload, ReloadRequest, Source, TakenOver};
use crate::{peer, probe};

/// The agent's file, and the tasks that it has led to.
pub(super) struct Supervisor {
    path: PathBuf,
    config: Arc<Config>,
    settings: Settings,
    pub(super) neighbors: Neighbors,
    probes: Keyed<InstanceName, HaproxyInstance>,
    checks: Keyed<(ServiceName, CheckName), Check>,
    seeds: Rng,
    watches: Keyed<(), (Metadata, Maintenance)>,
    pub(super) tasks: JoinSet<String>,
    bound: Bound,
    bfd: mpsc::Sender<Command>,
    orders: mpsc::Sender<Order>,
    observations: mpsc::Sender<Observation>,
    event_sockets: EventSockets,
    haproxies: watch::Sender<Haproxies>,
    notices: watch::Sender<Option<Notice>>,
    source: Source,
    taken_over: watch::Sender<TakenOver>,
    recorder: Recorder,
}

/// Where the tasks send to.
pub(super) struct Ends {
    pub(super) shared: Shared,
    pub(super) orders: mpsc::Sender<Order>,
    pub(super) observations: mpsc::Sender<Observation>,
    pub(super) haproxies: watch::Sender<Haproxies>,
    pub(super) recorder: Recorder,
    pub(super) notices: watch::Sender<Option<Notice>>,
    pub(super) source: Source,
    pub(super) taken_over: watch::Sender<TakenOver>,
}

/// How many settings a reload is summed up by.
const NAMED: usize = 3;

/// What there is to be told of a reload.
struct Difference {
    changes: Vec<String>,
    resets: Vec<(NeighborName, Vec<&'static str>)>,
}

impl Supervisor {
    /// Nothing runs yet.
    pub(super) fn new(path: PathBuf, config: Arc<Config>, settings: Settings, ends: Ends) -> Self {
        let Ends { shared, orders, observations, haproxies, recorder, notices, source, taken_over } =
            ends;
        let bfd = shared.bfd.clone();
        Self {
            path,
            neighbors: Neighbors::new(shared, recorder.clone()),
            recorder,
            seeds: seeds(),
            config,
            settings,
            probes: Keyed::new(),
            checks: Keyed::new(),
            watches: Keyed::new(),
            tasks: JoinSet::new(),
            bound: Bound::default(),
            bfd,
            orders,
            observations,
            event_sockets: EventSockets::default(),
            haproxies,
            notices,
            source,
            taken_over,
        }
    }

    /// The bound of the drain at an orderly stop.
    pub(super) fn grace(&self) -> Duration {
        self.config.agent.grace
    }

    /// Makes what runs that what the configuration asks for; gives the decider's ends of the
    /// neighbours that are new. There is an inheritance at the start of the process only.
    ///
    /// # Errors
    ///
    /// What can fail is done first; then nothing has changed.
    pub(super) async fn apply(
        &mut self,
        config: &Config,
        inheritance: Option<&Inheritance>,
    ) -> Result<BTreeMap<NeighborName, Told>, StartError> {
        let event_sockets = self.event_sockets.complete(config.haproxy.values())?;
        let receivers = self.bound.complete(config)?;
        // BFD ends with the process only, and so do the others that are sent to here.
        let _ = self.bfd.send(Command::Receive(receivers)).await;
        let started = self.neighbors.apply(config, inheritance).await;
        self.watch_haproxies(config, event_sockets);
        let (checks, observations) = (config.checks.iter(), &self.observations);
        let checks = checks.map(|c| ((c.service.clone(), c.name.clone()), c.clone())).collect();
        self.checks.apply(&checks, &mut self.tasks, |check| {
            named("a check", probe::watch(check, self.seeds.next_u64(), observations.clone()))
        });
        self.watch_maintenance(config);
        Ok(started)
    }

    /// A probe that is replaced hands its event socket on; those that nobody reads any more are closed.
    fn watch_haproxies(&mut self, config: &Config, event_sockets: EventSockets) {
        self.haproxies.send_modify(|known| {
            known.retain(|name, _| config.haproxy.contains_key(name));
        });
        self.probes.apply(&config.haproxy, &mut self.tasks, |instance| {
            let probe = Probe::new(instance, &event_sockets, self.haproxies.clone());
            named("a HAProxy probe", probe.run(self.observations.clone()))
        });
        self.event_sockets = event_sockets;
    }

    /// What nobody watches any more is over: a notice ends with its watch.
    fn watch_maintenance(&mut self, config: &Config) {
        let agent = &config.agent;
        let maintenance = agent.maintenance.clone();
        let wanted = maintenance.map(|watched| ((), (agent.metadata.clone(), watched)));
        if wanted.is_none() {
            self.notices.send_if_modified(|notice| notice.take().is_some());
        }
        let (notices, source) = (&self.notices, &self.source);
        self.watches.apply(
            &wanted.into_iter().collect(),
            &mut self.tasks,
            |(metadata, watched)| {
                let watch = cloud::watch(metadata, watched, notices.clone(), source.clone());
                named("the watch for maintenance", watch)
            },
        );
    }

    /// Does what is asked with what was found. Whatever is wrong, the configuration that holds goes on
    /// to hold. Gives whether the file holds now.
    pub(super) async fn reload(&mut self, looked: Looked) -> bool {
        let Looked { request, file, world } = looked;
        let reload = self.reloaded(&request, file, world).await;
        log(&self.path, &reload, request.dry_run);
        if !request.dry_run {
            self.show(&reload, request.by);
        }
        let applied = reload.applied;
        if let Some(answer) = request.answer {
            // Whoever asked may have gone.
            let _ = answer.send(reload);
        }
        applied
    }

    fn show(&self, reload: &Reload, by: String) {
        let now = clock::now();
        self.taken_over.send_modify(|known| {
            known.refused = reload.refused.clone().map(|why| (now, why));
            if reload.applied {
                known.at = now;
            }
        });
        let to = if reload.applied { "applied" } else { "refused" }.to_owned();
        self.recorder.record(Happening::Reload { to, by, because: reload.because.clone() }, now);
    }

    async fn reloaded(
        &mut self,
        request: &ReloadRequest,
        file: Result<Loaded, Refusal>,
        world: Result<(), StartError>,
    ) -> Reload {
        let loaded = match file {
            Ok(loaded) => loaded,
            Err(refusal) => return refused(Reload::default(), refusal),
        };
        let difference = self.difference(&loaded);
        let mut reload = Reload {
            applied: false,
            because: summary(&difference.changes),
            changes: difference.changes,
            resets: difference.resets.iter().map(|(name, keys)| reset(name, keys)).collect(),
            refused: None,
        };
        let restarting = self.config.restarting(&loaded.config);
        if !restarting.is_empty() {
            let keys = restarting.join(", ");
            let why = format!("{keys} cannot be changed by a reload; restart herald");
            return refused(reload, why.into());
        }
        if request.dry_run {
            return reload;
        }
        if request.is_abandoned() {
            let why = "whoever asked for it has not waited; ask again".to_owned();
            return refused(reload, why.into());
        }
        if !difference.resets.is_empty() && !request.allow_reset {
            let why = format!(
                "it would reset {}; `herald reload --allow-reset` does it, and taking the change \
                 back avoids it",
                reload.resets.join(", ")
            );
            return refused(reload, why.into());
        }
        match self.take_over(loaded, world).await {
            Ok(()) => reload.applied = true,
            Err(error) => return refused(reload, chain(&error).into()),
        }
        reload
    }

    fn difference(&self, loaded: &Loaded) -> Difference {
        let mut changes = self.settings.changes(&loaded.settings);
        let neighbors = &loaded.config.neighbors;
        let rekeyed = self.config.neighbors.iter().filter(|(name, old)| {
            let new = neighbors.get(*name);
            new.is_some_and(|new| new.transport.signature != old.transport.signature)
        });
        let rekeyed = rekeyed.map(|(name, _)| format!("neighbor.{name}: another password or key"));
        changes.extend(rekeyed);
        let resets = self.config.resetting(&loaded.config);
        let resets = resets.filter(|(name, _)| self.neighbors.is_connected(name));
        Difference { changes, resets: resets.map(|(name, keys)| (name.clone(), keys)).collect() }
    }

    async fn take_over(
        &mut self,
        loaded: Loaded,
        world: Result<(), StartError>,
    ) -> Result<(), StartError> {
        peer::check_signatures(loaded.config.neighbors.values())?;
        world?;
        let config = Arc::new(loaded.config);
        let started = self.apply(&config, None).await?;
        self.config = Arc::clone(&config);
        self.settings = loaded.settings;
        let configured = Configured { config, started };
        // The decider outlives the supervisor.
        let _ = self.orders.send(Order::Configure(configured)).await;
        Ok(())
    }
}

fn refused(reload: Reload, Refusal { line, whole }: Refusal) -> Reload {
    Reload { because: line, refused: Some(whole), ..reload }
}

fn reset(name: &NeighborName, keys: &[&str]) -> String {
    format!("{name} ({})", keys.join(", "))
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    let causes: String = causes.map(|cause| format!(": {cause}")).collect();
    format!("{error}{causes}")
}

/// Which settings differ, by their keys: values may be long.
fn summary(changes: &[String]) -> String {
    let keys: Vec<_> = changes.iter().filter_map(|line| line.split(": ").next()).collect();
    let (named, others) = keys.split_at(keys.len().min(NAMED));
    match (named.is_empty(), others.len()) {
        (true, _) => "no setting differs".to_owned(),
        (false, 0) => format!("changed {}", named.join(", ")),
        (false, more) => format!("changed {} and {more} more", named.join(", ")),
    }
}

fn log(path: &Path, reload: &Reload, dry_run: bool) {
    let (file, because) = (path.display(), &reload.because);
    match (&reload.refused, dry_run) {
        (Some(_), true) => {
            tracing::info!(%file, %because, "a reload was tried and would be refused");
        }
        (Some(_), false) => {
            tracing::error!(%file, %because, "not reloaded, the configuration of before holds");
        }
        (None, true) => {
            tracing::info!(%file, changes = reload.changes.len(), "a reload was tried and not done");
        }
        (None, false) => {
            tracing::info!(%file, changes = reload.changes.len(), "reloaded");
            for change in &reload.changes {
                tracing::info!(%change, "setting changed");
            }
            for neighbor in &reload.resets {
                tracing::warn!(%neighbor, "session reset by the reload");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reload_is_summed_up_by_its_keys() {
        let changes = |count: usize| -> Vec<String> {
            (0..count).map(|n| format!("service.s{n}.up.med: 1 -> 2")).collect()
        };
        assert_eq!(summary(&changes(0)), "no setting differs");
        assert_eq!(summary(&changes(1)), "changed service.s0.up.med");
        let many = "changed service.s0.up.med, service.s1.up.med, service.s2.up.med and 2 more";
        assert_eq!(summary(&changes(5)), many);
    }
}
