use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use crate::base::{Asn, Community, LargeCommunity, Prefix, Reason};

/// A route as a neighbour announced it, as far as people and the decision look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedRoute {
    /// The AS path, leftmost first; at most [`ReceivedRoute::MOST`] numbers are kept.
    pub as_path: Vec<Asn>,
    /// The next hop.
    pub next_hop: Option<IpAddr>,
    /// MULTI_EXIT_DISC.
    pub med: Option<u32>,
    /// Communities, at most [`ReceivedRoute::MOST`].
    pub communities: Vec<Community>,
    /// Large communities, at most [`ReceivedRoute::MOST`].
    pub large_communities: Vec<LargeCommunity>,
}

impl ReceivedRoute {
    /// How many numbers of each list are kept: more than any real route carries, and little enough
    /// that a neighbour cannot make a route large.
    pub const MOST: usize = 64;
}

/// The routes a neighbour announced (Adj-RIB-In, RFC 4271 §3.2), kept up to a limit so that no
/// neighbour can make the process grow. They are looked at, never installed.
#[derive(Debug, Clone)]
pub struct AdjRibIn {
    routes: BTreeMap<Prefix, Arc<ReceivedRoute>>,
    limit: usize,
    /// Announcements that were not kept, in all sessions.
    refused: u64,
    /// Whether any of this session was not kept.
    incomplete: bool,
    /// Prefixes that are kept whatever the limit says.
    watched: Arc<BTreeSet<Prefix>>,
    /// Whether a route of a watched prefix has changed since it was last asked.
    changed: bool,
}

impl AdjRibIn {
    /// Keeps at most `limit` routes.
    pub fn new(limit: usize) -> Self {
        Self {
            routes: BTreeMap::new(),
            limit,
            refused: 0,
            incomplete: false,
            watched: Arc::default(),
            changed: false,
        }
    }

    /// Keeps at most this many from now on; what is kept already stays.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Watches these prefixes from now on. Their routes are kept beyond the limit, which cannot make
    /// the table large: they are our own, and the configuration names each of them. Gives those whose
    /// routes may have been refused before: they stay unknown until the neighbour says them again.
    pub fn watch(&mut self, prefixes: &Arc<BTreeSet<Prefix>>) -> BTreeSet<Prefix> {
        let new = prefixes.difference(&self.watched).filter(|_| self.incomplete);
        let missed = new.filter(|prefix| !self.routes.contains_key(prefix)).copied().collect();
        self.changed |= self.watched != *prefixes;
        self.watched = Arc::clone(prefixes);
        missed
    }

    /// Takes an announcement; over the limit it is counted and forgotten.
    pub fn announce(&mut self, prefix: Prefix, route: &Arc<ReceivedRoute>) {
        let watched = self.watched.contains(&prefix);
        if watched || self.routes.len() < self.limit || self.routes.contains_key(&prefix) {
            let known = self.routes.insert(prefix, Arc::clone(route));
            self.changed |= watched && known.as_ref() != Some(route);
        } else {
            self.refused += 1;
            self.incomplete = true;
        }
    }

    /// Takes a withdrawal; no harm when the prefix is unknown.
    pub fn withdraw(&mut self, prefix: &Prefix) {
        let known = self.routes.remove(prefix).is_some();
        self.changed |= known && self.watched.contains(prefix);
    }

    /// Forgets all routes; what was refused stays counted.
    pub fn forget(&mut self) {
        self.routes.clear();
        self.changed = true;
    }

    /// Forgets all routes with the session, and that any of them was refused.
    pub fn clear(&mut self) {
        self.routes.clear();
        self.incomplete = false;
    }

    /// Whether routes of watched prefixes may have changed since the last call.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Whether any prefix is watched.
    pub fn watches(&self) -> bool {
        !self.watched.is_empty()
    }

    /// The routes of watched prefixes.
    pub fn watched(&self) -> BTreeMap<Prefix, Arc<ReceivedRoute>> {
        let known = self.watched.iter().filter_map(|prefix| self.routes.get_key_value(prefix));
        known.map(|(prefix, route)| (*prefix, Arc::clone(route))).collect()
    }

    /// The routes that are kept.
    pub fn routes(&self) -> &BTreeMap<Prefix, Arc<ReceivedRoute>> {
        &self.routes
    }

    /// How many routes are kept.
    pub fn len(&self) -> usize {
        self.routes.len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }

    /// How many announcements were not kept because of the limit, in all sessions. A route that is
    /// said again counts again: what is not kept cannot be recognised.
    pub fn refused(&self) -> u64 {
        self.refused
    }
}

/// What a neighbour shows of the prefixes in [`Plan::watched`](super::Plan::watched): who else
/// announces our addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Shown {
    /// No session: nothing is known.
    #[default]
    Unknown,
    /// It may have routes that we do not know of, for this reason.
    Incomplete(Reason),
    /// Its routes; a prefix that is missing has none.
    Routes(BTreeMap<Prefix, Arc<ReceivedRoute>>),
}
