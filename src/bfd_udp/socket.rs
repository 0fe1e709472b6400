//! Socket options of BFD.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, Protocol, SockFilter, Socket, Type};

/// Internetwork Control (CS6), as for BGP: a detector must not queue behind what it watches.
const TOS_INTERNETWORK_CONTROL: u32 = 0xc0;

/// RFC 5881 §5: what is sent with 255 and arrives with 255 comes from the link itself.
const MOST_TTL: u32 = 255;

/// A socket that receives on `port` of every address of one family. With `on_link_only`, what has
/// crossed a router does not reach it.
pub(super) fn receiving(v6: bool, port: u16, on_link_only: bool) -> io::Result<Socket> {
    let address = any(v6, port);
    let socket = new(address)?;
    if on_link_only {
        socket.attach_filter(&only_most_ttl(v6))?;
    }
    socket.bind(&address.into())?;
    Ok(socket)
}

/// A socket that sends from `port` of `local`, or of the address that the kernel chooses.
pub(super) fn sending(
    v6: bool,
    local: Option<IpAddr>,
    port: u16,
    device: Option<&str>,
) -> io::Result<Socket> {
    let address = local.map_or(any(v6, port), |local| SocketAddr::new(local, port));
    let socket = new(address)?;
    // Nobody has a reason to send anything here, and nobody reads it.
    socket.attach_filter(&[done(0)])?;
    if let Some(device) = device {
        socket.bind_device(Some(device.as_bytes()))?;
    }
    if v6 {
        socket.set_unicast_hops_v6(MOST_TTL)?;
        socket.set_tclass_v6(TOS_INTERNETWORK_CONTROL)?;
    } else {
        socket.set_ttl_v4(MOST_TTL)?;
        socket.set_tos_v4(TOS_INTERNETWORK_CONTROL)?;
    }
    socket.bind(&address.into())?;
    Ok(socket)
}

fn any(v6: bool, port: u16) -> SocketAddr {
    match v6 {
        true => SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)),
        false => SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)),
    }
}

fn new(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    Ok(socket)
}

/// IP_MINTTL works for TCP alone, and IP_RECVTTL would have every stranger's packet read before it is
/// dropped: so the kernel is asked to look at the TTL (offset 8 of the IPv4 header) or the hop limit
/// (offset 7 of the IPv6 header). See linux/filter.h and linux/bpf_common.h.
fn only_most_ttl(v6: bool) -> [SockFilter; 4] {
    const LOAD_BYTE_AT: u16 = 0x30;
    const JUMP_IF_EQUAL: u16 = 0x15;
    /// SKF_NET_OFF: offsets from here count from the network header.
    const NETWORK_HEADER: u32 = -0x10_0000_i32 as u32;
    let offset = if v6 { 7 } else { 8 };
    [
        SockFilter::new(LOAD_BYTE_AT, 0, 0, NETWORK_HEADER + offset),
        SockFilter::new(JUMP_IF_EQUAL, 0, 1, MOST_TTL),
        done(u32::MAX),
        done(0),
    ]
}

/// The end of a filter: so many octets of the packet are taken.
fn done(octets: u32) -> SockFilter {
    const RETURN: u16 = 0x06;
    SockFilter::new(RETURN, 0, 0, octets)
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;

    const TTLS: [u8; 4] = [1, 64, 254, 255];

    /// What gets through of one packet per TTL, sent over the loopback.
    fn heard(v6: bool, on_link_only: bool) -> Vec<u8> {
        let receiver: UdpSocket = receiving(v6, 0, on_link_only).unwrap().into();
        let host = if v6 { IpAddr::from(Ipv6Addr::LOCALHOST) } else { Ipv4Addr::LOCALHOST.into() };
        let to = SocketAddr::new(host, receiver.local_addr().unwrap().port());
        let sender = sending(v6, None, 0, None).unwrap();
        for ttl in TTLS {
            let sent_with = u32::from(ttl);
            match v6 {
                true => sender.set_unicast_hops_v6(sent_with).unwrap(),
                false => sender.set_ttl_v4(sent_with).unwrap(),
            }
            sender.send_to(&[ttl], &to.into()).unwrap();
        }
        // The loopback has delivered by the time `send_to` returns.
        let mut octet = [0];
        std::iter::from_fn(|| receiver.recv(&mut octet).ok().map(|_| octet[0])).collect()
    }

    #[test]
    fn on_one_link_only_the_highest_ttl_gets_through() {
        for v6 in [false, true] {
            assert_eq!(heard(v6, true), [255], "IPv6: {v6}");
        }
    }

    #[test]
    fn across_routers_every_ttl_gets_through() {
        for v6 in [false, true] {
            assert_eq!(heard(v6, false), TTLS, "IPv6: {v6}");
        }
    }

    #[test]
    fn what_is_sent_leaves_from_the_port_asked_for_with_the_highest_ttl() {
        let local = IpAddr::from([127, 0, 0, 3]);
        let socket = sending(false, Some(local), 0, None).unwrap();
        assert_eq!(socket.ttl_v4().unwrap(), 255);
        assert_eq!(socket.tos_v4().unwrap(), TOS_INTERNETWORK_CONTROL);
        let bound = socket.local_addr().unwrap().as_socket().unwrap();
        assert_eq!(bound.ip(), local);
        let taken = sending(false, Some(local), bound.port(), None).unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
        assert_eq!(sending(true, None, 0, None).unwrap().unicast_hops_v6().unwrap(), 255);
    }

    #[test]
    fn nothing_is_received_where_packets_are_sent_from() {
        let socket: UdpSocket = sending(false, None, 0, None).unwrap().into();
        let to = (Ipv4Addr::LOCALHOST, socket.local_addr().unwrap().port());
        UdpSocket::bind("127.0.0.1:0").unwrap().send_to(&[1], to).unwrap();
        assert_eq!(socket.recv(&mut [0]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }
}
