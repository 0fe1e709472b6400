//! A new configuration for a running engine. The difference is not computed: new tables are laid out
//! from the new parameters, and rollout, neighbours and address keeper each do what differs.

use std::collections::BTreeMap;
use std::time::Instant;

use super::service::Service;
use super::{Engine, Params};
use crate::policy::Owner;

impl Engine {
    /// Takes over `params`. A service of the same name keeps its health, its history and the
    /// operator's word; its attributes change in place. Routes and addresses of services that are
    /// gone are withdrawn and released in that order, and the words about them are forgotten. While
    /// maintenance is announced, a service that is new or newly enabled is drained too.
    pub(super) fn configure(&mut self, params: Params, now: Instant) {
        if self.stop.is_some() {
            // Whoever stops has no use for it, and the order of the stop must not be disturbed.
            return;
        }
        let mut services = BTreeMap::new();
        for (name, params) in &params.services {
            let service = match self.services.remove(name) {
                Some(mut known) => {
                    known.health.configure(params.health.clone(), now);
                    known
                }
                None => Service::new(params.health.clone(), now),
            };
            services.insert(name.clone(), service);
        }
        let forgotten =
            self.services.values().any(|gone| gone.overrides.of(Owner::Operator).is_some());
        self.services = services;
        self.params = params;
        self.order_by_notice(now);
        self.rollout.configure(self.params.policy.neighbors.keys());
        self.rollout.know(self.params.policy.services.values());
        let policy = &self.params.policy;
        self.scenery.configure(policy.router_id, |name| policy.neighbors.contains_key(name));
        self.settle_all(now);
        self.release_unasked();
        if forgotten {
            self.publish_overrides();
        }
    }

    /// Lets go of addresses that no service has any more, now that the withdrawals are laid out.
    fn release_unasked(&mut self) {
        let services = self.params.services.values();
        let known = services.flat_map(|service| service.addresses.values().cloned()).collect();
        self.rollout.release_others(&known);
        self.publish_addresses();
    }
}
