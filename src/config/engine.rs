use crate::base::Prefix;
use crate::engine::{Params, ServiceParams};

use super::{Config, Inheritance, OnDown, Service};

impl Config {
    /// What the engine takes of the configuration.
    pub fn engine(&self, inheritance: &Inheritance) -> Params {
        let lowered = |name| service(&self.services[name], inheritance.is_in_use(self, name));
        let services = self.services.keys().map(|name| (name.clone(), lowered(name)));
        Params { policy: self.policy.clone(), services: services.collect() }
    }
}

fn service(service: &Service, inherited: bool) -> ServiceParams {
    let addresses = service.loopback.addresses.iter();
    let addresses = addresses.map(|address| (Prefix::host(address.address), address.clone()));
    ServiceParams {
        health: service.health.clone(),
        addresses: addresses.collect(),
        remove_on_down: service.loopback.on_down == OnDown::Remove,
        inherited,
    }
}
