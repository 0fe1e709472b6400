use std::collections::BTreeSet;
use std::iter::repeat_n;

use super::{Claim, Extras, Neighbor, Params, Service, State, StateAttributes};
use crate::base::{Family, NextHop, RouteAttributes};

/// What `neighbor` is told about routes of `service` in `family`, or `None` to withdraw.
///
/// The AS path is the local AS once, plus once for each prepend of region, neighbour and state.
pub fn attributes(
    params: &Params,
    service: &Service,
    state: State,
    neighbor: &Neighbor,
    family: Family,
) -> Option<RouteAttributes> {
    let table = announced(service, state)?;
    let mark = claim(params, service, state).mark(neighbor.local_as);
    let layers = [&params.region, &neighbor.extras, &table.extras];
    let prepends: usize = layers.iter().map(|extras| usize::from(extras.prepend)).sum();
    Some(RouteAttributes {
        as_path: repeat_n(neighbor.local_as, 1 + prepends).collect(),
        next_hop: next_hop(table, neighbor, family),
        // The most specific MED stands: adding them up would mean nothing to anybody.
        med: layers.iter().rev().find_map(|extras| extras.med),
        communities: union(layers, |extras| &extras.communities),
        large_communities: union(layers, |extras| &extras.large_communities)
            .into_iter()
            .chain(mark)
            .collect(),
    })
}

/// Whether the state announces the service at all.
pub fn announces(service: &Service, state: State) -> bool {
    announced(service, state).is_some()
}

fn announced(service: &Service, state: State) -> Option<&StateAttributes> {
    let (_, table) = table(service, state)?;
    let announced = match state {
        State::LastResort => true,
        // Not healthy, a standby waits for its turn like anybody else.
        State::Down => table.announce && service.standby.is_none(),
        State::Pending
        | State::Up
        | State::Degraded
        | State::Standby
        | State::Draining
        | State::DrainingUnhealthy
        | State::Drained
        | State::Withdrawn
        | State::Disabled => table.announce,
    };
    announced.then_some(table)
}

/// The `[service.X.NAME]` table that a state reads, with its name; `None` for a state that is never
/// announced.
pub fn table(service: &Service, state: State) -> Option<(&'static str, &StateAttributes)> {
    match state {
        State::Up => Some(("up", &service.up)),
        State::Degraded => Some(("degraded", &service.degraded)),
        State::Down | State::LastResort => Some(("down", &service.down)),
        State::Draining | State::DrainingUnhealthy => Some(("drain", &service.drain.attributes)),
        State::Pending | State::Standby | State::Drained | State::Withdrawn | State::Disabled => {
            None
        }
    }
}

/// What the routes of a service say to other sites in this state.
fn claim(params: &Params, service: &Service, state: State) -> Claim {
    let last_resort = match state {
        State::LastResort => true,
        // A last resort that is led away goes on to say what it is.
        State::DrainingUnhealthy => service.last_site.is_some() || service.standby.is_some(),
        State::Pending
        | State::Up
        | State::Degraded
        | State::Down
        | State::Standby
        | State::Draining
        | State::Drained
        | State::Withdrawn
        | State::Disabled => false,
    };
    match (last_resort, &service.standby) {
        (true, _) => Claim::LastResort(params.router_id),
        (_, Some(_)) => Claim::Standby(params.router_id),
        (_, None) => Claim::Regular,
    }
}

fn next_hop(table: &StateAttributes, neighbor: &Neighbor, family: Family) -> NextHop {
    let of_state = table.next_hop.filter(|address| Family::of(*address) == family);
    of_state
        .or_else(|| neighbor.next_hop_for(family))
        .map_or(NextHop::SelfAddress, NextHop::Address)
}

fn union<T: Ord + Clone>(
    layers: [&Extras; 3],
    of: impl Fn(&Extras) -> &BTreeSet<T>,
) -> BTreeSet<T> {
    layers.into_iter().flat_map(|extras| of(extras).iter().cloned()).collect()
}
