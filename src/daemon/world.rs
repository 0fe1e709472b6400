use std::collections::BTreeSet;

use super::error::StartError;
use crate::base::LoopbackAddress;
use crate::config::Config;
use crate::{addr, probe};

/// Asks what would make the agent useless from the start, before anything is changed. Gives the
/// addresses that are bound already.
pub(super) async fn check(config: &Config) -> Result<BTreeSet<LoopbackAddress>, StartError> {
    let services = config.services.values();
    let addresses = services.flat_map(|service| service.loopback.addresses.iter().cloned());
    let found = addr::check(&addresses.collect()).await.map_err(StartError::Addresses)?;
    let mut unknown = Vec::new();
    for instance in config.haproxy.values() {
        if let Err(names) = probe::haproxy::verify(instance).await {
            unknown.extend(names);
        }
    }
    if unknown.is_empty() { Ok(found) } else { Err(StartError::Haproxy(unknown)) }
}
