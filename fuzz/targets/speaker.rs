//! The two ends of a session under test: our parameters, and what a neighbour says.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use herald::base::{Asn, Family, NextHop, Prefix, RouteAttributes, RouteTable};
use herald::session::{HoldTime, Params};

pub(crate) const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
pub(crate) const PEER_AS: u32 = 65515;
pub(crate) const OPEN: u8 = 1;
pub(crate) const KEEPALIVE: u8 = 4;

/// Our side; the bits of `choice` change it.
pub(crate) fn params(choice: u8, peer_as: Asn) -> Params {
    let families = match choice & 3 {
        0 => BTreeSet::from(Family::ALL),
        1 => BTreeSet::from([Family::Ipv6Unicast]),
        _ => BTreeSet::from([Family::Ipv4Unicast]),
    };
    let seconds = if choice & 4 == 0 { 90 } else { 0 };
    Params {
        local_as: Asn(if choice & 8 == 0 { 65010 } else { 4_200_000_001 }),
        peer_as,
        router_id: Ipv4Addr::new(10, 0, 0, 1),
        hold_time: HoldTime::new(seconds)
            .unwrap_or_else(|| unreachable!("0 and 90 may be proposed")),
        keepalive: (choice & 16 != 0).then_some(Duration::from_secs(2)),
        connect_retry: Duration::from_secs(5),
        send_hold_time: (choice & 32 != 0).then_some(Duration::from_secs(10)),
        families,
        passive: choice & 64 != 0,
        shutdown: false,
        shutdown_message: "maintenance".to_owned(),
        enforce_first_as: true,
        role: None,
        extended_next_hop: false,
        graceful_restart: None,
        signed: false,
        max_received: 8,
    }
}

/// A message with its header (RFC 4271 §4.1); a body that no length field can count is cut.
pub(crate) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let body = &body[..body.len().min(usize::from(u16::MAX) - 19)];
    let length = u16::try_from(19 + body.len()).unwrap_or(u16::MAX);
    [&[0xff; 16][..], &length.to_be_bytes(), &[kind], body].concat()
}

/// An OPEN that [`params`] accepts; the bits of `choice` change it.
pub(crate) fn open(choice: u8) -> Vec<u8> {
    let mut capabilities = vec![1, 4, 0, 1, 0, 1, 1, 4, 0, 2, 0, 1, 2, 0];
    if choice & 1 == 0 {
        capabilities.extend([65, 4]);
        capabilities.extend(PEER_AS.to_be_bytes());
    }
    let hold_time = [0, [180, 3, 0, 90][usize::from(choice >> 1 & 3)]];
    let identifier = if choice & 8 == 0 { [10, 0, 0, 2] } else { [9, 0, 0, 1] };
    let length = u8::try_from(capabilities.len()).unwrap_or(u8::MAX);
    let my_as = u16::try_from(PEER_AS).unwrap_or(u16::MAX).to_be_bytes();
    let parameters = [length + 2, 2, length];
    message(OPEN, &[&[4][..], &my_as, &hold_time, &identifier, &parameters, &capabilities].concat())
}

/// A table of up to eight routes, one per bit of `choice`, with a path of `length`.
pub(crate) fn routes(choice: u8, length: u8) -> RouteTable {
    let attributes = Arc::new(RouteAttributes {
        as_path: vec![Asn(65010); usize::from(length)],
        next_hop: NextHop::SelfAddress,
        med: None,
        communities: BTreeSet::new(),
        large_communities: BTreeSet::new(),
    });
    let chosen = (0..8u8).filter(|bit| choice & 1 << bit != 0);
    let prefix = |bit| Prefix::host(IpAddr::V4(Ipv4Addr::new(192, 0, 2, bit)));
    chosen.map(|bit| (prefix(bit), Arc::clone(&attributes))).collect()
}
