//! The order between addresses and routes: an address is bound before its
//! route is announced, and the withdrawal is with every neighbour before the address is released.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use super::address::Addresses;
use super::{AddressReport, AddressWish, RouteView};
use crate::base::{Family, LoopbackAddress, NeighborName, Prefix, RouteAttributes, RouteTable};
use crate::policy::{self, State};
use crate::rib::{Carried, Plan, Samples};

/// Wanted routes and addresses, and what the world has made of them so far.
#[derive(Debug)]
pub(super) struct Rollout {
    /// Counts the plans; all neighbours get plans of the same version.
    version: u64,
    plans_changed: bool,
    /// Their version is that of the last publication.
    plans: BTreeMap<NeighborName, Plan>,
    samples: Arc<Samples>,
    carried: BTreeMap<NeighborName, Carried>,
    addresses: Addresses,
    /// Addresses that services ask for now.
    asked: BTreeSet<LoopbackAddress>,
    /// Addresses no longer asked for, held until every neighbour has been told the plan of this version.
    held: BTreeMap<LoopbackAddress, u64>,
    /// Whether what is asked for, held or carried has changed since addresses were let out: most
    /// samples change nothing, and there may be a thousand addresses to compare.
    addresses_changed: bool,
}

impl Rollout {
    pub(super) fn new(neighbors: impl Iterator<Item = NeighborName> + Clone) -> Self {
        Self {
            version: 0,
            // Neighbours wait for the first plan, even if there is nothing in it.
            plans_changed: true,
            plans: neighbors.clone().map(|name| (name, Plan::default())).collect(),
            samples: Arc::default(),
            carried: neighbors.map(|name| (name, Carried::Nothing)).collect(),
            addresses: Addresses::default(),
            asked: BTreeSet::new(),
            held: BTreeMap::new(),
            addresses_changed: false,
        }
    }

