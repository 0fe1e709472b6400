use std::collections::BTreeMap;

use crate::base::ServiceName;
use crate::config::{Config, Hook};
use crate::engine::Transition;
use crate::policy::State;
use crate::process::printable;

/// Characters of a reason that a hook is given: an environment has its bounds (execve(2)).
const LONGEST_REASON: usize = 4096;

/// The newest change of each service, with what is to be run for it.
#[derive(Debug, Default)]
pub struct Changes(BTreeMap<ServiceName, Change>);

/// A change of a service's state.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) state: State,
    pub(super) count: Count,
    pub(super) hooks: Vec<Hook>,
    /// The environment of the hooks, besides herald's own.
    pub(super) variables: Vec<(&'static str, String)>,
}

/// The changes of a service so far, and those of them that have hooks.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) all: u64,
    pub(super) hooked: u64,
}

impl Changes {
    /// Keeps a change in place of the one before; `config` is what holds now.
    pub fn note(&mut self, transition: &Transition, config: &Config) {
        let service = config.services.get(&transition.service);
        let hooks = service.map(|service| service.hooks.as_slice()).unwrap_or_default();
        let hooks: Vec<_> =
            hooks.iter().filter(|hook| is_for(hook, transition.to)).cloned().collect();
        let before = self.0.get(&transition.service).map(|change| change.count);
        let before = before.unwrap_or_default();
        let count =
            Count { all: before.all + 1, hooked: before.hooked + u64::from(!hooks.is_empty()) };
        let variables = variables(transition, config);
        let change = Change { state: transition.to, count, hooks, variables };
        self.0.insert(transition.service.clone(), change);
    }

    pub(super) fn newest(&self) -> impl Iterator<Item = (&ServiceName, &Change)> {
        self.0.iter()
    }
}

impl Change {
    /// How many changes with hooks have come and gone between `seen` and this one.
    pub(super) fn left_out_since(&self, seen: Count) -> u64 {
        self.count.hooked - seen.hooked - u64::from(!self.hooks.is_empty())
    }
}

/// By name: a service that is announced as a last resort is down.
fn is_for(hook: &Hook, state: State) -> bool {
    hook.on.iter().any(|on| on.as_str() == state.as_str())
}

fn variables(transition: &Transition, config: &Config) -> Vec<(&'static str, String)> {
    let Transition { service, from, to, because, at: _ } = transition;
    let reason = printable(because.as_str()).chars().take(LONGEST_REASON).collect();
    let region = config.agent.region.name().map(ToString::to_string);
    let prefixes = config.policy.services.get(service).map(|routes| &routes.prefixes);
    let prefixes = || prefixes.into_iter().flatten();
    let hosts = prefixes().filter(|prefix| prefix.is_host());
    let hosts: Vec<_> = hosts.map(|prefix| prefix.address().to_string()).collect();
    let prefixes: Vec<_> = prefixes().map(ToString::to_string).collect();
    vec![
        ("HERALD_SERVICE", service.to_string()),
        ("HERALD_STATE", to.to_string()),
        ("HERALD_PREVIOUS_STATE", from.to_string()),
        ("HERALD_REASON", reason),
        ("HERALD_REGION", region.unwrap_or_default()),
        ("HERALD_ADDRESSES", hosts.join(" ")),
        ("HERALD_PREFIXES", prefixes.join(" ")),
    ]
}
