use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::callers::Callers;
use super::complaints::Complaints;
use super::{socket, sockopt};
use crate::base::NeighborName;
use crate::clock;
use crate::config::{Neighbor, Signature, Transport};

/// How long until the kernel is asked again for what it has refused.
const AFTER_A_REFUSAL: Duration = Duration::from_secs(60);
/// How long nobody is accepted after an error.
const AFTER_AN_ERROR: Duration = Duration::from_millis(100);

/// Accepts connections and hands each to the neighbour it comes from.
#[derive(Debug)]
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
    /// The passwords and keys that the socket asks for.
    signatures: Signatures,
}

/// By the address of the neighbour: its name, and what it signs with.
type Signatures = BTreeMap<IpAddr, (NeighborName, Signature)>;

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
        let neighbors = neighbors.into_iter().map(|n| (&n.name, &n.transport));
        let signatures = signatures(address, neighbors);
        for (peer, (neighbor, signature)) in &signatures {
            let signed =
                sockopt::sign(&SockRef::from(&socket), address.is_ipv6(), *peer, signature);
            signed.map_err(|source| {
                let (neighbor, key) = (neighbor.clone(), signature.key());
                ListenError::Signature { address, neighbor, key, source }
            })?;
        }
        let listening = socket::listen(&socket).and_then(|()| TcpListener::from_std(socket.into()));
        let listener = listening.map_err(|error| ListenError::new(address, error))?;
        Ok(Self { listener, address, signatures })
    }

    /// Accepts from the callers of the moment, until there is nobody left to change them.
    pub async fn run(mut self, mut callers: watch::Receiver<Callers>) {
        let mut complaints = Complaints::default();
        let mut retry = None;
        loop {
            tokio::select! {
                biased;
                changed = callers.changed() => match changed {
                    Ok(()) => retry = self.require(&callers),
                    Err(_) => return,
                },
                () = clock::reached(retry) => retry = self.require(&callers),
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, from)) => callers.borrow().take(stream, from, &mut complaints),
                    Err(error) => {
                        // Out of descriptors, or a connection that ended before it was accepted: the
                        // next one may be fine, but not in this very moment.
                        complaints.about_accepting(&error);
                        tokio::time::sleep(AFTER_AN_ERROR).await;
                    }
                },
            }
        }
    }

    /// Asks for what these sign with from the next connection on, and no longer for others. What the
    /// kernel refuses is said; that neighbour can still be dialled. Gives when to try it again.
    fn require(&mut self, callers: &watch::Receiver<Callers>) -> Option<Instant> {
        let wanted = signatures(self.address, callers.borrow().iter());
        let mut refused = false;
        let socket = SockRef::from(&self.listener);
        let known: BTreeSet<_> = self.signatures.keys().chain(wanted.keys()).copied().collect();
        for peer in known {
            let (old, new) = (self.signatures.get(&peer), wanted.get(&peer));
            let (old, new) = (old.map(|(_, s)| s), new.map(|(_, s)| s));
            let v6 = self.address.is_ipv6();
            if let Err(error) = sockopt::sign_anew(&socket, v6, peer, old, new) {
                tracing::warn!(%peer, %error, "the password cannot be changed for connections from it");
                refused = true;
                continue;
            }
            match wanted.get(&peer) {
                Some(required) => drop(self.signatures.insert(peer, required.clone())),
                None => drop(self.signatures.remove(&peer)),
            }
        }
        refused.then(|| clock::now() + AFTER_A_REFUSAL)
    }
}

/// What a socket on `address` can meet: one on an IPv4 address meets no IPv6 neighbour.
fn signatures<'a>(
    address: SocketAddr,
    neighbors: impl Iterator<Item = (&'a NeighborName, &'a Transport)>,
) -> Signatures {
    let met = neighbors.filter(|(_, transport)| address.is_ipv6() || transport.remote.is_ipv4());
    met.filter_map(|(name, transport)| {
        let signature = transport.signature.clone()?;
        Some((transport.remote.ip(), (name.clone(), signature)))
    })
    .collect()
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
