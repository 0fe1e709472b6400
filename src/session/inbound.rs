//! What the neighbour announces and withdraws. It is looked at, never installed.

use std::sync::Arc;

use super::{Event, Malformed, Session};
use crate::base::Reason;
use crate::rib::ReceivedRoute;
use crate::wire::{AttributeFault, PathAttributes, Treatment, Update};

impl Session {
    /// Event 27. `offending` is the beginning of a malformed message, for the operator who must
    /// complain about it.
    pub(super) fn update(&mut self, update: &Update, offending: Vec<u8>) {
        let worst = update.faults.iter().max_by_key(|fault| fault.treatment);
        if let Some(fault) = worst {
            self.malformed(fault, offending);
        }
        let attributes = &update.attributes;
        let withdrawn = attributes.mp_unreach.iter().flat_map(|mp| &mp.prefixes);
        for prefix in update.withdrawn.iter().chain(withdrawn) {
            self.adj_rib_in.withdraw(prefix);
        }
        let treatment = worst.map(|fault| fault.treatment);
        if treatment == Some(Treatment::DisableFamily) {
            // RFC 7606 §5.3: which prefixes were meant cannot be known, so none of them holds.
            self.adj_rib_in.forget();
        }
        let announced = attributes.mp_reach.iter().flat_map(|mp| &mp.prefixes);
        let announced = update.announced.iter().chain(announced);
        // RFC 7606 §2: routes with a fault that matters are taken as withdrawn.
        if treatment >= Some(Treatment::TreatAsWithdraw) {
            announced.for_each(|prefix| self.adj_rib_in.withdraw(prefix));
        } else {
            let mut kept = None;
            for prefix in announced {
                let route = kept.get_or_insert_with(|| Arc::new(received(attributes)));
                self.adj_rib_in.announce(*prefix, route);
            }
        }
    }

    fn malformed(&mut self, fault: &AttributeFault, octets: Vec<u8>) {
        self.counters.malformed += 1;
        let because = Reason::from(fault.to_string());
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
