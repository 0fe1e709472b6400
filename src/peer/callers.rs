use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::complaints::Complaints;
use super::socket;
use crate::base::NeighborName;
use crate::config::{Neighbor, Transport};

/// Who may connect to us, by the address it comes from. Neighbours that share an address are told
/// apart by the address they connect to, and by the device they come in by.
#[derive(Debug, Default, Clone)]
pub struct Callers(BTreeMap<IpAddr, Vec<Caller>>);

#[derive(Debug, Clone)]
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

    /// Who may connect.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&NeighborName, &Transport)> {
        self.0.values().flatten().map(|caller| (&caller.name, &caller.transport))
    }

    /// Passes a connection on to the neighbour it comes from, or hangs up. A stranger costs one
    /// look-up and leaves nothing behind, not even a closing connection in the kernel. A neighbour
    /// whose channel is full has connected several times without an answer; it is hung up on too.
    pub(super) fn take(&self, stream: TcpStream, from: SocketAddr, complaints: &mut Complaints) {
        let Some(callers) = self.0.get(&from.ip().to_canonical()) else {
            complaints.about_stranger(from);
            // Without a linger time the connection is reset, and nothing of it stays.
            let _ = stream.set_zero_linger();
            return;
        };
        let Ok(local) = stream.local_addr() else { return };
        let local = local.ip().to_canonical();
        let on = |device: &str| socket::came_in_by(&SockRef::from(&stream), device);
        match callers.iter().find(|caller| caller.transport.is_met_by(local, on)) {
            Some(caller) => drop(caller.connections.try_send(stream)),
            None => complaints.about_misled(&callers[0].name, local),
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
