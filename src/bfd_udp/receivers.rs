use std::collections::BTreeSet;
use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::task::{Context, Poll};

use tokio::io::ReadBuf;
use tokio::net::UdpSocket;

use super::{port, socket};
use crate::config::{Config, Neighbor};

/// More than Length can say (RFC 5880 §4.1), so that what is longer is seen to be too long.
pub(super) const DATAGRAM: usize = 256;

/// The sockets that BFD packets arrive at, bound.
#[derive(Debug, Default)]
pub struct Receivers(Vec<Receiver>);

#[derive(Debug)]
struct Receiver {
    socket: UdpSocket,
    multihop: bool,
}

/// A datagram that has been read into the buffer.
pub(super) struct Arrival {
    pub(super) multihop: bool,
    pub(super) from: SocketAddr,
    /// Octets in the buffer.
    pub(super) length: usize,
}

/// Why BFD packets cannot be received.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another BFD speaker runs here.
    #[error("cannot receive BFD on {address}: the port is taken by another program (`ss -ulnp 'sport = :{port}'` names it, often bfdd or bird); stop its BFD, or leave bfd out here", port = address.port())]
    Taken {
        /// Where.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// Something else.
    #[error("cannot receive BFD on {address}; without bfd in the configuration this is not needed")]
    Other {
        /// Where.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
}

impl Receivers {
    /// Binds what the neighbours with `bfd` need, and nothing when there is none.
    pub fn bind(config: &Config) -> Result<Self, BindError> {
        let needed = |neighbor: &Neighbor| {
            let bfd = neighbor.bfd.filter(|_| !neighbor.session.shutdown)?;
            Some((neighbor.transport.remote.is_ipv6(), bfd.multihop))
        };
        let needed: BTreeSet<_> = config.neighbors.values().filter_map(needed).collect();
        let bound = needed.into_iter().map(|(v6, multihop)| Receiver::bind(v6, multihop));
        Ok(Self(bound.collect::<Result<_, _>>()?))
    }

    /// The next datagram of any socket, without order between them. Cancel safe.
    pub(super) async fn next(&self, buffer: &mut [u8; DATAGRAM]) -> Arrival {
        poll_fn(|cx| {
            for receiver in &self.0 {
                if let Poll::Ready(arrival) = receiver.poll(cx, buffer) {
                    return Poll::Ready(arrival);
                }
            }
            Poll::Pending
        })
        .await
    }
}

impl Receiver {
    fn bind(v6: bool, multihop: bool) -> Result<Self, BindError> {
        let port = port(multihop);
        let bound = socket::receiving(v6, port, !multihop)
            .and_then(|socket| UdpSocket::from_std(socket.into()));
        let socket = bound.map_err(|source| {
            let address = match v6 {
                true => SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)),
                false => SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)),
            };
            if source.kind() == io::ErrorKind::AddrInUse {
                BindError::Taken { address, source }
            } else {
                BindError::Other { address, source }
            }
        })?;
        Ok(Self { socket, multihop })
    }

    fn poll(&self, cx: &mut Context<'_>, buffer: &mut [u8; DATAGRAM]) -> Poll<Arrival> {
        loop {
            let mut octets = ReadBuf::new(buffer);
            match self.socket.poll_recv_from(cx, &mut octets) {
                Poll::Ready(Ok(from)) => {
                    let length = octets.filled().len();
                    return Poll::Ready(Arrival { multihop: self.multihop, from, length });
                }
                // An error of an unconnected socket belongs to no packet that could be read; asking
                // again clears it.
                Poll::Ready(Err(error)) => tracing::debug!(%error, "receiving BFD"),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}
