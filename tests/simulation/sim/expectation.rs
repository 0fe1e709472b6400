//! What must and what must not be announced, by the words of the documentation alone: an observer who
//! sees each sample and each word as the engine takes it, and asks nobody else.

use std::time::{Duration, Instant};

use herald::base::{CheckName, ServiceName};
use herald::engine::{Command, Lasts, Target, Word};
use herald::health::{CheckSample, Observation, Outcome};

use super::scenery::{DAMPING_MAX, Scenery, Service};

/// How long what was decided may take to reach the kernel, beside the way to the peer.
pub(super) const SLACK: Duration = Duration::from_millis(100);

pub(super) struct Expectation {
    services: Vec<Expected>,
    /// The configuration that the engine has.
    pub(super) scenery: Scenery,
}

#[derive(Debug, Clone)]
struct Expected {
    checks: Vec<Check>,
    /// Whether a verdict was ever possible in this life.
    judged: bool,
    word: Option<Told>,
    /// Whether it was announced by a word, whatever its health, when it was told to drain.
    forced: bool,
    /// Since when health says yes without a break.
    good_since: Option<Instant>,
    /// Since when it must not be announced.
    forbidden_since: Option<Instant>,
    /// Until when there was a reason to withdraw it, whatever the neighbour.
    excused: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Drain(Instant),
    Withdraw,
    Announce(Instant),
}

#[derive(Debug, Clone, Default)]
struct Check {
    good: u32,
    bad: u32,
    verdict: Option<bool>,
    unknown_since: Option<Instant>,
}

impl Expectation {
    pub(super) fn new(scenery: &Scenery, now: Instant) -> Self {
        let services = scenery.services.iter().map(|service| Expected::new(service, now));
        Self { services: services.collect(), scenery: scenery.clone() }
    }

    /// Another life of the agent begins: nothing is known, but words stand.
    pub(super) fn begin(&mut self, scenery: &Scenery, now: Instant) {
        self.scenery = scenery.clone();
        for (expected, service) in self.services.iter_mut().zip(&scenery.services) {
            let word = expected.word;
            *expected = Expected { word, ..Expected::new(service, now) };
            if !service.present {
                expected.word = None;
            }
        }
    }

