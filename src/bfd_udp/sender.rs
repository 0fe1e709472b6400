use std::io;
use std::net::SocketAddr;

use socket2::Socket;

use super::{port, socket};
use crate::base::{NeighborName, Rng};
use crate::config::Transport;

/// Where source ports begin (RFC 5881 §4); they go up to 65535.
const FIRST_PORT: u16 = 49_152;
/// How many ports are tried before a packet counts as lost.
const TRIES: u32 = 64;

/// Sends the packets of one session, from one port as long as it lives.
#[derive(Debug)]
pub(super) struct Sender {
    neighbor: NeighborName,
    transport: Transport,
    to: SocketAddr,
    port: u16,
    rng: Rng,
    /// Opened for the first packet and again after an error: the address or the device may come
    /// later than herald, or go and come back.
    socket: Option<Socket>,
    /// The last packet could not be sent; that has been logged.
    failing: bool,
}

impl Sender {
    pub(super) fn new(
        neighbor: NeighborName,
        transport: Transport,
        multihop: bool,
        seed: u64,
    ) -> Self {
        let mut rng = Rng::new(seed);
        let mut to = transport.remote;
        to.set_port(port(multihop));
        let port = some_port(&mut rng);
        Self { neighbor, transport, to, port, rng, socket: None, failing: false }
    }

    /// Sends, or loses the packet.
    pub(super) fn send(&mut self, octets: &[u8]) {
        match self.try_send(octets) {
            Ok(()) if self.failing => {
                self.failing = false;
                tracing::info!(neighbor = %self.neighbor, "BFD packets can be sent again");
            }
            Ok(()) => {}
            Err(error) => {
                self.socket = None;
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::warn!(neighbor = %self.neighbor, to = %self.to, %error, "BFD packets cannot be sent");
                }
            }
        }
    }

    fn try_send(&mut self, octets: &[u8]) -> io::Result<()> {
        let socket = match self.socket.take() {
            Some(socket) => socket,
            None => self.open()?,
        };
        socket.send_to(octets, &self.to.into())?;
        self.socket = Some(socket);
        Ok(())
    }

    /// Tries the port it has, and others while that is taken.
    fn open(&mut self) -> io::Result<Socket> {
        let mut tries = 0;
        loop {
            let Transport { local_address, local_interface, .. } = &self.transport;
            let device = local_interface.as_deref();
            match socket::sending(self.to.is_ipv6(), *local_address, self.port, device) {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries < TRIES => {
                    tries += 1;
                    self.port = some_port(&mut self.rng);
                }
                opened => return opened,
            }
        }
    }
}

fn some_port(rng: &mut Rng) -> u16 {
    let ports = u64::from(u16::MAX - FIRST_PORT) + 1;
    FIRST_PORT + (rng.next_u64() % ports) as u16
}
