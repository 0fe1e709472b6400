//! What must and what must not be announced, by the words of the documentation alone: an observer who
//! sees each sample and each word as the engine takes it, and asks nobody else.

use std::time::{Duration, Instant};

use herald::base::{CheckName, ServiceName};
use herald::engine::{Command, Target};
use herald::health::{CheckSample, Observation, Outcome};

use super::scenery::{Scenery, Service};
use super::turns::{Role, Sight, Turn};
use super::words::{Told, Words};

/// How long what was decided may take to reach the kernel, beside the way to the peer.
pub(super) const SLACK: Duration = Duration::from_millis(100);

pub(super) struct Expectation {
    services: Vec<Expected>,
    /// The configuration that the engine has.
    pub(super) scenery: Scenery,
}

/// What there is to see of a service beside what the engine is told.
pub(super) struct Scene {
    /// All its addresses are there.
    pub(super) answers: bool,
    /// It is in the plan of a neighbour.
    pub(super) wanted: bool,
    /// What the neighbours show of others.
    pub(super) sight: Sight,
}

#[derive(Debug, Clone)]
struct Expected {
    checks: Vec<Check>,
    /// Whether a verdict was ever possible in this life.
    judged: bool,
    /// Whether it may have been announced as healthy in this life, and whether it was.
    may_have_served: bool,
    has_served: bool,
    words: Words,
    turn: Turn,
    /// Since when no word stands, and the configuration is the same.
    free_since: Instant,
    /// Since when health says yes without a break.
    good_since: Option<Instant>,
    /// Whether its health was in doubt, so that it may have been a last site.
    doubtful: bool,
    /// Since when it must not be announced.
    forbidden_since: Option<Instant>,
    /// Until when there was a reason to withdraw it, whatever the neighbour.
    excused: Instant,
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
            let words = expected.words.after_restart();
            *expected = Expected::new(service, now);
            if service.present {
                expected.words = words;
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
            expected.free_since = now;
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
        let only = match &command.target {
            Target::One(name) => Some(index(name.as_str())),
            Target::All => None,
        };
        let services = self.services.iter_mut().zip(&self.scenery.services).enumerate();
        let meant = services.filter(|(s, _)| only.is_none_or(|only| only == *s));
        for (_, (expected, service)) in meant.filter(|(_, (_, s))| s.present && s.enabled) {
            expected.excused = now;
            expected.words.give(command, service, now);
        }
    }

    /// Lets time pass; gives the moment from which on there is something new to look at, if there is.
    pub(super) fn pass(&mut self, s: usize, scene: &Scene, now: Instant) -> Option<Instant> {
        let service = &self.scenery.services[s];
        let expected = &mut self.services[s];
        let before = (expected.forbidden_since, expected.required_since(service));
        expected.judge(service, now);
        if expected.words.pass(now) {
            expected.excused = now;
        }
        expected.take_turn(service, scene, now);
        let listed = service.present && service.enabled;
        let free = listed && expected.words.standing().is_none();
        if !free {
            expected.free_since = now;
        }
        if !free || !scene.answers || expected.may_withdraw(service, &scene.sight, now) {
            expected.excused = now;
        }
        let forbidden = expected.is_forbidden(service, now);
        expected.forbidden_since = match forbidden {
            true => expected.forbidden_since.or(Some(now)),
            false => None,
        };
        let after = (expected.forbidden_since, expected.required_since(service));
        let news = [(before.0, after.0), (before.1, after.1)].into_iter();
        news.filter(|(before, after)| before != after).filter_map(|(_, after)| after).max()
    }

    /// Since when the service must not be announced to anybody.
    pub(super) fn forbidden_since(&self, s: usize) -> Option<Instant> {
        self.services[s].forbidden_since
    }

    /// Since when the service must not be announced because it is the turn of others.
    pub(super) fn quiet_since(&self, s: usize) -> Option<Instant> {
        self.services[s].turn.quiet_since()
    }

    /// Whether there was a verdict, or a word in place of one.
    pub(super) fn may_begin(&self, s: usize) -> bool {
        let expected = &self.services[s];
        expected.judged || matches!(expected.words.standing(), Some(Told::Announce(_)))
    }

