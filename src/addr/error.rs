use std::io;

/// Why addresses cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No netlink socket could be had.
    #[error("cannot open a netlink socket for the addresses of this machine")]
    Open(#[source] io::Error),
    /// The kernel refused to list its interfaces or addresses.
    #[error("the kernel does not list the interfaces and addresses of this machine")]
    Look(#[source] io::Error),
    /// A netlink connection has ended under us.
    #[error("the netlink connection to the kernel has ended")]
    Lost,
    /// A request stayed without an answer.
    #[error("the kernel has not answered a netlink request within {seconds} s")]
    Silent {
        /// How long it was waited for.
        seconds: u64,
    },
    /// The capability to change addresses is missing.
    #[error(
        "herald may not change addresses, it lacks CAP_NET_ADMIN: run it as root, or give it the \
         capability (`setcap cap_net_admin,cap_net_bind_service+ep` on the program, or \
         `AmbientCapabilities=CAP_NET_ADMIN CAP_NET_BIND_SERVICE` in its systemd unit)"
    )]
    NotPermitted,
    /// An interface that addresses are wanted on does not exist.
    #[error(
        "there is no interface {name}; there is {existing}: create it, or name another as \
         `interface` in [service.NAME.loopback]"
    )]
    UnknownInterface {
        /// The interface that was asked for.
        name: String,
        /// Those that exist, comma separated.
        existing: String,
    },
}
