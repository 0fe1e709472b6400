//! What must hold.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use herald::addr::Found;
use herald::base::{Family, NextHop, Prefix, Reason, RouteAttributes};
use herald::policy::State;

use super::ends::{local, neighbor_name};
use super::expectation::SLACK;
use super::expected::Scene;
use super::fault::Whose;
use super::network::Side;
use super::scenery::{LOCAL_AS, OWN};
use super::stream::{Route, Said, Table};
use super::turns::{Sight, whose};
use super::world::{Happening, World};

/// How long a route may take to be announced, beside the way to the peer: the address may have to be
/// bound before, and a new session told everything.
const SETTLED: Duration = Duration::from_secs(1);
/// How long the keeper of addresses may wait before it tries again.
const RETRY: Duration = Duration::from_secs(35);

impl World {
    /// After every step.
    pub(super) fn check_rules(&mut self) {
        self.machine.notice(self.now);
        for lane in &mut self.lanes {
            if lane.in_trouble() {
                lane.trouble = lane.trouble.max(self.now);
                lane.troubled_since.get_or_insert(self.now);
            } else {
                lane.troubled_since = None;
            }
        }
        for s in 0..self.scenery.services.len() {
            let scene = self.scene(s);
            for since in self.expectation.pass(s, &scene, self.now) {
                let slowest = self.lanes.iter().map(|lane| lane.delay).max().unwrap_or_default();
                let later = since.saturating_duration_since(self.now) + slowest;
                for bound in [SLACK, SETTLED] {
                    self.note(later + bound + Duration::from_millis(1), Happening::Check);
                }
            }
            self.check_gone(s);
            self.check_quiet(s);
            self.check_there(s);
        }
        for n in 0..self.lanes.len() {
            self.check_table(n);
        }
        self.check_stop();
    }

    fn scene(&self, s: usize) -> Scene {
        let (addresses, prefixes) = &self.own[s];
        let watched = self.expectation.scenery.watched(s).map(|n| &self.lanes[n]);
        let mut plans = self.agent.iter().flat_map(|agent| agent.plans.values());
        Scene {
            answers: self.machine.denied == 0
                && addresses.iter().all(|address| self.machine.answers(*address)),
            wanted: plans.any(|plan| prefixes.iter().any(|p| plan.routes.contains_key(p))),
            sight: Sight::of(watched, prefixes),
        }
    }

    /// Withdrawn at every live peer within the delay of its link and [`SLACK`].
    fn check_gone(&mut self, s: usize) {
        let Some(since) = self.expectation.forbidden_since(s) else { return };
        if let Some(left) = self.left(s, since) {
            self.object(format!("a route outlived its reason: {left}"));
        }
    }

    /// Where only one site should be active: silent at every live peer within the same bound from when
    /// it is the turn of others. That is from when a route of more weight is seen, or one of the same
    /// kind for as long as the patience (`absent-for`, `wait`); and until nobody was seen for as long.
    /// The drain of an orderly stop does not look at others.
    fn check_quiet(&mut self, s: usize) {
        let Some(since) = self.expectation.quiet_since(s).filter(|_| !self.is_stopping()) else {
            return;
        };
        if let Some(left) = self.left(s, since) {
            self.object(format!("announced out of turn: {left}"));
        }
    }

    /// A route of the service that a live peer still has, when it should have gone at `since`.
    fn left(&self, s: usize, since: Instant) -> Option<String> {
        self.agent.as_ref()?;
        self.lanes.iter().enumerate().find_map(|(n, lane)| {
            let since = since.max(lane.trouble);
            let late = self.now.saturating_duration_since(since);
            let live = lane.is_live() && late > lane.delay + SLACK;
            let conn = lane.established(Side::Peer).filter(|_| live)?;
            let left = self.own[s].1.iter().find(|prefix| conn.heard.table.contains_key(prefix))?;
            Some(format!("{left} at rs-{n} after {late:?}"))
        })
    }

