//! A route server: a table, one best route, and whom it is told.
//!
//! It decides as routers do that know nothing else: the shorter path, then what its own clients say
//! before what other route servers say, then the lower router-id. It tells its clients the best route,
//! but not the one that it comes from, and other route servers only what its own clients say.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use herald::base::{Asn, Family, NextHop, Prefix, RouteAttributes, RouteTable};
use herald::rib::Plan;
use herald::session::{HoldTime, Params};

use super::judge::Service;
use super::lane::{LaneId, server_address};
use super::settings::{HOLD, LOCAL_AS, SERVER_AS};
use super::stream::{Route, Said, Stream};
use super::tally::Tally;

pub(super) struct Server {
    pub(super) up: bool,
    /// What its clients say.
    clients: BTreeMap<usize, Client>,
    /// What the other route servers say, by their number.
    others: BTreeMap<usize, Offer>,
    pub(super) best: Option<Offer>,
    /// What it has told the other route servers.
    pub(super) shown: Option<Offer>,
    /// Counts the best routes.
    version: u64,
    /// The best route as a table, for all clients.
    routes: Arc<RouteTable>,
    nothing: Plan,
    /// UPDATEs that came in.
    pub(super) heard: Tally,
    /// UPDATEs that went out to clients.
    pub(super) told: u64,
    pub(super) service: Service,
}

#[derive(Default)]
struct Client {
    stream: Stream,
    offer: Option<Offer>,
}

/// A route for the anycast address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) site: usize,
    prefix: Prefix,
    route: Arc<RouteAttributes>,
}

impl Offer {
    fn new(site: usize, prefix: Prefix, route: Route) -> Self {
        let Route { path, next_hop, med, communities, large_communities } = route;
        let next_hop = next_hop.map_or(NextHop::SelfAddress, NextHop::Address);
        let as_path = [Asn(SERVER_AS)].into_iter().chain(path).collect();
        let route = RouteAttributes { as_path, next_hop, med, communities, large_communities };
        Self { site, prefix, route: Arc::new(route) }
    }

    /// Announced by the table of a healthy service: a drain has a longer path, and a last resort that,
    /// or the mark of one.
    pub(super) fn is_regular(&self) -> bool {
        self.route.as_path.len() == 2 && self.route.large_communities.is_empty()
    }
}

impl Server {
    pub(super) fn new() -> Self {
        Self {
            up: true,
            clients: BTreeMap::new(),
            others: BTreeMap::new(),
            best: None,
            shown: None,
            version: 0,
            routes: Arc::default(),
            nothing: Plan::default(),
            heard: heard(),
            told: 0,
            service: Service::default(),
        }
    }

    /// Reads what a client has sent; gives the number of UPDATEs in it.
    pub(super) fn read(&mut self, site: usize, octets: &[u8]) -> u64 {
        let client = self.clients.entry(site).or_default();
        let before = client.stream.updates;
        for said in client.stream.read(octets) {
            match said {
                Said::Announced(prefix, route) => {
                    client.offer = Some(Offer::new(site, prefix, route));
                }
                Said::Withdrawn(_) => client.offer = None,
                Said::EndOfRib(_) | Said::Opened(_) => {}
            }
        }
        client.stream.updates - before
    }

    /// The connection with a client is over.
    pub(super) fn lose(&mut self, site: usize) {
        self.clients.remove(&site);
    }

    /// Another route server has told something else.
    pub(super) fn hear(&mut self, other: usize, offer: Option<Offer>) {
        match offer {
            Some(offer) => self.others.insert(other, offer),
            None => self.others.remove(&other),
        };
    }

    pub(super) fn forget_all(&mut self) {
        self.clients.clear();
        self.others.clear();
    }

    pub(super) fn offer(&self, site: usize) -> Option<&Offer> {
        self.clients.get(&site)?.offer.as_ref()
    }

    /// Decides anew; says whether the best route is another one.
    pub(super) fn decide(&mut self) -> bool {
        let own = self.clients.values().filter_map(|client| client.offer.as_ref());
        let own = own.map(|offer| (offer.route.as_path.len(), false, offer.site, offer));
        let others = self.others.values();
        let others = others.map(|offer| (offer.route.as_path.len(), true, offer.site, offer));
        let best =
            own.chain(others).min_by_key(|(length, other, site, _)| (*length, *other, *site));
        let best = best.map(|(.., offer)| offer.clone());
        let changed = best != self.best;
        if changed {
            let table = best.iter().map(|o| (o.prefix, Arc::clone(&o.route)));
            self.routes = Arc::new(table.collect());
            self.best = best;
            self.version += 1;
        }
        changed
    }

    /// What other route servers should know.
    pub(super) fn own_best(&self) -> Option<Offer> {
        let own = |offer: &&Offer| self.offer(offer.site) == Some(*offer);
        self.best.as_ref().filter(own).cloned()
    }

    /// What it tells a client.
    pub(super) fn plan(&self, site: usize) -> Plan {
        let from_here = self.best.as_ref().is_some_and(|best| best.site == site);
        let routes = Arc::clone(if from_here { &self.nothing.routes } else { &self.routes });
        Plan { version: 1 + self.version, routes, ..self.nothing.clone() }
    }
}

pub(super) fn heard() -> Tally {
    Tally::within(Duration::from_secs(1))
}

/// The parameters of its side of a session.
pub(super) fn params(lane: LaneId) -> Params {
    let hold = HOLD.as_secs().try_into().ok().and_then(HoldTime::new);
    Params {
        local_as: Asn(SERVER_AS),
        peer_as: Asn(LOCAL_AS),
        router_id: server_address(lane),
        hold_time: hold.expect("more than three seconds"),
        keepalive: None,
        connect_retry: Duration::from_secs(5),
        send_hold_time: None,
        families: [Family::Ipv4Unicast].into(),
        passive: true,
        shutdown: false,
        shutdown_message: String::new(),
        max_received: 100,
        enforce_first_as: true,
        role: None,
        extended_next_hop: false,
        graceful_restart: None,
        signed: false,
    }
}