    /// Whether there is or was just now a reason to withdraw the service.
    pub(super) fn is_excused(&self, s: usize, now: Instant) -> bool {
        self.services[s].excused + SLACK >= now
    }

    /// Since when the service must be announced to whom it is told.
    pub(super) fn required_since(&self, s: usize) -> Option<Instant> {
        self.services[s].required_since(&self.scenery.services[s])
    }
}

/// The number in the name of a service or check.
fn index(name: &str) -> usize {
    name[1..].parse().expect("a letter and a number")
}

impl Expected {
    fn new(service: &Service, now: Instant) -> Self {
        Self {
            checks: vec![Check::default(); service.checks],
            judged: false,
            may_have_served: false,
            has_served: false,
            words: Words::default(),
            turn: Turn::default(),
            free_since: now,
            good_since: None,
            doubtful: false,
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

    /// What it looks at others for, if it does.
    fn role(&self, service: &Service) -> Option<Role> {
        let free = service.present && service.enabled && self.words.standing().is_none();
        if !free || !self.judged {
            return None;
        }
        if self.good_since.is_some() {
            return service.standby.map(Role::Standby);
        }
        // A standby that is announced by its down table is a last site whatever it was before.
        let spare = service.standby.filter(|_| service.last_resort);
        let wait = service.last_site.filter(|_| self.may_have_served && !service.is_last_resort());
        spare.or(wait).map(Role::LastSite)
    }

    fn take_turn(&mut self, service: &Service, scene: &Scene, now: Instant) {
        let role = self.role(service);
        let good = self.good_since.is_some();
        let announced = matches!(self.words.standing(), Some(Told::Announce(_)));
        let listed = service.present && service.enabled;
        self.may_have_served |= listed && self.judged && (good || announced);
        let standing = self.words.standing().is_some();
        self.has_served |= scene.wanted && (announced || good && !standing);
        // Health may still be in doubt where it must last: then it may still be a last site.
        let doubtful = service.may_be_last_site() && self.is_in_doubt(service, now);
        let was_doubtful = std::mem::replace(&mut self.doubtful, doubtful);
        let goes_on = service.last_resort;
        self.turn.play(role.filter(|_| !doubtful), goes_on, was_doubtful);
        self.turn.pass(&scene.sight, now);
    }

    /// Whether the service, which has become healthy, may not count as healthy yet.
    fn is_in_doubt(&self, service: &Service, now: Instant) -> bool {
        self.good_since.is_some_and(|since| since + service.pause() >= now)
    }

    /// Whether health or others are a reason to withdraw it.
    fn may_withdraw(&self, service: &Service, sight: &Sight, now: Instant) -> bool {
        let Some(role) = self.turn.role() else {
            let doubtful = service.may_be_last_site() && self.is_in_doubt(service, now);
            return self.good_since.is_none() || doubtful;
        };
        matches!(role, Role::LastSite(_)) || sight.weighs(role) || !self.turn.is_active()
    }

    fn is_forbidden(&self, service: &Service, now: Instant) -> bool {
        if !service.present || !service.enabled {
            return true;
        }
        let good = self.good_since.is_some();
        match self.words.standing() {
            Some(Told::Withdraw) => true,
            Some(Told::Drain(until)) => until <= now || !good,
            Some(Told::Announce(_)) => false,
            None if !self.judged => true,
            None => !good && !service.is_last_resort() && self.turn.role().is_none(),
        }
    }

    fn required_since(&self, service: &Service) -> Option<Instant> {
        if !service.present || !service.enabled || self.words.standing().is_some() {
            return None;
        }
        let healthy = self.good_since.map(|since| since + service.pause());
        let since = match self.turn.role() {
            Some(Role::LastSite(_)) => {
                self.turn.due().filter(|_| self.has_served || service.last_resort)
            }
            Some(Role::Standby(patience)) => {
                self.turn.due().zip(healthy).map(|(due, good)| due.max(good + patience))
            }
            None => healthy,
        };
        since.map(|since| since.max(self.free_since))
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
