use super::NeighborRoute;
use crate::base::{NeighborName, Prefix, RouteAttributes};
use crate::rib::ReceivedRoute;
use crate::session::Session;

/// Which of a neighbour's two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteTableKind {
    /// What it has from us (Adj-RIB-Out).
    Advertised,
    /// What we keep of it (Adj-RIB-In).
    Received,
}

/// Routes of a session, all or those of one prefix, in order of prefix.
pub fn routes(
    name: &NeighborName,
    session: &Session,
    kind: RouteTableKind,
    only: Option<Prefix>,
) -> Vec<NeighborRoute> {
    let wanted = |prefix: &Prefix| only.is_none_or(|only| only == *prefix);
    match kind {
        RouteTableKind::Advertised => {
            let routes = session.advertised().iter().filter(|(prefix, _)| wanted(prefix));
            routes.map(|(prefix, route)| advertised(name, session, *prefix, route)).collect()
        }
        RouteTableKind::Received => {
            let routes = session.received_routes().routes().iter();
            let routes = routes.filter(|(prefix, _)| wanted(prefix));
            routes.map(|(prefix, route)| received(name, *prefix, route)).collect()
        }
    }
}

fn advertised(
    name: &NeighborName,
    session: &Session,
    prefix: Prefix,
    route: &RouteAttributes,
) -> NeighborRoute {
    NeighborRoute {
        neighbor: name.to_string(),
        prefix: prefix.to_string(),
        as_path: route.as_path.iter().map(|asn| asn.0).collect(),
        next_hop: session.next_hop(prefix, route),
        med: route.med,
        communities: community_texts(&route.communities, &route.large_communities),
    }
}

fn received(name: &NeighborName, prefix: Prefix, route: &ReceivedRoute) -> NeighborRoute {
    NeighborRoute {
        neighbor: name.to_string(),
        prefix: prefix.to_string(),
        as_path: route.as_path.iter().map(|asn| asn.0).collect(),
        next_hop: route.next_hop,
        med: route.med,
        communities: community_texts(&route.communities, &route.large_communities),
    }
}

/// Communities as people write them, plain ones first.
pub fn community_texts<'a, A: ToString + 'a, B: ToString + 'a>(
    plain: impl IntoIterator<Item = &'a A>,
    large: impl IntoIterator<Item = &'a B>,
) -> Vec<String> {
    let plain = plain.into_iter().map(ToString::to_string);
    plain.chain(large.into_iter().map(ToString::to_string)).collect()
}
