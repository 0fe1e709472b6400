use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::sockopt;
use crate::base::NeighborName;
use crate::config::{Neighbor, Transport};

/// Who may connect to us, by the address it comes from. Neighbours that share an address are told
/// apart by the address they connect to and, with link-local addresses, by the interface.
#[derive(Debug, Default)]
pub struct Callers(BTreeMap<IpAddr, Vec<Caller>>);

#[derive(Debug)]
struct Caller {
    name: NeighborName,
    transport: Transport,
    connections: mpsc::Sender<TcpStream>,
}

impl Callers {
    /// Lets a neighbour in; its connections go to `connections`.
    pub fn add(&mut self, neighbor: &Neighbor, connections: mpsc::Sender<TcpStream>) {
        self.0.entry(neighbor.transport.remote.ip()).or_default().push(Caller {
            name: neighbor.name.clone(),
            transport: neighbor.transport.clone(),
            connections,
        });
    }

    /// Passes a connection on to the neighbour it comes from, or hangs up. A stranger costs one
    /// look-up and leaves nothing behind, not even a closing connection in the kernel. A neighbour
    /// whose channel is full has connected several times without an answer; it is hung up on too.
    pub(super) fn take(&self, stream: TcpStream, from: SocketAddr) {
        let Some(callers) = self.0.get(&from.ip().to_canonical()) else {
            tracing::debug!(%from, "connection from an address that is no neighbour");
            // Without a linger time the connection is reset, and nothing of it stays.
            let _ = stream.set_zero_linger();
            return;
        };
        let Ok(local) = stream.local_addr() else { return };
        match callers.iter().find(|caller| caller.transport.is_met_by(from, local)) {
            Some(caller) => drop(caller.connections.try_send(stream)),
            None => tracing::warn!(
                neighbor = %callers[0].name, %local,
                "connection refused: it is not made to local-address, or not on local-interface"
            ),
        }
    }
}

impl Transport {
    /// Whether a connection from `from` to `local` is one of this neighbour.
    fn is_met_by(&self, from: SocketAddr, local: SocketAddr) -> bool {
        let here = self.local_address.is_none_or(|own| own == local.ip().to_canonical());
        here && match (scope(from), &self.local_interface) {
            (Some(scope), Some(device)) => {
                sockopt::interface_index(device).is_ok_and(|index| index == scope)
            }
            (None, _) | (_, None) => true,
        }
    }
}

/// The interface that a link-local address belongs to.
fn scope(address: SocketAddr) -> Option<u32> {
    match address {
        SocketAddr::V6(v6) if v6.ip().is_unicast_link_local() => Some(v6.scope_id()),
        SocketAddr::V4(_) | SocketAddr::V6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Ttl;

    fn transport(remote: &str, local: Option<&str>, device: Option<&str>) -> Transport {
        Transport {
            remote: remote.parse().unwrap(),
            local_address: local.map(|address| address.parse().unwrap()),
            local_interface: device.map(str::to_owned),
            ttl: Ttl::Multihop(1),
            password: None,
        }
    }

    fn meets(transport: &Transport, from: &str, local: &str) -> bool {
        transport.is_met_by(from.parse().unwrap(), local.parse().unwrap())
    }

    #[test]
    fn a_local_address_must_be_the_one_connected_to_also_on_a_socket_of_both_families() {
        let any = transport("192.0.2.1:179", None, None);
        assert!(meets(&any, "192.0.2.1:9", "192.0.2.7:179"));
        let bound = transport("192.0.2.1:179", Some("192.0.2.8"), None);
        assert!(!meets(&bound, "192.0.2.1:9", "192.0.2.7:179"));
        assert!(meets(&bound, "[::ffff:192.0.2.1]:9", "[::ffff:192.0.2.8]:179"));
    }

    #[test]
    fn a_link_local_neighbour_must_come_in_on_its_interface() {
        let lo = sockopt::interface_index("lo").unwrap();
        let neighbor = transport("[fe80::1]:179", None, Some("lo"));
        assert!(meets(&neighbor, &format!("[fe80::1%{lo}]:9"), "[fe80::2]:179"));
        assert!(!meets(&neighbor, &format!("[fe80::1%{}]:9", lo + 1), "[fe80::2]:179"));
        let gone = transport("[fe80::1]:179", None, Some("no-such-device"));
        assert!(!meets(&gone, &format!("[fe80::1%{lo}]:9"), "[fe80::2]:179"));
    }
}
