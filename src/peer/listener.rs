use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::sockopt;

/// Accepts connections and hands each to the neighbour it comes from.
#[derive(Debug)]
pub struct Listener {
    listener: TcpListener,
}

/// Why connections cannot be accepted.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another BGP speaker runs here.
    #[error("cannot listen on {address}: the port is taken by another program (`ss -tlnp 'sport = :{port}'` names it); stop it, or set [bgp] listen to another address or \"off\"", port = address.port())]
    Taken {
        /// Where.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// Ports below 1024 need a capability.
    #[error(
        "cannot listen on {address}: no permission; run as root, give the binary the capability (setcap cap_net_bind_service,cap_net_admin+ep), or set [bgp] listen to \"off\""
    )]
    Denied {
        /// Where.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// The address is not on this machine, or something else.
    #[error(
        "cannot listen on {address}; [bgp] listen must be an address of this machine, or \"off\""
    )]
    Other {
        /// Where.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
}

impl Listener {
    /// Begins to listen.
    pub fn bind(address: SocketAddr) -> Result<Self, ListenError> {
        let bound = sockopt::listening(address).and_then(|s| TcpListener::from_std(s.into()));
        let listener = bound.map_err(|source| {
            if source.kind() == io::ErrorKind::AddrInUse {
                ListenError::Taken { address, source }
            } else if source.kind() == io::ErrorKind::PermissionDenied {
                ListenError::Denied { address, source }
            } else {
                ListenError::Other { address, source }
            }
        })?;
        Ok(Self { listener })
    }

    /// Accepts for ever. Strangers are hung up on at once and cost nothing more. A neighbour whose
    /// channel is full has connected several times without an answer; it is hung up on too.
    pub async fn run(self, neighbors: BTreeMap<IpAddr, mpsc::Sender<TcpStream>>) {
        loop {
            let (stream, from) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of descriptors, or a connection that ended before it was accepted: the
                    // next one may be fine, but not in this very moment.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    continue;
                }
            };
            match neighbors.get(&from.ip().to_canonical()) {
                Some(neighbor) => drop(neighbor.try_send(stream)),
                None => tracing::debug!(%from, "connection from an address that is no neighbour"),
            }
        }
    }
}
