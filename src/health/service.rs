use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::check::Check;
use super::damping::Damper;
use super::hold_up::HoldUp;
use super::{CheckSample, CheckVerdict, Looks, Params, Penalty, Verdict, VerdictKind};
use crate::base::{CheckName, Reason};

/// What [`Health::poll_timeout`] waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// A check has been unknown for as long as it may.
    Unknown,
    /// A recovered service has been healthy for long enough.
    HoldUp,
    /// The penalty of a damped service has decayed.
    Reuse,
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
    /// Whether the newest sample proved nothing.
    pub unknown: bool,
    /// What was counted of it.
    pub looks: Looks,
}

/// The health of one service: samples and time go in, a verdict can be looked at any time.
#[derive(Debug, Clone)]
pub struct Health {
    params: Params,
    checks: BTreeMap<CheckName, Check>,
    /// Whether the last answer of the rule was healthy: only from there can it fall.
    upright: bool,
    hold_up: HoldUp,
    damper: Option<Damper>,
    /// Where it stands on the ladder, if it has one.
    low: bool,
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
            damper: params.damping.map(|damping| Damper::new(damping, now)),
            params,
            checks,
            upright: false,
            hold_up: HoldUp::default(),
            low: false,
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
        self.damper = params.damping.map(|damping| match self.damper.take() {
            Some(known) => known.configured(damping, now),
            None => Damper::new(damping, now),
        });
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
            unknown: check.is_unknown(),
            looks: check.looks(),
        })
    }

    /// Takes what one look has shown, and how long it `took`. A sample of a check that is not (or no
    /// longer) configured changes nothing.
    pub fn handle_samples(&mut self, samples: &[CheckSample], took: Duration, now: Instant) {
        for CheckSample { check, sample, service: _ } in samples {
            if let Some(check) = self.checks.get_mut(check) {
                check.handle(sample, took, now);
            }
        }
        self.judge(now);
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
        let held = self.held_until().map(|at| (at, Timer::HoldUp));
        let damped = self.reuse_at().map(|at| (at, Timer::Reuse));
        unknown.chain(held).chain(damped).min()
    }

    /// The penalty of its falls, when it is damped at all.
    pub fn penalty(&self, now: Instant) -> Option<Penalty> {
        self.damper.as_ref().map(|damper| damper.penalty(now))
    }

    fn held_until(&self) -> Option<Instant> {
        self.hold_up.until(self.params.hold_up)
    }

    /// When damping lets go of a service that is healthy by its rule.
    fn reuse_at(&self) -> Option<Instant> {
        self.damper.as_ref()?.reuse_at()
    }

    fn judge(&mut self, now: Instant) {
        let ruled = self.params.rule.answer(&self.checks);
        self.note(ruled.kind, now);
        if self.stands(&ruled, now) {
            return;
        }
        self.verdict = match ruled.kind {
            VerdictKind::Healthy { .. } => self.returned(ruled, now),
            VerdictKind::Pending | VerdictKind::Unhealthy => ruled,
        };
        let Some(ladder) = self.params.ladder else { return };
        self.low = ladder.step(self.low, &self.verdict);
        if let VerdictKind::Healthy { capacity, .. } = self.verdict.kind
            && self.low
        {
            self.verdict = ladder.degraded(capacity, &self.verdict.because);
        }
    }

    /// Lets hold-up and damping see the answer of the rule.
    fn note(&mut self, answer: VerdictKind, now: Instant) {
        let fell = self.upright && answer == VerdictKind::Unhealthy;
        if answer != VerdictKind::Pending {
            self.upright = answer != VerdictKind::Unhealthy;
        }
        self.hold_up.handle(answer, self.params.hold_up, now);
        if let Some(damper) = &mut self.damper {
            damper.handle_timeout(now);
            if fell {
                damper.fall(now);
            }
        }
    }

    /// A healthy answer, as far as hold-up and damping let it through.
    fn returned(&self, ruled: Verdict, now: Instant) -> Verdict {
        let mut held = Vec::new();
        if let Some(until) = self.held_until() {
            let left = until.saturating_duration_since(now).as_secs_f64();
            let hold_up = self.params.hold_up;
            held.push(format!("healthy again, held for {left:.1}s more (hold-up {hold_up:?})"));
        }
        if self.reuse_at().is_some() {
            held.extend(self.penalty(now).map(|penalty| penalty.to_string()));
        }
        if held.is_empty() {
            return ruled;
        }
        let because = format!("{}; {}", ruled.because, held.join("; "));
        Verdict { kind: VerdictKind::Unhealthy, because: because.into() }
    }

    /// Whether the verdict of before still stands in place of this one, which is none yet.
    fn stands(&mut self, ruled: &Verdict, now: Instant) -> bool {
        let waiting =
            ruled.kind == VerdictKind::Pending && self.verdict.kind != VerdictKind::Pending;
        self.standing_until = self.standing_until.filter(|until| waiting && *until > now);
        self.standing_until.is_some()
    }
}
