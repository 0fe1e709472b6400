//! How `rustbgpd-wire` sees a message: decoded, parsed by RFC 7606, validated as from an external peer.

use std::net::IpAddr;

use bytes::Bytes;
use herald::base::Prefix;
use herald::wire::Context;
use rustbgpd_wire::{
    AsPathSegment, Capability, ErrorDisposition, Message, OpenMessage, PathAttribute,
    RevisedParsedUpdate, UpdateMessage, validate,
};

use super::view::{Class, OpenView, UpdateView, View, joined};

/// What it sees, and its words for what is wrong.
pub(crate) fn view(octets: &[u8], context: Context) -> (View, String) {
    let mut buffer = Bytes::copy_from_slice(octets);
    let limit = u16::try_from(context.max_length()).expect("two octets");
    let decoded = rustbgpd_wire::decode_message(&mut buffer, limit);
    // The framing layer of that crate sits above this call, as frame_length does above ours.
    if decoded.is_ok() && !buffer.is_empty() {
        return (View::Refused, "octets behind the message".to_owned());
    }
    let view = match decoded {
        Ok(Message::Open(open)) => View::Open(open_view(&open)),
        Ok(Message::Update(update)) => return update_view(&update, context),
        Ok(Message::Notification(n)) => {
            View::Notification(n.code.as_u8(), n.subcode, n.data.to_vec())
        }
        Ok(Message::Keepalive) => View::Keepalive,
        Ok(Message::RouteRefresh(r)) => View::RouteRefresh(r.afi_raw, r.safi_raw, r.subtype_raw),
        Ok(other) => return (View::Refused, format!("unknown to this test: {other:?}")),
        Err(error) => return (View::Refused, format!("{error:?}")),
    };
    (view, String::new())
}

fn open_view(open: &OpenMessage) -> OpenView {
    let family = |capability: &Capability| match capability {
        Capability::MultiProtocol { afi, safi } => Some((*afi as u16, *safi as u8)),
        // It keeps families that it does not know in another variant.
        Capability::Unknown { code: 1, data } if data.len() == 4 => {
            Some((u16::from_be_bytes([data[0], data[1]]), data[3]))
        }
        _ => None,
    };
    OpenView {
        my_as: open.my_as,
        asn: open.four_byte_as(),
        hold_time: open.hold_time,
        identifier: open.bgp_identifier,
        families: open.capabilities.iter().filter_map(family).collect(),
    }
}

fn update_view(update: &UpdateMessage, context: Context) -> (View, String) {
    let parsed = match update.parse_revised(context.four_octet_asn, false, false, &[]) {
        Ok(parsed) => parsed,
        Err(error) => return (View::Refused, format!("{error:?}")),
    };
    let (class, words) = verdict(&parsed);
    let mut view = UpdateView { class, ..UpdateView::default() };
    let entry = |address: IpAddr, length| Prefix::new(address, length).expect("a prefix");
    let ipv4 = |prefix: rustbgpd_wire::Ipv4Prefix| entry(prefix.addr.into(), prefix.len);
    let any = |prefix: rustbgpd_wire::Prefix| match prefix {
        rustbgpd_wire::Prefix::V4(prefix) => ipv4(prefix),
        rustbgpd_wire::Prefix::V6(prefix) => entry(prefix.addr.into(), prefix.len),
    };
    view.withdrawn = parsed.update.withdrawn.iter().map(|nlri| ipv4(nlri.prefix)).collect();
    view.announced = parsed.update.announced.iter().map(|nlri| ipv4(nlri.prefix)).collect();
    for attribute in &parsed.update.attributes {
        match attribute {
            PathAttribute::Origin(origin) => view.origin = Some(*origin as u8),
            PathAttribute::AsPath(path) => {
                view.as_path = Some(joined(path.segments.iter().map(segment)));
            }
            PathAttribute::NextHop(address) => view.next_hop = Some(*address),
            PathAttribute::Med(med) => view.med = Some(*med),
            PathAttribute::Communities(list) | PathAttribute::CommunitiesPartial(list) => {
                view.communities.clone_from(list);
            }
            PathAttribute::MpReachNlri(reach) => {
                view.announced.extend(reach.announced.iter().map(|nlri| any(nlri.prefix)));
            }
            PathAttribute::MpUnreachNlri(unreach) => {
                view.withdrawn.extend(unreach.withdrawn.iter().map(|nlri| any(nlri.prefix)));
            }
            _ => {}
        }
    }
    (View::Update(Box::new(view)), words)
}

/// Attribute types that both codecs read; the others it checks, and we only keep.
const SHARED: [u8; 17] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18, 32, 35];

/// The stronger of what parsing found and what validation finds in the rest.
fn verdict(parsed: &RevisedParsedUpdate) -> (Option<Class>, String) {
    let update = &parsed.update;
    let body = !update.announced.is_empty();
    let reach = update.attributes.iter().any(|attribute| match attribute {
        PathAttribute::MpReachNlri(reach) => !reach.announced.is_empty(),
        _ => false,
    });
    let validated =
        validate::validate_update_attributes(&update.attributes, body || reach, body, true);
    let found = parsed.malformed.iter().map(|malformed| {
        let foreign = if SHARED.contains(&malformed.type_code) { "" } else { "foreign attribute" };
        (class(malformed.disposition), format!("{foreign} {:?}", malformed.error))
    });
    let invalid = validated
        .err()
        .map(|error| (class(error.disposition), format!("validation 3/{}", error.subcode)));
    let strongest = found.chain(invalid).max_by_key(|(class, _)| *class);
    strongest.map_or((None, String::new()), |(class, words)| (Some(class), words))
}

fn class(disposition: ErrorDisposition) -> Class {
    match disposition {
        ErrorDisposition::AttributeDiscard => Class::Discard,
        ErrorDisposition::TreatAsWithdraw => Class::Withdraw,
        ErrorDisposition::SessionReset => Class::Reset,
    }
}

fn segment(segment: &AsPathSegment) -> (u8, Vec<u32>) {
    match segment {
        AsPathSegment::AsSet(asns) => (1, asns.clone()),
        AsPathSegment::AsSequence(asns) => (2, asns.clone()),
    }
}
