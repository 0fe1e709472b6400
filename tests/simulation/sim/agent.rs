//! One life of the agent: the engine with its channels, and what `daemon` does around it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use herald::base::ServiceName;
use herald::bfd;
use herald::config::{self, Config, Inheritance};
use herald::engine::{self, AddressReport, AddressWish, Engine, Input, Output, Transition};
use herald::health::{CheckSample, Observation};
use herald::policy::State;
use herald::rib::Plan;
use herald::session::{self, Leaving};

use super::Mutant;
use super::addresses::Keeper;
use super::ends::{End, neighbor_name};
use super::fault::Seen;
use super::looks::sample;
use super::network::Side;
use super::scenery::Scenery;
use super::world::{Happening, World};

/// What a process of the agent holds.
pub(super) struct Agent {
    pub(super) engine: Engine,
    pub(super) engine_wake: Option<Instant>,
    config: Config,
    inheritance: Inheritance,
    /// The newest plans, as sessions find them; by index of the neighbour.
    pub(super) plans: BTreeMap<usize, Plan>,
    /// The newest wish, as the keeper finds it.
    pub(super) wish: AddressWish,
    pub(super) keeper: Keeper,
    pub(super) keeper_wake: Option<Instant>,
    /// Each channel keeps its order.
    channels: [Option<Instant>; 5],
    pub(super) states: BTreeMap<ServiceName, State>,
    /// Since when it is on its way out, and the latest end of that.
    pub(super) stopping: Option<(Instant, Instant)>,
    /// The engine has been told to stop, and takes no word any more.
    deaf: bool,
    /// How long it stays away after that.
    pub(super) away: Duration,
    /// The files of the configurations that are on their way to the engine.
    /// With each, the neighbours whose process is new, and takes over the plan then.
    ordered: VecDeque<(Scenery, Vec<usize>)>,
    aside: BTreeMap<usize, Option<Plan>>,
    /// What is on its way to the engine.
    pub(super) coming: u32,
}

impl Agent {
    pub(super) fn wakes(&self) -> impl Iterator<Item = Instant> {
        self.engine_wake.into_iter().chain(self.keeper_wake)
    }
}

/// The longest drain at an orderly stop, by default.
pub(super) const GRACE: Duration = Duration::from_secs(5);

impl World {
    pub(super) fn is_up(&self, side: Side) -> bool {
        side == Side::Peer || !self.machine.off
    }

    fn config(&self) -> Config {
        let text = self.scenery.text();
        let loaded = config::read("simulated.toml", &text, &|_| None);
        loaded.unwrap_or_else(|faults| panic!("{faults}\n{text}")).config
    }

    fn engine_params(&self, config: &Config, inheritance: &Inheritance) -> engine::Params {
        let mut params = config.engine(inheritance);
        if self.mutant == Some(Mutant::Impatient) {
            let services = params.policy.services.values_mut();
            let watches = services.flat_map(|s| s.standby.iter_mut().chain(&mut s.last_site));
            watches.for_each(|watch| watch.patience = Duration::from_millis(10));
        }
        params
    }

    pub(super) fn start_agent(&mut self) {
        if self.agent.is_some() {
            return;
        }
        self.machine.off = false;
        self.life += 1;
        let config = self.config();
        let known = config.services.values().flat_map(|s| s.loopback.addresses.iter().cloned());
        let present = &self.machine;
        let inherited = known.filter(|address| present.answers(address.address)).collect();
        let inheritance = Inheritance(inherited);
        let params = self.engine_params(&config, &inheritance);
        let mut engine = Engine::new(params, self.now);
        self.expectation.begin(&self.scenery, self.now);
        for (name, word) in self.words.clone() {
            if config.services.contains_key(&name) {
                engine.handle(Input::Restored(name, word), self.now);
            }
        }
        let keeper = Keeper::new(self.dice.number());
        self.agent = Some(Agent {
            engine,
            engine_wake: None,
            config,
            inheritance,
            plans: BTreeMap::new(),
            wish: AddressWish::default(),
            keeper,
            keeper_wake: None,
            channels: [None; 5],
            states: BTreeMap::new(),
            stopping: None,
            deaf: false,
            away: Duration::ZERO,
            ordered: VecDeque::new(),
            aside: BTreeMap::new(),
            coming: 0,
        });
        self.tell(|| "the agent starts".to_owned());
        for n in 0..self.lanes.len() {
            self.start_end(n, true);
        }
        self.speak();
        if let Some(agent) = &mut self.agent {
            agent.keeper_wake = Some(self.now);
        }
        self.look_everywhere();
        if !self.notices.is_empty() {
            self.notify();
        }
        self.invent();
    }

