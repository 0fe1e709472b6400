use crate::base::{Prefix, ServiceName};
use crate::engine::{Params, ServiceParams};

use super::{Config, OnDown, Service};

impl Config {
    /// What the engine takes of the configuration. `inherited` says of a service whether neighbours
    /// may still have routes of it from an earlier run.
    pub fn engine(&self, inherited: impl Fn(&ServiceName) -> bool) -> Params {
        let services = self.services.iter();
        let services = services.map(|(name, s)| (name.clone(), service(s, inherited(name))));
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
