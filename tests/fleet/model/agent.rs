//! What `daemon` does around the engine, and what checks see.

use std::time::Duration;

use herald::base::Percent;
use herald::engine::{AddressReport, Command, Engine, Input, Lasts, Output, Target, Word};
use herald::health::{CheckSample, Observation, Outcome, Sample};
use herald::policy::Owner;
use herald::rib::Plan;
use herald::session::{self, Leaving, Session};

use super::lane::{LaneId, Side};
use super::settings::WAKE;
use super::world::{Happening, World, neighbor_name};

/// The longest drain at an orderly stop, by default.
const GRACE: Duration = Duration::from_secs(5);

impl World {
    pub(super) fn start_agent(&mut self, site: usize) {
        let mut engine = Engine::new(self.engine_params(site), self.now);
        let words = self.sites[site].words.clone();
        for (name, word) in words {
            engine.handle(Input::Restored(name, word), self.now);
        }
        self.sites[site].engine = Some(engine);
        self.sites[site].plans = <[Plan; 2]>::default();
        for which in 0..2 {
            let lane = LaneId { site, which };
            let params = self.session_params(lane);
            let seed = self.sites[site].dice.number();
            let session = Session::new(params, seed, self.now);
            self.end(lane, Side::Agent).session = Some(session);
            self.session(lane, Side::Agent, session::Input::Start);
        }
        self.speak(site);
        let life = self.sites[site].life;
        self.note(WAKE, Happening::See(site, life));
    }

    /// The process is gone, and the kernel closes its connections.
    pub(super) fn end_agent(&mut self, site: usize) {
        self.sites[site].engine = None;
        self.sites[site].life += 1;
        for which in 0..2 {
            self.abandon(LaneId { site, which }, Side::Agent);
        }
    }

    /// Servers die or come back; HAProxy has not seen it yet.
    pub(super) fn turn(&mut self, site: usize, healthy: bool) {
        self.sites[site].healthy = healthy;
        self.turned(site);
        if !self.sites[site].looking {
            self.sites[site].looking = true;
            let wait = self.sites[site].until_look(self.now - self.start);
            self.note(wait, Happening::Look(site));
        }
    }

    /// Looks that would see nothing new are left out.
    pub(super) fn look(&mut self, site: usize) {
        let known = &mut self.sites[site];
        known.looking = false;
        if known.seen != known.healthy {
            known.seen = known.healthy;
            let life = known.life;
            self.note(WAKE, Happening::See(site, life));
        }
    }

    pub(super) fn see(&mut self, site: usize) {
        let outcome = match self.sites[site].seen {
            true => Outcome::Healthy { capacity: Percent::FULL },
            false => Outcome::Unhealthy,
        };
        let sample = Sample { outcome, because: format!("{outcome:?}").into() };
        let (service, check) = ("web".into(), "backend".into());
        let (at, took) = (self.now, Duration::ZERO);
        let samples = vec![CheckSample { service, check, sample }];
        self.decide(site, Input::Observed(Observation { samples, took, at }));
    }

    /// An operator, at the site's control socket.
    fn order(&mut self, site: usize, word: Word) {
        let (by, because) = ("operator".into(), "rollout".into());
        let (target, owner) = (Target::All, Owner::Operator);
        self.decide(site, Input::Command(Command { target, word, owner, by, because }));
    }

    pub(super) fn drain(&mut self, site: usize) {
        self.order(site, Word::Drain(Lasts::AsConfigured));
    }

    pub(super) fn resume(&mut self, site: usize) {
        self.order(site, Word::Resume);
    }

    /// SIGTERM.
    pub(super) fn stop(&mut self, site: usize) {
        self.decide(site, Input::Stop { grace: GRACE, because: "SIGTERM received".into() });
    }

    /// One input to the engine, and everything that follows from it.
    pub(super) fn decide(&mut self, site: usize, input: Input) {
        let now = self.now;
        let Some(engine) = &mut self.sites[site].engine else { return };
        engine.handle(input, now);
        self.speak(site);
    }

    fn speak(&mut self, site: usize) {
        while let Some(engine) = &mut self.sites[site].engine {
            let Some(output) = engine.poll_output() else { break };
            self.obey(site, output);
        }
        self.arm_engine(site);
    }

    fn obey(&mut self, site: usize, output: Output) {
        match output {
            Output::Routes(plans) => {
                for which in 0..2 {
                    let Some(plan) = plans.get(&neighbor_name(which)) else { continue };
                    self.sites[site].plans[which] = plan.clone();
                    let wanted = session::Input::Wanted(plan.clone());
                    self.session(LaneId { site, which }, Side::Agent, wanted);
                }
            }
            Output::Addresses(wish) => {
                let (answers, bound) = (wish.version, (*wish.addresses).clone());
                let report = AddressReport { answers, bound, ..AddressReport::default() };
                self.tell_engine(site, Input::Addresses(report));
            }
            Output::Transition(_) => self.sites[site].transitions += 1,
            Output::Overrides(words) => self.sites[site].words = words,
            Output::CloseSessions => {
                for which in 0..2 {
                    let stop = session::Input::Stop(Leaving::Shutdown);
                    self.session(LaneId { site, which }, Side::Agent, stop);
                }
            }
            Output::Stopped { .. } => self.end_agent(site),
        }
    }

    /// At once, but behind everything that is under way.
    pub(super) fn tell_engine(&mut self, site: usize, input: Input) {
        let life = self.sites[site].life;
        self.note(Duration::ZERO, Happening::Decide(site, life, Box::new(input)));
    }

    fn arm_engine(&mut self, site: usize) {
        let known = &mut self.sites[site];
        let due = known.engine.as_ref().and_then(Engine::poll_timeout).map(|(at, _)| at);
        let Some(due) = due.filter(|due| known.noted.is_none_or(|noted| *due < noted)) else {
            return;
        };
        known.noted = Some(due);
        self.note(due.saturating_duration_since(self.now), Happening::EngineWakes(site));
    }

    pub(super) fn engine_wakes(&mut self, site: usize) {
        let now = self.now;
        let known = &mut self.sites[site];
        known.noted = known.noted.filter(|noted| *noted > now);
        let due = known.engine.as_ref().and_then(Engine::poll_timeout);
        if due.is_some_and(|(at, _)| at <= now) {
            self.decide(site, Input::Timeout);
        } else {
            self.arm_engine(site);
        }
    }
}
