//! Socket options and calls that have no safe wrapper. The only file with `unsafe`.

use std::ffi::CString;
use std::io;
use std::mem::{MaybeUninit, size_of};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd;

use socket2::{Domain, SockAddr, SockAddrStorage, SockRef};

use crate::config::Password;

/// `struct tcp_md5sig` of linux/tcp.h.
#[repr(C)]
struct Md5Key {
    /// The address of the other side; its port counts for nothing.
    peer: SockAddrStorage,
    flags: u8,
    prefix_length: u8,
    length: u16,
    interface: libc::c_int,
    key: [u8; Password::MOST],
}

/// Signs what goes to `peer`, and drops what comes from it unsigned or signed otherwise (TCP_MD5SIG,
/// tcp(7); RFC 2385). A listening socket holds a key for each such peer, and a connection takes over
/// the key of its own. Without a password the key for the peer is taken away. `v6` is the family of the
/// socket, which may be asked about an IPv4 peer.
pub(super) fn sign(
    socket: &SockRef<'_>,
    v6: bool,
    peer: IpAddr,
    password: Option<&Password>,
) -> io::Result<()> {
    let peer = match peer {
        IpAddr::V4(address) if v6 => address.to_ipv6_mapped().into(),
        IpAddr::V4(_) | IpAddr::V6(_) => peer,
    };
    let octets = password.map_or(&[][..], Password::octets);
    let mut key = [0; Password::MOST];
    key[..octets.len()].copy_from_slice(octets);
    let request = Md5Key {
        peer: SockAddr::from(SocketAddr::new(peer, 0)).as_storage(),
        flags: 0,
        prefix_length: 0,
        length: octets.len() as u16,
        interface: 0,
        key,
    };
    set(socket, libc::IPPROTO_TCP, libc::TCP_MD5SIG, &request)
}

/// IP_MINTTL (ip(7)) and IPV6_MINHOPCOUNT (linux/in6.h, 73): the kernel drops what has travelled further.
pub(super) fn set_least_ttl(socket: &SockRef<'_>, v4: bool, least: libc::c_int) -> io::Result<()> {
    const IPV6_MINHOPCOUNT: libc::c_int = 73;
    if v4 {
        set(socket, libc::IPPROTO_IP, libc::IP_MINTTL, &least)
    } else {
        set(socket, libc::IPPROTO_IPV6, IPV6_MINHOPCOUNT, &least)
    }
}

/// The index of a network interface (if_nametoindex(3)).
///
/// # Errors
///
/// ENODEV when there is none of that name.
pub(super) fn interface_index(name: &str) -> io::Result<u32> {
    let name = CString::new(name)?;
    // SAFETY: the name is a live string that ends in NUL, and it is only read.
    #[expect(unsafe_code, reason = "if_nametoindex has no safe wrapper")]
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    if index == 0 { Err(io::Error::last_os_error()) } else { Ok(index) }
}

/// The index of the interface by which the first segment of an accepted connection came. It is what
/// the kernel would send multicast by, of all things; with IPv4, it tells among what ip(7) calls
/// packet information.
pub(super) fn incoming_interface(socket: &SockRef<'_>) -> io::Result<u32> {
    /// What IP_PKTOPTIONS (linux/in.h, 9) gives: one control message.
    #[repr(C)]
    struct Options {
        header: libc::cmsghdr,
        info: libc::in_pktinfo,
    }
    const IP_PKTOPTIONS: libc::c_int = 9;
    if socket.domain()? == Domain::IPV6 {
        return socket.multicast_if_v6();
    }
    set(socket, libc::IPPROTO_IP, libc::IP_PKTINFO, &libc::c_int::from(true))?;
    let mut options = MaybeUninit::<Options>::zeroed();
    let mut length = size_of::<Options>() as libc::socklen_t;
    // SAFETY: the descriptor is open for the length of the borrow, and the kernel writes at most
    // `length` octets to a live value of that size.
    #[expect(unsafe_code, reason = "getsockopt of an option without a safe wrapper")]
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_IP,
            IP_PKTOPTIONS,
            options.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    if result != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the value consists of integers, which were zero and then overwritten in whole or part.
    #[expect(unsafe_code, reason = "the kernel has filled it")]
    let options = unsafe { options.assume_init() };
    u32::try_from(options.info.ipi_ifindex).map_err(io::Error::other)
}

/// Sets an option whose value the kernel takes as a C integer or structure.
fn set<T>(socket: &SockRef<'_>, level: i32, name: i32, value: &T) -> io::Result<()> {
    // SAFETY: the descriptor is open for the length of the borrow, and the kernel reads exactly the
    // size given from the address of a live value.
    #[expect(unsafe_code, reason = "setsockopt of options without a safe wrapper")]
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            std::ptr::from_ref(value).cast(),
            size_of::<T>() as libc::socklen_t,
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use socket2::{Socket, Type};

    use super::*;

    fn socket() -> Socket {
        Socket::new(Domain::IPV4, Type::STREAM, None).unwrap()
    }

    #[test]
    fn the_least_ttl_is_what_the_kernel_then_says() {
        let socket = socket();
        set_least_ttl(&SockRef::from(&socket), true, 254).unwrap();
        assert_eq!(least_ttl(&socket), 254);
    }

    #[test]
    fn keys_of_every_length_are_taken_on_sockets_of_both_families() {
        for length in [1, 16, Password::MOST] {
            let password = Password::new(&vec![b'x'; length]).unwrap();
            let v4 = "192.0.2.1".parse().unwrap();
            sign(&SockRef::from(&socket()), false, v4, Some(&password)).unwrap();
            let both = Socket::new(Domain::IPV6, Type::STREAM, None).unwrap();
            for peer in [v4, "2001:db8::1".parse().unwrap(), "fe80::1".parse().unwrap()] {
                sign(&SockRef::from(&both), true, peer, Some(&password)).unwrap();
            }
        }
    }

    #[test]
    fn the_loopback_has_an_index_and_a_name_of_nothing_has_none() {
        assert!(interface_index("lo").unwrap() > 0);
        let error = interface_index("no-such-device").unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENODEV));
    }

    #[test]
    fn an_accepted_connection_knows_the_interface_it_came_by() {
        let lo = interface_index("lo").unwrap();
        for (listen, dial) in
            [("127.0.0.1:0", "127.0.0.1"), ("[::1]:0", "::1"), ("[::]:0", "127.0.0.1")]
        {
            let listener = std::net::TcpListener::bind(listen).unwrap();
            let port = listener.local_addr().unwrap().port();
            let dial: IpAddr = dial.parse().unwrap();
            let _dialled = std::net::TcpStream::connect((dial, port)).unwrap();
            let (accepted, _) = listener.accept().unwrap();
            assert_eq!(incoming_interface(&SockRef::from(&accepted)).unwrap(), lo, "{listen}");
        }
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
