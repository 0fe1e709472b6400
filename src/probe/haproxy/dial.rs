use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;

use crate::client;
use crate::config::HaproxyAddress;

use super::silence::Silence;

/// Octets both ways.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection to a stats socket.
pub(super) type Connection = Box<dyn Stream>;

/// Connects to the stats socket. A stats page is no place for a conversation.
pub(super) async fn dial(address: &HaproxyAddress) -> Result<Connection, Silence> {
    match address {
        HaproxyAddress::Unix(path) => {
            let stream = UnixStream::connect(path).await;
            Ok(Box::new(stream.map_err(|error| Silence::from_unix(path, &error))?))
        }
        HaproxyAddress::Tcp(address) => {
            let stream = client::connect(address).await;
            Ok(Box::new(stream.map_err(|error| Silence::from_io(address.clone(), &error))?))
        }
        HaproxyAddress::Http { url, .. } => {
            let cause = "the stats page takes no commands".to_owned();
            Err(Silence::Unreachable { place: url.clone(), cause })
        }
    }
}
