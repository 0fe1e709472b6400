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

/// Waits for the services of an answer, showing each step. The drain has an end and `wait-sessions`
/// is one, so this ends too; somebody's other word is the answer no.
pub(super) fn until_drained(agent: &Agent, services: &[Service]) -> Result<Exit, Exit> {
    let mut waiting: BTreeMap<String, Stage> =
        services.iter().map(|service| (service.name.clone(), Stage::Draining)).collect();
    let mut exit = Exit::Done;
    loop {
        let snapshot: Snapshot = agent.ask(control::STATUS)?;
        for service in &snapshot.services {
            let Some(stage) = waiting.get(&service.name) else { continue };
            let step = match stage {
                Stage::Draining => drained(service, Timestamp::now()),
                Stage::Ending { .. } if service.state != "drained" => Step::Failed(other(service)),
                Stage::Ending { since, said } => {
                    let name = escaped(&service.name);
                    let sessions = agent.ask(&format!("{}/{name}/sessions", control::SERVICES))?;
                    ended(*since, said.as_deref(), sessions, Timestamp::now())
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
        (Some(left), _) => format!("{} left", count(left)),
        (None, Some(fault)) => format!("unknown how many sessions are left ({fault})"),
        (None, None) => {
            return Step::Done("no check reads a HAProxy that counts its sessions".to_owned());
        }
    };
    if now.duration_since(since) >= patience {
        return Step::Failed(format!("{left} after {} (wait-sessions)", ago(since, now)));
    }
    let news = (said != Some(&left)).then(|| left.clone());
    Step::On(Stage::Ending { since, said: Some(left) }, news)
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
