//! What both the control socket and HTTP answer alike: the snapshot, events, and refusals as JSON.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{Event, History, Source};

/// The snapshot as JSON.
pub const STATUS: &str = "/api/v1/status";
/// Events as server-sent ones, oldest first, and then those to come: `?since=ID`, `?service=NAME` and
/// `?last=N` narrow them. Asked for as `application/json`, a list of those that have happened.
pub const EVENTS: &str = "/api/v1/events";

/// How many may follow events at a time; each costs a connection and a place in the history.
const FOLLOWERS: usize = 32;

/// A request that is not granted, as `{"error": …, "hint": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The status code, which HTTP carries already.
    #[serde(skip)]
    pub status: u16,
    /// What happened.
    pub error: String,
    /// The way out.
    pub hint: String,
}

impl Problem {
    /// A problem with its status code.
    pub fn new(status: StatusCode, error: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { status: status.as_u16(), error: error.into(), hint: hint.into() }
    }

    /// The resource is there, and is not asked for in this way. The header `Allow` is added by the
    /// router.
    pub async fn other_method(method: Method) -> Self {
        let error = format!("{method} is not what this resource takes");
        let hint =
            "the header Allow names what it takes: POST gives a word (curl -X POST), GET asks";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, error, hint)
    }

    /// The agent has been told to stop and answers no more.
    pub fn going_down() -> Self {
        let hint = "wait until it runs again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "the agent is going down", hint)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self)).into_response()
    }
}

/// The routes for [`STATUS`] and [`EVENTS`].
pub fn router(source: Source) -> Router {
    let followers = Arc::new(Semaphore::new(FOLLOWERS));
    Router::new()
        .route(STATUS, get(status))
        .route(EVENTS, get(events))
        .with_state(Reads { source, followers })
}

#[derive(Debug, Clone)]
struct Reads {
    source: Source,
    followers: Arc<Semaphore>,
}

/// Which events are asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    since: Option<u64>,
    service: Option<String>,
    last: Option<usize>,
}

impl Wanted {
    /// Those of the history, oldest first.
    fn of(&self, history: &History) -> Vec<Arc<Event>> {
        let events = history.since(self.since.unwrap_or(0)).rev();
        let wanted =
            |event: &&Arc<Event>| self.service.as_ref().is_none_or(|name| event.concerns(name));
        let last = self.last.unwrap_or(usize::MAX);
        let mut events: Vec<_> = events.filter(wanted).take(last).cloned().collect();
        events.reverse();
        events
    }
}

async fn status(State(reads): State<Reads>) -> Response {
    match reads.source.snapshot().await {
        Some(snapshot) => Json(snapshot).into_response(),
        None => Problem::going_down().into_response(),
    }
}

async fn events(
    State(reads): State<Reads>,
    Query(mut wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    let history = reads.source.history();
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accepted.is_some_and(|types| types.contains("application/json")) {
        let events = wanted.of(&history.borrow());
        return Json(events.iter().map(Arc::as_ref).collect::<Vec<&Event>>()).into_response();
    }
    let Ok(place) = reads.followers.try_acquire_owned() else {
        let error = format!("{FOLLOWERS} others follow the events already");
        let hint = "end one of them, or ask for ?since=ID as application/json from time to time";
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, error, hint).into_response();
    };
    // A browser that reconnects says where it was.
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    wanted.since = seen.or(wanted.since);
    Sse::new(follow(history, wanted, place)).keep_alive(KeepAlive::default()).into_response()
}

/// The events wanted now, then those to come. A reader that is slow loses what the history forgets
/// meanwhile, and nothing waits for it.
fn follow(
    history: watch::Receiver<History>,
    wanted: Wanted,
    place: OwnedSemaphorePermit,
) -> impl Stream<Item = Result<sse::Event, axum::Error>> {
    let ready: Vec<Arc<Event>> = Vec::new();
    stream::unfold((history, wanted, place, ready.into_iter()), |mut follower| async move {
        loop {
            let (history, wanted, _place, ready) = &mut follower;
            if let Some(event) = ready.next() {
                let text = sse::Event::default().id(event.id.to_string());
                return Some((text.json_data(&*event), follower));
            }
            let news = {
                let history = history.borrow_and_update();
                let news = wanted.of(&history);
                wanted.since = Some(history.last());
                // What is to come is not narrowed by how much of the past was asked for.
                wanted.last = None;
                news
            };
            if news.is_empty() {
                history.changed().await.ok()?;
            }
            *ready = news.into_iter();
        }
    })
}
