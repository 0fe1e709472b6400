//! Several sites with one address around a route server, each an engine of its own.
//!
//! The route server shows the best route only: either its one best, and never to whom it came from
//! (as FRR does), or to each site the best of the others (as route servers with a table for each).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use herald::base::{Asn, Percent, RouteAttributes};
use herald::engine::Input;
use herald::health::Outcome;
use herald::rib::{ReceivedRoute, Shown};
use proptest::prelude::*;

use super::stage::Stage;

const SITES: usize = 3;
/// From a change at a site to its sight at the others.
const DELAY: Duration = Duration::from_millis(40);
/// In these steps time passes.
const STEP: Duration = Duration::from_millis(20);

struct Fabric {
    sites: Vec<Stage>,
    healthy: Vec<bool>,
    /// Whether each site gets the best of the others.
    for_each: bool,
    /// What the sites announced, some steps ago.
    past: Vec<Vec<Option<Arc<ReceivedRoute>>>>,
    shown: Vec<Shown>,
}

impl Fabric {
    fn new(tables: &str, for_each: bool) -> Self {
        let sites = (0..SITES).map(|site| {
            let id = format!("192.0.2.{}", 1 + site);
            let mut stage = Stage::of(&id, tables);
            stage.check("backend", Outcome::Unhealthy, "not yet");
            stage
        });
        let mut fabric = Self {
            sites: sites.collect(),
            healthy: vec![false; SITES],
            for_each,
            past: Vec::new(),
            shown: vec![Shown::Unknown; SITES],
        };
        fabric.pass(DELAY);
        fabric
    }

    fn heal(&mut self, site: usize, healthy: bool) {
        self.healthy[site] = healthy;
        let capacity = Percent::FULL;
        let outcome = if healthy { Outcome::Healthy { capacity } } else { Outcome::Unhealthy };
        self.sites[site].check("backend", outcome, "said so");
    }

    fn pass(&mut self, time: Duration) {
        let mut left = time;
        while left > Duration::ZERO {
            left = left.saturating_sub(STEP);
            for stage in &mut self.sites {
                stage.advance(stage.now + STEP);
            }
            self.past.push(self.sites.iter().map(|stage| received(stage.told())).collect());
            let delay = (DELAY.as_millis() / STEP.as_millis()) as usize;
            let Some(seen) = self.past.len().checked_sub(delay).and_then(|i| self.past.get(i))
            else {
                continue;
            };
            for site in 0..SITES {
                let shown = self.shows(site, seen);
                if shown != self.shown[site] {
                    self.shown[site] = shown.clone();
                    self.sites[site].input(Input::Shown("rs-0".into(), shown));
                }
            }
        }
    }

    fn shows(&self, site: usize, routes: &[Option<Arc<ReceivedRoute>>]) -> Shown {
        let known =
            routes.iter().enumerate().filter_map(|(from, route)| Some((from, route.as_ref()?)));
        // The shortest path, then whoever has the highest number: against our own order.
        let best = known
            .filter(|(from, _)| !self.for_each || *from != site)
            .min_by_key(|(from, route)| (route.as_path.len(), SITES - from));
        let routes = best
            .filter(|(from, _)| *from != site)
            .map(|(_, route)| ("192.0.2.10/32".parse().expect("a prefix"), Arc::clone(route)));
        Shown::Routes(routes.into_iter().collect())
    }

    fn announcing(&self) -> Vec<usize> {
        (0..SITES).filter(|site| self.sites[*site].told().is_some()).collect()
    }
}

/// A route as it arrives behind the route server.
fn received(route: Option<&RouteAttributes>) -> Option<Arc<ReceivedRoute>> {
    let route = route?;
    Some(Arc::new(ReceivedRoute {
        as_path: [Asn(65000)].into_iter().chain(route.as_path.iter().copied()).collect(),
        next_hop: None,
        med: None,
        communities: Vec::new(),
        large_communities: route.large_communities.iter().copied().collect(),
    }))
}

const STANDBYS: &str = "[service.web]\naddresses = [\"192.0.2.10\"]\nneighbors = [\"rs-0\"]\n\
                        check.backend.haproxy.backend = \"b\"\nstandby = {}\nlast-site = {}\n\
                        down.prepend = 4\n";

fn changes() -> impl Strategy<Value = Vec<(usize, bool, u64)>> {
    let pause = prop_oneof![3 => 0u64..200, 2 => 200u64..6000];
    prop::collection::vec((0..SITES, any::<bool>(), pause), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever happens at the sites: once it is quiet, exactly one of them is active, a healthy one
    /// if there is any; and if none is, exactly one of those that were ever active.
    #[test]
    fn exactly_one_site_is_active(for_each in any::<bool>(), changes in changes()) {
        let mut fabric = Fabric::new(STANDBYS, for_each);
        let mut served = BTreeMap::new();
        for (site, healthy, pause) in changes {
            fabric.heal(site, healthy);
            fabric.pass(Duration::from_millis(pause));
            served.extend(fabric.announcing().into_iter().map(|site| (site, ())));
        }
        fabric.pass(Duration::from_secs(12));
        let active = fabric.announcing();
        let healthy = fabric.healthy.iter().any(|healthy| *healthy);
        prop_assert!(active.iter().all(|site| fabric.healthy[*site] || !healthy), "{active:?}");
        if healthy || !served.is_empty() {
            prop_assert_eq!(active.len(), 1, "{:?} of {:?}", active, fabric.healthy);
        }
    }
}
