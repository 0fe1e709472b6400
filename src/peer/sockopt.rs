//! Socket options of BGP connections. The only file with `unsafe`: IP_MINTTL and IPV6_MINHOPCOUNT
//! have no safe wrapper.

use std::io;
use std::mem::size_of;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::config::{Transport, Ttl};

/// Internetwork Control (CS6), the precedence of routing protocols (RFC 4271 appendix E).
const TOS_INTERNETWORK_CONTROL: u32 = 0xc0;

/// A socket to dial with, bound as configured.
pub(super) fn dialling(
    transport: &Transport,
    user_timeout: Option<Duration>,
) -> io::Result<Socket> {
    let socket = new_socket(transport.remote)?;
    if let Some(device) = &transport.local_interface {
        socket.bind_device(Some(device.as_bytes()))?;
    }
    if let Some(local) = transport.local_address {
        socket.bind(&SocketAddr::new(local, 0).into())?;
    }
    connected(SockRef::from(&socket), transport, user_timeout)?;
    Ok(socket)
}

/// A socket to listen with. It answers with the highest TTL: a neighbour that uses RFC 5082 drops
/// our SYN-ACK otherwise, and to all others it makes no difference.
pub(super) fn listening(address: SocketAddr) -> io::Result<Socket> {
    let socket = new_socket(address)?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // `[::]` stands for every address of the machine, IPv4 too; any other one for itself.
        socket.set_only_v6(!address.ip().is_unspecified())?;
    }
    set_ttl(&SockRef::from(&socket), address.is_ipv4(), 255)?;
    socket.bind(&address.into())?;
    // Room for every neighbour of a large configuration to dial at the same moment.
    socket.listen(128)?;
    Ok(socket)
}

/// What both dialled and accepted connections need.
pub(super) fn connected(
    socket: SockRef<'_>,
    transport: &Transport,
    user_timeout: Option<Duration>,
) -> io::Result<()> {
    let v4 = transport.remote.is_ipv4();
    // Without it, the second of two UPDATEs in a row waits for the acknowledgement of the first.
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_user_timeout(user_timeout)?;
    if v4 {
        socket.set_tos_v4(TOS_INTERNETWORK_CONTROL)?;
    } else {
        socket.set_tclass_v6(TOS_INTERNETWORK_CONTROL)?;
    }
    match transport.ttl {
        Ttl::Multihop(ttl) => set_ttl(&socket, v4, ttl.into()),
        Ttl::Security(hops) => {
            set_ttl(&socket, v4, 255)?;
            // RFC 5082 appendix A: a packet from N hops away arrives with 255 - N + 1 or more.
            set_least_ttl(&socket, v4, 256 - libc::c_int::from(hops))
        }
    }
}

fn new_socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn set_ttl(socket: &SockRef<'_>, v4: bool, ttl: u32) -> io::Result<()> {
    if v4 { socket.set_ttl_v4(ttl) } else { socket.set_unicast_hops_v6(ttl) }
}

/// IP_MINTTL (ip(7)) and IPV6_MINHOPCOUNT (linux/in6.h, 73): the kernel drops what has travelled further.
fn set_least_ttl(socket: &SockRef<'_>, v4: bool, least: libc::c_int) -> io::Result<()> {
    const IPV6_MINHOPCOUNT: libc::c_int = 73;
    let (level, name) = if v4 {
        (libc::IPPROTO_IP, libc::IP_MINTTL)
    } else {
        (libc::IPPROTO_IPV6, IPV6_MINHOPCOUNT)
    };
    // SAFETY: the descriptor is open for the length of the borrow, and the kernel reads exactly the
    // size given from the address of a live integer.
    #[expect(unsafe_code, reason = "setsockopt of options without a safe wrapper")]
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            std::ptr::from_ref(&least).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transport(remote: &str, ttl: Ttl) -> Transport {
        let remote = remote.parse().unwrap();
        Transport { remote, local_address: None, local_interface: None, ttl }
    }

    #[test]
    fn a_dialling_socket_has_what_the_transport_asks_for() {
        let timeout = Some(Duration::from_secs(9));
        let local: std::net::IpAddr = "127.0.0.2".parse().unwrap();
        let transport = Transport {
            local_address: Some(local),
            ..transport("127.0.0.1:179", Ttl::Multihop(7))
        };
        let socket = dialling(&transport, timeout).unwrap();
        assert_eq!(socket.ttl_v4().unwrap(), 7);
        assert_eq!(socket.tos_v4().unwrap(), TOS_INTERNETWORK_CONTROL);
        assert_eq!(socket.tcp_user_timeout().unwrap(), timeout);
        assert!(socket.tcp_nodelay().unwrap());
        assert_eq!(socket.local_addr().unwrap().as_socket().unwrap().ip(), local);
    }

    #[test]
    fn ttl_security_sends_255_and_drops_what_comes_from_further() {
        let socket = dialling(&transport("127.0.0.1:179", Ttl::Security(2)), None).unwrap();
        assert_eq!(socket.ttl_v4().unwrap(), 255);
        assert_eq!(least_ttl(&socket), 254);
        let socket = dialling(&transport("[::1]:179", Ttl::Security(1)), None).unwrap();
        assert_eq!(socket.unicast_hops_v6().unwrap(), 255);
    }

    #[test]
    fn an_address_of_somebody_else_cannot_be_dialled_from() {
        let local_address = Some("192.0.2.1".parse().unwrap());
        let transport = Transport { local_address, ..transport("127.0.0.1:179", Ttl::Multihop(1)) };
        let error = dialling(&transport, None).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
    }

    fn least_ttl(socket: &Socket) -> libc::c_int {
        let mut value: libc::c_int = 0;
        let mut length = size_of::<libc::c_int>() as libc::socklen_t;
        // SAFETY: the descriptor is open, and the kernel writes at most `length` octets to a live
        // integer of that size.
        #[expect(unsafe_code, reason = "getsockopt of an option without a safe wrapper")]
        let result = unsafe {
            libc::getsockopt(
                socket.as_raw_fd(),
                libc::IPPROTO_IP,
                libc::IP_MINTTL,
                (&raw mut value).cast(),
                &raw mut length,
            )
        };
        assert_eq!(result, 0);
        value
    }
}
