//! What checks would see, and when they look: at each change, a few times after it, and seldom else.

use std::time::Duration;

use herald::base::Percent;
use herald::engine::Input;
use herald::health::{CheckSample, Observation, Outcome, Sample};

use super::fault::Seen;
use super::scenery::Scenery;
use super::world::{Happening, World};

/// Between looks that follow a change.
const FAST: Duration = Duration::from_millis(500);
/// Between looks that nothing has caused: the same news again, which changes nothing.
const SLOW: Duration = Duration::from_secs(300);
/// So many looks follow a change.
const FOLLOW: u32 = 5;

/// This check of every service is read from one HAProxy: a look at one of them shows them all.
const ANSWERED: usize = 0;

/// By service and check.
pub(super) struct Truth {
    checks: Vec<Vec<Check>>,
}

#[derive(Clone)]
struct Check {
    seen: Seen,
    /// The looks of an older chain do not count.
    chain: u64,
    left: u32,
}

impl Truth {
    pub(super) fn new(scenery: &Scenery) -> Self {
        let check = Check { seen: Seen::Healthy(100), chain: 0, left: 0 };
        let checks = scenery.services.iter().map(|s| vec![check.clone(); s.checks]);
        Self { checks: checks.collect() }
    }
}

impl World {
    /// A check of a living agent begins to look.
    pub(super) fn look_soon(&mut self, service: usize, check: usize) {
        let hop = self.dice.hop();
        let known = &mut self.truth.checks[service][check];
        known.chain += 1;
        known.left = FOLLOW;
        let chain = known.chain;
        self.note(hop, Happening::Look { service, check, chain });
    }

    pub(super) fn look_everywhere(&mut self) {
        for service in 0..self.truth.checks.len() {
            for check in 0..self.truth.checks[service].len() {
                self.look_soon(service, check);
            }
        }
    }

    pub(super) fn turn(&mut self, service: usize, check: usize, seen: Seen) {
        self.truth.checks[service][check].seen = seen;
        self.look_soon(service, check);
    }

    pub(super) fn turn_all(&mut self, seen: Seen) {
        for service in 0..self.truth.checks.len() {
            for check in 0..self.truth.checks[service].len() {
                self.turn(service, check, seen);
            }
        }
    }

    pub(super) fn look(&mut self, service: usize, check: usize, chain: u64) {
        let known = &mut self.truth.checks[service][check];
        if known.chain != chain || self.agent.is_none() {
            return;
        }
        known.left = known.left.saturating_sub(1);
        let wait = if known.left > 0 { FAST } else { SLOW };
        self.note(wait, Happening::Look { service, check, chain });
        let samples = match check {
            ANSWERED => (0..self.truth.checks.len()).map(|s| self.sample(s, ANSWERED)).collect(),
            _ => vec![self.sample(service, check)],
        };
        let (took, at) = (Duration::ZERO, self.now);
        self.post_to_engine(Input::Observed(Observation { samples, took, at }));
    }

    fn sample(&self, service: usize, check: usize) -> CheckSample {
        let sample = sample(self.truth.checks[service][check].seen);
        let (service, check) = (format!("s{service}"), format!("c{check}"));
        CheckSample { service: service.as_str().into(), check: check.as_str().into(), sample }
    }
}

pub(super) fn sample(seen: Seen) -> Sample {
    let outcome = match seen {
        Seen::Healthy(capacity) => {
            Outcome::Healthy { capacity: Percent::new(capacity).unwrap_or(Percent::FULL) }
        }
        Seen::Unhealthy => Outcome::Unhealthy,
        Seen::Gone => Outcome::Gone,
        Seen::Unknown => Outcome::Unknown,
    };
    Sample { outcome, because: format!("{seen:?}").into() }
}