    /// From now on the engine goes by this file.
    pub(super) fn configured(&mut self, scenery: &Scenery, now: Instant) {
        let before = std::mem::replace(&mut self.scenery, scenery.clone());
        let services = before.services.iter().zip(&scenery.services);
        for (expected, (old, new)) in self.services.iter_mut().zip(services) {
            if old.present != new.present {
                *expected = Expected::new(new, now);
            }
            expected.excused = now;
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = (ServiceName, CheckName)> {
        self.services.iter().enumerate().flat_map(|(s, expected)| {
            (0..expected.checks.len())
                .map(move |c| (format!("s{s}").as_str().into(), format!("c{c}").as_str().into()))
        })
    }

    pub(super) fn observed(&mut self, seen: &Observation, now: Instant) {
        seen.samples.iter().for_each(|seen| self.sampled(seen, now));
    }

    fn sampled(&mut self, seen: &CheckSample, now: Instant) {
        let index = |name: &str| name[1..].parse::<usize>().expect("a letter and a number");
        let s = index(seen.service.as_str());
        let service = &self.scenery.services[s];
        if !service.present {
            return;
        }
        let expected = &mut self.services[s];
        expected.checks[index(seen.check.as_str())].observed(seen.sample.outcome, service, now);
        expected.judge(service, now);
    }

    pub(super) fn told(&mut self, command: &Command, now: Instant) {
        let Target::One(name) = &command.target else { return };
        let s = name.as_str()[1..].parse::<usize>().expect("a letter and a number");
        let service = &self.scenery.services[s];
        if !service.present || !service.enabled {
            return;
        }
        let drains = matches!(command.word, Word::Drain(_));
        let expected = &mut self.services[s];
        expected.excused = now;
        expected.forced = drains
            && match expected.word {
                Some(Told::Announce(end)) => end > now,
                Some(Told::Drain(end)) => end > now && expected.forced,
                Some(Told::Withdraw) | None => false,
            };
        expected.word = match command.word {
            Word::Drain(Lasts::Exactly(lasts)) => Some(Told::Drain(now + lasts)),
            Word::Drain(_) => Some(Told::Drain(now + service.drain_for)),
            Word::Withdraw => Some(Told::Withdraw),
            Word::Announce(lasts) => Some(Told::Announce(now + lasts)),
            Word::Resume => None,
        };
    }

    /// Lets time pass; gives since when a service has been forbidden, if that is new.
    pub(super) fn pass(&mut self, s: usize, answers: bool, now: Instant) -> bool {
        let service = &self.scenery.services[s];
        let expected = &mut self.services[s];
        expected.judge(service, now);
        if expected.word.is_some_and(|word| matches!(word, Told::Announce(end) if end <= now)) {
            expected.word = None;
            expected.excused = now;
        }
        let rivals = service.standby || service.last_site;
        let good = expected.good_since.is_some();
        let listed = service.present && service.enabled;
        if !listed || !good || !answers || rivals || expected.word.is_some() {
            expected.excused = now;
        }
        let forbidden = expected.is_forbidden(service, now);
        let new = forbidden && expected.forbidden_since.is_none();
        expected.forbidden_since = match forbidden {
            true => expected.forbidden_since.or(Some(now)),
            false => None,
        };
        new
    }

    /// Since when the service must not be announced to anybody.
    pub(super) fn forbidden_since(&self, s: usize) -> Option<Instant> {
        self.services[s].forbidden_since
    }

    /// Whether there was a verdict, or a word in place of one.
    pub(super) fn may_begin(&self, s: usize) -> bool {
        let expected = &self.services[s];
        expected.judged || expected.forced || matches!(expected.word, Some(Told::Announce(_)))
    }

    /// Whether there is or was just now a reason to withdraw the service.
    pub(super) fn is_excused(&self, s: usize, now: Instant) -> bool {
        self.services[s].excused + SLACK >= now
    }

    /// Whether the service must be announced to whom it is told by now.
    pub(super) fn is_required(&self, s: usize, now: Instant) -> bool {
        let (expected, service) = (&self.services[s], &self.scenery.services[s]);
        let damping = if service.damping { DAMPING_MAX } else { Duration::ZERO };
        let settled = |since: Instant| since + service.hold_up + damping + SLACK * 10 < now;
        let free = expected.word.is_none() && !service.standby && !service.last_site;
        let listed = service.present && service.enabled;
        listed && free && expected.good_since.is_some_and(settled)
    }
}

impl Expected {
    fn new(service: &Service, now: Instant) -> Self {
        Self {
            checks: vec![Check::default(); service.checks],
            judged: false,
            word: None,
            forced: false,
            good_since: None,
            forbidden_since: None,
            excused: now,
        }
    }

    /// All checks must be healthy.
    fn judge(&mut self, service: &Service, now: Instant) {
        self.checks.iter_mut().for_each(|check| check.pass(service, now));
        let verdicts = || self.checks.iter().map(|check| check.verdict);
        let good = verdicts().all(|verdict| verdict == Some(true));
        self.judged |= good || verdicts().any(|verdict| verdict == Some(false));
        self.good_since = if good { self.good_since.or(Some(now)) } else { None };
    }

    fn is_forbidden(&self, service: &Service, now: Instant) -> bool {
        if !service.present || !service.enabled {
            return true;
        }
        let good = self.good_since.is_some();
        match self.word {
            Some(Told::Withdraw) => true,
            Some(Told::Drain(until)) => {
                let despite = self.forced || service.last_resort || service.last_site;
                until <= now || !good && !despite
            }
            Some(Told::Announce(_)) => false,
            None if !self.judged => true,
            None => !good && !service.last_resort && !service.last_site,
        }
    }
}

impl Check {
    fn observed(&mut self, outcome: Outcome, service: &Service, now: Instant) {
        let bad = match outcome {
            Outcome::Healthy { .. } => 0,
            Outcome::Unhealthy => 1,
            Outcome::Gone => service.fall,
            Outcome::Unknown => {
                self.unknown_since.get_or_insert(now);
                return;
            }
        };
        self.unknown_since = None;
        if bad == 0 {
            self.good += 1;
            self.bad = 0;
        } else {
            self.good = 0;
            self.bad += bad;
        }
        if self.good >= service.rise {
            self.verdict = Some(true);
        } else if self.bad >= service.fall {
            self.verdict = Some(false);
        }
    }

    /// Nothing proven for too long is a no.
    fn pass(&mut self, service: &Service, now: Instant) {
        let over = self.unknown_since.is_some_and(|since| since + service.unknown_for <= now);
        if over && self.verdict == Some(true) {
            self.verdict = Some(false);
            self.unknown_since = None;
            self.good = 0;
        }
    }
}
