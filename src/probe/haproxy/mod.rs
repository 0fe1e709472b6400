//! Asks HAProxy: `show stat` over its socket, or the CSV of its stats page.
//!
//! ```text
//! Client ──Answer or Silence──▶ Judge ──Sample of each check──▶ watch ──Observation──▶ engine
//! ```
//!
//! [`watch`] is one task per HAProxy instance. It ends when the receiver of its observations is
//! gone; it can be dropped at any point, since a question leaves nothing behind but a connection
//! that closes with it. Every poll sends a sample for every check; whoever receives them compares.

mod client;
mod columns;
mod judge;
mod proof;
mod sessions;
mod silence;
mod stats;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use tokio::sync::mpsc::Sender;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock;
use crate::config::{HaproxyCheck, HaproxyInstance};
use crate::health::{Observation, Sample};

pub use sessions::sessions;

use client::Client;
use judge::{Judge, listed};
use silence::Silence;
use stats::Answer;

/// Asks `instance` every `poll-interval` and sends a sample of each of its checks, until
/// `observations` is closed. A full channel is waited for; polls that were missed meanwhile, or
/// while HAProxy was slow, are left out and the rhythm is kept.
pub async fn watch(instance: HaproxyInstance, observations: Sender<Observation>) {
    let client = Client::new(&instance);
    let mut judge = Judge::default();
    let mut rhythm = interval(instance.poll_interval);
    rhythm.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        // What else may wake the loop up, such as an event stream, is one more branch here.
        tokio::select! {
            _ = rhythm.tick() => {}
            () = observations.closed() => return,
        }
        let answer = tokio::select! {
            answer = client.ask() => answer,
            () = observations.closed() => return,
        };
        let at = clock::now();
        if let Ok(answer) = &answer {
            judge.learn(answer);
        }
        for check in &instance.checks {
            let sample = sample(&judge, check, &answer);
            let (service, name) = (check.service.clone(), check.check.clone());
            let observation = Observation { service, check: name, sample, at };
            if observations.send(observation).await.is_err() {
                return;
            }
        }
    }
}

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

fn sample(judge: &Judge, check: &HaproxyCheck, answer: &Result<Answer, Silence>) -> Sample {
    match answer {
        Ok(answer) => judge.sample(check, answer),
        Err(silence) => Sample { outcome: silence.outcome(), because: silence.to_string().into() },
    }
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
