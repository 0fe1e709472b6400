//! `drain --wait`: until the routes are gone, and then HAProxy's sessions.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::agent::{Agent, escaped};
use super::table::ago;
use super::{Exit, print, say};
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

/// Waits for the services of an answer, showing each step. The drain has an end and `wait-sessions`
/// is one, so this ends too; somebody's other word is the answer no.
pub(super) fn until_drained(agent: &Agent, services: &[Service]) -> Result<Exit, Exit> {
    let mut waiting: BTreeMap<String, Stage> =
        services.iter().map(|service| (service.name.clone(), Stage::Draining)).collect();
    let mut exit = Exit::Done;
    loop {
        let snapshot: Snapshot = agent.ask(control::STATUS)?;
        for service in &snapshot.services {
            let Some(stage) = waiting.get(&service.name).copied() else { continue };
            let step = match stage {
                Stage::Draining => drained(service, Timestamp::now()),
                Stage::Ending { .. } if service.state != "drained" => Step::Failed(other(service)),
                Stage::Ending { since, left } => {
                    let name = escaped(&service.name);
                    let sessions = agent.ask(&format!("{}/{name}/sessions", control::SERVICES))?;
                    ended(since, left, sessions, Timestamp::now())
                }
            };
            let (next, said) = match step {
                Step::On(stage, said) => (Some(stage), said),
                Step::Done(said) => (None, Some(said)),
                Step::Failed(why) => {
                    say(format_args!("{}: {why}", service.name));
                    exit = Exit::No;
                    (None, None)
                }
            };
            said.into_iter().for_each(|said| print(format!("{}: {said}", service.name)));
            match next {
                Some(stage) => drop(waiting.insert(service.name.clone(), stage)),
                None => drop(waiting.remove(&service.name)),
            }
        }
        waiting.retain(|name, _| snapshot.services.iter().any(|service| service.name == *name));
        if waiting.is_empty() {
            return Ok(exit);
        }
        thread::sleep(PERIOD);
    }
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
        None => Step::Done("nobody tells how many sessions are left".to_owned()),
        Some(0) => Step::Done("no session left".to_owned()),
        Some(left) if now.duration_since(since) >= patience => {
            let waited = ago(since, now);
            Step::Failed(format!("{} left after {waited} (wait-sessions)", count(left)))
        }
        Some(left) => {
            let news = (before != Some(left)).then(|| format!("{} left", count(left)));
            Step::On(Stage::Ending { since, left: Some(left) }, news)
        }
    }
}

fn count(sessions: u64) -> String {
    format!("{sessions} {}", if sessions == 1 { "session" } else { "sessions" })
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
