use std::collections::BTreeMap;
use std::time::Instant;

use super::check::Check;
use super::{CheckVerdict, Params, Rule, Sample};
use crate::base::{CheckName, Percent, Reason};

/// What the health of a service says about announcing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The answer.
    pub kind: VerdictKind,
    /// The words for it.
    pub because: Reason,
}

/// The answer of a [`Verdict`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerdictKind {
    /// Checks that the rule needs have not given their first verdict.
    Pending,
    /// Healthy, with this capacity.
    Healthy {
        /// Smallest capacity over the checks (all), largest (any), or that of the last one needed.
        capacity: Percent,
    },
    /// Not healthy, or healthy but still held by `hold-up`.
    Unhealthy,
}

/// What [`Health::poll_timeout`] waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// A check has been unknown for as long as it may.
    Unknown,
    /// A recovered service has been healthy for long enough.
    HoldUp,
}

/// A check as shown to people.
#[derive(Debug, Clone)]
pub struct CheckView<'a> {
    /// Its name.
    pub name: &'a CheckName,
    /// Its verdict.
    pub verdict: CheckVerdict,
    /// The words for it.
    pub because: &'a Reason,
    /// When it was last sampled.
    pub last_sample: Option<Instant>,
}

/// The health of one service: samples and time go in, a verdict can be looked at any time.
#[derive(Debug, Clone)]
pub struct Health {
    params: Params,
    checks: BTreeMap<CheckName, Check>,
    /// Whether the last answer of the rule was unhealthy: only then does `hold-up` apply.
    fallen: bool,
    healthy_since: Option<Instant>,
    verdict: Verdict,
    /// After new checks have come, the old verdict stands until they have given theirs, at most
    /// until this time.
    standing_until: Option<Instant>,
}

impl Health {
    /// No sample seen yet. A service without checks is healthy from the start.
    pub fn new(params: Params, now: Instant) -> Self {
        let checks = params
            .checks
            .iter()
            .map(|(name, check)| (name.clone(), Check::new(*check, params.unknown_for)))
            .collect();
        let verdict = Verdict { kind: VerdictKind::Pending, because: Reason::new("no sample yet") };
        let mut health = Self {
            params,
            checks,
            fallen: false,
            healthy_since: None,
            verdict,
            standing_until: None,
        };
        health.judge(now);
        health
    }

    /// Takes over other parameters. Checks of the same name go on with what they have seen. New ones
    /// have no verdict yet; while the rule needs it, the verdict of before stands, for `unknown-for`
    /// at most: adding a check must not take a healthy service away.
    pub fn configure(&mut self, params: Params, now: Instant) {
        let mut checks = BTreeMap::new();
        for (name, check) in &params.checks {
            let known = self.checks.remove(name);
            let check = match known {
                Some(known) => known.configured(*check, params.unknown_for),
                None => Check::new(*check, params.unknown_for),
            };
            checks.insert(name.clone(), check);
        }
        self.checks = checks;
        self.standing_until = Some(now + params.unknown_for);
        self.params = params;
        self.judge(now);
    }