    /// Announced to every live peer that is told, within the delay of its link and [`SETTLED`] from
    /// when it should be: healthy for the longest pause that `hold-up` and damping allow, or sick and
    /// the last site; and where only one site should be active, nobody of weight seen for the patience.
    /// Where the kernel refused or lost addresses, the keeper has [`RETRY`] to put them back.
    fn check_there(&mut self, s: usize) {
        let Some(required) = self.expectation.required_since(s) else { return };
        if self.agent.is_none() || self.is_stopping() {
            return;
        }
        let able = self.machine.troubled.map_or(required, |troubled| troubled + RETRY);
        let missing = self.lanes.iter().enumerate().find_map(|(n, lane)| {
            let since = required.max(able).max(lane.trouble).max(lane.up_since()?);
            let late = self.now.saturating_duration_since(since);
            let told = self.expectation.scenery.tells(s, n) && self.scenery.tells(s, n);
            let live = told && lane.is_live() && late > lane.delay + SETTLED;
            let conn = lane.established(Side::Peer).filter(|_| live)?;
            let missing =
                self.own[s].1.iter().find(|prefix| !conn.heard.table.contains_key(prefix))?;
            Some(format!("{missing} at rs-{n} after {late:?}"))
        });
        if let Some(missing) = missing {
            self.object(format!("not announced though it should be: {missing}"));
        }
    }

    /// What is about to be written to a neighbour.
    pub(super) fn check_said(&mut self, n: usize, id: u64, octets: &[u8]) {
        let Some(conn) = self.lanes[n].conns.get_mut(&id) else { return };
        let before = conn.said.table.clone();
        let updates = conn.said.updates;
        let said = conn.said.read(octets);
        let updates = conn.said.updates - updates;
        self.figures.updates += updates;
        if let Some(end) = &mut self.lanes[n].ends[0] {
            end.updates += updates;
        }
        let refreshed = said.iter().any(|said| matches!(said, Said::EndOfRib(_)));
        let mut gone = BTreeSet::new();
        for said in said {
            match said {
                Said::Announced(prefix, route) => {
                    self.tell(|| format!("to rs-{n}: {prefix} by {:?}", route.path));
                    self.check_announced(n, prefix);
                    self.check_mark(n, prefix, &route);
                    let again = before.get(&prefix) == Some(&route);
                    if again && !refreshed && !self.was_asked(n) {
                        self.object(format!("said again to rs-{n}, which has it: {prefix}"));
                    }
                    if gone.contains(&prefix) {
                        self.object(format!("withdrawn and announced in one go: {prefix}"));
                    }
                }
                Said::Withdrawn(prefix) => {
                    self.tell(|| format!("to rs-{n}: {prefix} withdrawn"));
                    gone.insert(prefix);
                    if before.contains_key(&prefix) {
                        self.check_withdrawn(n, prefix);
                    }
                }
                Said::EndOfRib(_) | Said::Opened(_) => {}
            }
        }
    }

    /// Whether the neighbour may have asked for its routes again: a mad one does.
    fn was_asked(&self, n: usize) -> bool {
        let end = self.lanes[n].ends[0].as_ref();
        end.is_some_and(|end| end.session.counters().received.route_refresh > 0)
    }

    fn is_stopping(&self) -> bool {
        self.agent.as_ref().is_some_and(|agent| agent.stopping.is_some())
    }

    fn service_of(&self, prefix: Prefix) -> Option<usize> {
        self.own.iter().position(|(_, prefixes)| prefixes.contains(&prefix))
    }

    /// Never before the first verdict, never without the address.
    fn check_announced(&mut self, n: usize, prefix: Prefix) {
        let Some(s) = self.service_of(prefix) else {
            return self.object(format!("announced to rs-{n}, and of no service: {prefix}"));
        };
        if !self.expectation.may_begin(s) {
            self.object(format!("announced before its first verdict: {prefix} to rs-{n}"));
        }
        let meddled = self.machine.meddled + SLACK >= self.now;
        if prefix.is_host() && !self.machine.answers(prefix.address()) && !meddled {
            self.object(format!("announced without its address: {prefix} to rs-{n}"));
        }
    }

    /// What a standby announces says so to the others, who would take it for the primary's else.
    fn check_mark(&mut self, n: usize, prefix: Prefix, route: &Route) {
        let standby = |s: &usize| self.expectation.scenery.services[*s].standby.is_some();
        let Some(_) = self.service_of(prefix).filter(standby) else { return };
        let own = |whose| matches!(whose, Whose::Standby(OWN) | Whose::LastResort(OWN));
        if !own(whose(route)) {
            self.object(format!("announced without its mark: {prefix} to rs-{n}"));
        }
    }

