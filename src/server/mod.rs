//! F4: how herald answers over HTTP, on whatever socket. Whoever hangs, floods or is slow costs a
//! bounded amount, and keeps nobody else waiting.
//!
//! ```text
//! accept ─▶ place ─▶ one request ─▶ one answer ─▶ closed
//!             │  no place left: the oldest that does not follow events is cut off
//!             └─ 15 s are over: cut off, unless it follows events
//! ```
//!
//! Whoever offers an endless answer bounds how many of them there are, below [`CONNECTIONS`].

mod open;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use crate::base::Throttle;

use open::Open;

/// How many connections may be open on one listener.
pub const CONNECTIONS: usize = 64;
/// How long a connection may live, from its first octet to its last.
const LIFETIME: Duration = Duration::from_secs(15);
/// The largest head of a request, in octets.
const MOST_HEAD: usize = 16 << 10;
/// The pause after a connection could not be accepted.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);
/// How often that is said.
const SAID_EVERY: Duration = Duration::from_secs(60);

/// Where connections come from.
pub trait Listener {
    /// One of them.
    type Connection: AsyncRead + AsyncWrite + Send + Unpin + 'static;

    /// The next one.
    fn accepted(&self) -> impl Future<Output = io::Result<Self::Connection>> + Send;
}

impl Listener for TcpListener {
    type Connection = TcpStream;

    async fn accepted(&self) -> io::Result<TcpStream> {
        self.accept().await.map(|(stream, _)| stream)
    }
}

impl Listener for UnixListener {
    type Connection = UnixStream;

    async fn accepted(&self) -> io::Result<UnixStream> {
        self.accept().await.map(|(stream, _)| stream)
    }
}

/// Answers for ever, each connection by the router that is made for it. `what` is the listener's name
/// in the log, and `now` is the clock.
pub async fn serve<L: Listener>(
    what: &'static str,
    listener: L,
    now: fn() -> Instant,
    router: impl Fn(&L::Connection) -> Router,
) {
    let mut open = Open::default();
    let mut refused = Throttle::new(1, SAID_EVERY);
    loop {
        match listener.accepted().await {
            Ok(stream) => {
                let follows = Arc::new(AtomicBool::new(false));
                open.make_room();
                let router = router(&stream);
                let task = tokio::spawn(answer(stream, router, Arc::clone(&follows)));
                open.push(task.abort_handle(), follows);
                // Whoever has come gets a turn before the next, or a crowd that waits to be accepted
                // would cut itself off unheard.
                yield_now().await;
            }
            // Too many open files: those that are open must end first.
            Err(error) => {
                if let Some(others) = refused.pass(now()) {
                    tracing::warn!(%error, others, "{what} cannot accept");
                }
                sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

/// One request. Whoever is slow is cut off, unless he follows the events.
async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    router: Router,
    follows: Arc<AtomicBool>,
) {
    let (router, mark) = (TowerToHyperService::new(router), Arc::clone(&follows));
    // Around the router, not a layer of it: a layer would make every route anew for each connection.
    let service = service_fn(move |request| {
        let (answer, mark) = (router.call(request), Arc::clone(&mark));
        async move {
            let answer = answer.await;
            mark.store(answer.as_ref().is_ok_and(is_endless), Ordering::Relaxed);
            answer
        }
    });
    let connection = http1::Builder::new()
        .keep_alive(false)
        .max_buf_size(MOST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    // A client that breaks off or writes nonsense is its own affair.
    if timeout(LIFETIME, &mut connection).await.is_err() && follows.load(Ordering::Relaxed) {
        let _ = connection.await;
    }
}

fn is_endless(answer: &Response) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

#[cfg(test)]
mod tests;
