use std::io;
use std::path::{Path, PathBuf};

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use tokio::net::UnixListener;

use crate::base::Prefix;
use crate::socket_path::{Occupied, SocketPath};
use crate::status::{RouteTableKind, Source};

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
    fn new(path: &Path, occupied: Occupied) -> Self {
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
    pub fn bind(path: &Path) -> Result<Self, ControlError> {
        let listen = |path: &Path| UnixListener::bind(path);
        let connect = |path: &Path| std::os::unix::net::UnixStream::connect(path);
        let bound = SocketPath::bind(path, 0o660, connect, listen);
        let (listener, held) = bound.map_err(|occupied| ControlError::new(path, occupied))?;
        Ok(Self { listener, held })
    }

    /// Answers until the process ends.
    pub async fn run(self, source: Source) -> io::Result<()> {
        let Self { listener, held: _until_the_end } = self;
        axum::serve(listener, router(source)).await
    }
}

fn router(source: Source) -> Router {
    Router::new()
        .route(super::STATUS, get(status))
        .route(super::ADVERTISED, get(advertised))
        .route(super::RECEIVED, get(received))
        .fallback(unknown)
        .with_state(source)
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
        Err(error) => return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    };
    let neighbor = wanted.neighbor.as_deref();
    match source.routes(kind, neighbor, prefix).await {
        Some(routes) => Json(routes).into_response(),
        None => {
            let text = format!("there is no neighbour {}\n", neighbor.unwrap_or_default());
            (StatusCode::NOT_FOUND, text).into_response()
        }
    }
}

async fn status(State(source): State<Source>) -> Response {
    match source.snapshot().await {
        Some(snapshot) => Json(snapshot).into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, "the agent is going down\n").into_response(),
    }
}

async fn unknown() -> Response {
    let there = [super::STATUS, super::ADVERTISED, super::RECEIVED].join(", ");
    (StatusCode::NOT_FOUND, format!("no such resource; there is {there}\n")).into_response()
}