    /// Never while healthy and not told to; where the link takes nothing at once, the withdrawal is as old
    /// as that may be.
    fn check_withdrawn(&mut self, n: usize, prefix: Prefix) {
        let stopping = self.is_stopping();
        let decided = self.lanes[n].troubled_since.unwrap_or(self.now);
        let Some(s) = self.service_of(prefix) else { return };
        let told = self.expectation.scenery.tells(s, n) && self.scenery.tells(s, n);
        if told && !stopping && !self.expectation.is_excused(s, decided) {
            self.object(format!("withdrawn while healthy, and nobody said so: {prefix}, rs-{n}"));
        }
    }

    /// The withdrawal is with the kernel before the address goes.
    pub(super) fn check_release(&mut self, found: &Found) {
        let prefix = Prefix::host(found.place.address);
        for (n, lane) in self.lanes.iter().enumerate() {
            let Some(end) = &lane.ends[0] else { continue };
            let own = end.links.values().filter_map(|id| lane.conns.get(id));
            if own.into_iter().any(|conn| conn.taken.table.contains_key(&prefix)) {
                let what = format!("an address went before its withdrawal: {prefix}, rs-{n}");
                return self.object(what);
            }
        }
    }

    /// When nothing is on its way, everybody has the same table.
    fn check_table(&mut self, n: usize) {
        if !self.lanes[n].dirty || !self.is_settled(n) {
            return;
        }
        self.lanes[n].dirty = false;
        self.figures.compared += 1;
        let Some(agent) = &self.agent else { return };
        let Some(plan) = agent.plans.get(&n) else { return };
        let lane = &self.lanes[n];
        let (Some(end), Some(conn)) = (&lane.ends[0], lane.established(Side::Peer)) else {
            return;
        };
        let families = &end.session.negotiated().map(|n| n.families.clone()).unwrap_or_default();
        let wanted = plan.routes.iter().filter(|(prefix, _)| families.contains(&prefix.family()));
        let wanted: Table = wanted.map(|(p, route)| (*p, written(n, *p, route))).collect();
        let (heard, said) = (&conn.heard.table, &conn.said.table);
        let counters = end.session.counters();
        let objection = if *heard != wanted {
            Some(format!("the table at rs-{n} is {heard:?}, wanted is {wanted:?}"))
        } else if said != heard {
            Some(format!("the table at rs-{n} is {heard:?}, said was {said:?}"))
        } else if !end.session.advertised().keys().eq(heard.keys()) {
            Some(format!("the table at rs-{n} is {heard:?}, shown is otherwise"))
        } else if (counters.flaps, counters.sent.update) != (end.losses, end.updates) {
            let (losses, updates) = (end.losses, end.updates);
            Some(format!(
                "counters of rs-{n} are {counters:?}, seen were {losses} losses, {updates} UPDATEs"
            ))
        } else {
            self.check_shown(n)
        };
        if let Some(objection) = objection {
            self.object(objection);
        }
    }

    /// The state that is shown says whether the route is announced, and why.
    fn check_shown(&self, n: usize) -> Option<String> {
        let agent = self.agent.as_ref()?;
        let name = neighbor_name(n);
        for view in agent.engine.services() {
            let silent = match view.state {
                State::Pending
                | State::Standby
                | State::Drained
                | State::Withdrawn
                | State::Disabled => true,
                State::Up
                | State::Degraded
                | State::Down
                | State::LastResort
                | State::Draining
                | State::DrainingUnhealthy => false,
            };
            let known = agent.states.get(view.name).copied().unwrap_or(State::Pending);
            if known != view.state {
                return Some(format!("a change of state was not told: {} is {known}", view.name));
            }
            if view.because.as_str().is_empty() {
                return Some(format!("{} is {} for no reason", view.name, view.state));
            }
            let mut told = view.routes.iter().flat_map(|route| &route.attributes);
            if silent && told.any(|(neighbor, _)| *neighbor == name) {
                return Some(format!("{} is {} and announced", view.name, view.state));
            }
        }
        None
    }

