//! F5: what `[agent] http` answers: the page for people at `/`, `/metrics`, `/livez`, `/readyz`,
//! `/api/v1/status`, `/api/v1/events`. It changes nothing; changes go through the control socket.

mod guard;
mod page;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};

use crate::clock;
use crate::server;
use crate::status::http::{EVENTS, Problem, STATUS};
use crate::status::{Snapshot, Source, http, metrics};

/// How long a reader may acknowledge nothing (TCP_USER_TIMEOUT, tcp(7)). One that has gone without a
/// word would hold a place among those who follow events for a quarter of an hour.
const PATIENCE: Duration = Duration::from_secs(30);

/// The HTTP listener, bound.
#[derive(Debug)]
pub struct Web {
    listener: TcpListener,
    address: SocketAddr,
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
        let listener = listener.map_err(|source| WebError { address, source })?;
        Ok(Self { listener, address })
    }

    /// Answers until the process ends.
    pub async fn run(self, source: Source) {
        let guard = from_fn_with_state(self.address.ip(), guard::guard);
        let router = router(source).layer(guard);
        let patient = |stream: &TcpStream| {
            // Without it everything works too, only longer.
            let _ = SockRef::from(stream).set_tcp_user_timeout(Some(PATIENCE));
            router.clone()
        };
        server::serve("HTTP", self.listener, clock::now, patient).await;
    }
}

fn router(source: Source) -> Router {
    Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics::scrape))
        .with_state(source.clone())
        .merge(http::router(source))
        .merge(page::router())
        .method_not_allowed_fallback(Problem::other_method)
        .fallback(unknown)
}

async fn unknown() -> Problem {
    let hint = format!("there is / for people, {STATUS}, {EVENTS}, /metrics, /livez and /readyz");
    Problem::new(StatusCode::NOT_FOUND, "no such resource", hint)
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

fn going_down() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "the agent is going down\n").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::{Configuration, Health, Messages, Neighbor, Persistence, Service, Timing};

    fn snapshot(neighbor: &str, service: &str) -> Snapshot {
        let since = jiff::Timestamp::UNIX_EPOCH;
        Snapshot {
            version: String::new(),
            pid: 1,
            router_id: [10, 0, 0, 1].into(),
            local_as: 65010,
            region: None,
            started_at: since,
            neighbors: vec![Neighbor {
                name: "rs".to_owned(),
                address: [10, 0, 0, 2].into(),
                peer_as: 65515,
                state: neighbor.to_owned(),
                since,
                hold_time_s: None,
                capabilities: Vec::new(),
                advertised: 0,
                received: 0,
                flaps: 0,
                failures: 0,
                last_error: None,
                local_address: None,
                not_kept: 0,
                malformed: 0,
                last_malformed: None,
                description: None,
                bfd: None,
                shutdown: false,
                messages: Messages::default(),
                reaction: Timing::default(),
                last_notification: None,
            }],
            services: vec![Service {
                name: "web".to_owned(),
                state: service.to_owned(),
                since,
                because: "no sample yet".to_owned(),
                capacity_percent: 0,
                health: Health::default(),
                damping: None,
                r#override: None,
                checks: Vec::new(),
                routes: Vec::new(),
                neighbors: Vec::new(),
                transitions: Default::default(),
                hooks: None,
            }],
            haproxy: Vec::new(),
            persistence: Persistence::default(),
            configuration: Configuration::default(),
            log_lines_lost: 0,
        }
    }

    #[test]
    fn ready_is_a_session_and_a_verdict_whatever_the_verdict() {
        assert_eq!(unready(&snapshot("established", "up")), None);
        assert_eq!(unready(&snapshot("established", "down")), None);
        assert!(unready(&snapshot("active", "up")).unwrap().contains("no session"));
        assert!(unready(&snapshot("established", "pending")).unwrap().contains("no sample yet"));
    }
}
