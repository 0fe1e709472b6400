//! Between netlink messages and what the rest of this module speaks of.

use std::net::IpAddr;
use std::sync::Arc;

use netlink_packet_route::address::{
    AddressAttribute, AddressHeaderFlags, AddressMessage, AddressProtocol, AddressScope,
};
use netlink_packet_route::link::{LinkAttribute, LinkFlags, LinkMessage};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};

use super::ours::MARK;
use super::present::{Found, Link, Place, scope_number};
use crate::base::LoopbackAddress;

/// What the kernel tells unasked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An address is there, new or changed.
    Address(Found),
    /// An address is gone.
    NoAddress(Found),
    /// An interface is there, new or changed.
    Link(u32, Link),
    /// An interface is gone.
    NoLink(u32),
    /// Events were lost (ENOBUFS): whatever is known may be wrong.
    Overrun,
}

impl Event {
    /// What a message says; `None` when it is about something else.
    pub(super) fn read(message: RouteNetlinkMessage) -> Option<Self> {
        if let RouteNetlinkMessage::NewAddress(message) = message {
            read_address(&message).map(Self::Address)
        } else if let RouteNetlinkMessage::DelAddress(message) = message {
            read_address(&message).map(Self::NoAddress)
        } else if let RouteNetlinkMessage::NewLink(message) = message {
            read_link(&message).map(|(index, link)| Self::Link(index, link))
        } else if let RouteNetlinkMessage::DelLink(message) = message {
            read_link(&message).map(|(index, _)| Self::NoLink(index))
        } else {
            None
        }
    }
}

/// An address in a message; `None` for other families than IPv4 and IPv6.
fn read_address(message: &AddressMessage) -> Option<Found> {
    let (mut local, mut address, mut label, mut mark) = (None, None, None, None);
    for attribute in &message.attributes {
        if let AddressAttribute::Local(ip) = attribute {
            local = Some(*ip);
        } else if let AddressAttribute::Address(ip) = attribute {
            address = Some(*ip);
        } else if let AddressAttribute::Label(text) = attribute {
            label = Some(Arc::from(text.as_str()));
        } else if let AddressAttribute::Protocol(protocol) = attribute {
            mark = Some(u8::from(*protocol));
        }
    }
    // With a peer, IFA_ADDRESS is the peer's and IFA_LOCAL our own; IPv6 has IFA_LOCAL only then.
    let own = local.or(address)?;
    Some(Found {
        place: Place { index: message.header.index, address: own },
        length: message.header.prefix_len,
        label,
        scope: if own.is_ipv4() { u8::from(message.header.scope) } else { 0 },
        mark,
    })
}

/// An interface in a message; `None` for what a bridge says about its ports by the same name.
fn read_link(message: &LinkMessage) -> Option<(u32, Link)> {
    let name = message.attributes.iter().find_map(|attribute| {
        if let LinkAttribute::IfName(name) = attribute { Some(name.as_str()) } else { None }
    })?;
    let up = message.header.flags.contains(LinkFlags::Up);
    (message.header.interface_family == AddressFamily::Unspec)
        .then(|| (message.header.index, Link { name: name.into(), up }))
}

/// RTM_NEWADDR for a wanted address. IPv6 goes without duplicate address detection, which an anycast
/// address would fail by design, so that it is usable at once; its scope follows from the address.
pub(super) fn add(index: u32, wanted: &LoopbackAddress) -> AddressMessage {
    let mut message = host_address(index, wanted.address);
    if wanted.address.is_ipv4() {
        message.header.scope = AddressScope::from(scope_number(wanted.scope));
        let label = wanted.label.as_deref().map(|label| AddressAttribute::Label(label.to_owned()));
        message.attributes.extend(label);
    } else {
        message.header.flags = AddressHeaderFlags::Nodad;
    }
    message.attributes.push(AddressAttribute::Protocol(AddressProtocol::Other(MARK)));
    message
}

/// RTM_DELADDR for an address of ours. The label goes along: the kernel removes nothing under another
/// label, which guards an address that somebody has put there since we looked.
pub(super) fn remove(found: &Found) -> AddressMessage {
    let mut message = host_address(found.place.index, found.place.address);
    let label = found.label.as_deref().map(|label| AddressAttribute::Label(label.to_owned()));
    message.attributes.extend(label);
    message
}

fn host_address(index: u32, address: IpAddr) -> AddressMessage {
    let mut message = AddressMessage::default();
    message.header.index = index;
    (message.header.family, message.header.prefix_len) = match address {
        IpAddr::V4(_) => (AddressFamily::Inet, 32),
        IpAddr::V6(_) => (AddressFamily::Inet6, 128),
    };
    message.attributes = vec![AddressAttribute::Local(address), AddressAttribute::Address(address)];
    message
}

/// RTM_DELADDR for an address on no interface, which cannot succeed.
pub(super) fn nowhere() -> AddressMessage {
    host_address(0, IpAddr::from([0; 4]))
}
