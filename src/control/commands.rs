//! Words of operators: from a POST to the decider, and back with what became of it.

use std::time::Duration;

use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use axum::{Json, Router, body::Bytes};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use super::caller::Caller;
use crate::base::ServiceName;
use crate::config;
use crate::engine::{Command, Lasts, Refusal, Target, Word};
use crate::policy::Owner;
use crate::status::http::{self, Problem};
use crate::status::{Reloads, Saved, Service, Source};

/// The longest reason, in characters: it is shown wherever the state is.
pub const MOST_REASON: usize = 200;
/// The longest drain.
const LONGEST_DRAIN: Duration = Duration::from_secs(86_400);
/// The longest announcement against health.
const LONGEST_ANNOUNCEMENT: Duration = Duration::from_secs(30 * 86_400);
/// How long an answer waits for the word to be on the disk.
const SAVING: Duration = Duration::from_secs(1);

/// The body of a POST; an empty one says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// How long, as in the configuration: `"30s"`.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<String>,
    /// Why, in the operator's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What became of a word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Answer {
    /// The services it was about, as they are now.
    pub services: Vec<Service>,
    /// Whether the word is on the disk.
    pub survives_restart: bool,
}

/// A word on its way to the decider.
#[derive(Debug)]
pub struct Request {
    /// The word.
    pub command: Command,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Result<Obeyed, Refusal>>,
}

/// The decider's answer.
#[derive(Debug)]
pub struct Obeyed {
    /// The services it was about, as they are now.
    pub services: Vec<Service>,
    /// The version of all words with this one in it.
    pub version: u64,
}

/// The way to the decider, to the disk, and to who reads the file again. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Commands {
    /// To the decider.
    pub requests: mpsc::Sender<Request>,
    /// What is on the disk.
    pub saved: watch::Receiver<Saved>,
    /// To the supervisor.
    pub reloads: Reloads,
}

/// What a word needs: the way to the decider, and who knows the names.
#[derive(Debug, Clone)]
struct Words {
    commands: Commands,
    source: Source,
}

impl Words {
    async fn give(self, command: Command) -> Result<Answer, Problem> {
        let Commands { requests, mut saved, reloads: _ } = self.commands;
        let (answer, obeyed) = oneshot::channel();
        let sent = requests.send(Request { command, answer }).await;
        sent.map_err(|_| Problem::going_down())?;
        let obeyed = obeyed.await.map_err(|_| Problem::going_down())?;
        let Obeyed { services, version } = match obeyed {
            Ok(obeyed) => obeyed,
            Err(refusal) => return Err(refused(&self.source, &refusal).await),
        };
        let settled = |saved: &Saved| saved.version >= version || saved.fault.is_some();
        let saved = timeout(SAVING, saved.wait_for(settled)).await;
        let survives_restart =
            saved.is_ok_and(|saved| saved.is_ok_and(|saved| saved.version >= version));
        Ok(Answer { services, survives_restart })
    }
}

pub(super) fn router(commands: Commands, source: Source) -> Router {
    Router::new()
        .route(&format!("{}/{{name}}/{{word}}", super::SERVICES), post(to_one))
        .route(super::DRAIN, to_all("drain"))
        .route(super::WITHDRAW, to_all("withdraw"))
        .route(super::RESUME, to_all("resume"))
        .with_state(Words { commands, source })
}

