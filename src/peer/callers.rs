use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::socket;
use crate::base::{NeighborName, Throttle};
use crate::config::{Neighbor, Transport};

/// Who may connect to us, by the address it comes from. Neighbours that share an address are told
/// apart by the address they connect to, and by the device they come in by.
#[derive(Debug)]
pub struct Callers {
    known: BTreeMap<IpAddr, Vec<Caller>>,
    strangers: Throttle,
    misled: Throttle,
}

#[derive(Debug)]
struct Caller {
    name: NeighborName,
    transport: Transport,
    connections: mpsc::Sender<TcpStream>,
}

impl Default for Callers {
    fn default() -> Self {
        // Somebody whose address is mistyped is seen, somebody who scans the network does not matter.
        let few = Throttle::new(5, Duration::from_secs(60));
        Self { known: BTreeMap::new(), strangers: few.clone(), misled: few }
    }
}

impl Callers {
    /// Lets a neighbour in; its connections go to `connections`.
    pub fn add(&mut self, neighbor: &Neighbor, connections: mpsc::Sender<TcpStream>) {
        self.known.entry(neighbor.transport.remote.ip()).or_default().push(Caller {
            name: neighbor.name.clone(),
            transport: neighbor.transport.clone(),
            connections,
        });
    }

    /// Passes a connection on to the neighbour it comes from, or hangs up. A stranger costs one
    /// look-up and leaves nothing behind, not even a closing connection in the kernel. A neighbour
    /// whose channel is full has connected several times without an answer; it is hung up on too.
    pub(super) fn take(&mut self, stream: TcpStream, from: SocketAddr, now: Instant) {
        let Some(callers) = self.known.get(&from.ip().to_canonical()) else {
            if let Some(others) = self.strangers.pass(now) {
                tracing::info!(%from, others, "connection refused: the address is no neighbour's");
            }
            // Without a linger time the connection is reset, and nothing of it stays.
            let _ = stream.set_zero_linger();
            return;
        };
        let Ok(local) = stream.local_addr() else { return };
        let local = local.ip().to_canonical();
        let on = |device: &str| socket::came_in_by(&SockRef::from(&stream), device);
        match callers.iter().find(|caller| caller.transport.is_met_by(local, on)) {
            Some(caller) => drop(caller.connections.try_send(stream)),
            None => {
                if let Some(others) = self.misled.pass(now) {
                    tracing::warn!(
                        neighbor = %callers[0].name, %local, others,
                        "connection refused: it is not made to local-address, or not on local-interface"
                    );
                }
            }
        }
    }
}

impl Transport {
    /// Whether a connection from the neighbour's address is its own, made to `local` and `on` a
    /// device.
    fn is_met_by(&self, local: IpAddr, on: impl Fn(&str) -> bool) -> bool {
        self.local_address.is_none_or(|own| own == local)
            && self.local_interface.as_deref().is_none_or(on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Ttl;

    fn meets(own: (Option<&str>, Option<&str>), local: &str, device: &str) -> bool {
        let transport = Transport {
            remote: "192.0.2.1:179".parse().unwrap(),
            local_address: own.0.map(|address| address.parse().unwrap()),
            local_interface: own.1.map(str::to_owned),
            ttl: Ttl::Multihop(1),
            signature: None,
        };
        transport.is_met_by(local.parse().unwrap(), |own| own == device)
    }

    #[test]
    fn what_is_configured_must_match_and_nothing_else_must() {
        assert!(meets((None, None), "192.0.2.7", "eth0"));
        assert!(meets((Some("192.0.2.7"), Some("eth0")), "192.0.2.7", "eth0"));
        assert!(!meets((Some("192.0.2.8"), None), "192.0.2.7", "eth0"));
        assert!(!meets((None, Some("eth1")), "192.0.2.7", "eth0"));
    }
}
