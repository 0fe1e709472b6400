//! From a difference between tables to the octets that tell it.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv6Addr};

use super::{Negotiated, Params};
use crate::base::{Asn, Family, Prefix, RouteAttributes};
use crate::rib::Delta;
use crate::wire::{
    AsPath, Context, Message, MpNextHop, Origin, PathAttributes, Role, RouteRefresh, Update,
    pack_announcements, pack_withdrawals,
};

/// How one neighbour is told.
pub(super) struct Manner {
    /// Our address on the session.
    pub(super) local: IpAddr,
    /// How messages are written.
    pub(super) context: Context,
    /// IPv4 routes may have IPv6 next hops (RFC 8950).
    pub(super) extended_next_hop: bool,
    /// The mark that keeps our routes from going up again (RFC 9234 §5).
    pub(super) only_to_customer: Option<Asn>,
}

impl Manner {
    pub(super) fn new(params: &Params, local: IpAddr, negotiated: &Negotiated) -> Self {
        let marks_routes = params.role.is_some_and(Role::marks_routes);
        Self {
            local,
            context: negotiated.sending(),
            extended_next_hop: negotiated.extended_next_hop,
            only_to_customer: marks_routes.then_some(params.local_as),
        }
    }

    /// All UPDATEs for `delta`, withdrawals first: they are what traffic waits for.
    pub(super) fn updates(&self, delta: &Delta) -> Vec<Update> {
        let mut updates = Vec::new();
        for family in Family::ALL {
            let withdrawn = of_family(&delta.withdrawn, family);
            updates.extend(pack_withdrawals(family, &withdrawn, &self.context));
        }
        for (route, prefixes) in &delta.announced {
            let only_to_customer = self.only_to_customer;
            let attributes = PathAttributes { only_to_customer, ..path_attributes(route) };
            for family in Family::ALL {
                let Some(next_hop) = self.next_hop(route, family) else { continue };
                let prefixes = of_family(prefixes, family);
                let packed = pack_announcements(&attributes, next_hop, &prefixes, &self.context);
                updates.extend(packed);
            }
        }
        updates
    }

    /// The address that stands in the UPDATE. `None` when there is none that the neighbour could
    /// read: the route cannot be told on this session.
    pub(super) fn next_hop(&self, route: &RouteAttributes, family: Family) -> Option<MpNextHop> {
        let global = route.next_hop.address(family, self.local, self.extended_next_hop)?;
        Some(MpNextHop { global, link_local: beside(global, self.local) })
    }
}

/// What tells a neighbour where a full table begins and ends.
pub(super) struct Marks {
    /// Families that are told for the first time.
    pub(super) opened: BTreeSet<Family>,
    /// Families that the neighbour asked for again.
    pub(super) refresh: BTreeSet<Family>,
    /// Whether the neighbour knows the marks of RFC 7313.
    pub(super) enhanced: bool,
}

impl Marks {
    /// The UPDATEs between their marks: BoRR and EoRR (RFC 7313 §4) around a refresh, where both
    /// sides know them, else End-of-RIB (RFC 4724 §2) behind it, as behind a first table. What is
    /// both gets End-of-RIB only, for before that BoRR is an error (RFC 7313 §4).
    pub(super) fn around(self, updates: Vec<Update>) -> Vec<Message> {
        let mark = |subtype| {
            move |family: &Family| Message::RouteRefresh(RouteRefresh::new(*family, subtype))
        };
        let end_of_rib = |family: &Family| Message::Update(Update::end_of_rib(*family));
        let mut messages = Vec::new();
        let again = || self.refresh.difference(&self.opened);
        if self.enhanced {
            messages.extend(again().map(mark(RouteRefresh::BEGIN)));
        }
        messages.extend(updates.into_iter().map(Message::Update));
        if self.enhanced {
            messages.extend(again().map(mark(RouteRefresh::END)));
            messages.extend(self.opened.iter().map(end_of_rib));
        } else {
            messages.extend(self.opened.union(&self.refresh).map(end_of_rib));
        }
        messages
    }
}

/// The octets of messages, one after the other.
pub(super) fn octets(messages: impl IntoIterator<Item = Message>, context: &Context) -> Vec<u8> {
    messages.into_iter().flat_map(|message| message.encode(context)).collect()
}

fn of_family(prefixes: &[Prefix], family: Family) -> Vec<Prefix> {
    prefixes.iter().copied().filter(|prefix| prefix.family() == family).collect()
}

/// LOCAL_PREF stays away: it is not for external neighbours (RFC 4271 §5.1.5).
fn path_attributes(route: &RouteAttributes) -> PathAttributes {
    PathAttributes {
        origin: Some(Origin::Igp),
        as_path: Some(AsPath::sequence(&route.as_path)),
        med: route.med,
        communities: route.communities.iter().copied().collect(),
        large_communities: route.large_communities.iter().copied().collect(),
        ..PathAttributes::default()
    }
}

/// RFC 2545 §3: on a link that we share with the neighbour, our link-local address goes along. Only
/// a session between link-local addresses proves that we share one.
fn beside(global: IpAddr, local: IpAddr) -> Option<Ipv6Addr> {
    match (global, local) {
        (IpAddr::V6(_), IpAddr::V6(local)) if local.is_unicast_link_local() => Some(local),
        (IpAddr::V4(_) | IpAddr::V6(_), IpAddr::V4(_) | IpAddr::V6(_)) => None,
    }
}
