//! What an earlier run may have left with the neighbours that keep routes over a restart (RFC 4724).

use std::collections::BTreeSet;

use crate::base::{LoopbackAddress, Prefix, ServiceName};
use crate::config::{Config, Neighbor};

/// What is inherited: the addresses of the configuration that were bound before the start. A machine
/// that has rebooted has none of them, and a neighbour that still sends to it sends in vain.
pub(super) struct Inheritance<'a> {
    config: &'a Config,
    found: &'a BTreeSet<LoopbackAddress>,
}

impl<'a> Inheritance<'a> {
    pub(super) fn new(config: &'a Config, found: &'a BTreeSet<LoopbackAddress>) -> Self {
        Self { config, found }
    }

    /// After a reload: the last run is long over.
    pub(super) fn nothing(config: &'a Config) -> Self {
        static NOTHING: BTreeSet<LoopbackAddress> = BTreeSet::new();
        Self { config, found: &NOTHING }
    }

    /// The prefixes that a neighbour may have, and traffic to which was answered all the time.
    pub(super) fn of_neighbor(&self, neighbor: &Neighbor) -> BTreeSet<Prefix> {
        let asked = neighbor.session.graceful_restart.is_some();
        let services = self.config.policy.services.iter();
        let told = services.filter(|(_, s)| asked && s.neighbors.contains(&neighbor.name));
        told.flat_map(|(name, service)| {
            service.prefixes.iter().copied().filter(|prefix| self.is_there(name, *prefix))
        })
        .collect()
    }

    /// Whether some neighbour may still send to addresses of a service.
    pub(super) fn has_service(&self, name: &ServiceName) -> bool {
        let Some(service) = self.config.policy.services.get(name) else { return false };
        let neighbors = service.neighbors.iter().filter_map(|n| self.config.neighbors.get(n));
        let mut kept = neighbors.flat_map(|neighbor| self.of_neighbor(neighbor));
        kept.any(|prefix| service.prefixes.contains(&prefix))
    }

    /// Addresses that are not ours to bind are taken to be there.
    fn is_there(&self, service: &ServiceName, prefix: Prefix) -> bool {
        let service = self.config.services.get(service);
        let mut own = service.into_iter().flat_map(|service| &service.loopback.addresses);
        let bound = own.find(|address| Prefix::host(address.address) == prefix);
        bound.is_none_or(|address| self.found.contains(address))
    }
}
