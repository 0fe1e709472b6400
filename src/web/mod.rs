//! F5: the read-only HTTP API of `[agent] http`: `/livez`, `/readyz`, `/api/v1/status`. It changes
//! nothing; changes go through the control socket.

use std::io;
use std::net::SocketAddr;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use tokio::net::TcpListener;

use crate::status::{Snapshot, Source};

/// The HTTP listener, bound.
#[derive(Debug)]
pub struct Web {
    listener: TcpListener,
}

/// Why HTTP cannot be served.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot serve HTTP on {address}; set [agent] http to a free address of this machine, or \"off\""
)]
pub struct WebError {
    address: SocketAddr,
    source: io::Error,
}

impl Web {
    /// Begins to listen.
    pub async fn bind(address: SocketAddr) -> Result<Self, WebError> {
        let listener = TcpListener::bind(address).await;
        Ok(Self { listener: listener.map_err(|source| WebError { address, source })? })
    }

    /// Answers until the process ends.
    pub async fn run(self, source: Source) -> io::Result<()> {
        let router = Router::new()
            .route("/livez", get(livez))
            .route("/readyz", get(readyz))
            .route("/api/v1/status", get(status))
            .with_state(source);
        axum::serve(self.listener, router).await
    }
}

/// Alive is who can answer: the answer comes from the task that decides.
async fn livez(State(source): State<Source>) -> Response {
    match source.snapshot().await {
        Some(_) => "ok\n".into_response(),
        None => going_down(),
    }
}

async fn readyz(State(source): State<Source>) -> Response {
    match source.snapshot().await {
        Some(snapshot) => match unready(&snapshot) {
            None => "ok\n".into_response(),
            Some(why) => (StatusCode::SERVICE_UNAVAILABLE, why).into_response(),
        },
        None => going_down(),
    }
}

/// What is missing before the agent can do its work: a session, and a verdict for every service.
fn unready(snapshot: &Snapshot) -> Option<String> {
    if !snapshot.neighbors.iter().any(|neighbor| neighbor.state == "established") {
        return Some("no session is established\n".to_owned());
    }
    let pending = snapshot.services.iter().find(|service| service.state == "pending")?;
    Some(format!("service {} has no verdict yet: {}\n", pending.name, pending.because))
}

async fn status(State(source): State<Source>) -> Response {
    match source.snapshot().await {
        Some(snapshot) => Json(snapshot).into_response(),
        None => going_down(),
    }
}

fn going_down() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "the agent is going down\n").into_response()
}
