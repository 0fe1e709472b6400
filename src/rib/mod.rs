//! F1: the routes of one neighbour: what it was sent, what should change, what it sent us.
//!
//! The wanted routes arrive as a whole table; the difference to what was last sent is computed here.
//! A first announcement, a reconnect, a reload and a withdrawal are therefore one code path.

mod received;
mod samples;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::{Family, Prefix, RouteAttributes, RouteTable};

pub use received::{AdjRibIn, ReceivedRoute, Shown};
pub use samples::Samples;

/// What one neighbour was last sent (Adj-RIB-Out, RFC 4271 §3.2).
#[derive(Debug, Clone, Default)]
pub struct AdjRibOut {
    sent: RouteTable,
    /// What the neighbour may have kept from before this session, and was not told of since
    /// (RFC 4724 §4.2).
    stale: BTreeSet<Prefix>,
}

/// What must be said to bring a neighbour from one table to another. Prefixes are in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// Prefixes that the neighbour has and should not have.
    pub withdrawn: Vec<Prefix>,
    /// New and changed routes, those with equal attributes together: each group can share UPDATEs.
    pub announced: BTreeMap<Arc<RouteAttributes>, Vec<Prefix>>,
}

impl Delta {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.withdrawn.is_empty() && self.announced.is_empty()
    }

    fn announce(&mut self, prefix: &Prefix, route: &Arc<RouteAttributes>) {
        self.announced.entry(Arc::clone(route)).or_default().push(*prefix);
    }
}

impl AdjRibOut {
    /// How many routes the neighbour has from us.
    pub fn len(&self) -> usize {
        self.sent.len()
    }

    /// Whether the neighbour has no route from us.
    pub fn is_empty(&self) -> bool {
        self.sent.is_empty()
    }

    /// The routes the neighbour has from us.
    pub fn routes(&self) -> &RouteTable {
        &self.sent
    }

    /// Moves on to the part of the plan that the neighbour can be told, as `tells` decides, and
    /// returns what must be said for it. A changed route is announced in place, never withdrawn
    /// first (it replaces, RFC 4271 §3.1). Routes of the families in `refresh` are said again even
    /// when unchanged (RFC 2918). What the neighbour may have kept is withdrawn, unless it is still
    /// undecided.
    pub fn advance(
        &mut self,
        plan: &Plan,
        tells: &dyn Fn(&Prefix, &RouteAttributes) -> bool,
        refresh: &BTreeSet<Family>,
    ) -> Delta {
        let mut delta = Delta::default();
        let wanted = plan.routes.iter().filter(|(prefix, route)| tells(prefix, route));
        self.walk(wanted, refresh, &mut delta);
        self.stale.retain(|prefix| {
            let (told, undecided) = (self.sent.contains_key(prefix), plan.leaves_open(prefix));
            if !told && !undecided {
                delta.withdrawn.push(*prefix);
            }
            !told && undecided
        });
        delta.withdrawn.sort_unstable();
        delta
    }

    /// What was sent becomes what is wanted. Both are in order, so that one walk along them finds
    /// what differs.
    fn walk<'a>(
        &mut self,
        wanted: impl Iterator<Item = (&'a Prefix, &'a Arc<RouteAttributes>)>,
        refresh: &BTreeSet<Family>,
        delta: &mut Delta,
    ) {
        let (mut wanted, mut new) = (wanted.peekable(), Vec::new());
        self.sent.retain(|prefix, sent| {
            while let Some((other, route)) = wanted.next_if(|(other, _)| *other < prefix) {
                delta.announce(other, route);
                new.push((*other, Arc::clone(route)));
            }
            let Some((_, route)) = wanted.next_if(|(other, _)| *other == prefix) else {
                delta.withdrawn.push(*prefix);
                return false;
            };
            if sent != route || refresh.contains(&prefix.family()) {
                delta.announce(prefix, route);
            }
            *sent = Arc::clone(route);
            true
        });
        for (prefix, route) in wanted {
            delta.announce(prefix, route);
            new.push((*prefix, Arc::clone(route)));
        }
        self.sent.extend(new);
    }

    /// Forgets everything: the session is gone, and with it all that the neighbour had from us.
    pub fn clear(&mut self) {
        self.sent.clear();
        self.stale.clear();
    }

    /// The session is gone, and the neighbour may keep what it had from us.
    pub fn outlive(&mut self) {
        self.stale.extend(std::mem::take(&mut self.sent).into_keys());
    }

    /// Takes these to be with the neighbour already.
    pub fn inherit(&mut self, prefixes: impl IntoIterator<Item = Prefix>) {
        self.stale.extend(prefixes);
    }

    /// The neighbour has dropped what it had kept of other families than these.
    pub fn retain_stale(&mut self, families: &BTreeSet<Family>) {
        self.stale.retain(|prefix| families.contains(&prefix.family()));
    }

    /// The neighbour has dropped what it had kept and was not told again.
    pub fn forget_stale(&mut self) {
        self.stale.clear();
    }
}

/// The routes one neighbour should have, as the engine last decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Grows with every decision, the same for all neighbours; zero is the empty plan at the start.
    pub version: u64,
    /// The routes.
    pub routes: Arc<RouteTable>,
    /// Prefixes that may yet become routes: health is not known, or the address is not bound.
    pub undecided: Arc<BTreeSet<Prefix>>,
    /// Prefixes of which the engine wants to know what the neighbour [shows](Shown).
    pub watched: Arc<BTreeSet<Prefix>>,
    /// When the samples were taken that have led to it.
    pub samples: Arc<Samples>,
}

impl Plan {
    /// Whether every route has been decided.
    pub fn is_complete(&self) -> bool {
        self.version > 0 && self.undecided.is_empty()
    }

    /// Whether this prefix is still undecided.
    pub fn leaves_open(&self, prefix: &Prefix) -> bool {
        self.version == 0 || self.undecided.contains(prefix)
    }
}

/// How far a neighbour has been told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    /// No session: the neighbour has dropped whatever it had from us, or will have by the end of the
    /// restart time that we asked for (RFC 4724).
    Nothing,
    /// All of the plan of this version has been handed to the connection. Zero while the first table
    /// of a session is on its way: the neighbour may have any part of it.
    Upto(u64),
}

impl Carried {
    /// Whether what the plan of `version` withdrew is gone from the neighbour.
    pub fn covers(self, version: u64) -> bool {
        match self {
            Self::Nothing => true,
            Self::Upto(carried) => carried >= version,
        }
    }
}

#[cfg(test)]
mod tests;
