//! Puts an [`Explanation`] together: what in the configuration makes a service's routes what they
//! are, beside what it is now.

use super::picture::{self, Agent};
use crate::base::{Family, NeighborName};
use crate::config::Config;
use crate::engine::{Engine, ServiceView};
use crate::health::Rule;
use crate::policy::{self, Extras};
use crate::status::{Explanation, HooksRun, Layer, PeerStatus, Recipient, community_texts};

/// Explains a service, but for what its neighbours were sent and what has happened to it.
pub(super) fn explanation(
    agent: &Agent,
    config: &Config,
    engine: &Engine,
    peers: &[PeerStatus],
    hooks: &HooksRun,
    name: &str,
) -> Option<Explanation> {
    let view = engine.services().find(|view| view.name.as_str() == name)?;
    let (service, routing) =
        (config.services.get(view.name)?, config.policy.services.get(view.name)?);
    let region = config.agent.region.name().map(|region| format!("region.{region}"));
    Some(Explanation {
        rule: rule(service.health.rule, service.health.checks.len()),
        table: policy::table(routing, view.state).map(|(word, table)| {
            let announced = policy::announces(routing, view.state);
            let own = layer(format!("service.{name}.{word}"), &table.extras);
            Layer { announce: announced, next_hop: table.next_hop.into_iter().collect(), ..own }
        }),
        region: region.map(|region| layer(region, &config.policy.region)),
        neighbors: routing
            .neighbors
            .iter()
            .filter_map(|n| recipient(agent, config, peers, &view, n))
            .collect(),
        service: picture::service(agent, config, &view, peers, hooks),
        events: Vec::new(),
    })
}

fn rule(rule: Rule, checks: usize) -> String {
    match (rule, checks) {
        (_, 0) => "no check: always healthy".to_owned(),
        (Rule::All, _) => format!("all of {checks} must be healthy"),
        (Rule::Any, _) => format!("any of {checks} must be healthy"),
        (Rule::AtLeast(least), _) => format!("at least {least} of {checks} must be healthy"),
    }
}

fn layer(name: String, extras: &Extras) -> Layer {
    Layer {
        name,
        announce: true,
        prepend: extras.prepend,
        med: extras.med,
        communities: community_texts(&extras.communities, &extras.large_communities),
        next_hop: Vec::new(),
    }
}

fn recipient(
    agent: &Agent,
    config: &Config,
    peers: &[PeerStatus],
    view: &ServiceView<'_>,
    name: &NeighborName,
) -> Option<Recipient> {
    let peer = peers.iter().find(|peer| peer.name == *name)?;
    let routing = config.policy.neighbors.get(name)?;
    let next_hop = Family::ALL.into_iter().filter_map(|family| routing.next_hop_for(family));
    let own = layer(format!("neighbor.{name}"), &routing.extras);
    let established = peer.local_address.is_some();
    let last_error = peer.last_error.as_ref().filter(|_| !established);
    Some(Recipient {
        layer: Layer { next_hop: next_hop.collect(), ..own },
        name: name.to_string(),
        state: peer.state.0.to_string(),
        since: agent.clock.timestamp(peer.state.1),
        last_error: last_error.map(ToString::to_string),
        sent: Vec::new(),
        withheld: view.routes.iter().filter_map(|r| picture::withheld_from(r, peer)).collect(),
    })
}
