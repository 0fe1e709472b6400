use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::HeaderValue;
use hyper::{Request, Response, header};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::status::Event;
use crate::status::http::Problem;

/// How long the agent may take to answer; it answers from memory.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it may take to answer what it must ask HAProxy or a disk for. It bounds that itself, by
/// less, and cuts off whoever takes longer than 15 s altogether.
const LONGER: Duration = Duration::from_secs(12);
/// The largest answer that is read, in octets.
const MOST: usize = 64 << 20;

/// Why the agent cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens.
    #[error("no herald answers on {}: is it running (systemctl status herald, or herald run), with this control-socket? --socket names another", path.display())]
    NoAgent {
        /// The socket.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The socket is there, but not for this user.
    #[error("no permission to use {}; its mode is 0660: run as root, or join the group of the socket", path.display())]
    Denied {
        /// The socket.
        path: PathBuf,
    },
    /// It did not answer in time.
    #[error("the agent behind {} did not answer within {patience:?}", path.display())]
    Silent {
        /// The socket.
        path: PathBuf,
        /// The time.
        patience: Duration,
    },
    /// It answered with an error.
    #[error("{}; {}", .0.error, .0.hint)]
    Refused(Problem),
    /// It ended while its events were followed.
    #[error("the agent behind {} has ended", path.display())]
    Ended {
        /// The socket.
        path: PathBuf,
    },
    /// The answer makes no sense to this version.
    #[error("the answer of the agent cannot be read ({0}); is it of another version?")]
    Garbled(String),
}

/// Asks the agent behind `socket` for a resource.
pub async fn get<T: DeserializeOwned>(socket: &Path, resource: &str) -> Result<T, ClientError> {
    let request = Request::get(resource).header(header::ACCEPT, "application/json");
    ask(socket, request.body(Full::default()).map_err(garbled)?).await
}

/// Tells the agent behind `socket` something.
pub async fn post<T: DeserializeOwned>(
    socket: &Path,
    resource: &str,
    body: &impl Serialize,
) -> Result<T, ClientError> {
    let body = serde_json::to_vec(body).map_err(garbled)?;
    let request = Request::post(resource).header(header::CONTENT_TYPE, "application/json");
    ask(socket, request.body(Full::from(body)).map_err(garbled)?).await
}

/// Follows the events of the agent behind `socket` (`resource` with its query) for as long as it
/// runs; always ends with an error.
pub async fn follow(
    socket: &Path,
    resource: &str,
    mut each: impl FnMut(Event),
) -> Result<(), ClientError> {
    let request = Request::get(resource).header(header::ACCEPT, "text/event-stream");
    let request = request.body(Full::default()).map_err(garbled)?;
    let silent = |_| ClientError::Silent { path: socket.to_owned(), patience: PATIENCE };
    let connection = timeout(PATIENCE, Connection::open(socket)).await.map_err(silent)??;
    let answered = timeout(PATIENCE, connection.send(request)).await.map_err(silent)?;
    let (response, _connection) = answered?;
    if response.status() != 200 {
        let status = response.status().as_u16();
        return Err(refused(status, &whole(response.into_body()).await?));
    }
    let mut body = response.into_body();
    let mut lines = Lines::default();
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(octets) = frame.into_data() else { continue };
        for line in lines.after(&octets)? {
            if let Some(data) = line.strip_prefix("data:") {
                each(serde_json::from_str(data).map_err(garbled)?);
            }
        }
    }
    Err(ClientError::Ended { path: socket.to_owned() })
}

async fn ask<T: DeserializeOwned>(
    socket: &Path,
    request: Request<Full<Bytes>>,
) -> Result<T, ClientError> {
    let patience = patience(request.uri().path());
    let answer = timeout(patience, async {
        let (response, _connection) = Connection::open(socket).await?.send(request).await?;
        let status = response.status().as_u16();
        Ok((status, whole(response.into_body()).await?))
    });
    let silent = |_| ClientError::Silent { path: socket.to_owned(), patience };
    let answer = answer.await.map_err(silent)?;
    match answer? {
        (200, body) => serde_json::from_slice(&body).map_err(garbled),
        (status, body) => Err(refused(status, &body)),
    }
}

fn patience(resource: &str) -> Duration {
    let asks_others = resource == super::RELOAD || resource.ends_with("/sessions");
    if asks_others { LONGER } else { PATIENCE }
}

/// A connection for one request; it ends with the value.
struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    driver: AbortOnDrop,
}

/// The task that moves the octets.
struct AbortOnDrop(JoinHandle<hyper::Result<()>>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Connection {
    async fn open(socket: &Path) -> Result<Self, ClientError> {
        let stream = UnixStream::connect(socket).await.map_err(|source| {
            let path = socket.to_owned();
            if source.kind() == io::ErrorKind::PermissionDenied {
                ClientError::Denied { path }
            } else {
                ClientError::NoAgent { path, source }
            }
        })?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(garbled)?;
        Ok(Self { sender, driver: AbortOnDrop(tokio::spawn(connection)) })
    }

    async fn send(
        mut self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Response<Incoming>, AbortOnDrop), ClientError> {
        request.headers_mut().insert(header::HOST, HeaderValue::from_static("herald"));
        let response = self.sender.send_request(request).await.map_err(garbled)?;
        Ok((response, self.driver))
    }
}

async fn whole(body: Incoming) -> Result<Bytes, ClientError> {
    Ok(Limited::new(body, MOST).collect().await.map_err(garbled)?.to_bytes())
}

/// What does not explain itself in JSON is given as it is.
fn refused(status: u16, body: &[u8]) -> ClientError {
    let problem = serde_json::from_slice(body).unwrap_or_else(|_| Problem {
        status,
        error: String::from_utf8_lossy(body).trim().to_owned(),
        hint: format!("HTTP status {status}"),
    });
    ClientError::Refused(Problem { status, ..problem })
}

/// Cuts a stream into lines.
#[derive(Default)]
struct Lines(Vec<u8>);

impl Lines {
    /// The lines that these octets complete.
    fn after(&mut self, octets: &[u8]) -> Result<Vec<String>, ClientError> {
        self.0.extend_from_slice(octets);
        if self.0.len() > MOST {
            return Err(garbled("a line without an end"));
        }
        let Some(end) = self.0.iter().rposition(|octet| *octet == b'\n') else {
            return Ok(Vec::new());
        };
        let rest = self.0.split_off(end + 1);
        let complete = String::from_utf8(std::mem::replace(&mut self.0, rest)).map_err(garbled)?;
        Ok(complete.lines().map(str::to_owned).collect())
    }
}

fn garbled(error: impl ToString) -> ClientError {
    ClientError::Garbled(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_they_are_cut() {
        let mut lines = Lines::default();
        assert!(lines.after(b"data: {\"a").unwrap().is_empty());
        assert_eq!(lines.after(b"\":1}\n\nda").unwrap(), ["data: {\"a\":1}", ""]);
        assert_eq!(lines.after("ta: é\r\n".as_bytes()).unwrap(), ["data: é"]);
    }
}
