//! Where only one site should be active: whose turn it is, from what the neighbours show.
//!
//! ```text
//! waiting ── no route that keeps us back, for as long as the patience ──▶ active
//! active  ── a smaller claim is seen ──▶ waiting
//!         ── a larger claim of our like is still seen after the patience ──▶ waiting
//! ```
//!
//! A neighbour with which a session has just come up is given a moment to tell what it knows: its
//! silence until then is not the absence of others.
//!
//! A standby waits while it is healthy, a last site while it is not; both are this machine. Who is
//! active as a last site and recovers goes on as standby: nobody else has come in the meantime. Of two
//! that have become active at once, the one with the higher router-id yields as soon as it sees the
//! other. It may see nothing: most neighbours show their best route only, and never to whom it came
//! from. Then the one with the lower router-id yields, last.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use crate::base::{NeighborName, Prefix, Reason};
use crate::health::VerdictKind;
use crate::policy::{Claim, Service, Turn, Watch};
use crate::rib::{ReceivedRoute, Shown};

/// How long after its session has come up a neighbour's silence proves nothing. FRR tells a new
/// neighbour its routes up to a second late (`coalesce-time`), and not every speaker ends its first
/// table with End-of-RIB.
const FIRST_TABLE: Duration = Duration::from_secs(2);

/// What the neighbours show of our prefixes, and who we are.
#[derive(Debug)]
pub(super) struct Scenery {
    router_id: Ipv4Addr,
    shown: BTreeMap<NeighborName, Sight>,
}

/// What one neighbour shows, and since when it can.
#[derive(Debug)]
struct Sight {
    shown: Shown,
    since: Instant,
}

/// The route of another speaker.
struct Rival<'a> {
    claim: Claim,
    neighbor: &'a NeighborName,
    prefix: Prefix,
    route: &'a ReceivedRoute,
}

/// One service that is not always announced.
#[derive(Debug, Default)]
pub(super) struct Rivalry {
    /// What it would claim.
    claim: Option<Claim>,
    active: bool,
    /// Since when there is a reason to change sides.
    since: Option<Instant>,
    /// When it changes sides, if all stays as it is.
    due: Option<Instant>,
}

/// When a service changes sides.
#[derive(Debug, Clone, Copy)]
struct Change {
    /// How long the reason for it must hold.
    after: Duration,
    /// Not before this, however long it holds.
    earliest: Instant,
}

impl Scenery {
    pub(super) fn new(router_id: Ipv4Addr) -> Self {
        Self { router_id, shown: BTreeMap::new() }
    }

    /// Goes on as `router_id` with the neighbours that are still `known`.
    pub(super) fn configure(&mut self, router_id: Ipv4Addr, known: impl Fn(&NeighborName) -> bool) {
        self.router_id = router_id;
        self.shown.retain(|name, _| known(name));
    }

    pub(super) fn handle_shown(&mut self, neighbor: NeighborName, shown: Shown, now: Instant) {
        let before =
            self.shown.get(&neighbor).filter(|sight| matches!(sight.shown, Shown::Routes(_)));
        let since = before.map_or(now, |sight| sight.since);
        self.shown.insert(neighbor, Sight { shown, since });
    }

    /// What `service` claims by itself with this verdict, and where it looks for others; `None` when
    /// it need not look. `served` says whether it was announced before.
    pub(super) fn claim<'a>(
        &self,
        service: &'a Service,
        verdict: VerdictKind,
        served: bool,
    ) -> Option<(Claim, &'a Watch)> {
        match verdict {
            VerdictKind::Pending => None,
            VerdictKind::Healthy { .. } => {
                Some((Claim::Standby(self.router_id), service.standby.as_ref()?))
            }
            VerdictKind::Unhealthy => {
                // A sick standby goes behind all others, also where its down table is announced.
                let spare = service.standby.as_ref().filter(|_| service.down.announce);
                let watch = spare.or(service.last_site.as_ref().filter(|_| served))?;
                Some((Claim::LastResort(self.router_id), watch))
            }
        }
    }

    /// The routes of other speakers for the prefixes of `service` at the neighbours of `watch`, and
    /// from when on the silence of these proves something; `None` when none of them has a
    /// session and a table that is complete.
    fn look<'a>(
        &'a self,
        watch: &'a Watch,
        service: &'a Service,
    ) -> (Option<Instant>, impl Iterator<Item = Rival<'a>>) {
        let tables = watch.neighbors.iter().filter_map(|name| {
            let Sight { shown, since } = self.shown.get(name)?;
            match shown {
                Shown::Routes(routes) => Some((name, routes, *since)),
                Shown::Unknown | Shown::Incomplete(_) => None,
            }
        });
        let told = tables.clone().map(|(_, _, since)| since + FIRST_TABLE).min();
        let routes = tables.flat_map(|(neighbor, routes, _)| {
            let own = routes.iter().filter(|(prefix, _)| service.prefixes.contains(prefix));
            own.map(move |(prefix, route)| Rival {
                claim: Claim::of(route),
                neighbor,
                prefix: *prefix,
                route,
            })
        });
        let rivals = routes.filter(|rival| !rival.claim.is_of(self.router_id));
        (told, rivals)
    }

    /// Why none of the neighbours of `watch` can be looked at.
    fn blind(&self, watch: &Watch) -> Reason {
        let incomplete =
            watch.neighbors.iter().find_map(|name| match &self.shown.get(name)?.shown {
                Shown::Incomplete(because) => Some(format!("waiting for {name}: {because}")),
                Shown::Unknown | Shown::Routes(_) => None,
            });
        let names: Vec<_> = watch.neighbors.iter().map(NeighborName::as_str).collect();
        let sessions = || format!("waiting for a session to {}", names.join(" or "));
        incomplete.unwrap_or_else(sessions).into()
    }
}

