//! `drain --wait`: until the routes are gone, and then HAProxy's sessions.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Exit;
use super::agent::{Agent, escaped};
use super::table::{ago, count};
use crate::control;
use crate::status::{Service, Sessions, Snapshot};

/// The time between two looks.
const PERIOD: Duration = Duration::from_millis(200);

/// How far a service is.
///
/// ```text
/// Draining ── drained ──▶ Ending ── no session left, or nobody counts them ──▶ done
///    └── another state ──▶ failed  └── wait-sessions over ──▶ failed
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Draining,
    Ending { since: Timestamp, left: Option<u64> },
}

/// What a look has led to.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// Wait on, and say this if it is news.
    On(Stage, Option<String>),
    Done(String),
    Failed(String),
}

/// What a wait has come to.
pub(super) struct Waited {
    /// Whether every service has got there.
    pub(super) exit: Exit,
    /// The services that were waited for, as they are now.
    pub(super) services: Vec<Service>,
}

/// Waits for the services of an answer, giving each step to `say` and what is in vain to standard
/// error. The drain has an end and `wait-sessions` is one, so this ends too; somebody's other word is
/// the answer no.
pub(super) fn until_drained(
    agent: &Agent,
    services: &[Service],
    say: impl Fn(String),
) -> Result<Waited, Exit> {
    let stages = services.iter().map(|service| (service.name.clone(), Stage::Draining));
    let mut waiting: BTreeMap<String, Stage> = stages.collect();
    let mut exit = Exit::Done;
    loop {
        let mut snapshot: Snapshot = agent.ask(control::STATUS)?;
        let there = |name: &str| snapshot.services.iter().any(|service| service.name == name);
        waiting.retain(|name, _| there(name));
        for service in &snapshot.services {
            let Some(stage) = waiting.remove(&service.name) else { continue };
            match step(agent, service, stage)? {
                Step::On(stage, news) => {
                    news.into_iter().for_each(|news| say(format!("{}: {news}", service.name)));
                    waiting.insert(service.name.clone(), stage);
                }
                Step::Done(news) => say(format!("{}: {news}", service.name)),
                Step::Failed(why) => {
                    eprintln!("{}: {why}", service.name);
                    exit = Exit::No;
                }
            }
        }
        if waiting.is_empty() {
            snapshot.services.retain(|service| services.iter().any(|s| s.name == service.name));
            return Ok(Waited { exit, services: snapshot.services });
        }
        thread::sleep(PERIOD);
    }
}

fn step(agent: &Agent, service: &Service, stage: Stage) -> Result<Step, Exit> {
    Ok(match stage {
        Stage::Draining => drained(service, Timestamp::now()),
        Stage::Ending { .. } if service.state != "drained" => Step::Failed(other(service)),
        Stage::Ending { since, left } => {
            let name = escaped(&service.name);
            let sessions = agent.ask(&format!("{}/{name}/sessions", control::SERVICES))?;
            ended(since, left, sessions, Timestamp::now())
        }
    })
}

fn drained(service: &Service, now: Timestamp) -> Step {
    match service.state.as_str() {
        "draining" => Step::On(Stage::Draining, None),
        "drained" => {
            let after = service.r#override.as_ref().map(|word| ago(word.since, service.since));
            let after = after.map(|after| format!(" after {after}")).unwrap_or_default();
            Step::On(Stage::Ending { since: now, left: None }, Some(format!("drained{after}")))
        }
        "disabled" => Step::Done("disabled".to_owned()),
        _ => Step::Failed(other(service)),
    }
}

fn ended(since: Timestamp, before: Option<u64>, sessions: Sessions, now: Timestamp) -> Step {
    let patience =
        SignedDuration::from_secs(sessions.wait_sessions_s.try_into().unwrap_or(i64::MAX));
    match sessions.sessions {
        None => Step::Done("no HAProxy check: cannot count the sessions left".to_owned()),
        Some(0) => Step::Done("no session left".to_owned()),
        Some(left) if now.duration_since(since) >= patience => {
            let waited = ago(since, now);
            Step::Failed(format!("{} left after {waited} (wait-sessions)", count(left, "session")))
        }
        Some(left) => {
            let news = (before != Some(left)).then(|| format!("{} left", count(left, "session")));
            Step::On(Stage::Ending { since, left: Some(left) }, news)
        }
    }
}

fn other(service: &Service) -> String {
    format!("no longer drained: {}: {}", service.state, service.because)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn look(before: Option<u64>, sessions: Option<u64>, now: i64) -> Step {
        ended(at(0), before, Sessions { sessions, wait_sessions_s: 10 }, at(now))
    }

    #[test]
    fn sessions_are_waited_for_as_long_as_is_said_and_each_change_is_shown_once() {
        let on = |left, said: Option<&str>| {
            let stage = Stage::Ending { since: at(0), left: Some(left) };
            Step::On(stage, said.map(str::to_owned))
        };
        assert_eq!(look(None, Some(2), 1), on(2, Some("2 sessions left")));
        assert_eq!(look(Some(2), Some(2), 2), on(2, None));
        assert_eq!(look(Some(2), Some(1), 3), on(1, Some("1 session left")));
        assert_eq!(look(Some(1), Some(0), 99), Step::Done("no session left".to_owned()));
        let late = "1 session left after 10s (wait-sessions)".to_owned();
        assert_eq!(look(Some(1), Some(1), 10), Step::Failed(late));
        assert!(matches!(look(None, None, 1), Step::Done(_)));
    }
}
