//! Socket options and calls that have no safe wrapper.

use std::ffi::CString;
use std::io;
use std::mem::{MaybeUninit, size_of};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd;

use socket2::{Domain, SockAddr, SockAddrStorage, SockRef};

use crate::config::{AoAlgorithm, AoKey, Password, Signature};

/// `struct tcp_md5sig` of linux/tcp.h (TCP_MD5SIG of tcp(7)).
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

/// `struct tcp_ao_add` of linux/tcp.h, from Linux 6.7 on.
#[repr(C, align(8))]
struct AddAoKey {
    /// The address of the other side, without a port.
    peer: SockAddrStorage,
    /// What the kernel's crypto API calls the algorithm; ends in NUL.
    algorithm: [u8; 64],
    interface: i32,
    /// set_current, set_rnext and 30 reserved bits: none of them, for the only key is in use anyway.
    bits: u32,
    reserved: u16,
    /// How much of the address counts.
    prefix_length: u8,
    send_id: u8,
    recv_id: u8,
    mac_length: u8,
    flags: u8,
    length: u8,
    key: [u8; Password::MOST],
}

/// `struct tcp_ao_del` of linux/tcp.h.
#[repr(C, align(8))]
struct DeleteAoKey {
    peer: SockAddrStorage,
    interface: i32,
    /// set_current, set_rnext, del_async and 29 reserved bits; none of them.
    bits: u32,
    reserved: u16,
    prefix_length: u8,
    send_id: u8,
    recv_id: u8,
    current_key: u8,
    rnext: u8,
    flags: u8,
}

/// Signs what goes to `peer`, and drops what comes from it unsigned or signed otherwise. A listening
/// socket holds a key for each such peer, and a connection takes over the key of its own. `v6` is the
/// family of the socket, which may be asked about an IPv4 peer.
///
/// # Errors
///
/// ENOPROTOOPT when this kernel does not sign in that way, ENOENT when it lacks the algorithm.
pub(super) fn sign(
    socket: &SockRef<'_>,
    v6: bool,
    peer: IpAddr,
    signature: &Signature,
) -> io::Result<()> {
    /// TCP_AO_ADD_KEY (linux/tcp.h).
    const TCP_AO_ADD_KEY: libc::c_int = 38;
    let address = stored(v6, peer);
    match signature {
        Signature::Md5(password) => {
            let request = md5_key(address, password.octets());
            set(socket, libc::IPPROTO_TCP, libc::TCP_MD5SIG, &request)
        }
        Signature::Ao(key) => {
            let request = ao_key(address, prefix_length(peer), key);
            set(socket, libc::IPPROTO_TCP, TCP_AO_ADD_KEY, &request)
        }
    }
}

/// Signs by `new` what was signed by `old`; without `new`, no longer at all.
pub(super) fn sign_anew(
    socket: &SockRef<'_>,
    v6: bool,
    peer: IpAddr,
    old: Option<&Signature>,
    new: Option<&Signature>,
) -> io::Result<()> {
    /// TCP_AO_DEL_KEY (linux/tcp.h).
    const TCP_AO_DEL_KEY: libc::c_int = 39;
    match (old, new) {
        (old, new) if old == new => return Ok(()),
        // The new password takes the place of the old one in one step.
        (Some(Signature::Md5(_)), Some(Signature::Md5(_))) | (None, _) => {}
        (Some(Signature::Md5(_)), Some(Signature::Ao(_)) | None) => {
            let request = md5_key(stored(v6, peer), &[]);
            gone(set(socket, libc::IPPROTO_TCP, libc::TCP_MD5SIG, &request))?;
        }
        (Some(Signature::Ao(key)), _) => {
            let request = no_ao_key(stored(v6, peer), prefix_length(peer), key);
            gone(set(socket, libc::IPPROTO_TCP, TCP_AO_DEL_KEY, &request))?;
        }
    }
    new.map_or(Ok(()), |new| sign(socket, v6, peer, new))
}

/// A key that is not there any more needs no removal: an earlier change was done by half.
fn gone(answer: io::Result<()>) -> io::Result<()> {
    answer.or_else(|error| match error.raw_os_error() {
        Some(libc::ENOENT) => Ok(()),
        Some(_) | None => Err(error),
    })
}

/// The address of the other side as a socket of this family knows it.
fn stored(v6: bool, peer: IpAddr) -> SockAddrStorage {
    let address = match peer {
        IpAddr::V4(address) if v6 => address.to_ipv6_mapped().into(),
        IpAddr::V4(_) | IpAddr::V6(_) => peer,
    };
    SockAddr::from(SocketAddr::new(address, 0)).as_storage()
}

/// How much of the address counts: all of it. That of an IPv4 address is 32 in its mapped form too.
fn prefix_length(peer: IpAddr) -> u8 {
    if peer.is_ipv4() { 32 } else { 128 }
}

/// Without octets, the key of the peer is taken away.
fn md5_key(peer: SockAddrStorage, octets: &[u8]) -> Md5Key {
    Md5Key {
        peer,
        flags: 0,
        prefix_length: 0,
        length: octets.len() as u16,
        interface: 0,
        key: filled(octets),
    }
}