    /// Both ends agree that the session is up, and everything said has been heard.
    fn is_settled(&self, n: usize) -> bool {
        let Some(agent) = &self.agent else { return false };
        let lane = &self.lanes[n];
        let (Some(ours), Some(theirs)) = (&lane.ends[0], &lane.ends[1]) else { return false };
        let newest = agent.plans.get(&n).is_some_and(|plan| plan.version == ours.plan);
        let same = ours.established().is_some() && ours.established() == theirs.established();
        let told = ours.told == herald::rib::Carried::Upto(ours.plan);
        let waits = ours
            .session
            .poll_timeout()
            .is_some_and(|(_, timer)| timer == herald::session::Timer::EndOfRib);
        newest && same && told && !waits && agent.coming == 0 && lane.is_quiet()
    }

    /// An orderly stop is over in time.
    fn check_stop(&mut self) {
        let stopping = self.agent.as_ref().and_then(|agent| agent.stopping);
        if stopping.is_some_and(|(_, latest)| latest + SLACK < self.now) {
            self.object("the orderly stop does not come to an end".to_owned());
        }
    }

    /// An orderly stop leaves nothing behind, or says so.
    pub(super) fn check_stopped(&mut self, unfinished: &[Reason]) {
        let left = self.machine.marked().next().map(|found| found.place.address);
        if let Some(left) = left.filter(|_| unfinished.is_empty()) {
            self.object(format!("left bound by an orderly stop: {left}"));
        }
    }

    /// At the end of the calm: everything that should be there is there, and nothing else.
    pub(super) fn check_end(&mut self) {
        if self.agent.is_none() {
            return self.object("the agent has not come back".to_owned());
        }
        for n in 0..self.lanes.len() {
            if self.scenery.neighbors[n].present {
                self.check_lane_at_end(n);
            }
        }
    }

    fn check_lane_at_end(&mut self, n: usize) {
        let Some(conn) = self.lanes[n].established(Side::Peer) else {
            let state = self.lanes[n].ends[0].as_ref().map(|end| end.session.state().0);
            return self.object(format!("no session with rs-{n} after a long calm: {state:?}"));
        };
        if let Some(stale) = self.lanes[n].stale.keys().next() {
            return self.object(format!("rs-{n} still keeps {stale} from before"));
        }
        let mut objection = None;
        for (s, (_, prefixes)) in self.own.iter().enumerate() {
            let required = self.expectation.required_since(s);
            let required = required.is_some_and(|since| since + SETTLED < self.now)
                && self.scenery.tells(s, n);
            let forbidden = self.expectation.forbidden_since(s).is_some();
            for prefix in prefixes {
                let heard = conn.heard.table.get(prefix);
                let length = 1 + self.scenery.region_prepend + self.scenery.neighbors[n].prepend;
                let right = heard.is_some_and(|route| {
                    route.path.len() == length && route.path.iter().all(|asn| asn.0 == LOCAL_AS)
                });
                if required && !right {
                    let what = format!("missing at rs-{n} in the end: {prefix} (has {heard:?})");
                    objection = objection.or(Some(what));
                }
                if (forbidden || !self.scenery.tells(s, n)) && heard.is_some() {
                    objection = objection.or(Some(format!("too much at rs-{n}: {prefix}")));
                }
            }
        }
        if let Some(objection) = objection {
            self.object(objection);
        }
    }
}

/// A route as the peer should read it.
fn written(n: usize, prefix: Prefix, route: &RouteAttributes) -> Route {
    let own = match prefix.family() {
        Family::Ipv4Unicast => local(n, Side::Agent),
        Family::Ipv6Unicast => {
            std::net::Ipv6Addr::from([0x2001, 0xdb8, n as u16, 0, 0, 0, 0, 2]).into()
        }
    };
    Route {
        path: route.as_path.clone(),
        next_hop: Some(match route.next_hop {
            NextHop::SelfAddress => own,
            NextHop::Address(address) => address,
        }),
        med: route.med,
        communities: route.communities.clone(),
        large_communities: route.large_communities.clone(),
    }
}
