use std::future::ready;
use std::io;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Extension, Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde::{Deserialize, Serialize};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::caller::Caller;
use super::commands::{self, Commands};
use super::reload;
use crate::base::Prefix;
use crate::clock;
use crate::socket_path::{Occupied, SocketPath};
use crate::status::http::{self, Problem};
use crate::status::{RouteTableKind, Source};

/// How many connections may be open; more wait in the kernel until one ends.
const CONNECTIONS: usize = 64;
/// How long a connection may live, from its first octet to its last.
const LIFETIME: Duration = Duration::from_secs(15);
/// The largest head of a request, in octets.
const MOST_HEAD: usize = 16 << 10;
/// The largest body of a request, in octets.
const MOST_BODY: usize = 16 << 10;
/// The pause after a connection could not be accepted.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// The control socket, bound. Holding it is also what makes an agent the only one: a second start
/// finds it answered and refuses.
#[derive(Debug)]
pub struct Control {
    listener: UnixListener,
    held: SocketPath,
}

/// Why the control socket cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Another agent answers on it.
    #[error("another herald is running and answers on {}; stop it first, or give this one another [agent] control-socket", path.display())]
    Running {
        /// The socket.
        path: PathBuf,
    },
    /// Something that is no socket stands there.
    #[error("{} exists and is not a socket; remove it, or set another [agent] control-socket", path.display())]
    NotASocket {
        /// The path.
        path: PathBuf,
    },
    /// Anything else, usually permissions.
    #[error("cannot make the control socket {}; the directory must exist and be writable for this user (systemd: RuntimeDirectory=herald), or set another [agent] control-socket", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

impl ControlError {
    fn new(path: &FilePath, occupied: Occupied) -> Self {
        let path = path.to_owned();
        match occupied {
            Occupied::InUse => Self::Running { path },
            Occupied::NotASocket => Self::NotASocket { path },
            Occupied::Io(source) => Self::Io { path, source },
        }
    }
}

impl Control {
    /// Binds the socket with mode 0660. One that a dead agent left behind is replaced; one that
    /// answers is not.
    pub fn bind(path: &FilePath) -> Result<Self, ControlError> {
        let listen = |path: &FilePath| UnixListener::bind(path);
        let connect = |path: &FilePath| std::os::unix::net::UnixStream::connect(path);
        let bound = SocketPath::bind(path, 0o660, connect, listen);
        let (listener, held) = bound.map_err(|occupied| ControlError::new(path, occupied))?;
        Ok(Self { listener, held })
    }

    /// Answers until the process ends.
    pub async fn run(self, source: Source, commands: Commands) {
        let Self { listener, held: _until_the_end } = self;
        let router = router(source, commands);
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(serve(stream, router.clone(), place))),
                // Too many open files: those that are open must end first.
                Err(error) => {
                    tracing::warn!(%error, "the control socket cannot accept");
                    clock::reached(Some(clock::now() + ACCEPT_AGAIN)).await;
                }
            }
        }
    }
}

/// One request. Whoever is slow is cut off, unless he follows the events.
async fn serve(stream: UnixStream, router: Router, _place: OwnedSemaphorePermit) {
    let follows = Arc::new(AtomicBool::new(false));
    let mark = {
        let follows = Arc::clone(&follows);
        move |answer: Response| {
            let kind = answer.headers().get(CONTENT_TYPE);
            let endless =
                kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
            follows.store(endless, Ordering::Relaxed);
            ready(answer)
        }
    };
    let router = router.layer(Extension(Caller::of(&stream))).layer(map_response(mark));
    let connection = http1::Builder::new()
        .keep_alive(false)
        .max_buf_size(MOST_HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::pin!(connection);
    // A client that breaks off or writes nonsense is its own affair.
    if timeout(LIFETIME, &mut connection).await.is_err() && follows.load(Ordering::Relaxed) {
        let _ = connection.await;
    }
}

fn router(source: Source, commands: Commands) -> Router {
    let reads = Router::new()
        .route(super::ADVERTISED, get(advertised))
        .route(super::RECEIVED, get(received))
        .route(&format!("{}/{{name}}/explain", super::SERVICES), get(explain))
        .route(&format!("{}/{{name}}/sessions", super::SERVICES), get(sessions))
        .with_state(source.clone());
    reads
        .merge(http::router(source))
        .merge(reload::router(commands.reloads.clone()))
        .merge(commands::router(commands))
        .fallback(unknown)
        .layer(DefaultBodyLimit::max(MOST_BODY))
}

/// What of a table is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    neighbor: Option<String>,
    prefix: Option<String>,
}

async fn advertised(State(source): State<Source>, Query(wanted): Query<Wanted>) -> Response {
    routes(&source, RouteTableKind::Advertised, wanted).await
}

async fn received(State(source): State<Source>, Query(wanted): Query<Wanted>) -> Response {
    routes(&source, RouteTableKind::Received, wanted).await
}

async fn routes(source: &Source, kind: RouteTableKind, wanted: Wanted) -> Response {
    let prefix = match wanted.prefix.map(|text| text.parse::<Prefix>()).transpose() {
        Ok(prefix) => prefix,
        Err(error) => {
            let hint = "for example prefix=9.9.9.9/32";
            return Problem::new(StatusCode::BAD_REQUEST, error.to_string(), hint).into_response();
        }
    };
    let neighbor = wanted.neighbor.as_deref();
    match source.routes(kind, neighbor, prefix).await {
        Some(routes) => Json(routes).into_response(),
        None => {
            let error = format!("there is no neighbour {}", neighbor.unwrap_or_default());
            let hint = "herald neighbors lists them";
            Problem::new(StatusCode::NOT_FOUND, error, hint).into_response()
        }
    }
}

async fn explain(State(source): State<Source>, Path(name): Path<String>) -> Response {
    of_service(source.explanation(&name).await, &name)
}

async fn sessions(State(source): State<Source>, Path(name): Path<String>) -> Response {
    of_service(source.sessions(&name).await, &name)
}

/// What the agent knows of a service: nothing while it is going down, or no such service.
fn of_service<T: Serialize>(known: Option<Option<T>>, name: &str) -> Response {
    match known {
        Some(Some(known)) => Json(known).into_response(),
        Some(None) => {
            let error = format!("there is no service {name}");
            let hint = "herald services lists them";
            Problem::new(StatusCode::NOT_FOUND, error, hint).into_response()
        }
        None => Problem::going_down().into_response(),
    }
}

async fn unknown() -> Response {
    let there = [super::STATUS, super::EVENTS, super::ADVERTISED, super::RECEIVED].join(", ");
    let services = super::SERVICES;
    let hint =
        format!("there is {there}, and {services}/NAME/explain; docs/control.md has them all");
    Problem::new(StatusCode::NOT_FOUND, "no such resource", hint).into_response()
}