fn no_ao_key(peer: SockAddrStorage, prefix_length: u8, key: &AoKey) -> DeleteAoKey {
    DeleteAoKey {
        peer,
        interface: 0,
        bits: 0,
        reserved: 0,
        prefix_length,
        send_id: key.send_id,
        recv_id: key.recv_id,
        current_key: 0,
        rnext: 0,
        flags: 0,
    }
}

fn ao_key(peer: SockAddrStorage, prefix_length: u8, key: &AoKey) -> AddAoKey {
    let algorithm = match key.algorithm {
        AoAlgorithm::HmacSha1 => "hmac(sha1)",
        // By this name the kernel derives a key of 16 octets from one of any length (RFC 5926 §3.1.2).
        AoAlgorithm::Aes128Cmac => "cmac(aes128)",
    };
    let octets = key.secret.octets();
    AddAoKey {
        peer,
        algorithm: filled(algorithm.as_bytes()),
        interface: 0,
        bits: 0,
        reserved: 0,
        prefix_length,
        send_id: key.send_id,
        recv_id: key.recv_id,
        // The 96 bits of both algorithms (RFC 5926 §3.2).
        mac_length: 12,
        flags: 0,
        length: octets.len() as u8,
        key: filled(octets),
    }
}

/// The octets at the beginning of a field, which is long enough for them.
fn filled<const N: usize>(octets: &[u8]) -> [u8; N] {
    let mut field = [0; N];
    field[..octets.len()].copy_from_slice(octets);
    field
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
    use std::mem::offset_of;

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
            let password = Signature::Md5(Password::new(&vec![b'x'; length]).unwrap());
            let v4 = "192.0.2.1".parse().unwrap();
            sign(&SockRef::from(&socket()), false, v4, &password).unwrap();
            let both = Socket::new(Domain::IPV6, Type::STREAM, None).unwrap();
            for peer in [v4, "2001:db8::1".parse().unwrap(), "fe80::1".parse().unwrap()] {
                sign(&SockRef::from(&both), true, peer, &password).unwrap();
            }
        }
    }

    #[test]
    fn a_change_that_was_done_by_half_can_be_done_again() {
        let (socket, peer) = (socket(), "192.0.2.1".parse().unwrap());
        let password = Signature::Md5(Password::new(b"secret").unwrap());
        sign(&SockRef::from(&socket), false, peer, &password).unwrap();
        for _ in 0..2 {
            sign_anew(&SockRef::from(&socket), false, peer, Some(&password), None).unwrap();
        }
    }

    /// As `offsetof` and `sizeof` give them for linux/tcp.h of Linux 6.7.
    #[test]
    fn the_layout_of_an_ao_key_is_the_kernels() {
        assert_eq!((size_of::<AddAoKey>(), align_of::<AddAoKey>()), (288, 8));
        let offsets = [
            (offset_of!(AddAoKey, peer), 0),
            (offset_of!(AddAoKey, algorithm), 128),
            (offset_of!(AddAoKey, interface), 192),
            (offset_of!(AddAoKey, bits), 196),
            (offset_of!(AddAoKey, reserved), 200),
            (offset_of!(AddAoKey, prefix_length), 202),
            (offset_of!(AddAoKey, send_id), 203),
            (offset_of!(AddAoKey, recv_id), 204),
            (offset_of!(AddAoKey, mac_length), 205),
            (offset_of!(AddAoKey, flags), 206),
            (offset_of!(AddAoKey, length), 207),
            (offset_of!(AddAoKey, key), 208),
        ];
        let delete = [
            (offset_of!(DeleteAoKey, interface), 128),
            (offset_of!(DeleteAoKey, bits), 132),
            (offset_of!(DeleteAoKey, reserved), 136),
            (offset_of!(DeleteAoKey, prefix_length), 138),
            (offset_of!(DeleteAoKey, send_id), 139),
            (offset_of!(DeleteAoKey, recv_id), 140),
            (offset_of!(DeleteAoKey, current_key), 141),
            (offset_of!(DeleteAoKey, rnext), 142),
            (offset_of!(DeleteAoKey, flags), 143),
        ];
        assert_eq!((size_of::<DeleteAoKey>(), align_of::<DeleteAoKey>()), (144, 8));
        for (offset, kernel) in offsets.into_iter().chain(delete) {
            assert_eq!(offset, kernel);
        }
    }

    #[test]
    fn an_ao_key_carries_what_was_agreed_on() {
        let secret = Password::new(b"open sesame").unwrap();
        let algorithm = AoAlgorithm::Aes128Cmac;
        let key = AoKey { secret, send_id: 7, recv_id: 9, algorithm };
        let peer = SockAddr::from(SocketAddr::from(([192, 0, 2, 1], 0))).as_storage();
        let request = ao_key(peer, 32, &key);
        assert_eq!((request.send_id, request.recv_id, request.mac_length), (7, 9, 12));
        assert_eq!((request.prefix_length, request.length), (32, 11));
        assert!(request.algorithm.starts_with(b"cmac(aes128)\0"));
        assert!(request.key.starts_with(b"open sesame\0"));
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
