//! Static routes become services: those with the same attributes, for the same neighbours, one.

use std::collections::BTreeMap;

use crate::base::Prefix;
use crate::convert::draft::{Attributes, Draft, Service};
use crate::convert::findings::{Findings, Kind};
use crate::convert::names;

use super::route::Route;

const ALWAYS: &str = "ExaBGP announced this whether it worked or not, and left it to others to bind \
                      its addresses, which herald does itself. Add what decides about it, for example \
                      the backend of a HAProxy on this machine:\n\n\
                      [haproxy.local]\n\
                      socket = \"/run/haproxy/admin.sock\"\n\
                      [service.SERVICE.check.backend]\n\
                      haproxy = { backend = \"http_back\", min-up = 1 }";

/// A prefix with the neighbours that are told of it.
struct Told {
    first: Route,
    neighbors: Vec<String>,
}

/// Adds a service for each kind of route.
pub(super) fn announce(routes: &mut [Route], draft: &mut Draft, findings: &mut Findings) {
    lift_to_neighbors(routes, draft);
    let mut groups: Vec<Vec<Told>> = Vec::new();
    let mut known: BTreeMap<Kin, usize> = BTreeMap::new();
    for told in by_prefix(routes, findings) {
        let at = *known.entry(kin(&told)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(told),
            None => groups.push(vec![told]),
        }
    }
    for group in groups {
        let service = service(&group, draft);
        draft.add_service(service);
    }
}

/// Where neighbours get the same prefixes with other attributes, and each the same for all of them,
/// the attributes are the neighbour's.
fn lift_to_neighbors(routes: &mut [Route], draft: &mut Draft) {
    let attributes = |neighbor: &str| {
        let own: Vec<&Attributes> =
            routes.iter().filter(|r| r.neighbor == neighbor).map(|r| &r.attributes).collect();
        let uniform = own.windows(2).all(|pair| pair[0] == pair[1]);
        own.first().map(|first| uniform.then(|| (*first).clone()))
    };
    let of_all: Vec<Option<Option<Attributes>>> =
        draft.neighbors.iter().map(|neighbor| attributes(&neighbor.name)).collect();
    let uniform: Option<Vec<Attributes>> = of_all.into_iter().flatten().collect();
    let differ = |all: &Vec<Attributes>| all.windows(2).any(|pair| pair[0] != pair[1]);
    let mut owners: BTreeMap<Prefix, &str> = BTreeMap::new();
    let shared = routes
        .iter()
        .any(|route| *owners.entry(route.prefix).or_insert(&route.neighbor) != route.neighbor);
    if !shared || !uniform.is_some_and(|all| differ(&all)) {
        return;
    }
    for neighbor in &mut draft.neighbors {
        let mut own = routes.iter_mut().filter(|route| route.neighbor == neighbor.name);
        if let Some(first) = own.next() {
            neighbor.attributes = std::mem::take(&mut first.attributes);
        }
        own.for_each(|route| route.attributes = Attributes::default());
    }
}

/// The prefixes in the order of the file. One that two neighbours get differently has the attributes
/// of the first: a prefix belongs to one service.
fn by_prefix(routes: &[Route], findings: &mut Findings) -> Vec<Told> {
    let mut all: Vec<Told> = Vec::new();
    let mut known: BTreeMap<Prefix, usize> = BTreeMap::new();
    for route in routes {
        let at = *known.entry(route.prefix).or_insert(all.len());
        if at == all.len() {
            all.push(Told { first: route.clone(), neighbors: Vec::new() });
        }
        let told = &mut all[at];
        if told.first.attributes != route.attributes {
            findings.note(
                Kind::NotCarried,
                route.place,
                format!(
                    "the attributes of {} towards {}: a service has one set of them, and what \
                     neighbours get in addition holds for all routes; it has those of {}",
                    route.prefix, route.neighbor, told.first.neighbor
                ),
            );
        }
        if !told.neighbors.contains(&route.neighbor) {
            told.neighbors.push(route.neighbor.clone());
        }
    }
    all
}

/// What the routes of one service have in common.
type Kin = (Attributes, Option<String>, bool, Vec<String>);

fn kin(told: &Told) -> Kin {
    let route = &told.first;
    (route.attributes.clone(), route.name.clone(), route.withdrawn, told.neighbors.clone())
}

fn service(group: &[Told], draft: &Draft) -> Service {
    let first = &group[0];
    let name = names::name(first.first.name.as_deref().unwrap_or_default(), "static");
    let prefixes = || group.iter().map(|told| told.first.prefix);
    let everybody = draft.neighbors.iter().all(|n| first.neighbors.contains(&n.name));
    Service {
        comments: vec![ALWAYS.to_owned()],
        name,
        addresses: prefixes().filter(Prefix::is_host).map(|prefix| prefix.address()).collect(),
        prefixes: prefixes().filter(|prefix| !prefix.is_host()).collect(),
        neighbors: (!everybody).then(|| first.neighbors.clone()),
        disabled: first.first.withdrawn,
        up: first.first.attributes.clone(),
        ..Service::default()
    }
}
