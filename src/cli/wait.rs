//! `drain --wait`: until the routes are gone.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;

use super::agent::Agent;
use super::table::ago;
use super::{Exit, print};
use crate::control;
use crate::status::{Service, Snapshot};

/// The time between two looks.
const PERIOD: Duration = Duration::from_millis(200);

/// Waits until the services of an answer are withdrawn, showing each step. The drain has an end, so
/// this has too; somebody's other word is the answer no.
pub(super) fn until_drained(agent: &Agent, services: &[Service]) -> Result<Exit, Exit> {
    let since = Timestamp::now();
    let mut waiting: BTreeSet<String> = services.iter().map(|s| s.name.clone()).collect();
    loop {
        let snapshot: Snapshot = agent.ask(control::STATUS)?;
        for service in &snapshot.services {
            if !waiting.contains(&service.name) {
                continue;
            }
            match step(service) {
                Step::Waiting => continue,
                Step::Done(what) => {
                    let after = ago(since, Timestamp::now());
                    print(format!("{}: {what} after {after}", service.name));
                }
                Step::Failed(why) => {
                    eprintln!("{}: {why}", service.name);
                    return Ok(Exit::No);
                }
            }
            waiting.remove(&service.name);
        }
        if waiting.is_empty() {
            return Ok(Exit::Done);
        }
        thread::sleep(PERIOD);
    }
}

/// How far a service is.
enum Step {
    Waiting,
    Done(String),
    Failed(String),
}

fn step(service: &Service) -> Step {
    match service.state.as_str() {
        "draining" => Step::Waiting,
        "drained" | "disabled" => Step::Done(service.state.clone()),
        state => Step::Failed(format!("no longer drained: {state}: {}", service.because)),
    }
}
