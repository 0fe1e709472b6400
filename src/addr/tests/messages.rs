use netlink_packet_route::address::{AddressMessage, AddressScope};
use netlink_packet_route::link::{LinkAttribute, LinkFlags, LinkMessage};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use rtnetlink::packet_core::{Emitable, Parseable};

use super::world::{other, own, place, wanted};
use crate::addr::message::{Event, add, nowhere, remove};
use crate::addr::present::{Found, Link};
use crate::base::{LoopbackAddress, Scope};

/// Octets as they travel, in network order for addresses and host order for integers.
fn octets(message: &AddressMessage) -> Vec<u8> {
    let mut octets = vec![0; message.buffer_len()];
    message.emit(&mut octets);
    octets
}

#[test]
fn an_ipv4_address_travels_with_label_scope_and_mark() {
    let nine = LoopbackAddress { scope: Scope::Host, ..wanted("9.9.9.9", "lo", Some("lo:9")) };
    let expected = [
        &[2, 32, 0, 254][..],         // AF_INET, /32, no flags, RT_SCOPE_HOST
        &1_u32.to_ne_bytes(),         // index
        &attribute(2, &[9, 9, 9, 9]), // IFA_LOCAL
        &attribute(1, &[9, 9, 9, 9]), // IFA_ADDRESS
        &attribute(3, b"lo:9\0"),     // IFA_LABEL
        &attribute(11, &[72]),        // IFA_PROTO
    ]
    .concat();
    assert_eq!(octets(&add(1, &nine)), expected);
}

#[test]
fn an_ipv6_address_travels_without_label_and_without_duplicate_address_detection() {
    let six = wanted("2001:db8::9", "lo", Some("lo:9"));
    let std::net::IpAddr::V6(ip) = six.address else { panic!("not IPv6") };
    let expected = [
        &[10, 128, 2, 0][..], // AF_INET6, /128, IFA_F_NODAD, RT_SCOPE_UNIVERSE
        &1_u32.to_ne_bytes(),
        &attribute(2, &ip.octets()),
        &attribute(1, &ip.octets()),
        &attribute(11, &[72]),
    ]
    .concat();
    assert_eq!(octets(&add(1, &six)), expected);
}

#[test]
fn a_removal_names_the_label_that_is_there() {
    let message = octets(&remove(&own("9.9.9.9")));
    let label = attribute(3, b"lo:9\0");
    assert!(message.windows(label.len()).any(|window| window == label), "{message:?}");
}

#[test]
fn the_impossible_removal_names_no_interface() {
    assert_eq!(nowhere().header.index, 0);
}

#[test]
fn an_address_is_read_back_as_it_was_sent() {
    for found in [own("9.9.9.9"), own("2001:db8::9")] {
        let sent = add(1, &wanted(&found.place.address.to_string(), "lo", Some("lo:9")));
        let read = AddressMessage::parse(octets(&sent).as_slice()).expect("a whole message");
        let event = Event::read(RouteNetlinkMessage::NewAddress(read.clone()));
        assert_eq!(event, Some(Event::Address(found.clone())));
        assert_eq!(
            Event::read(RouteNetlinkMessage::DelAddress(read)),
            Some(Event::NoAddress(found))
        );
    }
}

#[test]
fn with_a_peer_our_own_end_is_read() {
    use netlink_packet_route::address::AddressAttribute::{Address, Label, Local};
    let mut message = AddressMessage::default();
    message.header.family = AddressFamily::Inet;
    message.header.prefix_len = 24;
    message.header.index = 1;
    message.header.scope = AddressScope::Host;
    let ip = |text: &str| text.parse().expect("an address");
    message.attributes = vec![Address(ip("10.0.0.2")), Local(ip("9.9.9.9")), Label("lo:9".into())];
    let expected = Found { length: 24, scope: 254, place: place("9.9.9.9", 1), ..other("9.9.9.9") };
    let event = Event::read(RouteNetlinkMessage::NewAddress(message));
    assert_eq!(event, Some(Event::Address(expected)));
}

#[test]
fn interfaces_are_read_and_the_ports_of_a_bridge_are_not() {
    let mut message = LinkMessage::default();
    message.header.index = 7;
    message.header.flags = LinkFlags::Up;
    message.attributes = vec![LinkAttribute::IfName("d0".into())];
    let link = Link { name: "d0".into(), up: true };
    assert_eq!(
        Event::read(RouteNetlinkMessage::NewLink(message.clone())),
        Some(Event::Link(7, link))
    );
    assert_eq!(Event::read(RouteNetlinkMessage::DelLink(message.clone())), Some(Event::NoLink(7)));
    message.header.interface_family = AddressFamily::Bridge;
    assert_eq!(Event::read(RouteNetlinkMessage::DelLink(message)), None);
}

/// A netlink attribute: length, kind, value, padded to four octets (netlink(7)).
fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + value.len()).expect("a short value");
    let mut octets = [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat();
    octets.resize(octets.len().next_multiple_of(4), 0);
    octets
}
