use std::collections::BTreeMap;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::{UdpSocket, UnixDatagram};

use crate::config::{EventSocket, HaproxyInstance};
use crate::socket_path::{Occupied, SocketPath};

use super::line::Line;

/// Octets of a datagram that are looked at: what tells of a change stands in front.
const DATAGRAM: usize = 2048;

/// HAProxy usually runs as a user of its own, in another group than herald. Whoever may write here can
/// make herald ask HAProxy, at a bounded rate, and nothing else.
const MODE: u32 = 0o666;

/// The event sockets of all instances. A probe that is replaced hands its socket on, so that no line
/// is lost and no path is bound twice.
#[derive(Debug, Default)]
pub struct EventSockets(BTreeMap<EventSocket, Arc<LogSocket>>);

impl EventSockets {
    /// The sockets that these instances need: those that are there, and new ones for the rest.
    ///
    /// # Errors
    /// One of them cannot be had; then nothing is left of the new ones.
    ///
    /// # Panics
    /// Outside of a runtime.
    pub fn complete<'a>(
        &self,
        instances: impl IntoIterator<Item = &'a HaproxyInstance>,
    ) -> Result<Self, BindError> {
        let wanted = instances.into_iter().filter_map(|instance| instance.event_socket.as_ref());
        let socket = |wanted: &EventSocket| match self.get(wanted) {
            Some(known) => Ok((wanted.clone(), known)),
            None => Ok((wanted.clone(), Arc::new(LogSocket::bind(wanted)?))),
        };
        wanted.map(socket).collect::<Result<_, _>>().map(Self)
    }

    /// The socket that was bound there.
    pub(in super::super) fn get(&self, socket: &EventSocket) -> Option<Arc<LogSocket>> {
        self.0.get(socket).map(Arc::clone)
    }
}

/// The datagram socket that HAProxy logs to. Its path is removed with it.
#[derive(Debug)]
pub(in super::super) enum LogSocket {
    Unix(UnixDatagram, #[expect(dead_code, reason = "held until the end")] SocketPath),
    Udp(UdpSocket),
}

/// Why an event socket cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another process has it.
    #[error("another process has event-socket {0}; give this herald another one")]
    InUse(String),
    /// Something that is no socket stands there.
    #[error("event-socket {} exists and is not a socket; remove it, or take another path", .0.display())]
    NotASocket(PathBuf),
    /// Anything else, usually permissions.
    #[error("cannot make event-socket {place}: {cause}; {way_out}")]
    Io {
        /// The path or address.
        place: String,
        /// What the operating system says.
        cause: io::Error,
        /// What to do about it.
        way_out: &'static str,
    },
}

impl LogSocket {
    /// A path that a dead process left behind is replaced; one that is in use is not.
    fn bind(socket: &EventSocket) -> Result<Self, BindError> {
        match socket {
            EventSocket::Unix(path) => bind_unix(path),
            EventSocket::Udp(address) => bind_udp(*address),
        }
    }

    /// Waits for the next line. Cancel safe.
    pub(in super::super) async fn next(&self) -> Line {
        let mut datagram = [0; DATAGRAM];
        let received = match self {
            Self::Unix(socket, _) => socket.recv(&mut datagram).await,
            Self::Udp(socket) => socket.recv(&mut datagram).await,
        };
        match received {
            Ok(length) => Line::read(&datagram[..length]),
            // A bound socket that only receives has no errors of its own; without it there is polling.
            Err(error) => {
                tracing::warn!(%error, "the event socket cannot be read; HAProxy is polled");
                pending().await
            }
        }
    }
}

fn bind_unix(path: &Path) -> Result<LogSocket, BindError> {
    let connect = |path: &Path| std::os::unix::net::UnixDatagram::unbound()?.connect(path);
    let bind = |path: &Path| UnixDatagram::bind(path);
    match SocketPath::bind(path, MODE, connect, bind) {
        Ok((socket, path)) => Ok(LogSocket::Unix(socket, path)),
        Err(Occupied::InUse) => Err(BindError::InUse(path.display().to_string())),
        Err(Occupied::NotASocket) => Err(BindError::NotASocket(path.to_owned())),
        Err(Occupied::Io(cause)) => Err(BindError::Io {
            place: path.display().to_string(),
            cause,
            way_out: "its directory must be writable for this user, such as /run/herald",
        }),
    }
}

fn bind_udp(address: SocketAddr) -> Result<LogSocket, BindError> {
    let place = EventSocket::Udp(address).to_string();
    let bound = std::net::UdpSocket::bind(address).and_then(|socket| {
        socket.set_nonblocking(true)?;
        UdpSocket::from_std(socket)
    });
    match bound {
        Ok(socket) => Ok(LogSocket::Udp(socket)),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(BindError::InUse(place)),
        Err(cause) => {
            let way_out =
                "take an address of this machine, such as 127.0.0.1, and a port from 1024";
            Err(BindError::Io { place, cause, way_out })
        }
    }
}
