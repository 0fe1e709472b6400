use crate::bfd_udp::BindError;
use crate::config::NoSuchRegion;
use crate::control::ControlError;
use crate::peer::{ListenError, SignatureError};
use crate::web::WebError;
use crate::{addr, cloud, probe};

/// Why the agent does not start, or ended without being told to.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The control socket.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The password or key of a neighbour.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The BGP port.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The BFD ports.
    #[error(transparent)]
    Bfd(#[from] BindError),
    /// The HTTP port.
    #[error(transparent)]
    Web(#[from] WebError),
    /// An event socket.
    #[error(transparent)]
    Events(#[from] probe::haproxy::BindError),
    /// The cloud does not say which region this is.
    #[error(transparent)]
    Unknown(#[from] cloud::UnknownRegion),
    /// The cloud names a region that the file does not have.
    #[error(transparent)]
    NoSuchRegion(#[from] NoSuchRegion),
    /// Addresses cannot be kept.
    #[error("{}", lines(.0))]
    Addresses(Vec<addr::Error>),
    /// HAProxy says that names in the configuration do not exist.
    #[error("HAProxy does not have what the configuration names; {}", lines(.0))]
    Haproxy(Vec<String>),
    /// The kernel keeps capabilities with us that we want to give up.
    #[error("cannot give up capabilities; a system call filter must allow capset(2) and prctl(2)")]
    Privileges(#[source] std::io::Error),
    /// Signals cannot be caught.
    #[error("cannot catch signals")]
    Signals(#[source] std::io::Error),
    /// A task has ended that must not end. The process goes down with it, so that the kernel closes
    /// the sessions and no neighbour keeps a route that nobody watches.
    #[error("internal: {0} ended unexpectedly; the process ends so that neighbours withdraw")]
    Ended(String),
}

fn lines(faults: &[impl ToString]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
