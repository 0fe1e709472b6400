//! Puts a [`Snapshot`] together from what the parts say of themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use super::haproxy;
use super::log::Log;
use super::words;
use crate::base::NeighborName;
use crate::bfd::{Diagnostic, Report};
use crate::clock::{self, WallClock};
use crate::config::Config;
use crate::engine::{Engine, RouteView, ServiceView};
use crate::health::{Penalty, VerdictKind};
use crate::session;
use crate::status::{
    Bfd, Check, Configuration, Damping, Haproxies, Health, HooksRun, LastNotification,
    MalformedUpdate, Messages, Neighbor, NeighborRoute, PeerStatus, Persistence, Route, Saved,
    Service, Snapshot, TakenOver, Withheld, community_texts,
};

/// What is fixed for the life of the agent.
#[derive(Debug, Clone)]
pub(super) struct Agent {
    /// Its process.
    pub(super) pid: u32,
    /// Turns its instants into wall time.
    pub(super) clock: WallClock,
    /// Its log.
    pub(super) log: Log,
}

/// What the parts have said of themselves last.
pub(super) struct Reports<'a> {
    pub(super) peers: &'a [PeerStatus],
    /// What BFD finds, by neighbour.
    pub(super) paths: &'a BTreeMap<NeighborName, Report>,
    pub(super) saved: &'a Saved,
    pub(super) haproxies: &'a Haproxies,
    pub(super) hooks: &'a HooksRun,
    pub(super) taken_over: &'a TakenOver,
}

/// The whole picture.
pub(super) fn snapshot(
    agent: &Agent,
    config: &Config,
    engine: &Engine,
    reports: &Reports<'_>,
) -> Snapshot {
    let Reports { peers, paths, saved, haproxies, hooks, taken_over } = *reports;
    Snapshot {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: agent.pid,
        router_id: config.bgp.router_id,
        local_as: config.bgp.local_as.0,
        region: config.agent.region.name().map(ToString::to_string),
        started_at: agent.clock.started_at(),
        neighbors: peers.iter().filter_map(|peer| neighbor(agent, config, peer, paths)).collect(),
        services: engine
            .services()
            .map(|view| service(agent, config, &view, peers, hooks))
            .collect(),
        haproxy: haproxies.values().map(|known| haproxy::shown(&agent.clock, known)).collect(),
        persistence: Persistence {
            directory: config.agent.state_directory.clone(),
            fault: saved.fault.as_ref().map(ToString::to_string),
        },
        configuration: configuration(agent, taken_over),
        log_lines_lost: agent.log.lost(),
    }
}

fn configuration(agent: &Agent, TakenOver { at, refused }: &TakenOver) -> Configuration {
    Configuration {
        taken_over_at: agent.clock.timestamp(*at),
        refused_at: refused.as_ref().map(|(at, _)| agent.clock.timestamp(*at)),
        refused: refused.as_ref().map(|(_, why)| why.clone()),
    }
}

fn neighbor(
    agent: &Agent,
    config: &Config,
    peer: &PeerStatus,
    paths: &BTreeMap<NeighborName, Report>,
) -> Option<Neighbor> {
    let configured = config.neighbors.get(&peer.name)?;
    Some(Neighbor {
        name: peer.name.to_string(),
        address: configured.transport.remote.ip(),
        peer_as: configured.session.peer_as.0,
        state: peer.state.0.to_string(),
        since: agent.clock.timestamp(peer.state.1),
        hold_time_s: peer.hold_time,
        capabilities: peer.capabilities.clone(),
        advertised: peer.advertised,
        received: peer.received,
        flaps: peer.flaps,
        failures: peer.failures,
        last_error: peer.last_error.as_ref().map(ToString::to_string),
        local_address: peer.local_address,
        not_kept: peer.not_kept,
        malformed: peer.malformed,
        last_malformed: peer.last_malformed.as_ref().map(|malformed| MalformedUpdate {
            because: malformed.because.to_string(),
            hex: malformed.octets.iter().map(|octet| format!("{octet:02x}")).collect(),
        }),
        description: configured.description.clone(),
        bfd: configured
            .bfd
            .and_then(|asked| Some(bfd(agent, asked.multihop, paths.get(&peer.name)?))),
        shutdown: configured.session.shutdown,
        messages: Messages {
            sent: peer.traffic.sent.into(),
            received: peer.traffic.received.into(),
        },
        reaction: (&peer.traffic.reaction).into(),
        last_notification: peer.last_notification.as_ref().map(last_notification),
    })
}

fn last_notification(known: &session::LastNotification) -> LastNotification {
    LastNotification {
        direction: if known.sent { "sent" } else { "received" }.to_owned(),
        code: known.code,
        subcode: known.subcode,
        because: known.because.to_string(),
    }
}

fn bfd(agent: &Agent, multihop: bool, path: &Report) -> Bfd {
    let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    Bfd {
        state: path.state.to_string(),
        since: agent.clock.timestamp(path.since),
        multihop,
        interval_ms: milliseconds(path.interval),
        detect_ms: path.detection.map(milliseconds),
        diag: (path.diagnostic != Diagnostic::NONE).then(|| path.diagnostic.to_string()),
        failures: path.failures,
        sent: path.sent,
        received: path.received,
        discarded: path.discarded,
    }
}

