use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;

use super::error::StartError;
use crate::base::LoopbackAddress;
use crate::config::Config;
use crate::{addr, probe};

/// How long HAProxies may take, together and however long the `timeout` of each is.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Asks what would make the agent useless from the start, before anything is changed. Gives the
/// addresses that are bound already.
pub(super) async fn check(config: &Config) -> Result<BTreeSet<LoopbackAddress>, StartError> {
    let services = config.services.values();
    let addresses = services.flat_map(|service| service.loopback.addresses.iter().cloned());
    let found = addr::check(&addresses.collect()).await.map_err(StartError::Addresses)?;
    let unknown = unknown_names(config).await;
    if unknown.is_empty() { Ok(found) } else { Err(StartError::Haproxy(unknown)) }
}

/// What the configuration names and a HAProxy says that it does not have. All are asked at once; one
/// that does not answer in time is no fault.
async fn unknown_names(config: &Config) -> Vec<String> {
    let mut asked = JoinSet::new();
    for instance in config.haproxy.values().cloned() {
        asked.spawn(async move {
            let verified = probe::haproxy::verify(&instance).await;
            (instance.name, verified)
        });
    }
    let mut unknown = BTreeMap::new();
    let answers = async {
        while let Some(answered) = asked.join_next().await {
            if let Ok((name, Err(names))) = answered {
                unknown.insert(name, names);
            }
        }
    };
    // What has been answered by then counts.
    let _ = timeout(PATIENCE, answers).await;
    unknown.into_values().flatten().collect()
}