    /// Makes a plan for each of these neighbours, and forgets all others.
    pub(super) fn configure<'a>(&mut self, neighbors: impl Iterator<Item = &'a NeighborName>) {
        let (mut plans, mut carried) = (BTreeMap::new(), BTreeMap::new());
        for name in neighbors {
            let plan = self.plans.remove(name);
            // A new neighbour must be told, even if there is nothing to tell.
            self.plans_changed |= plan.is_none();
            plans.insert(name.clone(), plan.unwrap_or_default());
            carried.insert(name.clone(), self.carried.remove(name).unwrap_or(Carried::Nothing));
        }
        self.plans = plans;
        self.carried = carried;
        self.addresses_changed = true;
    }

    /// Makes these the services: their prefixes are watched, and routes that none of them has are
    /// withdrawn.
    pub(super) fn know<'a>(&mut self, services: impl Iterator<Item = &'a policy::Service>) {
        let known: BTreeSet<Prefix> = services.flat_map(|s| s.prefixes.iter().copied()).collect();
        let known = Arc::new(known);
        for Plan { routes, undecided, watched, version: _, samples: _ } in self.plans.values_mut() {
            if *watched != known {
                *watched = Arc::clone(&known);
                self.plans_changed = true;
            }
            if routes.keys().chain(undecided.iter()).any(|prefix| !known.contains(prefix)) {
                Arc::make_mut(routes).retain(|prefix, _| known.contains(prefix));
                Arc::make_mut(undecided).retain(|prefix| known.contains(prefix));
                self.plans_changed = true;
            }
        }
    }

    /// Lets go of every address that is not one of these once the neighbours have been told.
    pub(super) fn release_others(&mut self, known: &BTreeSet<LoopbackAddress>) {
        let gone: Vec<_> = self.asked.difference(known).cloned().collect();
        for address in gone {
            self.asked.remove(&address);
            self.held.insert(address, self.version);
            self.addresses_changed = true;
        }
    }

    pub(super) fn handle_report(&mut self, report: AddressReport) {
        self.addresses.handle_report(report);
    }

    pub(super) fn handle_carried(&mut self, neighbor: NeighborName, carried: Carried) {
        if let Some(known) = self.carried.get_mut(&neighbor) {
            *known = carried;
            self.addresses_changed |= !self.held.is_empty();
        }
    }

    /// Sets the routes of one service in every neighbour's plan, as far as their addresses are bound;
    /// those that only wait for health or their address are undecided.
    pub(super) fn want_routes(
        &mut self,
        params: &policy::Params,
        service: &policy::Service,
        state: State,
        addresses: &BTreeMap<Prefix, LoopbackAddress>,
    ) {
        for (name, neighbor) in &params.neighbors {
            let Some(plan) = self.plans.get_mut(name) else { continue };
            let told = service.neighbors.contains(name);
            for family in Family::ALL {
                let own = service.prefixes.iter().filter(|prefix| prefix.family() == family);
                let mut own = own.peekable();
                // Most services have prefixes of one family.
                let meant = own.peek().filter(|_| told).and_then(|_| {
                    policy::attributes(params, service, state, neighbor, family).map(Arc::new)
                });
                for prefix in own {
                    // What is not ours to bind is there.
                    let missing =
                        addresses.get(prefix).filter(|address| !self.addresses.is_bound(address));
                    let wanted = meant.as_ref().filter(|_| missing.is_none());
                    let awaits_address = meant.is_some()
                        && missing.is_some_and(|address| self.addresses.fault(address).is_none());
                    let open = told && (state == State::Pending || awaits_address);
                    self.plans_changed |= put(&mut plan.routes, *prefix, wanted);
                    self.plans_changed |= mark(&mut plan.undecided, *prefix, open);
                }
            }
        }
    }

    /// Asks for a service's addresses, or lets go of them once the neighbours have been told.
    pub(super) fn want_addresses(
        &mut self,
        addresses: &BTreeMap<Prefix, LoopbackAddress>,
        asked: bool,
    ) {
        // Withdrawals that are still to be published are part of the next version.
        let version = self.version + u64::from(self.plans_changed);
        for address in addresses.values() {
            let changed = if asked {
                self.held.remove(address);
                self.asked.insert(address.clone())
            } else {
                let released = self.asked.remove(address);
                if released {
                    self.held.insert(address.clone(), version);
                }
                released
            };
            self.addresses_changed |= changed;
        }
    }

    /// The plans of all neighbours, if any has changed since the last call; `sampled` is when the
    /// sample was taken that has led to it, if one has.
    pub(super) fn take_plans(
        &mut self,
        sampled: Option<Instant>,
    ) -> Option<BTreeMap<NeighborName, Plan>> {
        if !std::mem::take(&mut self.plans_changed) {
            return None;
        }
        self.version += 1;
        if let Some(at) = sampled {
            Arc::make_mut(&mut self.samples).note(self.version, at);
        }
        for plan in self.plans.values_mut() {
            plan.version = self.version;
            plan.samples = Arc::clone(&self.samples);
        }
        Some(self.plans.clone())
    }

    /// The addresses that should be bound, if they have changed since the last call.
    pub(super) fn take_addresses(&mut self) -> Option<AddressWish> {
        if !std::mem::take(&mut self.addresses_changed) {
            return None;
        }
        let carried = &self.carried;
        self.held.retain(|_, version| !carried.values().all(|c| c.covers(*version)));
        self.addresses.wish(self.asked.iter().chain(self.held.keys()))
    }

    /// The neighbours that have not been told the newest plan.
    pub(super) fn uncarried(&self) -> impl Iterator<Item = &NeighborName> {
        self.carried.iter().filter(|(_, c)| !c.covers(self.version)).map(|(name, _)| name)
    }

    /// The neighbours whose session is up.
    pub(super) fn connected(&self) -> impl Iterator<Item = &NeighborName> {
        self.carried.iter().filter(|(_, c)| **c != Carried::Nothing).map(|(name, _)| name)
    }

    /// What keeps the addresses from being called released, in words; `None` when nothing does.
    pub(super) fn unreleased(&self) -> Option<String> {
        self.addresses.unreleased()
    }

    pub(super) fn view(
        &self,
        prefix: Prefix,
        addresses: &BTreeMap<Prefix, LoopbackAddress>,
    ) -> RouteView {
        let own = addresses.get(&prefix);
        RouteView {
            prefix,
            bound: own.map(|address| self.addresses.is_bound(address)),
            fault: own.and_then(|address| self.addresses.fault(address)).cloned(),
            attributes: self
                .plans
                .iter()
                .filter_map(|(name, plan)| Some((name.clone(), plan.routes.get(&prefix)?.clone())))
                .collect(),
        }
    }
}

/// Notes whether a prefix is undecided; says whether that is new.
fn mark(undecided: &mut Arc<BTreeSet<Prefix>>, prefix: Prefix, open: bool) -> bool {
    let new = undecided.contains(&prefix) != open;
    if new && open {
        Arc::make_mut(undecided).insert(prefix);
    } else if new {
        Arc::make_mut(undecided).remove(&prefix);
    }
    new
}

/// Puts or removes a route; says whether that changed the table.
fn put(table: &mut Arc<RouteTable>, prefix: Prefix, wanted: Option<&Arc<RouteAttributes>>) -> bool {
    let known = table.get(&prefix);
    match wanted {
        Some(attributes) if known != Some(attributes) => {
            Arc::make_mut(table).insert(prefix, Arc::clone(attributes));
            true
        }
        None if known.is_some() => {
            Arc::make_mut(table).remove(&prefix);
            true
        }
        Some(_) | None => false,
    }
}