impl Rivalry {
    /// Claims nothing: whoever comes back waits again.
    pub(super) fn rest(&mut self) {
        *self = Self::default();
    }

    /// Whether it is the turn of `service` to make `claim`.
    pub(super) fn turn(
        &mut self,
        claim: Claim,
        service: &Service,
        watch: &Watch,
        scenery: &Scenery,
        now: Instant,
    ) -> Turn {
        self.make(claim, service);
        let (told, rivals) = scenery.look(watch, service);
        let rival = rivals.min_by_key(|rival| rival.claim).filter(|r| r.claim.keeps_back(claim));
        let change = |after, earliest| Some(Change { after, earliest });
        let change = match (&rival, self.active, told) {
            (None, false, Some(told)) => change(watch.patience, told),
            // A session that is lost is no reason to stop: our routes at the others still serve.
            (None, ..) | (Some(_), false, _) => None,
            (Some(rival), true, _) if rival.claim < claim => change(Duration::ZERO, now),
            (Some(_), true, _) => change(watch.patience, now),
        };
        if self.is_due(change, now) {
            self.active = !self.active;
        }
        let because = match rival {
            Some(rival) => rival.words(self.left(now)),
            None if told.is_some() || self.active => alone(claim, self.left(now)),
            None => scenery.blind(watch),
        };
        Turn { ours: self.active, because }
    }

    /// From now on it makes this claim. Who claims more than before, or has no reason to withdraw,
    /// goes on if it is active; who falls waits again.
    fn make(&mut self, claim: Claim, service: &Service) {
        if self.claim == Some(claim) {
            return;
        }
        let falls = matches!(self.claim, Some(Claim::Standby(_)))
            && matches!(claim, Claim::LastResort(_))
            && !service.down.announce;
        let active = self.active && !falls;
        *self = Self { claim: Some(claim), active, since: None, due: None };
    }

    /// Whether a change comes now; if it comes later, its time is set.
    fn is_due(&mut self, change: Option<Change>, now: Instant) -> bool {
        let since = self.since.unwrap_or(now);
        let due = change.map(|change| (since + change.after).max(change.earliest));
        self.due = due.filter(|at| *at > now);
        self.since = self.due.map(|_| since);
        due.is_some_and(|at| at <= now)
    }

    fn left(&self, now: Instant) -> Option<f64> {
        self.due.map(|at| at.saturating_duration_since(now).as_secs_f64())
    }

    /// When to look again, though nothing has happened.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }
}

impl Rival<'_> {
    /// `left`: until we yield, although the other should.
    fn words(&self, left: Option<f64>) -> Reason {
        let Self { claim, neighbor, prefix, route } = self;
        let path: Vec<_> = route.as_path.iter().map(ToString::to_string).collect();
        let path = path.join(" ");
        let whose = match claim {
            Claim::Regular => "another speaker".to_owned(),
            Claim::Standby(id) => format!("the standby {id}"),
            Claim::LastResort(id) => format!("{id}, as last resort"),
        };
        let yields = left.map(|left| format!(": yields in {left:.1}s if it stays"));
        let yields = yields.unwrap_or_default();
        Reason::from(format!("{neighbor} has {prefix} of {whose} (AS path {path}){yields}"))
    }
}

fn alone(claim: Claim, left: Option<f64>) -> Reason {
    const ALONE: &str = "nobody else announces it";
    let last_resort = matches!(claim, Claim::LastResort(_));
    Reason::from(match (left, last_resort) {
        (Some(left), false) => format!("{ALONE}: takes over in {left:.1}s"),
        (Some(left), true) => format!("{ALONE}: announced as last resort in {left:.1}s"),
        (None, false) => ALONE.to_owned(),
        (None, true) => format!("{ALONE}: announced as last resort"),
    })
}
