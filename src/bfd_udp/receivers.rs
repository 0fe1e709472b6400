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

/// Sockets that BFD packets arrive at, bound.
#[derive(Debug, Default)]
pub struct Receivers(Vec<Receiver>);

#[derive(Debug)]
struct Receiver {
    socket: UdpSocket,
    place: Place,
}

/// Which port, of which family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    v6: bool,
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
    /// Receives by these, too.
    pub(super) fn add(&mut self, more: Self) {
        self.0.extend(more.0);
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

/// Where packets are received.
#[derive(Debug, Default)]
pub struct Bound(BTreeSet<Place>);

impl Bound {
    /// Binds what the neighbours with `bfd` need and is not bound yet; nothing when there is none.
    ///
    /// # Errors
    ///
    /// A port cannot be had; then nothing has changed.
    pub fn complete(&mut self, config: &Config) -> Result<Receivers, BindError> {
        let needed = places(config);
        let missing = needed.difference(&self.0).map(|place| Receiver::bind(*place));
        let receivers = Receivers(missing.collect::<Result<_, _>>()?);
        self.0.extend(needed);
        Ok(receivers)
    }
}

/// Where the neighbours of a configuration send to.
fn places(config: &Config) -> BTreeSet<Place> {
    let needed = |neighbor: &Neighbor| {
        let bfd = neighbor.bfd.filter(|_| !neighbor.session.shutdown)?;
        Some(Place { v6: neighbor.transport.remote.is_ipv6(), multihop: bfd.multihop })
    };
    config.neighbors.values().filter_map(needed).collect()
}

impl Receiver {
    fn bind(place: Place) -> Result<Self, BindError> {
        let Place { v6, multihop } = place;
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
        Ok(Self { socket, place })
    }

    fn poll(&self, cx: &mut Context<'_>, buffer: &mut [u8; DATAGRAM]) -> Poll<Arrival> {
        loop {
            let mut octets = ReadBuf::new(buffer);
            match self.socket.poll_recv_from(cx, &mut octets) {
                Poll::Ready(Ok(from)) => {
                    let length = octets.filled().len();
                    return Poll::Ready(Arrival { multihop: self.place.multihop, from, length });
                }
                // An error of an unconnected socket belongs to no packet that could be read; asking
                // again clears it.
                Poll::Ready(Err(error)) => tracing::debug!(%error, "receiving BFD"),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}
