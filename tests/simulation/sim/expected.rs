//! What must and must not be announced of one service.

use std::time::Instant;

use super::checks::Check;
use super::scenery::Service;
use super::turns::{Role, Sight, Turn};
use super::words::{Told, Words};

/// What there is to see of a service beside what the engine is told.
pub(super) struct Scene {
    /// All its addresses are there, and the kernel refuses nothing that may still be to be done.
    pub(super) answers: bool,
    /// It is in the plan of a neighbour.
    pub(super) wanted: bool,
    /// What the neighbours show of others.
    pub(super) sight: Sight,
}

#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub(super) checks: Vec<Check>,
    /// Whether a verdict was ever possible in this life.
    pub(super) judged: bool,
    /// Whether one is possible now: a check that has none yet decides once no other says no.
    decided: bool,
    /// Whether it may have been announced as healthy in this life, and whether it was.
    may_have_served: bool,
    has_served: bool,
    pub(super) words: Words,
    /// Whether the maintenance that is announced was a reason to drain it.
    pub(super) warned: bool,
    pub(super) turn: Turn,
    /// Since when no word stands, and the configuration is the same.
    pub(super) free_since: Instant,
    /// Since when health says yes without a break.
    good_since: Option<Instant>,
    /// Whether its health was in doubt, so that it may have been a last site.
    doubtful: bool,
    /// Since when it must not be announced.
    pub(super) forbidden_since: Option<Instant>,
    /// Until when there was a reason to withdraw it, whatever the neighbour.
    pub(super) excused: Instant,
}

impl Expected {
    pub(super) fn new(service: &Service, now: Instant) -> Self {
        Self {
            checks: vec![Check::default(); service.checks],
            judged: false,
            decided: false,
            may_have_served: false,
            has_served: false,
            words: Words::default(),
            warned: false,
            turn: Turn::default(),
            free_since: now,
            good_since: None,
            doubtful: false,
            forbidden_since: None,
            excused: now,
        }
    }

    /// Lets time pass; gives the moments from which on there is something new to look at.
    pub(super) fn pass(&mut self, service: &Service, scene: &Scene, now: Instant) -> Vec<Instant> {
        let before = self.deadlines(service);
        self.judge(service, now);
        if self.words.pass(now) {
            self.excused = now;
        }
        self.take_turn(service, scene, now);
        let listed = service.present && service.enabled;
        let free = listed && self.words.standing().is_none();
        if !free {
            self.free_since = now;
        }
        if !free || !scene.answers || self.may_withdraw(service, &scene.sight, now) {
            self.excused = now;
        }
        let forbidden = self.is_forbidden(service, now);
        self.forbidden_since = forbidden.then(|| self.forbidden_since.unwrap_or(now));
        let news = before.into_iter().zip(self.deadlines(service));
        news.filter(|(before, after)| before != after).filter_map(|(_, after)| after).collect()
    }

    /// All checks must be healthy.
    pub(super) fn judge(&mut self, service: &Service, now: Instant) {
        self.checks.iter_mut().for_each(|check| check.pass(service, now));
        let verdicts = || self.checks.iter().map(|check| check.verdict);
        let good = verdicts().all(|verdict| verdict == Some(true));
        self.decided = good || verdicts().any(|verdict| verdict == Some(false));
        self.judged |= self.decided;
        self.good_since = if good { self.good_since.or(Some(now)) } else { None };
    }

    /// What it looks at others for, if it does.
    fn role(&self, service: &Service) -> Option<Role> {
        let free = service.present && service.enabled && self.words.standing().is_none();
        if !free || !self.decided {
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
        self.may_have_served |= listed && (good || announced);
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
            Some(Told::Drain(until)) => {
                let despite = service.last_resort || service.last_site.is_some();
                until <= now || !good && !despite && !self.words.leads_away()
            }
            Some(Told::Announce(_)) => false,
            None if !self.decided => true,
            None => !good && !service.is_last_resort() && self.turn.role().is_none(),
        }
    }

    /// From when on something must or must not be there.
    fn deadlines(&self, service: &Service) -> [Option<Instant>; 3] {
        [self.forbidden_since, self.turn.quiet_since(), self.required_since(service)]
    }

    /// Since when it must be announced to whom it is told.
    pub(super) fn required_since(&self, service: &Service) -> Option<Instant> {
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
