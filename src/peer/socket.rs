//! Sockets of BGP connections, with all the options that the configuration asks for.

use std::io;
use std::net::{SocketAddr, SocketAddrV6};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

use super::sockopt;
use crate::config::{Signature, Transport, Ttl};

/// Internetwork Control (CS6), the precedence of routing protocols (RFC 4271 appendix E).
const TOS_INTERNETWORK_CONTROL: u32 = 0xc0;
/// When TCP asks a silent neighbour whether it is still there, and how often before it is given up.
/// Only a session without a hold time is ever silent for so long, and has nothing else to tell it by.
const TCP_KEEPALIVE: TcpKeepalive = TcpKeepalive::new()
    .with_time(Duration::from_secs(60))
    .with_interval(Duration::from_secs(20))
    .with_retries(3);
/// Room for every neighbour of a large configuration to dial at the same moment.
const BACKLOG: i32 = 128;

/// A socket to dial with, bound as configured.
pub(super) fn dialling(transport: &Transport) -> io::Result<Socket> {
    let remote = transport.remote;
    let socket = unconnected(remote)?;
    if let Some(device) = &transport.local_interface {
        socket.bind_device(Some(device.as_bytes()))?;
    }
    if let Some(local) = transport.local_address {
        socket.bind(&reachable(SocketAddr::new(local, 0), transport)?.into())?;
    }
    if let Some(signature) = &transport.signature {
        sockopt::sign(&SockRef::from(&socket), remote.is_ipv6(), remote.ip(), signature)?;
    }
    for_session(&SockRef::from(&socket), transport)?;
    Ok(socket)
}

/// Signs the segments of a connection as configured, and no longer as they were.
pub(super) fn sign_anew(
    socket: &SockRef<'_>,
    old: Option<&Signature>,
    transport: &Transport,
) -> io::Result<()> {
    let v6 = socket.domain()? == Domain::IPV6;
    sockopt::sign_anew(socket, v6, transport.remote.ip(), old, transport.signature.as_ref())
}

/// Whether a connection was made on this device, or in this VRF. When it cannot be told, it was not.
pub(super) fn came_in_by(socket: &SockRef<'_>, device: &str) -> bool {
    // The kernel has bound what comes in by a VRF, or between link-local addresses.
    if let Ok(Some(bound)) = socket.device() {
        return bound == device.as_bytes();
    }
    let incoming = sockopt::incoming_interface(socket);
    incoming.and_then(|index| Ok(index == sockopt::interface_index(device)?)).unwrap_or(false)
}

/// The options of a connection that a neighbour has made, bound to the device as one that we dial.
pub(super) fn accepted(socket: &SockRef<'_>, transport: &Transport) -> io::Result<()> {
    if let Some(device) = &transport.local_interface
        // The kernel binds connections between link-local addresses itself, and a second time takes
        // a privilege (CAP_NET_RAW) that we do not ask for.
        && socket.device()?.is_none()
    {
        socket.bind_device(Some(device.as_bytes()))?;
    }
    for_session(socket, transport)
}

/// The address with the index of its interface, which a link-local one has no meaning without
/// (RFC 4007 §6). Interfaces come and go, so it is looked up each time.
pub(super) fn reachable(address: SocketAddr, transport: &Transport) -> io::Result<SocketAddr> {
    match (address, &transport.local_interface) {
        (SocketAddr::V6(v6), Some(device)) if v6.ip().is_unicast_link_local() => {
            let scope = sockopt::interface_index(device)?;
            Ok(SocketAddrV6::new(*v6.ip(), v6.port(), 0, scope).into())
        }
        (SocketAddr::V4(_) | SocketAddr::V6(_), _) => Ok(address),
    }
}

/// A socket to listen with once [`listen`] is called: what must hold for the first connection
/// comes between the two. It answers with the highest TTL: a neighbour that uses RFC 5082 drops our
/// SYN-ACK otherwise, and to all others it makes no difference.
pub(super) fn listening(address: SocketAddr) -> io::Result<Socket> {
    let socket = unconnected(address)?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // `[::]` stands for every address of the machine, IPv4 too; any other one for itself.
        socket.set_only_v6(!address.ip().is_unspecified())?;
    }
    set_ttl(&SockRef::from(&socket), address.is_ipv4(), 255)?;
    if address.is_ipv6() && address.ip().is_unspecified() {
        // The IPv6 option says nothing about the packets to an IPv4 neighbour.
        socket.set_ttl_v4(255)?;
    }
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Lets connections in.
pub(super) fn listen(socket: &Socket) -> io::Result<()> {
    socket.listen(BACKLOG)
}

/// What both dialled and accepted connections need.
fn for_session(socket: &SockRef<'_>, transport: &Transport) -> io::Result<()> {
    let v4 = transport.remote.is_ipv4();
    // Without it, the second of two UPDATEs in a row waits for the acknowledgement of the first.
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_keepalive(&TCP_KEEPALIVE)?;
    if v4 {
        socket.set_tos_v4(TOS_INTERNETWORK_CONTROL)?;
    } else {
        socket.set_tclass_v6(TOS_INTERNETWORK_CONTROL)?;
    }
    match transport.ttl {
        Ttl::Multihop(ttl) => set_ttl(socket, v4, ttl.into()),
        Ttl::Security(hops) => {
            set_ttl(socket, v4, 255)?;
            // RFC 5082 appendix A: a packet from N hops away arrives with 255 - N + 1 or more.
            sockopt::set_least_ttl(socket, v4, 256 - libc::c_int::from(hops))
        }
    }
}

/// A socket of the family of `address`.
pub(super) fn unconnected(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn set_ttl(socket: &SockRef<'_>, v4: bool, ttl: u32) -> io::Result<()> {
    if v4 { socket.set_ttl_v4(ttl) } else { socket.set_unicast_hops_v6(ttl) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transport(remote: &str, ttl: Ttl) -> Transport {
        let remote = remote.parse().unwrap();
        Transport { remote, local_address: None, local_interface: None, ttl, signature: None }
    }

    #[test]
    fn a_dialling_socket_has_what_the_transport_asks_for() {
        let local: std::net::IpAddr = "127.0.0.2".parse().unwrap();
        let transport = Transport {
            local_address: Some(local),
            ..transport("127.0.0.1:179", Ttl::Multihop(7))
        };
        let socket = dialling(&transport).unwrap();
        assert_eq!(socket.ttl_v4().unwrap(), 7);
        assert_eq!(socket.tos_v4().unwrap(), TOS_INTERNETWORK_CONTROL);
        assert!(socket.tcp_nodelay().unwrap());
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(60));
        assert_eq!(socket.local_addr().unwrap().as_socket().unwrap().ip(), local);
    }

    #[test]
    fn ttl_security_sends_255_whatever_the_family() {
        let socket = dialling(&transport("127.0.0.1:179", Ttl::Security(2))).unwrap();
        assert_eq!(socket.ttl_v4().unwrap(), 255);
        let socket = dialling(&transport("[::1]:179", Ttl::Security(1))).unwrap();
        assert_eq!(socket.unicast_hops_v6().unwrap(), 255);
    }

    #[test]
    fn an_address_of_somebody_else_cannot_be_dialled_from() {
        let local_address = Some("192.0.2.1".parse().unwrap());
        let transport = Transport { local_address, ..transport("127.0.0.1:179", Ttl::Multihop(1)) };
        let error = dialling(&transport).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
    }
}
