//! The list of path attributes of an UPDATE, to octets.

use super::super::{AsPath, Context, MpReach, MpUnreach};
use super::frame::{self, specified_flags};
use super::{Aggregator, PathAttributes, values};

/// The list for an UPDATE: the attributes with prefixes first (RFC 7606 §5.1), all others by ascending
/// type code (RFC 4271 §5).
pub(in crate::wire) fn write(attributes: &PathAttributes, context: &Context) -> Vec<u8> {
    let mut list = known(attributes, context);
    list.extend(attributes.unknown.iter().map(|unknown| Written {
        flags: unknown.flags,
        code: unknown.code,
        value: unknown.data.clone(),
    }));
    list.sort_by_key(|written| {
        let prefixes = matches!(written.code, frame::MP_REACH | frame::MP_UNREACH);
        (!prefixes, written.code)
    });
    let mut out = Vec::new();
    list.iter()
        .for_each(|written| frame::write(written.flags, written.code, &written.value, &mut out));
    out
}

struct Written {
    flags: u8,
    code: u8,
    value: Vec<u8>,
}

fn known(attributes: &PathAttributes, context: &Context) -> Vec<Written> {
    let mut list = Vec::new();
    let mut put = |code, value: Option<Vec<u8>>| {
        let flags = specified_flags(code).unwrap_or_default();
        list.extend(value.map(|value| Written { flags, code, value }));
    };
    let four = context.four_octet_asn;
    let number = |number: Option<u32>| number.map(|number| number.to_be_bytes().to_vec());
    put(frame::MP_REACH, attributes.mp_reach.as_ref().map(MpReach::value));
    put(frame::MP_UNREACH, attributes.mp_unreach.as_ref().map(MpUnreach::value));
    put(frame::ORIGIN, attributes.origin.map(|origin| vec![origin.value()]));
    put(frame::AS_PATH, attributes.as_path.as_ref().map(|path| values::path(path, four)));
    put(frame::NEXT_HOP, attributes.next_hop.map(|address| address.octets().to_vec()));
    put(frame::MED, number(attributes.med));
    put(frame::LOCAL_PREF, number(attributes.local_pref));
    put(frame::ATOMIC_AGGREGATE, attributes.atomic_aggregate.then(Vec::new));
    put(frame::AGGREGATOR, attributes.aggregator.map(|a| values::aggregator(a, four)));
    put(frame::COMMUNITIES, some(values::communities(&attributes.communities)));
    put(frame::EXTENDED_COMMUNITIES, some(attributes.extended_communities.concat()));
    if !four {
        put(frame::AS4_PATH, as4_path(attributes).map(|path| values::path(&path, true)));
        put(frame::AS4_AGGREGATOR, as4_aggregator(attributes).map(|a| values::aggregator(a, true)));
    }
    put(frame::LARGE_COMMUNITIES, some(values::large_communities(&attributes.large_communities)));
    put(frame::ONLY_TO_CUSTOMER, number(attributes.only_to_customer.map(|asn| asn.0)));
    list
}

fn some(value: Vec<u8>) -> Option<Vec<u8>> {
    (!value.is_empty()).then_some(value)
}

/// RFC 6793 §4.2.2: what the 2-octet attributes cannot say is said again beside them.
fn as4_path(attributes: &PathAttributes) -> Option<AsPath> {
    let own = || attributes.as_path.as_ref().and_then(AsPath::as4_path);
    attributes.as4_path.clone().or_else(own).filter(|path| path.asns().next().is_some())
}

fn as4_aggregator(attributes: &PathAttributes) -> Option<Aggregator> {
    let own = attributes.aggregator.filter(|aggregator| !aggregator.asn.fits_two_octets());
    attributes.as4_aggregator.or(own)
}
