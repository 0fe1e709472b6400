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
/// Draining ── drained ──▶ Ending ── no session left, or no check reads a HAProxy ──▶ done
///    └── another state ──▶ failed  └── wait-sessions over ──▶ failed
/// ```
///
/// A HAProxy that does not answer may have sessions left: that is no end.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    Draining,
    /// `said`: how many sessions are left, in the words that were shown last.
    Ending {
        since: Timestamp,
        said: Option<String>,
    },
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
        Stage::Ending { since, said } => {
            let name = escaped(&service.name);
            let sessions = agent.ask(&format!("{}/{name}/sessions", control::SERVICES))?;
            ended(since, said.as_deref(), sessions, Timestamp::now())
        }
    })
}

fn drained(service: &Service, now: Timestamp) -> Step {
    match service.state.as_str() {
        "draining" => Step::On(Stage::Draining, None),
        "drained" => {
            let after = service.r#override.as_ref().map(|word| ago(word.since, service.since));
            let after = after.map(|after| format!(" after {after}")).unwrap_or_default();
            Step::On(Stage::Ending { since: now, said: None }, Some(format!("drained{after}")))
        }
        "disabled" => Step::Done("disabled".to_owned()),
        _ => Step::Failed(other(service)),
    }
}

fn ended(since: Timestamp, said: Option<&str>, answer: Sessions, now: Timestamp) -> Step {
    let patience = SignedDuration::from_secs(answer.wait_sessions_s.try_into().unwrap_or(i64::MAX));
    let left = match (answer.sessions, answer.fault) {
        (Some(0), _) => return Step::Done("no session left".to_owned()),
        (Some(left), _) => format!("{} left", count(left, "session")),
        (None, Some(fault)) => format!("unknown how many sessions are left ({fault})"),
        (None, None) => {
            return Step::Done("no HAProxy check: cannot count the sessions left".to_owned());
        }
    };
    if now.duration_since(since) >= patience {
        return Step::Failed(format!("{left} after {} (wait-sessions)", ago(since, now)));
    }
    let news = (said != Some(&left)).then(|| left.clone());
    Step::On(Stage::Ending { since, said: Some(left) }, news)
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

    /// With 10 seconds to wait, at `now`.
    fn look(said: Option<&str>, sessions: Result<Option<u64>, &str>, now: i64) -> Step {
        let fault = sessions.err().map(str::to_owned);
        let answer = Sessions { sessions: sessions.unwrap_or(None), fault, wait_sessions_s: 10 };
        ended(at(0), said, answer, at(now))
    }

    fn on(left: &str, is_news: bool) -> Step {
        let said = Some(left.to_owned());
        Step::On(Stage::Ending { since: at(0), said }, is_news.then(|| left.to_owned()))
    }

    #[test]
    fn sessions_are_waited_for_as_long_as_is_said_and_each_change_is_shown_once() {
        let (two, one) = ("2 sessions left", "1 session left");
        assert_eq!(look(None, Ok(Some(2)), 1), on(two, true));
        assert_eq!(look(Some(two), Ok(Some(2)), 2), on(two, false));
        assert_eq!(look(Some(two), Ok(Some(1)), 3), on(one, true));
        assert_eq!(look(Some(one), Ok(Some(0)), 99), Step::Done("no session left".to_owned()));
        let late = "1 session left after 10s (wait-sessions)".to_owned();
        assert_eq!(look(Some(one), Ok(Some(1)), 10), Step::Failed(late));
        assert!(matches!(look(None, Ok(None), 1), Step::Done(_)), "nobody to ask");
    }

    #[test]
    fn a_haproxy_that_does_not_answer_has_not_said_that_no_session_is_left() {
        let unknown = "unknown how many sessions are left (gone)";
        assert_eq!(look(Some("2 sessions left"), Err("gone"), 1), on(unknown, true));
        assert_eq!(look(Some(unknown), Err("gone"), 2), on(unknown, false));
        assert_eq!(look(Some(unknown), Ok(Some(0)), 3), Step::Done("no session left".to_owned()));
        let late = format!("{unknown} after 10s (wait-sessions)");
        assert_eq!(look(Some(unknown), Err("gone"), 10), Step::Failed(late));
    }
}
