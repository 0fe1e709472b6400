//! Path attributes to octets.

use super::attribute::{self, specified_flags};
use super::{Aggregator, AsPath, Context, MpReach, MpUnreach, PathAttributes};
use crate::base::Community;

/// The list for an UPDATE: the attributes with prefixes first (RFC 7606 §5.1), all others by ascending
/// type code (RFC 4271 §5).
pub(super) fn write(attributes: &PathAttributes, context: &Context) -> Vec<u8> {
    let mut list = known(attributes, context);
    list.extend(attributes.unknown.iter().map(|unknown| Written {
        flags: unknown.flags,
        code: unknown.code,
        value: unknown.data.clone(),
    }));
    list.sort_by_key(|written| {
        let prefixes = matches!(written.code, attribute::MP_REACH | attribute::MP_UNREACH);
        (!prefixes, written.code)
    });
    let mut out = Vec::new();
    list.iter().for_each(|written| {
        attribute::write(written.flags, written.code, &written.value, &mut out)
    });
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
    put(attribute::MP_REACH, attributes.mp_reach.as_ref().map(MpReach::value));
    put(attribute::MP_UNREACH, attributes.mp_unreach.as_ref().map(MpUnreach::value));
    put(attribute::ORIGIN, attributes.origin.map(|origin| vec![origin.value()]));
    put(attribute::AS_PATH, attributes.as_path.as_ref().map(|path| path_value(path, four)));
    put(attribute::NEXT_HOP, attributes.next_hop.map(|address| address.octets().to_vec()));
    put(attribute::MED, number(attributes.med));
    put(attribute::LOCAL_PREF, number(attributes.local_pref));
    put(attribute::ATOMIC_AGGREGATE, attributes.atomic_aggregate.then(Vec::new));
    put(attribute::AGGREGATOR, attributes.aggregator.map(|a| aggregator_value(a, four)));
    put(attribute::COMMUNITIES, some(communities_value(&attributes.communities)));
    put(attribute::EXTENDED_COMMUNITIES, some(attributes.extended_communities.concat()));
    if !four {
        put(attribute::AS4_PATH, as4_path(attributes).map(|path| path_value(&path, true)));
        put(
            attribute::AS4_AGGREGATOR,
            as4_aggregator(attributes).map(|a| aggregator_value(a, true)),
        );
    }
    put(attribute::LARGE_COMMUNITIES, some(large_value(attributes)));
    put(attribute::ONLY_TO_CUSTOMER, number(attributes.only_to_customer.map(|asn| asn.0)));
    list
}

fn some(value: Vec<u8>) -> Option<Vec<u8>> {
    (!value.is_empty()).then_some(value)
}

fn path_value(path: &AsPath, four_octets: bool) -> Vec<u8> {
    let mut value = Vec::new();
    path.write(four_octets, &mut value);
    value
}

fn aggregator_value(aggregator: Aggregator, four_octets: bool) -> Vec<u8> {
    let mut value = if four_octets {
        aggregator.asn.0.to_be_bytes().to_vec()
    } else {
        aggregator.asn.as_two_octets().to_be_bytes().to_vec()
    };
    value.extend(aggregator.address.octets());
    value
}

/// RFC 6793 §4.2.2: what the 2-octet attributes cannot say is said again beside them.
fn as4_path(attributes: &PathAttributes) -> Option<AsPath> {
    let own = || attributes.as_path.as_ref().and_then(AsPath::as4_path);
    attributes.as4_path.clone().or_else(own)
}

fn as4_aggregator(attributes: &PathAttributes) -> Option<Aggregator> {
    let own = attributes.aggregator.filter(|aggregator| !aggregator.asn.fits_two_octets());
    attributes.as4_aggregator.or(own)
}

fn communities_value(communities: &[Community]) -> Vec<u8> {
    communities.iter().flat_map(|community| community.0.to_be_bytes()).collect()
}

fn large_value(attributes: &PathAttributes) -> Vec<u8> {
    let parts = attributes.large_communities.iter().flat_map(|c| [c.global, c.local1, c.local2]);
    parts.flat_map(u32::to_be_bytes).collect()
}