    /// What mutants make up at the start.
    fn invent(&mut self) {
        if self.mutant == Some(Mutant::InventedSample) {
            let names: Vec<_> = self.expectation.names().collect();
            for (service, check) in names {
                let (sample, at) = (sample(Seen::Healthy(100)), self.now);
                let took = Duration::ZERO;
                let samples = vec![CheckSample { service, check, sample }];
                let seen = Observation { samples, took, at };
                let Some(agent) = &mut self.agent else { return };
                (0..3).for_each(|_| agent.engine.handle(Input::Observed(seen.clone()), at));
            }
            self.speak();
        }
        if self.mutant == Some(Mutant::InventedReport) {
            let Some(agent) = &mut self.agent else { return };
            let (answers, bound) = (agent.wish.version, (*agent.wish.addresses).clone());
            let report = AddressReport { answers, bound, ..AddressReport::default() };
            self.machine.denied += 1;
            self.post_to_engine(Input::Addresses(report));
        }
    }

    /// The agent's side of a neighbour, if it is configured.
    fn start_end(&mut self, n: usize, first: bool) {
        let Some(agent) = &self.agent else { return };
        let Some(neighbor) = agent.config.neighbors.get(&neighbor_name(n)) else { return };
        let inherited = agent.inheritance.of_neighbor(&agent.config, neighbor);
        let mut end = End::new(neighbor.session.clone(), self.dice.number(), self.now);
        if first {
            end = end.restarted(inherited);
        }
        end.bfd = self.bfd(n);
        self.lanes[n].ends[0] = Some(end);
        self.session(n, Side::Agent, session::Input::Start);
        self.detector(n, Side::Agent, bfd::Input::Start);
    }

    /// On its way to the decider, behind what went before it in its channel.
    pub(super) fn post_to_engine(&mut self, input: Input) {
        let hop = self.dice.hop();
        let (now, life) = (self.now, self.life);
        let Some(agent) = &mut self.agent else { return };
        let channel = match &input {
            Input::Observed(_) => 0,
            Input::Addresses(_) => 1,
            Input::Carried(..) => 2,
            Input::Shown(..) => 3,
            Input::Command(_)
            | Input::Noticed(_)
            | Input::Restored(..)
            | Input::Configured(_)
            | Input::Stop { .. }
            | Input::Hurry
            | Input::Timeout => 4,
        };
        let at = (now + hop).max(agent.channels[channel].unwrap_or(now));
        agent.channels[channel] = Some(at);
        agent.coming += 1;
        self.agenda.note(at, Happening::Decide(life, Box::new(input)));
    }

    /// One input to the engine, and everything that follows from it.
    pub(super) fn decide(&mut self, input: Input) {
        let now = self.now;
        let timeout = matches!(input, Input::Timeout);
        let Some(agent) = &mut self.agent else { return };
        agent.coming -= u32::from(!timeout);
        match &input {
            Input::Observed(seen) => self.expectation.observed(seen, now),
            Input::Stop { .. } => agent.deaf = true,
            Input::Command(command) if !agent.deaf => {
                self.expectation.told(command, now);
            }
            Input::Noticed(notice) if !agent.deaf => {
                self.expectation.noticed(notice.as_ref(), now);
            }
            Input::Configured(_) => {
                let (scenery, started) = agent.ordered.pop_front().expect("one goes with each");
                for n in started {
                    let plan = agent.aside.remove(&n).flatten();
                    agent.plans.extend(plan.map(|plan| (n, plan)));
                    self.agenda.note(now, Happening::Plan(self.life, n));
                }
                let services = scenery.services.iter().enumerate();
                let gone = services.filter(|(_, service)| !service.present);
                for (s, _) in gone {
                    agent.states.remove(&ServiceName::from(format!("s{s}").as_str()));
                }
                self.expectation.configured(&scenery, now);
            }
            Input::Addresses(_)
            | Input::Carried(..)
            | Input::Shown(..)
            | Input::Command(_)
            | Input::Noticed(_)
            | Input::Restored(..)
            | Input::Hurry
            | Input::Timeout => {}
        }
        if !is_lost(&input, self.mutant) {
            agent.engine.handle(input, now);
        }
        self.speak();
        let late = self.agent.as_ref().and_then(|agent| agent.engine_wake);
        if timeout && late.is_some_and(|at| at <= now) {
            self.object("a timer of the engine that has fired is still set".to_owned());
        }
    }

    fn speak(&mut self) {
        loop {
            let Some(agent) = &mut self.agent else { return };
            let Some(output) = agent.engine.poll_output() else { break };
            self.obey(output);
        }
        let Some(agent) = &mut self.agent else { return };
        agent.engine_wake = agent.engine.poll_timeout().map(|(at, _)| at);
    }

    fn obey(&mut self, output: Output) {
        let life = self.life;
        match output {
            Output::Routes(plans) => {
                for n in 0..self.lanes.len() {
                    let Some(plan) = plans.get(&neighbor_name(n)) else { continue };
                    let Some(agent) = &mut self.agent else { return };
                    if let Some(aside) = agent.aside.get_mut(&n) {
                        *aside = Some(plan.clone());
                        continue;
                    }
                    agent.plans.insert(n, plan.clone());
                    self.lanes[n].dirty = true;
                    let hop = self.dice.hop();
                    self.note(hop, Happening::Plan(life, n));
                }
                self.release_hastily();
            }
            Output::Addresses(wish) => {
                if let Some(agent) = &mut self.agent {
                    agent.wish = wish;
                }
                let hop = self.dice.hop();
                self.note(hop, Happening::Keep(life));
            }
            Output::Transition(transition) => self.changed(&transition),
            Output::Overrides(words) => self.words = words,
            Output::CloseSessions => {
                for n in 0..self.lanes.len() {
                    let hop = self.dice.hop();
                    self.note(hop, Happening::Leave(life, n, Leaving::Shutdown));
                }
            }
            Output::Stopped { unfinished } => self.stopped(&unfinished),
        }
    }