/// One service.
pub(super) fn service(
    agent: &Agent,
    config: &Config,
    view: &ServiceView<'_>,
    peers: &[PeerStatus],
    hooks: &HooksRun,
) -> Service {
    let configured = config.services.get(view.name);
    let kinds = configured.map(|service| &service.check_kinds);
    let routing = config.policy.services.get(view.name);
    let checks = view.checks.iter().map(|check| Check {
        name: check.name.to_string(),
        kind: kinds.and_then(|kinds| kinds.get(check.name)).copied().unwrap_or_default().to_owned(),
        verdict: check.verdict.as_str().to_owned(),
        because: check.because.to_string(),
        last_sample_at: check.last_sample.map(|at| agent.clock.timestamp(at)),
        unknown: check.unknown,
        samples: check.looks.into(),
        duration: (&check.looks.lengths).into(),
    });
    Service {
        name: view.name.to_string(),
        state: view.state.to_string(),
        since: agent.clock.timestamp(view.since),
        because: view.because.to_string(),
        capacity_percent: view.capacity.get(),
        health: Health {
            verdict: verdict(view.health.verdict().kind).to_owned(),
            because: view.health.verdict().because.to_string(),
        },
        damping: view.health.penalty(clock::now()).map(damping),
        r#override: view.standing.map(|word| words::shown(&agent.clock, word)),
        checks: checks.collect(),
        routes: view.routes.iter().map(|view| route(view, peers)).collect(),
        neighbors: routing
            .into_iter()
            .flat_map(|routing| routing.neighbors.iter().map(ToString::to_string))
            .collect(),
        transitions: view.transitions.iter().map(|(to, n)| ((*to).to_owned(), *n)).collect(),
        hooks: configured
            .filter(|service| !service.hooks.is_empty())
            .map(|_| hooks.get(view.name).copied().unwrap_or_default()),
    }
}

fn verdict(kind: VerdictKind) -> &'static str {
    match kind {
        VerdictKind::Pending => "pending",
        VerdictKind::Healthy { .. } => "healthy",
        VerdictKind::Unhealthy => "unhealthy",
    }
}

fn damping(penalty: Penalty) -> Damping {
    // Shown as 1 until it is over: a suppressed service never has 0 seconds left.
    let seconds = |left: Duration| left.as_secs_f64().ceil() as u64;
    Damping {
        penalty: penalty.figure,
        suppressed: penalty.reuse_in.is_some(),
        reuse_in_s: penalty.reuse_in.map(seconds),
    }
}

fn route(view: &RouteView, peers: &[PeerStatus]) -> Route {
    let sent = view.attributes.iter().filter_map(|(name, attributes)| {
        let peer = peers.iter().find(|peer| peer.name == *name)?;
        let next_hop = peer.next_hop(attributes, view.prefix.family())?;
        Some(NeighborRoute {
            neighbor: name.to_string(),
            prefix: view.prefix.to_string(),
            as_path: attributes.as_path.iter().map(|asn| asn.0).collect(),
            next_hop: Some(next_hop),
            med: attributes.med,
            communities: community_texts(&attributes.communities, &attributes.large_communities),
        })
    });
    let sent: Vec<NeighborRoute> = sent.collect();
    let withheld = withheld(view, peers);
    let first = sent.first();
    let untold = withheld.first().filter(|_| sent.is_empty());
    let untold = untold.map(|Withheld { neighbor, because, .. }| format!("{neighbor}: {because}"));
    Route {
        prefix: view.prefix.to_string(),
        announced: !sent.is_empty(),
        bound: view.bound.unwrap_or(true),
        as_path: first.map(|route| route.as_path.clone()).unwrap_or_default(),
        communities: first.map(|route| route.communities.clone()).unwrap_or_default(),
        med: first.and_then(|route| route.med),
        next_hop: first.and_then(|route| route.next_hop),
        neighbors: sent.iter().map(|route| route.neighbor.clone()).collect(),
        fault: view.fault.as_ref().map(ToString::to_string).or(untold),
        withheld,
        sent,
    }
}

/// Which neighbours cannot be told a route on their session. Where each family has its session, the
/// other one is not missed on it.
fn withheld(view: &RouteView, peers: &[PeerStatus]) -> Vec<Withheld> {
    let family = view.prefix.family();
    let meant = view.attributes.iter().map(|(name, _)| name);
    let mut meant = meant.filter_map(|name| peers.iter().find(|peer| peer.name == *name));
    let asked_for = meant.any(|peer| peer.offered.contains(&family));
    let missed = |peer: &&PeerStatus| !asked_for || peer.offered.contains(&family);
    let peers = peers.iter().filter(missed);
    peers.filter_map(|peer| withheld_from(view, peer)).collect()
}

/// Why `peer` is not told a route that is meant for it, if that is so while its session is up.
pub(super) fn withheld_from(view: &RouteView, peer: &PeerStatus) -> Option<Withheld> {
    let (_, attributes) = view.attributes.iter().find(|(name, _)| *name == peer.name)?;
    Some(Withheld {
        neighbor: peer.name.to_string(),
        prefix: view.prefix.to_string(),
        because: peer.withheld(attributes, view.prefix.family())?,
    })
}
