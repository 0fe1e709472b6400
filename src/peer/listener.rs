use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, Socket};
use tokio::net::TcpListener;

use super::callers::Callers;
use super::{socket, sockopt};
use crate::base::NeighborName;
use crate::clock;
use crate::config::Neighbor;

/// How long nobody is accepted after an error.
const AFTER_AN_ERROR: Duration = Duration::from_millis(100);

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
    /// The kernel does not take the password or key of a neighbour, although it signs in that way.
    #[error(
        "cannot require the {key} of neighbour {neighbor} on {address}: the kernel may have no room for another (sysctl net.core.optmem_max); remedy that, or remove {key}"
    )]
    Signature {
        /// Where.
        address: SocketAddr,
        /// Whose.
        neighbor: NeighborName,
        /// The key of the configuration.
        key: &'static str,
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
    /// Begins to listen. The passwords and keys of `neighbors` hold from the first connection on: the kernel
    /// takes no connection from such a neighbour that is not signed as it should be.
    pub fn bind<'a>(
        address: SocketAddr,
        neighbors: impl IntoIterator<Item = &'a Neighbor>,
    ) -> Result<Self, ListenError> {
        let socket =
            socket::listening(address).map_err(|error| ListenError::new(address, error))?;
        for neighbor in neighbors {
            require_signature(&socket, address, neighbor)?;
        }
        let listening = socket::listen(&socket).and_then(|()| TcpListener::from_std(socket.into()));
        let listener = listening.map_err(|error| ListenError::new(address, error))?;
        Ok(Self { listener })
    }

    /// Accepts for ever.
    pub async fn run(self, mut callers: Callers) {
        loop {
            match self.listener.accept().await {
                Ok((stream, from)) => callers.take(stream, from, clock::now()),
                Err(error) => {
                    // Out of descriptors, or a connection that ended before it was accepted: the
                    // next one may be fine, but not in this very moment.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(AFTER_AN_ERROR).await;
                }
            }
        }
    }
}

fn require_signature(
    socket: &Socket,
    address: SocketAddr,
    neighbor: &Neighbor,
) -> Result<(), ListenError> {
    let (peer, v6) = (neighbor.transport.remote.ip(), address.is_ipv6());
    let Some(signature) = neighbor.transport.signature.as_ref().filter(|_| v6 || peer.is_ipv4())
    else {
        return Ok(());
    };
    sockopt::sign(&SockRef::from(socket), v6, peer, signature).map_err(|source| {
        let (neighbor, key) = (neighbor.name.clone(), signature.key());
        ListenError::Signature { address, neighbor, key, source }
    })
}

impl ListenError {
    fn new(address: SocketAddr, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::AddrInUse {
            Self::Taken { address, source }
        } else if source.kind() == io::ErrorKind::PermissionDenied {
            Self::Denied { address, source }
        } else {
            Self::Other { address, source }
        }
    }
}