    /// The verdict as of the last call of a `handle` function.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The checks in order of name.
    pub fn checks(&self) -> impl Iterator<Item = CheckView<'_>> {
        self.checks.iter().map(|(name, check)| CheckView {
            name,
            verdict: check.verdict(),
            because: check.because(),
            last_sample: check.last_sample(),
        })
    }

    /// Takes a sample; one for a check that is not (or no longer) configured changes nothing.
    pub fn handle_sample(&mut self, check: &CheckName, sample: &Sample, now: Instant) {
        if let Some(check) = self.checks.get_mut(check) {
            check.handle(sample, now);
            self.judge(now);
        }
    }

    /// Lets what has become due by `now` take effect.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.checks.values_mut().for_each(|check| check.handle_timeout(now));
        self.judge(now);
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next, and for what.
    pub fn poll_timeout(&self) -> Option<(Instant, Timer)> {
        let unknown = self.checks.values().filter_map(Check::deadline).chain(self.standing_until);
        let unknown = unknown.map(|at| (at, Timer::Unknown));
        unknown.chain(self.held_until().map(|at| (at, Timer::HoldUp))).min()
    }

    fn held_until(&self) -> Option<Instant> {
        self.healthy_since.filter(|_| self.fallen).map(|since| since + self.params.hold_up)
    }

    fn judge(&mut self, now: Instant) {
        let ruled = self.rule();
        if self.stands(&ruled, now) {
            return;
        }
        match ruled.kind {
            VerdictKind::Pending => self.healthy_since = None,
            VerdictKind::Unhealthy => {
                self.healthy_since = None;
                self.fallen = true;
            }
            VerdictKind::Healthy { .. } => {
                self.healthy_since.get_or_insert(now);
                if let Some(until) = self.held_until().filter(|until| *until > now) {
                    self.verdict =
                        self.held(&ruled.because, until.duration_since(now).as_secs_f32());
                    return;
                }
                self.fallen = false;
            }
        }
        self.verdict = ruled;
    }

    /// Whether the verdict of before still stands in place of this one, which is none yet.
    fn stands(&mut self, ruled: &Verdict, now: Instant) -> bool {
        let waiting =
            ruled.kind == VerdictKind::Pending && self.verdict.kind != VerdictKind::Pending;
        self.standing_until = self.standing_until.filter(|until| waiting && *until > now);
        self.standing_until.is_some()
    }

    fn held(&self, because: &Reason, left: f32) -> Verdict {
        let hold_up = self.params.hold_up;
        let because =
            format!("{because}; healthy again, held for {left:.1}s more (hold-up {hold_up:?})");
        Verdict { kind: VerdictKind::Unhealthy, because: because.into() }
    }

    /// Three-valued: enough healthy is yes, too few even if all pending ones were healthy is no.
    fn rule(&self) -> Verdict {
        if self.checks.is_empty() {
            let kind = VerdictKind::Healthy { capacity: Percent::FULL };
            return Verdict { kind, because: Reason::new("no check configured: always healthy") };
        }
        let needed = match self.params.rule {
            Rule::All => self.checks.len(),
            Rule::Any => 1,
            Rule::AtLeast(count) => count,
        };
        let mut capacities: Vec<Percent> = self.checks.values().filter_map(capacity).collect();
        capacities.sort_unstable_by(|a, b| b.cmp(a));
        let pending = self.with_verdict(|verdict| verdict == CheckVerdict::Pending);
        let healthy = self.with_verdict(|verdict| matches!(verdict, CheckVerdict::Healthy { .. }));
        let unhealthy = self.with_verdict(|verdict| verdict == CheckVerdict::Unhealthy);
        // The capacity of the weakest check that the rule still needs: all → least, any → most.
        match capacities.get(needed - 1) {
            Some(capacity) => {
                let kind = VerdictKind::Healthy { capacity: *capacity };
                Verdict { kind, because: self.words(&healthy) }
            }
            None if healthy.len() + pending.len() < needed => {
                Verdict { kind: VerdictKind::Unhealthy, because: self.words(&unhealthy) }
            }
            None => Verdict { kind: VerdictKind::Pending, because: self.words(&pending) },
        }
    }

    fn with_verdict(&self, wanted: impl Fn(CheckVerdict) -> bool) -> Vec<&CheckName> {
        self.checks
            .iter()
            .filter(|(_, check)| wanted(check.verdict()))
            .map(|(name, _)| name)
            .collect()
    }

    /// The reasons of the named checks; a check's name is said only when there are several.
    fn words(&self, names: &[&CheckName]) -> Reason {
        let said: Vec<String> = names
            .iter()
            .filter_map(|name| Some((name, self.checks.get(*name)?)))
            .map(|(name, check)| match self.checks.len() {
                1 => check.because().to_string(),
                _ => format!("{name}: {}", check.because()),
            })
            .collect();
        Reason::from(said.join("; "))
    }
}

fn capacity(check: &Check) -> Option<Percent> {
    match check.verdict() {
        CheckVerdict::Healthy { capacity } => Some(capacity),
        CheckVerdict::Pending | CheckVerdict::Unhealthy => None,
    }
}
