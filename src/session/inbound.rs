//! What the neighbour announces and withdraws. It is looked at, never installed.

use std::sync::Arc;

use super::scrutiny::Scrutiny;
use super::{Direction, Event, Malformed, Session};
use crate::base::Reason;
use crate::rib::ReceivedRoute;
use crate::wire::{PathAttributes, Treatment, Update};

impl Session {
    /// Event 27, on the established connection.
    pub(super) fn update(&mut self, direction: Direction, update: &Update) {
        let treatment = self.judge(direction, update);
        let attributes = &update.attributes;
        let withdrawn = attributes.mp_unreach.iter().flat_map(|mp| &mp.prefixes);
        for prefix in update.withdrawn.iter().chain(withdrawn) {
            self.adj_rib_in.withdraw(prefix);
        }
        if treatment == Some(Treatment::DisableFamily) {
            // RFC 7606 §5.3: which prefixes were meant cannot be known, so none of them holds.
            self.adj_rib_in.forget();
        }
        // RFC 7606 §2: routes with a fault that matters are taken as withdrawn.
        if treatment >= Some(Treatment::TreatAsWithdraw) {
            update.prefixes().for_each(|prefix| self.adj_rib_in.withdraw(prefix));
        } else {
            let mut kept = None;
            // What was not agreed on is ignored (RFC 4760 §8).
            let families = self.negotiated().map(|n| n.families.clone()).unwrap_or_default();
            for prefix in update.prefixes().filter(|prefix| families.contains(&prefix.family())) {
                let route = kept.get_or_insert_with(|| Arc::new(received(attributes)));
                self.adj_rib_in.announce(*prefix, route);
            }
        }
    }

    /// What becomes of the routes of an UPDATE with faults; the faults are counted and kept. What the
    /// codec has found comes first: it may have left out what the session would look at.
    fn judge(&mut self, direction: Direction, update: &Update) -> Option<Treatment> {
        let found = update.treatment();
        let objection = match found {
            Some(Treatment::TreatAsWithdraw | Treatment::DisableFamily) => None,
            Some(Treatment::DiscardAttribute) | None => {
                Scrutiny::of(&self.params, self.connections.get(&direction)?).objection(update)
            }
        };
        if let Some(what) = objection {
            let treatment = Treatment::TreatAsWithdraw;
            self.malformed(direction, Reason::from(format!("{what}; {treatment}")));
            return Some(treatment);
        }
        if let Some(fault) = update.faults.first() {
            self.malformed(direction, Reason::from(fault.to_string()));
        }
        found
    }

    fn malformed(&mut self, direction: Direction, because: Reason) {
        let Some(connection) = self.connections.get(&direction) else { return };
        let octets = connection.last_octets();
        self.counters.malformed += 1;
        self.last_malformed = Some(Malformed { because: because.clone(), octets });
        self.event(Event::Malformed(because));
    }
}

fn received(attributes: &PathAttributes) -> ReceivedRoute {
    let classic = attributes.next_hop.map(Into::into);
    ReceivedRoute {
        as_path: attributes
            .full_as_path()
            .iter()
            .flat_map(|path| path.asns())
            .take(ReceivedRoute::MOST)
            .collect(),
        next_hop: attributes.mp_reach.as_ref().map(|mp| mp.next_hop.global).or(classic),
        med: attributes.med,
        communities: attributes.communities.iter().take(ReceivedRoute::MOST).copied().collect(),
        large_communities: attributes
            .large_communities
            .iter()
            .take(ReceivedRoute::MOST)
            .copied()
            .collect(),
    }
}
