//! What must and what must not be announced, by the words of the documentation alone: an observer who
//! sees each sample and each word as the engine takes it, and asks nobody else.

use std::time::{Duration, Instant};

use herald::base::{CheckName, ServiceName};
use herald::engine::{Command, Notice, Target};
use herald::health::{CheckSample, Observation};

use super::expected::{Expected, Scene};
use super::scenery::Scenery;
use super::words::Told;

/// How long what was decided may take to reach the kernel, beside the way to the peer.
pub(super) const SLACK: Duration = Duration::from_millis(100);

pub(super) struct Expectation {
    services: Vec<Expected>,
    /// The maintenance that is announced.
    notice: Option<Notice>,
    /// The configuration that the engine has.
    pub(super) scenery: Scenery,
}

impl Expectation {
    pub(super) fn new(scenery: &Scenery, now: Instant) -> Self {
        let services = scenery.services.iter().map(|service| Expected::new(service, now));
        Self { services: services.collect(), notice: None, scenery: scenery.clone() }
    }

    /// Another life of the agent begins: nothing is known, but words stand.
    pub(super) fn begin(&mut self, scenery: &Scenery, now: Instant) {
        self.scenery = scenery.clone();
        self.notice = None;
        for (expected, service) in self.services.iter_mut().zip(&scenery.services) {
            let words = expected.words.after_restart();
            *expected = Expected::new(service, now);
            if service.present {
                expected.words = words;
            }
        }
    }

    /// The agent is told to stop.
    pub(super) fn stopped(&mut self) {
        self.services.iter_mut().for_each(|expected| expected.words.stop());
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
        self.warn(now);
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

    /// The cloud announces maintenance, or says that it is over. Of what it has announced already, only
    /// the time counts: whoever resumes a service has seen it.
    pub(super) fn noticed(&mut self, notice: Option<&Notice>, now: Instant) {
        let before = std::mem::replace(&mut self.notice, notice.cloned());
        let known = before.zip(notice).is_some_and(|(old, new)| new.events.is_subset(&old.events));
        for expected in &mut self.services {
            expected.excused = now;
            expected.warned &= known;
            match notice {
                Some(notice) => expected.words.amend(notice.before),
                None => expected.words.end_notice(),
            }
        }
        self.warn(now);
    }

    /// What is announced is a reason to drain every service once, also one that comes later.
    fn warn(&mut self, now: Instant) {
        let Some(notice) = &self.notice else { return };
        for (expected, service) in self.services.iter_mut().zip(&self.scenery.services) {
            if service.present && service.enabled && !expected.warned {
                expected.warned = true;
                expected.words.notice(notice.before, service, now);
            }
        }
    }

    /// Lets time pass; gives the moments from which on there is something new to look at.
    pub(super) fn pass(&mut self, s: usize, scene: &Scene, now: Instant) -> Vec<Instant> {
        self.services[s].pass(&self.scenery.services[s], scene, now)
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
        let announced = matches!(expected.words.standing(), Some(Told::Announce(_)));
        expected.judged || announced || expected.words.leads_away()
    }

    /// Whether there was a reason to withdraw the service at `then`, or just before.
    pub(super) fn is_excused(&self, s: usize, then: Instant) -> bool {
        self.services[s].excused + SLACK >= then
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
