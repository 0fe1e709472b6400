//! How `netgauze-bgp-pkt` sees a message, in its strict mode: the lenient one loses its place.

use std::collections::HashMap;
use std::net::IpAddr;

use herald::base::Prefix;
use herald::wire::Context;
use ipnet::{Ipv4Net, Ipv6Net};
use netgauze_bgp_pkt::BgpMessage;
use netgauze_bgp_pkt::capabilities::BgpCapability;
use netgauze_bgp_pkt::open::BgpOpenMessage;
use netgauze_bgp_pkt::path_attribute::{AsPath, MpReach, MpUnreach, Origin, PathAttributeValue};
use netgauze_bgp_pkt::update::BgpUpdateMessage;
use netgauze_bgp_pkt::wire::deserializer::BgpParsingContext;
use netgauze_parse_utils::WritablePdu;
use netgauze_parse_utils::reader::SliceReader;
use netgauze_parse_utils::traits::ParseFromWithOneInput;

use super::view::{OpenView, UpdateView, View, joined};

/// What it sees, and its words for what is wrong.
pub(crate) fn view(octets: &[u8], context: Context) -> (View, String) {
    // It has no limit of its own for UPDATEs.
    if octets.len() > context.max_length() {
        return (View::Refused, "too long".to_owned());
    }
    let mut reader = SliceReader::new(octets);
    let four = context.four_octet_asn;
    let mut parsing =
        BgpParsingContext::new(four, HashMap::new(), HashMap::new(), true, true, true, true);
    match BgpMessage::parse(&mut reader, &mut parsing) {
        Ok(_) if !reader.is_empty() => (View::Refused, "octets behind the message".to_owned()),
        Ok(message) => (message_view(&message), String::new()),
        Err(error) => (View::Refused, format!("{error:?}")),
    }
}

fn message_view(message: &BgpMessage) -> View {
    match message {
        BgpMessage::Open(open) => View::Open(open_view(open)),
        BgpMessage::Update(update) => View::Update(Box::new(update_view(update))),
        BgpMessage::Notification(_) => match body(message).as_slice() {
            [code, subcode, data @ ..] => View::Notification(*code, *subcode, data.to_vec()),
            _ => View::Refused,
        },
        BgpMessage::KeepAlive => View::Keepalive,
        BgpMessage::RouteRefresh(_) => match body(message).as_slice() {
            [high, low, subtype, safi] => {
                View::RouteRefresh(u16::from_be_bytes([*high, *low]), *safi, *subtype)
            }
            _ => View::Refused,
        },
    }
}

/// What it writes for what it has read: its types spell each code as a variant of its own.
fn body(message: &BgpMessage) -> Vec<u8> {
    let mut octets = Vec::new();
    message.write(&mut octets).expect("a message that was read can be written");
    octets.split_off(19)
}

fn open_view(open: &BgpOpenMessage) -> OpenView {
    let family = |capability: &BgpCapability| match capability {
        BgpCapability::MultiProtocolExtensions(family) => {
            let family = family.address_type();
            Some((family.address_family().into(), family.subsequent_address_family().into()))
        }
        _ => None,
    };
    OpenView {
        my_as: open.my_as(),
        asn: open.my_asn4(),
        hold_time: open.hold_time(),
        identifier: open.bgp_id(),
        families: open.capabilities().into_iter().filter_map(family).collect(),
    }
}

fn update_view(update: &BgpUpdateMessage) -> UpdateView {
    let mut view = UpdateView::default();
    view.withdrawn
        .extend(update.withdraw_routes().iter().map(|nlri| ipv4(nlri.network().address())));
    view.announced.extend(update.nlri().iter().map(|nlri| ipv4(nlri.network().address())));
    for attribute in update.path_attributes() {
        match attribute.value() {
            PathAttributeValue::Origin(origin) => view.origin = Some(origin_value(*origin)),
            PathAttributeValue::AsPath(path) => view.as_path = Some(segments(path)),
            PathAttributeValue::NextHop(next_hop) => view.next_hop = Some(next_hop.next_hop()),
            PathAttributeValue::MultiExitDiscriminator(med) => view.med = Some(med.metric()),
            PathAttributeValue::Communities(list) => {
                view.communities = list.communities().iter().map(|c| c.value()).collect();
            }
            PathAttributeValue::MpReach(reach) => reached(reach, &mut view),
            PathAttributeValue::MpUnreach(unreach) => unreached(unreach, &mut view),
            _ => {}
        }
    }
    view
}

fn reached(reach: &MpReach, view: &mut UpdateView) {
    match reach {
        MpReach::Ipv4Unicast { nlri, .. } => {
            view.announced.extend(nlri.iter().map(|nlri| ipv4(nlri.network().address())));
        }
        MpReach::Ipv6Unicast { nlri, .. } => {
            view.announced.extend(nlri.iter().map(|nlri| ipv6(nlri.network().address())));
        }
        _ => {}
    }
}

fn unreached(unreach: &MpUnreach, view: &mut UpdateView) {
    match unreach {
        MpUnreach::Ipv4Unicast { nlri } => {
            view.withdrawn.extend(nlri.iter().map(|nlri| ipv4(nlri.network().address())));
        }
        MpUnreach::Ipv6Unicast { nlri } => {
            view.withdrawn.extend(nlri.iter().map(|nlri| ipv6(nlri.network().address())));
        }
        _ => {}
    }
}

fn ipv4(net: Ipv4Net) -> Prefix {
    Prefix::new(IpAddr::V4(net.addr()), net.prefix_len()).expect("a prefix")
}

fn ipv6(net: Ipv6Net) -> Prefix {
    Prefix::new(IpAddr::V6(net.addr()), net.prefix_len()).expect("a prefix")
}

fn origin_value(origin: Origin) -> u8 {
    match origin {
        Origin::IGP => 0,
        Origin::EGP => 1,
        Origin::Incomplete => 2,
    }
}

fn segments(path: &AsPath) -> Vec<(u8, Vec<u32>)> {
    match path {
        AsPath::As2PathSegments(segments) => joined(segments.iter().map(|segment| {
            let asns = segment.as_numbers().iter().map(|asn| u32::from(*asn)).collect();
            (segment.segment_type().into(), asns)
        })),
        AsPath::As4PathSegments(segments) => joined(
            segments
                .iter()
                .map(|segment| (segment.segment_type().into(), segment.as_numbers().to_vec())),
        ),
    }
}