async fn to_one(
    State(words): State<Words>,
    Extension(caller): Extension<Caller>,
    Path((name, word)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    give(words, caller, Target::One(ServiceName::from(name.as_str())), &word, &body).await
}

/// A word about every service that is not disabled.
fn to_all(word: &'static str) -> MethodRouter<Words> {
    post(
        move |State(words): State<Words>, Extension(caller): Extension<Caller>, body: Bytes| async move {
            give(words, caller, Target::All, word, &body).await
        },
    )
}

async fn give(words: Words, caller: Caller, target: Target, word: &str, body: &[u8]) -> Response {
    let answer = match command(caller, target, word, body) {
        Ok(command) => words.give(command).await,
        Err(problem) => Err(problem),
    };
    match answer {
        Ok(answer) => Json(answer).into_response(),
        Err(problem) => problem.into_response(),
    }
}

fn command(caller: Caller, target: Target, word: &str, body: &[u8]) -> Result<Command, Problem> {
    let ask = ask(body)?;
    let ordered = parse(word, ask.lasts.as_deref())?;
    let user = caller.user();
    let because = match ask.reason.as_deref().map(reason).transpose()? {
        Some(reason) => format!("{word} ordered by {user}: {reason}"),
        None => format!("{word} ordered by {user}"),
    };
    let (owner, by) = (Owner::Operator, caller.to_string().into());
    Ok(Command { target, word: ordered, owner, by, because: because.into() })
}

fn ask(body: &[u8]) -> Result<Ask, Problem> {
    if body.is_empty() {
        return Ok(Ask::default());
    }
    serde_json::from_slice(body).map_err(|error| {
        let hint = r#"send nothing, or an object such as {"for": "30s", "reason": "new kernel"}"#;
        bad(format!("the body cannot be read: {error}"), hint)
    })
}

fn parse(word: &str, lasts: Option<&str>) -> Result<Word, Problem> {
    match (word, lasts) {
        ("drain", None) => Ok(Word::Drain(Lasts::AsConfigured)),
        ("drain", Some(lasts)) => Ok(Word::Drain(Lasts::Exactly(duration(lasts, LONGEST_DRAIN)?))),
        ("announce", Some(lasts)) => Ok(Word::Announce(duration(lasts, LONGEST_ANNOUNCEMENT)?)),
        ("announce", None) => Err(bad(
            "an announcement against health must end".to_owned(),
            "say for how long, for example for 10m",
        )),
        ("withdraw", None) => Ok(Word::Withdraw),
        ("resume", None) => Ok(Word::Resume),
        ("withdraw" | "resume", Some(_)) => {
            Err(bad(format!("{word} takes no time"), "leave `for` out"))
        }
        _ => Err(Problem::new(
            StatusCode::NOT_FOUND,
            format!("there is no word {word:?}"),
            "the words are drain, withdraw, announce and resume",
        )),
    }
}

fn duration(text: &str, longest: Duration) -> Result<Duration, Problem> {
    let within = |time: &Duration| *time <= longest;
    config::parse_duration(text).filter(within).ok_or_else(|| {
        let longest = config::show_duration(longest);
        bad(format!("{text:?} is no time"), format!("for example 90s or 5m, at most {longest}"))
    })
}

/// It reaches logs and terminals as it is.
fn reason(text: &str) -> Result<&str, Problem> {
    let text = text.trim();
    if text.chars().count() > MOST_REASON || text.chars().any(char::is_control) {
        let error = format!("a reason is one line of at most {MOST_REASON} characters");
        return Err(bad(error, "shorten it"));
    }
    Ok(text)
}

fn bad(error: String, hint: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, error, hint)
}

async fn refused(source: &Source, refusal: &Refusal) -> Problem {
    let (status, hint) = match refusal {
        Refusal::Unknown(name) => return http::no_service(source, name.as_str()).await,
        Refusal::Disabled(name) => {
            (StatusCode::CONFLICT, format!("set enabled = true in [service.{name}]"))
        }
        Refusal::Stopping => {
            (StatusCode::SERVICE_UNAVAILABLE, "wait until it runs again".to_owned())
        }
    };
    Problem::new(status, refusal.to_string(), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_take_their_times_and_no_others() {
        let second = Duration::from_secs(1);
        assert_eq!(parse("drain", None), Ok(Word::Drain(Lasts::AsConfigured)));
        assert_eq!(parse("drain", Some("1s")), Ok(Word::Drain(Lasts::Exactly(second))));
        assert_eq!(parse("announce", Some("1s")), Ok(Word::Announce(second)));
        assert_eq!(parse("withdraw", None), Ok(Word::Withdraw));
        assert_eq!(parse("resume", None), Ok(Word::Resume));
        let wrong = [
            ("announce", None),
            ("announce", Some("31d")),
            ("drain", Some("soon")),
            ("drain", Some("2d")),
            ("withdraw", Some("1s")),
            ("resume", Some("1s")),
        ];
        for (word, lasts) in wrong {
            let problem = parse(word, lasts).unwrap_err();
            assert_eq!(problem.status, 400, "{word} {lasts:?}: {problem:?}");
            assert!(!problem.hint.is_empty());
        }
        assert_eq!(parse("fly", None).unwrap_err().status, 404);
    }

    #[test]
    fn reasons_are_one_line_of_bounded_length() {
        assert_eq!(reason("  new kernel "), Ok("new kernel"));
        assert!(reason(&"é".repeat(MOST_REASON)).is_ok());
        assert!(reason(&"é".repeat(MOST_REASON + 1)).is_err());
        assert!(reason("two\nlines").is_err() && reason("\u{1b}[31mred").is_err());
    }

    #[test]
    fn bodies_are_strict() {
        assert_eq!(ask(b""), Ok(Ask::default()));
        assert_eq!(ask(br#"{"for":"1s"}"#).unwrap().lasts.as_deref(), Some("1s"));
        for body in [&b"{"[..], br#"{"fro":"1s"}"#, b"[]", b"\xff"] {
            assert_eq!(ask(body).unwrap_err().status, 400, "{body:?}");
        }
    }
}
