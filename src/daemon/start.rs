//! Start: everything that can fail is tried before anything is changed; then the tasks run.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::bulletin::{Bulletin, FAREWELL};
use super::decider::Decider;
use super::error::StartError;
use super::log::Log;
use super::picture::Agent;
use super::recorder::Recorder;
use super::reload::Looker;
use super::signals::signals;
use super::supervisor::{Ends, Supervisor};
use super::tasks::named;
use super::wiring::Wiring;
use super::words;
use super::world;
use crate::base::{Reason, ServiceName};
use crate::clock::{self, WallClock};
use crate::config::{Config, Http, Inheritance, Listen, Loaded, Region};
use crate::control::Control;
use crate::engine::{Engine, Input};
use crate::peer::{self, Listener};
use crate::service_manager::{ServiceManager, Watchdog};
use crate::status::{Happening, History, Override};
use crate::web::Web;
use crate::{addr, bfd_udp, cloud, hook, privileges, store};

/// Runs the agent until it is told to stop; an orderly stop is `Ok`. A reload reads the file at
/// `path` again.
pub async fn run(path: PathBuf, loaded: Loaded, log: Log) -> Result<(), StartError> {
    let Loaded { config, worries: _, settings } = loaded;
    let clock = WallClock::start();
    let config = settled(config).await?;
    let control = Control::bind(&config.agent.control_socket)?;
    peer::check_signatures(config.neighbors.values())?;
    let listener = match config.bgp.listen {
        Listen::On(address) => Some(Listener::bind(address, config.neighbors.values())?),
        Listen::Off => None,
    };
    let web = match config.agent.http {
        Http::On(address) => Some(Web::bind(address).await?),
        Http::Off => None,
    };
    let inheritance = Inheritance(world::check(&config).await?);
    announce_start(&config);

    let config = Arc::new(config);
    let kept = store::load(&config.agent.state_directory);
    let manager = ServiceManager::from_environment();
    let bulletin = Bulletin::new(manager.clone());
    let mut wiring = Wiring::new(History::restored(kept.history), bulletin.clone());
    let recorder = Recorder::new(wiring.history, clock.clone());
    let version = format!("herald {}", env!("CARGO_PKG_VERSION"));
    let started = Happening::Agent { to: "started".to_owned(), because: version };
    recorder.record(started, clock::now());
    let ends = Ends {
        shared: wiring.shared,
        orders: wiring.orders.clone(),
        observations: wiring.observations,
        haproxies: wiring.haproxies,
        recorder: recorder.clone(),
        notices: wiring.notices,
        source: wiring.source.clone(),
        taken_over: wiring.taken_over,
    };
    let mut supervisor = Supervisor::new(path.clone(), Arc::clone(&config), settings, ends);
    let (stop_bfd, stop) = watch::channel(false);
    let mut bfd = tokio::spawn(bfd_udp::run(wiring.paths, stop));
    wiring.outputs.neighbors = supervisor.apply(&config, Some(&inheritance)).await?;
    privileges::keep_needed_once_bound().map_err(StartError::Privileges)?;

    let mut engine = Engine::new(config.engine(&inheritance), clock::now());
    restore(&mut engine, &config, &clock, &kept.overrides);
    let mut decider = Decider {
        agent: Agent { pid: std::process::id(), clock, log },
        engine,
        recorder,
        watchdog: Watchdog::from_environment(manager),
        config: Arc::clone(&config),
        inheritance,
        inputs: wiring.inputs,
        outputs: wiring.outputs,
    };
    // It has not been told to stop yet, so that there is nothing to give.
    decider.speak().await;

    let tasks = &mut supervisor.tasks;
    tasks.spawn(named("the address keeper", addr::keep(wiring.wanted, wiring.reports)));
    tasks.spawn(named("the control socket", control.run(wiring.source.clone(), wiring.commands)));
    if let Some(listener) = listener {
        tasks.spawn(named("the BGP listener", listener.run(wiring.callers)));
    }
    tasks.spawn(named("the bulletin", bulletin.clone().keep(wiring.source.clone())));
    if let Some(web) = web {
        tasks.spawn(named("HTTP", web.run(wiring.source.clone())));
    }
    let (stop, stopping) = watch::channel(false);
    let (found, mut looked) = mpsc::channel(1);
    let looker = Looker::new(path, &config, bulletin.clone());
    let look = looker.run(wiring.reload_requests, found, stopping.clone());
    tasks.spawn(named("the reader of reloads", look));
    let mut signals = tokio::spawn(signals(wiring.orders, wiring.reloads, stop)?);
    let mut hooks = tokio::spawn(hook::run(wiring.changes, wiring.hooks));
    let directory = config.agent.state_directory.clone();
    let (watched, history) = (wiring.words, wiring.source.history());
    let keeper = tokio::spawn(store::keep(directory, watched, history, wiring.saved));
    let mut decider = tokio::spawn(decider.run());
    let mut unfinished = loop {
        tokio::select! {
            // When the decider has stopped, tasks that live on its channels end too, and rightly so.
            biased;
            decided = &mut decider => {
                break decided.map_err(|error| StartError::Ended(error.to_string()))?;
            }
            Some(ended) = supervisor.tasks.join_next() => match ended {
                Err(error) if error.is_cancelled() => {}
                ended => {
                    let how = ended.unwrap_or_else(|error| error.to_string());
                    return Err(StartError::Ended(how));
                }
            },
            Some(ended) = supervisor.neighbors.tasks.join_next() => {
                // The task of a neighbour that is no longer configured ends in order.
                ended.map_err(|error| StartError::Ended(error.to_string()))?;
            }
            ended = &mut bfd => {
                let how = ended.err().map_or("BFD".to_owned(), |error| error.to_string());
                return Err(StartError::Ended(how));
            }
            _ = &mut signals => return Err(StartError::Ended("the signal handler".to_owned())),
            _ = &mut hooks => return Err(StartError::Ended("the hooks".to_owned())),
            Some(looked) = looked.recv(), if !*stopping.borrow() => {
                let dry_run = looked.request.dry_run;
                let applied = supervisor.reload(looked).await;
                if !dry_run {
                    bulletin.reloaded(applied);
                }
            }
        }
    };
    // Last words of the sessions; whoever does not read them has had the time. BFD says farewell
    // after them: a neighbour should learn from BGP why its session ends.
    let hooks = last_hooks(hooks, signals, supervisor.grace());
    let farewell = timeout(FAREWELL, async {
        while supervisor.neighbors.tasks.join_next().await.is_some() {}
        stop_bfd.send_replace(true);
        // The decider has dropped its end of the words, so the keeper writes once more and ends.
        tokio::join!(bfd, keeper)
    });
    let (farewell, hooks) = tokio::join!(farewell, hooks);
    unfinished.extend(hooks.err());
    for left in &unfinished {
        tracing::warn!(%left, "stopped, but not everything could be finished");
    }
    if unfinished.is_empty() && farewell.is_ok() {
        tracing::info!("stopped: all routes withdrawn, sessions closed, addresses released");
    }
    Ok(())
}

