//! The engine with a clock to push, and a world that does at once what it is told.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use herald::base::{NextHop, RouteAttributes, RouteTable};
use herald::clock;
use herald::config;
use herald::engine::{AddressReport, Engine, Input, Output};
use herald::health::{CheckSample, Observation, Outcome, Sample};
use herald::policy::State;
use herald::rib::Carried;

/// What every timeline has beside its own tables; goes on after the router-id.
const PREAMBLE: &str = "\
local-as = 65010
[agent]
region = \"here\"
[neighbor.rs-0]
address = \"192.0.2.251\"
peer-as = 65000
[neighbor.rs-1]
address = \"192.0.2.252\"
peer-as = 65000
[haproxy.local]
socket = \"/run/haproxy/admin.sock\"
";

/// A region that adds nothing, for files that bring none.
const REGION: &str = "[region.here]\n";

/// Something that the outside can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A route has come, changed or gone: `announce 192.0.2.10/32 path 65010`. When the neighbours
    /// are not told the same, the name of the neighbour stands behind the prefix.
    Route(String),
    /// The service has changed state, with the reason.
    State(State, String),
}

pub(crate) struct Stage {
    engine: Engine,
    start: Instant,
    /// Since the start.
    pub(crate) now: Duration,
    tables: BTreeMap<String, RouteTable>,
    pub(crate) log: Vec<(Duration, Seen)>,
}

impl Stage {
    /// A service `web` with these tables, at time zero with its address bound.
    pub(crate) fn new(tables: &str) -> Self {
        Self::of("192.0.2.1", tables)
    }

    /// The same for the agent with this router-id.
    pub(crate) fn of(router_id: &str, tables: &str) -> Self {
        let region = if tables.contains("[region.") { "" } else { REGION };
        let text = format!("[bgp]\nrouter-id = \"{router_id}\"\n{PREAMBLE}{region}{tables}");
        let loaded = config::read("timeline.toml", &text, &|_| None);
        let loaded = loaded.unwrap_or_else(|faults| panic!("{faults}"));
        let start = clock::now();
        let engine = Engine::new(loaded.config.engine(&config::Inheritance::default()), start);
        let (tables, now) = (BTreeMap::new(), Duration::ZERO);
        let mut stage = Self { engine, start, now, tables, log: Vec::new() };
        stage.perform();
        stage
    }

    /// One look of a check of `web`.
    pub(crate) fn check(&mut self, check: &str, outcome: Outcome, because: &str) {
        let sample = Sample { outcome, because: because.to_owned().into() };
        let samples = vec![CheckSample { service: "web".into(), check: check.into(), sample }];
        let (at, took) = (self.at(), Duration::ZERO);
        self.input(Input::Observed(Observation { samples, at, took }));
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.engine.handle(input, self.at());
        self.perform();
    }

    /// Moves time on to `until`, stopping at every timer on the way.
    pub(crate) fn advance(&mut self, until: Duration) {
        while let Some((at, timer)) = self.engine.poll_timeout() {
            let due = at.saturating_duration_since(self.start);
            if due > until {
                break;
            }
            assert!(due >= self.now, "{timer:?} lies in the past");
            self.now = due;
            self.input(Input::Timeout);
            assert_ne!(self.engine.poll_timeout(), Some((at, timer)), "a timer is still set");
        }
        self.now = until;
    }

    /// The state of `web`, and how long a path the neighbours are told.
    pub(crate) fn service(&self) -> (State, Option<usize>) {
        let view = self.engine.services().next().expect("one service");
        let told = view.routes.iter().flat_map(|route| &route.attributes).next();
        (view.state, told.map(|(_, route)| route.as_path.len()))
    }

    /// What the neighbours are told of the first prefix.
    pub(crate) fn told(&self) -> Option<&RouteAttributes> {
        let table = self.tables.values().next()?;
        table.values().next().map(|route| &**route)
    }

    fn at(&self) -> Instant {
        self.start + self.now
    }

    fn perform(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Routes(plans) => {
                    let version = plans.values().map(|plan| plan.version).max().unwrap_or(0);
                    let tables: BTreeMap<_, _> = plans
                        .iter()
                        .map(|(name, plan)| (name.to_string(), (*plan.routes).clone()))
                        .collect();
                    self.compare(tables);
                    for name in plans.into_keys() {
                        let told = Input::Carried(name, Carried::Upto(version));
                        self.engine.handle(told, self.at());
                    }
                }
                Output::Addresses(wish) => {
                    let (answers, bound) = (wish.version, (*wish.addresses).clone());
                    let report = AddressReport { answers, bound, ..AddressReport::default() };
                    self.engine.handle(Input::Addresses(report), self.at());
                }
                Output::Transition(t) => {
                    self.log.push((self.now, Seen::State(t.to, t.because.to_string())));
                }
                Output::Overrides(_) | Output::CloseSessions | Output::Stopped { .. } => {}
            }
        }
    }

    /// Notes what differs from what the neighbours were told before.
    fn compare(&mut self, tables: BTreeMap<String, RouteTable>) {
        let mut told: BTreeMap<String, Vec<(&str, Option<&RouteAttributes>)>> = BTreeMap::new();
        let nothing = RouteTable::new();
        for (name, table) in &tables {
            let before = self.tables.get(name).unwrap_or(&nothing);
            let prefixes = before.keys().chain(table.keys().filter(|p| !before.contains_key(*p)));
            for prefix in prefixes.filter(|prefix| before.get(prefix) != table.get(prefix)) {
                let route = table.get(prefix).map(|route| &**route);
                told.entry(prefix.to_string()).or_default().push((name, route));
            }
        }
        for (prefix, changes) in told {
            let same = changes.len() == tables.len() && changes.iter().all(|c| c.1 == changes[0].1);
            for (name, route) in changes.iter().take(if same { 1 } else { changes.len() }) {
                let to = if same { String::new() } else { format!(" {name}") };
                let line = match route {
                    Some(route) => format!("announce {prefix}{to}{}", shown(route)),
                    None => format!("withdraw {prefix}{to}"),
                };
                self.log.push((self.now, Seen::Route(line)));
            }
        }
        self.tables = tables;
    }
}

/// ` path 65010 65010 med 5 communities 65010:1 large 65010:1:2 next-hop 192.0.2.9`, without what is
/// not there.
fn shown(route: &RouteAttributes) -> String {
    let mut text = String::from(" path");
    let list = |text: &mut String, name: &str, all: Vec<String>| {
        if !all.is_empty() {
            let _ = write!(text, " {name} {}", all.join(" "));
        }
    };
    route.as_path.iter().for_each(|asn| text += &format!(" {asn}"));
    list(&mut text, "med", route.med.iter().map(u32::to_string).collect());
    list(&mut text, "communities", route.communities.iter().map(ToString::to_string).collect());
    list(&mut text, "large", route.large_communities.iter().map(ToString::to_string).collect());
    if let NextHop::Address(address) = route.next_hop {
        list(&mut text, "next-hop", vec![address.to_string()]);
    }
    text
}
