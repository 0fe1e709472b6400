use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use tokio::time::timeout;

/// How long the agent may take to answer; it answers from memory.
const PATIENCE: Duration = Duration::from_secs(5);
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
    #[error("the agent behind {} did not answer within {PATIENCE:?}", path.display())]
    Silent {
        /// The socket.
        path: PathBuf,
    },
    /// It answered with an error.
    #[error("the agent refused: {status}: {text}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its words.
        text: String,
    },
    /// The answer makes no sense to this version.
    #[error("the answer of the agent cannot be read ({0}); is it of another version?")]
    Garbled(String),
}

/// Asks the agent behind `socket` for a resource.
pub async fn get<T: DeserializeOwned>(socket: &Path, resource: &str) -> Result<T, ClientError> {
    let path = || socket.to_owned();
    let answer = timeout(PATIENCE, exchange(socket, resource)).await;
    let (status, body) = answer.map_err(|_| ClientError::Silent { path: path() })??;
    if status != 200 {
        let text = String::from_utf8_lossy(&body).trim().to_owned();
        return Err(ClientError::Refused { status, text });
    }
    serde_json::from_slice(&body).map_err(garbled)
}

async fn exchange(socket: &Path, resource: &str) -> Result<(u16, Bytes), ClientError> {
    let stream = UnixStream::connect(socket).await.map_err(|source| {
        let path = socket.to_owned();
        if source.kind() == io::ErrorKind::PermissionDenied {
            ClientError::Denied { path }
        } else {
            ClientError::NoAgent { path, source }
        }
    })?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(garbled)?;
    let connection = tokio::spawn(connection);
    let request = Request::get(resource)
        .header(header::HOST, "herald")
        .body(Empty::<Bytes>::new())
        .map_err(garbled)?;
    let response = sender.send_request(request).await.map_err(garbled)?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), MOST).collect().await.map_err(garbled)?;
    connection.abort();
    Ok((status, body.to_bytes()))
}

fn garbled(error: impl ToString) -> ClientError {
    ClientError::Garbled(error.to_string())
}