/// Waits for the hooks of the last changes: the drain that leads to them has had its `grace`, and they
/// get as much again. One more signal ends the wait: nobody takes it any more, so that whoever catches
/// signals ends. What still runs is killed with the runtime.
async fn last_hooks(
    hooks: JoinHandle<()>,
    signals: JoinHandle<()>,
    grace: Duration,
) -> Result<(), Reason> {
    tokio::select! {
        _ = hooks => Ok(()),
        () = sleep(grace) => Err(Reason::from(format!("hooks killed after a grace of {grace:?}"))),
        _ = signals => Err(Reason::new("hooks killed by one more signal")),
    }
}

/// The configuration with its region known.
async fn settled(config: Config) -> Result<Config, StartError> {
    match config.agent.region {
        Region::None | Region::Named(_) => Ok(config),
        Region::Auto(_) => {
            let region = cloud::region(&config.agent.metadata).await?;
            Ok(config.in_region(&region)?)
        }
    }
}

/// Gives the engine the words that an earlier life of the agent has left.
fn restore(
    engine: &mut Engine,
    config: &Config,
    clock: &WallClock,
    kept: &BTreeMap<String, Override>,
) {
    for (service, word) in kept {
        let name = ServiceName::from(service.as_str());
        let (shown, by, because) = (&word.word, &word.by, &word.because);
        match words::restored(clock, word).filter(|_| config.services.contains_key(&name)) {
            Some(restored) => {
                tracing::info!(%service, word = shown, %by, %because, "still in force");
                engine.handle(Input::Restored(name, restored), clock::now());
            }
            None => tracing::warn!(%service, word = shown, %by, %because, "no longer applies"),
        }
    }
}

fn announce_start(config: &Config) {
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"), router_id = %config.bgp.router_id,
        local_as = %config.bgp.local_as,
        region = config.agent.region.name().map(tracing::field::display),
        neighbors = config.neighbors.len(), services = config.services.len(), "herald starts"
    );
}
