//! Start: everything that can fail is tried before anything is changed; then the tasks run.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::decider::{Decider, FAREWELL, Order};
use super::picture::Agent;
use super::wiring::{Wiring, engine_params};
use crate::base::Reason;
use crate::bfd_udp::{self, BindError, Receivers};
use crate::clock::{self, WallClock};
use crate::config::{Config, Http, Listen};
use crate::control::{Control, ControlError};
use crate::engine::Engine;
use crate::peer::{self, ListenError, Listener};
use crate::probe::haproxy::Probe;
use crate::web::{Web, WebError};
use crate::{addr, probe};

/// Why the agent does not start, or ended without being told to.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The control socket.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The BGP port.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The BFD ports.
    #[error(transparent)]
    Bfd(#[from] BindError),
    /// The HTTP port.
    #[error(transparent)]
    Web(#[from] WebError),
    /// An event socket.
    #[error(transparent)]
    Events(#[from] probe::haproxy::BindError),
    /// Addresses cannot be kept.
    #[error("{}", lines(.0))]
    Addresses(Vec<addr::Error>),
    /// HAProxy says that names in the configuration do not exist.
    #[error("HAProxy does not have what the configuration names; {}", lines(.0))]
    Haproxy(Vec<String>),
    /// Signals cannot be caught.
    #[error("cannot catch signals")]
    Signals(#[source] std::io::Error),
    /// A task has ended that must not end. The process goes down with it, so that the kernel closes
    /// the sessions and no neighbour keeps a route that nobody watches.
    #[error("internal: {0} ended unexpectedly; the process ends so that neighbours withdraw")]
    Ended(String),
}

/// Runs the agent until it is told to stop; an orderly stop is `Ok`.
pub async fn run(config: Config) -> Result<(), StartError> {
    let clock = WallClock::start();
    let control = Control::bind(&config.agent.control_socket)?;
    let listener = match config.bgp.listen {
        Listen::On(address) => Some(Listener::bind(address, config.neighbors.values())?),
        Listen::Off => None,
    };
    let receivers = Receivers::bind(&config)?;
    let web = match config.agent.http {
        Http::On(address) => Some(Web::bind(address).await?),
        Http::Off => None,
    };
    let probes: Vec<Probe> =
        config.haproxy.values().cloned().map(Probe::bind).collect::<Result<_, _>>()?;
    check_world(&config).await?;

    let config = Arc::new(config);
    let mut wiring = Wiring::new(&config);
    wiring.outputs.haproxy = probes.iter().map(Probe::status).collect();
    let agent = Agent {
        pid: std::process::id(),
        router_id: config.bgp.router_id,
        local_as: config.bgp.local_as,
        region: config.agent.region.clone(),
        clock,
    };
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"), router_id = %agent.router_id, local_as = %agent.local_as,
        region = agent.region.as_ref().map(tracing::field::display),
        neighbors = config.neighbors.len(), services = config.services.len(), "herald starts"
    );
    let decider = Decider {
        agent,
        engine: Engine::new(engine_params(&config), clock::now()),
        config: Arc::clone(&config),
        inputs: wiring.inputs,
        outputs: wiring.outputs,
    };

    let mut tasks = JoinSet::new();
    let mut peers = JoinSet::new();
    for peer in wiring.peers {
        peers.spawn(peer::run(peer));
    }
    tasks.spawn(named("the address keeper", addr::keep(wiring.wanted, wiring.reports)));
    tasks.spawn(named("the control socket", control.run(wiring.source.clone())));
    if let Some(listener) = listener {
        tasks.spawn(named("the BGP listener", listener.run(wiring.callers)));
    }
    if let Some(web) = web {
        tasks.spawn(named("HTTP", web.run(wiring.source)));
    }
    for probe in probes {
        tasks.spawn(named("a HAProxy probe", probe.run(wiring.observations.clone())));
    }
    tasks.spawn(named("the signal handler", signals(wiring.orders)?));

    let (stop_bfd, stop) = watch::channel(false);
    let mut bfd = tokio::spawn(bfd_udp::run(receivers, wiring.paths, stop));
    let mut decider = tokio::spawn(decider.run());
    let unfinished = tokio::select! {
        // When the decider has stopped, tasks that live on its channels end too, and rightly so.
        biased;
        decided = &mut decider => decided.map_err(|error| StartError::Ended(error.to_string()))?,
        Some(ended) = tasks.join_next() => {
            return Err(StartError::Ended(ended.unwrap_or_else(|error| error.to_string())));
        }
        Some(Err(error)) = peers.join_next() => return Err(StartError::Ended(error.to_string())),
        ended = &mut bfd => {
            let how = ended.err().map_or("BFD".to_owned(), |error| error.to_string());
            return Err(StartError::Ended(how));
        }
    };
    // Last words of the sessions; whoever does not read them has had the time. BFD says farewell
    // after them: a neighbour should learn from BGP why its session ends.
    let farewell = timeout(FAREWELL, async {
        while peers.join_next().await.is_some() {}
        stop_bfd.send_replace(true);
        bfd.await
    })
    .await;
    for left in &unfinished {
        tracing::warn!(%left, "stopped, but not everything could be finished");
    }
    if unfinished.is_empty() && farewell.is_ok() {
        tracing::info!("stopped: all routes withdrawn, sessions closed, addresses released");
    }
    Ok(())
}

fn lines(faults: &[impl ToString]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Asks what would make the agent useless from the start, before anything is changed.
async fn check_world(config: &Config) -> Result<(), StartError> {
    let services = config.services.values();
    let addresses = services.flat_map(|service| service.loopback.addresses.iter().cloned());
    addr::check(&addresses.collect()).await.map_err(StartError::Addresses)?;
    let mut unknown = Vec::new();
    for instance in config.haproxy.values() {
        if let Err(names) = probe::haproxy::verify(instance).await {
            unknown.extend(names);
        }
    }
    if unknown.is_empty() { Ok(()) } else { Err(StartError::Haproxy(unknown)) }
}

/// A task by its name, which is all that is asked of it when it ends.
async fn named<T>(name: &'static str, task: impl Future<Output = T>) -> String {
    let _ = task.await;
    name.to_owned()
}

/// Turns signals into orders. SIGHUP would end the process if it were not caught; there is no
/// reload in this version, and it must not cost a route that somebody tries.
fn signals(orders: mpsc::Sender<Order>) -> Result<impl Future<Output = ()>, StartError> {
    let catch = |kind| signal(kind).map_err(StartError::Signals);
    let mut terminate = catch(SignalKind::terminate())?;
    let mut interrupt = catch(SignalKind::interrupt())?;
    let mut hangup = catch(SignalKind::hangup())?;
    Ok(async move {
        let mut stopping = false;
        loop {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
                _ = hangup.recv() => {
                    tracing::warn!("SIGHUP: this version cannot reload; restart to apply changes");
                    continue;
                }
            };
            let order = match stopping {
                false => Order::Stop(Reason::from(format!("{name} received"))),
                true => Order::Hurry,
            };
            stopping = true;
            if orders.send(order).await.is_err() {
                return;
            }
        }
    })
}
