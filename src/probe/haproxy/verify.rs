use std::collections::BTreeSet;

use tokio::time::timeout;

use crate::clock;
use crate::config::{HaproxyCheck, HaproxyInstance};

use super::answer::Answer;
use super::client::Client;
use super::events::{Heard, News, Tail};
use super::judge::listed;

/// Looks, once, whether the backends, servers and frontends that the checks of `instance` name
/// exist. An HAProxy that does not answer (yet) is no fault: that is waited for.
///
/// # Errors
/// One line for each name that HAProxy does not have, with those that it has.
pub async fn verify(instance: &HaproxyInstance) -> Result<(), Vec<String>> {
    let Ok(answer) = Client::new(instance).ask().await else {
        return Ok(());
    };
    let faults: Vec<_> = instance
        .checks
        .iter()
        .flat_map(|check| {
            let place = format!(
                "service {}, check {}: haproxy {}",
                check.service, check.check, instance.name
            );
            absent(check, &answer).into_iter().map(move |what| format!("{place} has no {what}"))
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Looks, once, whether the ring of `instance` can be followed: what is wrong and the way out, if
/// HAProxy says so. One that does not answer is no fault.
pub async fn ring_fault(instance: &HaproxyInstance) -> Option<String> {
    let ring = instance.event_ring.as_ref()?;
    let mut tail = Tail::new(instance)?;
    tail.follow(None, clock::now());
    let said = async {
        loop {
            match tail.next().await {
                News::Heard(Heard::Refused(refusal)) => return Some(refusal.words(ring)),
                News::Heard(Heard::Following(_)) | News::Ended => return None,
                News::Heard(Heard::Line(_)) => {}
            }
        }
    };
    timeout(instance.timeout, said).await.ok().flatten()
}

/// The names in `check` that HAProxy does not have, each with those that it has.
fn absent(check: &HaproxyCheck, answer: &Answer) -> Vec<String> {
    let mut absent = Vec::new();
    if let Some(name) = check.frontend.as_ref().filter(|n| !answer.frontends.contains_key(*n)) {
        let others = listed(answer.frontends.keys());
        absent.push(format!("frontend {name}; it has {others}"));
    }
    let name = &check.backend;
    let Some(backend) = answer.backends.get(name) else {
        let others = listed(answer.backends.keys());
        absent.push(format!("backend {name}; it has {others}"));
        return absent;
    };
    let has: BTreeSet<_> = backend.servers.iter().map(|server| server.name.as_str()).collect();
    let wanted = check.servers.iter().flatten().map(String::as_str);
    let missing = wanted.filter(|server| !has.contains(server));
    absent.extend(
        missing.map(|server| format!("server {server} in backend {name}; it has {}", listed(&has))),
    );
    absent
}