    fn changed(&mut self, transition: &Transition) {
        let Transition { service, from, to, because, .. } = transition;
        self.tell(|| format!("{service}: {from:?} -> {to:?}, because {because}"));
        self.figures.transitions += 1;
        let turn = *to == State::LastResort || *from == State::Standby && *to == State::Up;
        self.figures.turns += u64::from(turn);
        if self.mutant == Some(Mutant::LostTransition) && *to == State::Down {
            return;
        }
        let Some(agent) = &mut self.agent else { return };
        let known = agent.states.insert(service.clone(), *to).unwrap_or(State::Pending);
        if known != *from || because.as_str().is_empty() {
            self.object(format!(
                "a change of state does not follow from the one before: {service} was {known}, \
                 now {from} -> {to} because {because:?}"
            ));
        }
    }

    fn release_hastily(&mut self) {
        if self.mutant != Some(Mutant::HastyRelease) {
            return;
        }
        let Some(agent) = &mut self.agent else { return };
        let announced: BTreeSet<_> =
            agent.plans.values().flat_map(|plan| plan.routes.keys().copied()).collect();
        let told = self.lanes.iter().filter_map(|lane| lane.ends[0].as_ref());
        let told: BTreeSet<_> =
            told.flat_map(|end| end.session.advertised().keys().copied()).collect();
        Arc::make_mut(&mut agent.wish.addresses).retain(|address| {
            let prefix = herald::base::Prefix::host(address.address);
            announced.contains(&prefix) || !told.contains(&prefix)
        });
        self.keep();
    }

    fn stopped(&mut self, unfinished: &[herald::base::Reason]) {
        self.tell(|| format!("the agent has stopped; unfinished: {unfinished:?}"));
        self.check_stopped(unfinished);
        let away = self.agent.as_ref().map_or(Duration::ZERO, |agent| agent.away);
        self.end_agent(false);
        self.note(away, Happening::StartAgent);
    }

    /// The process is gone.
    pub(super) fn end_agent(&mut self, silently: bool) {
        self.agent = None;
        self.life += 1;
        for n in 0..self.lanes.len() {
            self.abandon(n, Side::Agent, silently);
        }
    }

    /// A session is closed in order; a stopped process keeps it until then.
    pub(super) fn leave(&mut self, n: usize, leaving: Leaving) {
        self.session(n, Side::Agent, session::Input::Stop(leaving));
    }

    /// The file has changed: what `Supervisor` and `Neighbors` do with it.
    pub(super) fn reload(&mut self) {
        let config = self.config();
        let Some(agent) = &self.agent else { return };
        if agent.stopping.is_some() {
            return;
        }
        let known = agent.config.neighbors.clone();
        let mut started = Vec::new();
        for n in 0..self.lanes.len() {
            let name = neighbor_name(n);
            match (known.get(&name), config.neighbors.get(&name)) {
                (Some(_), None) => self.end_session(n, Leaving::Deconfigured),
                (Some(old), Some(new)) if !old.resetting(new).is_empty() => {
                    self.end_session(n, Leaving::Reset);
                    started.push(n);
                }
                (Some(old), Some(new)) if old != new => {
                    let params = Box::new(new.session.clone());
                    self.session(n, Side::Agent, session::Input::Configured(params));
                }
                (None, Some(_)) => started.push(n),
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
        let Some(agent) = &self.agent else { return };
        let params = self.engine_params(&config, &agent.inheritance);
        let Some(agent) = &mut self.agent else { return };
        agent.config = config;
        agent.plans.retain(|n, _| self.scenery.neighbors[*n].present);
        for n in &started {
            let known = agent.plans.remove(n);
            agent.aside.entry(*n).or_insert(known);
        }
        agent.ordered.push_back((self.scenery.clone(), started.clone()));
        for n in started {
            self.start_end(n, false);
        }
        self.post_to_engine(Input::Configured(params));
    }

    fn end_session(&mut self, n: usize, leaving: Leaving) {
        self.session(n, Side::Agent, session::Input::Stop(leaving));
        self.detector(n, Side::Agent, bfd::Input::Stop);
        self.lanes[n].ends[0] = None;
    }
}

/// Whether a mutant lets a word of the cloud get lost.
fn is_lost(input: &Input, mutant: Option<Mutant>) -> bool {
    let Input::Noticed(notice) = input else { return false };
    match mutant {
        Some(Mutant::UnheardNotice) => notice.is_some(),
        Some(Mutant::EndlessMaintenance) => notice.is_none(),
        _ => false,
    }
}
