use std::io;
use std::path::{Path as FilePath, PathBuf};

use axum::extract::{DefaultBodyLimit, Extension, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::net::{UnixListener, UnixStream};

use super::caller::Caller;
use super::commands::{self, Commands};
use super::reload;
use crate::base::Prefix;
use crate::clock;
use crate::server;
use crate::socket_path::{Occupied, SocketPath};
use crate::status::http::{self, Problem};
use crate::status::{RouteTableKind, Source};

/// The largest body of a request, in octets.
const MOST_BODY: usize = 16 << 10;

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
        let of_caller = |stream: &UnixStream| router.clone().layer(Extension(Caller::of(stream)));
        server::serve("the control socket", listener, clock::now, of_caller).await;
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
        .method_not_allowed_fallback(Problem::other_method)
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
