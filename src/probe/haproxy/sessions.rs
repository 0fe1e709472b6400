use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::timeout;

use crate::base::{Reason, ServiceName};
use crate::config::HaproxyInstance;

use super::answer::Answer;
use super::client::Client;

/// How long all HAProxies together may take to tell: whoever asks the agent waits little longer.
const PATIENCE: Duration = Duration::from_secs(4);

/// How many sessions `instances` have now (`scur`) on what the checks of `service` look at: the
/// frontend, where a check names one, since it sees clients that are between two requests; else the
/// backend. `None` when no check of the service reads any of them.
///
/// # Errors
///
/// Why the number is not known: one that a check reads does not tell, and what the others have is no
/// answer then.
pub async fn sessions(
    instances: impl Iterator<Item = &HaproxyInstance> + Clone,
    service: &ServiceName,
) -> Option<Result<u64, Reason>> {
    let read = instances.filter(|i| i.checks.iter().any(|check| check.service == *service));
    read.clone().next()?;
    let late = |_| Err(format!("no answer of all HAProxies within {PATIENCE:?}").into());
    Some(timeout(PATIENCE, sum(read, service)).await.unwrap_or_else(late))
}

async fn sum(
    instances: impl Iterator<Item = &HaproxyInstance>,
    service: &ServiceName,
) -> Result<u64, Reason> {
    let mut sum = 0;
    for instance in instances {
        let named = |why: String| Reason::from(format!("{}: {why}", instance.name));
        let answer = Client::new(instance).ask().await.map_err(|why| named(why.to_string()))?;
        sum += count(&answer, instance, service).map_err(named)?;
    }
    Ok(sum)
}

/// What several checks look at counts once.
fn count(
    answer: &Answer,
    instance: &HaproxyInstance,
    service: &ServiceName,
) -> Result<u64, String> {
    let checks = instance.checks.iter().filter(|check| check.service == *service);
    let (framed, bare): (Vec<_>, Vec<_>) = checks.partition(|check| check.frontend.is_some());
    let frontends: BTreeSet<_> = framed.iter().filter_map(|c| c.frontend.as_deref()).collect();
    let backends: BTreeSet<_> = bare.iter().map(|check| check.backend.as_str()).collect();
    let of_frontends = frontends.into_iter().map(|name| {
        let known = answer.frontend_sessions.get(name).copied();
        known.ok_or_else(|| format!("HAProxy has no frontend {name}"))
    });
    let of_backends = backends.into_iter().map(|name| {
        let known = answer.backends.get(name).map(|backend| backend.sessions);
        known.ok_or_else(|| format!("HAProxy has no backend {name}"))
    });
    of_frontends.chain(of_backends).sum()
}
