//! What an earlier run may have left with the neighbours that keep routes over a restart (RFC 4724).

use std::collections::BTreeSet;

use super::{Config, Neighbor};
use crate::base::{LoopbackAddress, Prefix, ServiceName};

/// The addresses that were bound before this process has started. A machine that has rebooted has
/// none of herald's, and a neighbour that still sends to it sends in vain.
#[derive(Debug, Default)]
pub struct Inheritance(pub BTreeSet<LoopbackAddress>);

impl Inheritance {
    /// The prefixes that a neighbour may have, and traffic to which was answered all the time.
    pub fn of_neighbor(&self, config: &Config, neighbor: &Neighbor) -> BTreeSet<Prefix> {
        let asked = neighbor.session.graceful_restart.is_some();
        let services = config.policy.services.iter();
        let told = services.filter(|(_, s)| asked && s.neighbors.contains(&neighbor.name));
        told.flat_map(|(name, service)| {
            service.prefixes.iter().copied().filter(|prefix| self.has(config, name, *prefix))
        })
        .collect()
    }

    /// Whether some neighbour may still send to addresses of a service.
    pub fn is_in_use(&self, config: &Config, name: &ServiceName) -> bool {
        let Some(service) = config.policy.services.get(name) else { return false };
        let mut neighbors = service.neighbors.iter().filter_map(|n| config.neighbors.get(n));
        neighbors.any(|neighbor| neighbor.session.graceful_restart.is_some())
            && service.prefixes.iter().any(|prefix| self.has(config, name, *prefix))
    }

    /// Addresses that are not ours to bind are taken to be there.
    fn has(&self, config: &Config, service: &ServiceName, prefix: Prefix) -> bool {
        let service = config.services.get(service);
        let mut own = service.into_iter().flat_map(|service| &service.loopback.addresses);
        let bound = own.find(|address| Prefix::host(address.address) == prefix);
        bound.is_none_or(|address| self.0.contains(address))
    }
}
