use std::collections::{BTreeMap, BTreeSet};

use super::attributes::{Degraded, Draining, State};
use super::neighbor::Draft as Neighbor;
use super::{check, haproxy, health, hook, loopback, neighbor_names, sites};
use crate::base::{NeighborName, Prefix, PrefixError, ServiceName};
use crate::config::reader::{Placed, Refusal, Section};
use crate::config::types::{Hook, Loopback, Service};
use crate::health::Params;
use crate::policy;

/// `[service.NAME]` as read.
pub(super) struct Draft<'a> {
    pub(super) name: ServiceName,
    pub(super) section: Section<'a>,
    /// `addresses`: bound and announced.
    pub(super) addresses: Vec<Placed<Prefix>>,
    /// `prefixes`: announced only.
    pub(super) networks: Vec<Placed<Prefix>>,
    /// The neighbours that get its routes; those that exist.
    pub(super) neighbors: BTreeSet<NeighborName>,
    pub(super) enabled: Option<Placed<bool>>,
    up: State,
    pub(super) degraded: Degraded,
    pub(super) down: State,
    drain: Draining,
    pub(super) standby: sites::Draft,
    pub(super) last_site: sites::Draft,
    loopback: Option<Loopback>,
    hooks: Option<Vec<Hook>>,
    health: health::Draft,
    pub(super) checks: Vec<check::Draft>,
}

pub(super) fn read<'a>(
    root: &Section<'a>,
    neighbors: &[Neighbor<'_>],
    instances: &[haproxy::Draft],
) -> Vec<Draft<'a>> {
    let tables = root.named("service").into_iter();
    tables.map(|(name, section)| Draft::read(&name, section, neighbors, instances)).collect()
}

impl<'a> Draft<'a> {
    fn read(
        name: &str,
        section: Section<'a>,
        neighbors: &[Neighbor<'_>],
        instances: &[haproxy::Draft],
    ) -> Self {
        let name = ServiceName::from(name);
        let addresses = prefixes(&section, "addresses", host);
        let recipients = recipients(&section, neighbors);
        let checks: Vec<_> = section
            .named("check")
            .into_iter()
            .map(|(own, table)| check::read(&name, &own, &table, instances))
            .collect();
        Self {
            hooks: hook::read(&section),
            loopback: loopback::read(&section, &addresses),
            health: health::read(&section.section("health"), checks.len()),
            networks: prefixes(&section, "prefixes", prefix),
            standby: sites::read(&section, "standby", "absent-for", neighbors, &recipients),
            last_site: sites::read(&section, "last-site", "wait", neighbors, &recipients),
            neighbors: recipients,
            enabled: section.boolean("enabled"),
            up: State::read(&section.section("up")),
            degraded: Degraded::read(&section),
            down: State::read(&section.section("down")),
            drain: Draining::read(&section.section("drain")),
            name,
            addresses,
            checks,
            section,
        }
    }

    /// Everything it announces.
    pub(super) fn prefixes(&self) -> impl Iterator<Item = &Placed<Prefix>> {
        self.addresses.iter().chain(&self.networks)
    }

    /// The tables of the states that it can be in.
    pub(super) fn states(&self) -> impl Iterator<Item = &State> {
        let degraded = self.degraded.given.then_some(&self.degraded.state);
        [&self.up, &self.down, &self.drain.state].into_iter().chain(degraded)
    }

    /// Those in which it is announced.
    pub(super) fn announcing(&self) -> impl Iterator<Item = &State> {
        let last_resort = Some(&self.down).filter(|_| self.last_site.given);
        self.states().filter(|state| state.announces()).chain(last_resort)
    }

    /// The service for health and addresses, and for `policy`.
    pub(super) fn lowered(self) -> Option<(Service, policy::Service)> {
        let wait_sessions = self.drain.wait_sessions();
        let routes = policy::Service {
            enabled: self.enabled.as_ref()?.value,
            prefixes: self.prefixes().map(|prefix| prefix.value).collect(),
            up: self.up.lowered()?,
            degraded: self.degraded.state.lowered()?,
            down: self.down.lowered()?,
            drain: self.drain.lowered()?,
            standby: self.standby.watch,
            last_site: self.last_site.watch,
            neighbors: self.neighbors,
        };
        let mut checks = BTreeMap::new();
        let mut check_kinds = BTreeMap::new();
        for check in self.checks {
            checks.insert(check.name.clone(), check.counts);
            check_kinds.insert(check.name, check.kind?.as_str());
        }
        let health = Params {
            rule: self.health.rule?,
            hold_up: self.health.hold_up?.value,
            unknown_for: self.health.unknown_for?.value,
            damping: self.health.damping,
            ladder: self.degraded.ladder,
            checks,
        };
        let service = Service {
            name: self.name,
            health,
            check_kinds,
            loopback: self.loopback?,
            hooks: self.hooks?,
            wait_sessions: wait_sessions?,
        };
        Some((service, routes))
    }
}

fn prefixes(
    section: &Section<'_>,
    name: &str,
    parse: impl Fn(&str) -> Result<Prefix, Refusal>,
) -> Vec<Placed<Prefix>> {
    section.list(name, parse).map(|list| list.value).unwrap_or_default()
}

fn host(text: &str) -> Result<Prefix, Refusal> {
    let prefix = prefix(text)?;
    match prefix.is_host() {
        true => Ok(prefix),
        false => Err(Refusal::rule("it is a network, and only host addresses can be bound")
            .help("move it to prefixes, which are announced and not bound")),
    }
}

fn prefix(text: &str) -> Result<Prefix, Refusal> {
    text.parse().map_err(|error| match error {
        PrefixError::Syntax(_) => Refusal::default(),
        PrefixError::HostBits { network, .. } => {
            Refusal::rule(format!("host bits are set; the network is {network}"))
                .help("write the network, or the address with /32 or /128")
        }
    })
}

fn recipients(section: &Section<'_>, neighbors: &[Neighbor<'_>]) -> BTreeSet<NeighborName> {
    match section.has("neighbors") {
        true => neighbor_names::listed(
            section,
            "neighbors",
            neighbors,
            (
                "the service would never be announced",
                "leave it out for all neighbours, or set enabled = false",
            ),
        ),
        false => neighbors.iter().map(|neighbor| neighbor.name.clone()).collect(),
    }
}
