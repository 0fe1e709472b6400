//! The task that decides: the engine, its inputs and its outputs.

use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::task::yield_now;

use super::ends::{Configured, Inputs, Order, Outputs};
use super::explanation::explanation;
use super::picture::{self, Agent, Reports};
use super::recorder::Recorder;
use super::words;
use crate::base::Reason;
use crate::clock;
use crate::config::{Config, Inheritance};
use crate::control::{Obeyed, Request};
use crate::engine::{Command, Engine, Input, Notice, Output, Refusal, Target, Transition};
use crate::policy::State;
use crate::probe;
use crate::service_manager::Watchdog;
use crate::session::Leaving;
use crate::status::{Happening, PeerStatus, Question, Service, Sessions, Snapshot};
use crate::store::Words;

pub(super) struct Decider {
    pub(super) agent: Agent,
    pub(super) inheritance: Inheritance,
    pub(super) config: Arc<Config>,
    pub(super) engine: Engine,
    pub(super) recorder: Recorder,
    pub(super) watchdog: Watchdog,
    pub(super) inputs: Inputs,
    pub(super) outputs: Outputs,
}

impl Decider {
    /// Says what the engine has decided; gives what was left unfinished when it has stopped. To be
    /// called before anybody listens, too: the address keeper would take an empty beginning for a
    /// wish, and remove what an earlier run has left in use.
    pub(super) async fn speak(&mut self) -> Option<Vec<Reason>> {
        while let Some(output) = self.engine.poll_output() {
            let routes = matches!(output, Output::Routes(_));
            if let Some(unfinished) = self.perform(output) {
                return Some(unfinished);
            }
            if routes {
                // All tasks share one thread: the neighbours are told before anybody is told of it. A
                // thousand lines of log take longer than their withdrawals.
                yield_now().await;
            }
        }
        None
    }

    /// Decides until the orderly stop is over; gives what it could not finish.
    pub(super) async fn run(mut self) -> Vec<Reason> {
        let mut obeyed: Option<(Target, oneshot::Sender<Result<Obeyed, Refusal>>)> = None;
        loop {
            if let Some(unfinished) = self.speak().await {
                return unfinished;
            }
            // Here and nowhere else: what does not come round again is stuck.
            self.watchdog.alive(clock::now());
            // Whoever asked may have gone; then nobody misses the answer.
            if let Some((target, answer)) = obeyed.take() {
                let _ = answer.send(Ok(self.obeyed(&target)));
            }
            let deadline = self.engine.poll_timeout().map(|(at, _)| at);
            // Biased: what can withdraw a route comes before what only looks.
            let input = tokio::select! {
                biased;
                Some(observation) = self.inputs.observations.recv() => Input::Observed(observation),
                Some(report) = self.inputs.reports.recv() => Input::Addresses(report),
                Some((name, carried)) = self.inputs.carried.recv() => Input::Carried(name, carried),
                Some(order) = self.inputs.orders.recv() => self.order(order),
                Some(Request { command, answer }) = self.inputs.commands.recv() => {
                    if let Some(refusal) = self.engine.refusal(&command) {
                        let _ = answer.send(Err(refusal));
                        continue;
                    }
                    self.note(&command);
                    obeyed = Some((command.target.clone(), answer));
                    Input::Command(command)
                }
                () = clock::reached(deadline) => Input::Timeout,
                () = clock::reached(self.watchdog.deadline()) => continue,
                Ok(()) = self.inputs.notices.changed() => self.noticed(),
                Some((name, shown)) = self.inputs.shown.recv() => Input::Shown(name, shown),
                Some(question) = self.inputs.questions.recv() => {
                    self.answer(question);
                    continue;
                }
            };
            self.engine.handle(input, clock::now());
        }
    }

    /// The cloud's word: drain before maintenance begins, and resume when it is over.
    fn noticed(&mut self) -> Input {
        let notice = self.inputs.notices.borrow_and_update().clone();
        match notice.as_ref().filter(|notice| self.engine.heeds(notice)) {
            Some(Notice { because, .. }) => tracing::info!(%because, "maintenance: said anew"),
            None => self.note(&Notice::command(notice.as_ref(), clock::now())),
        }
        Input::Noticed(notice)
    }

    /// Says and remembers who has given a word, before what follows from it.
    fn note(&self, command: &Command) {
        let Command { target, word, owner, by, because } = command;
        let service = match target {
            Target::All => None,
            Target::One(name) => Some(name.to_string()),
        };
        let shown = service.as_deref().unwrap_or("all");
        tracing::info!(service = shown, %owner, %by, %because, "{}", word.as_str());
        let (word, by) = (word.as_str().to_owned(), by.to_string());
        let what = Happening::Command { service, word, by, because: because.to_string() };
        self.recorder.record(what, clock::now());
    }

    fn obeyed(&self, target: &Target) -> Obeyed {
        Obeyed { services: self.services(target), version: self.outputs.words.borrow().version }
    }

    fn services(&self, target: &Target) -> Vec<Service> {
        let (peers, hooks) = (self.peers(), self.outputs.hooks.borrow());
        let asked = self.engine.services().filter(|view| match target {
            Target::All => true,
            Target::One(name) => view.name == name,
        });
        asked
            .map(|view| picture::service(&self.agent, &self.config, &view, &peers, &hooks))
            .collect()
    }

    fn answer(&self, question: Question) {
        // Whoever asked may have gone; then nobody misses the answer.
        match question {
            Question::Snapshot(answer) => drop(answer.send(self.snapshot())),
            Question::Explanation(name, answer) => {
                let (agent, config, engine) = (&self.agent, &self.config, &self.engine);
                let hooks = self.outputs.hooks.borrow();
                let explained = explanation(agent, config, engine, &self.peers(), &hooks, &name);
                drop(answer.send(explained));
            }
            Question::Sessions(name, answer) => {
                let config = Arc::clone(&self.config);
                // HAProxy takes its time, and nobody else waits for it.
                tokio::spawn(async move { answer.send(sessions(&config, &name).await) });
            }
        }
    }

    fn peers(&self) -> Vec<PeerStatus> {
        self.outputs.neighbors.values().map(|told| told.status.borrow().clone()).collect()
    }

    fn order(&mut self, order: Order) -> Input {
        match order {
            Order::Stop(because) => {
                let grace = self.config.agent.grace;
                tracing::info!(%because, ?grace, "stopping: draining, then withdrawing");
                self.outputs.bulletin.stopping(grace);
                let (to, said) = ("stopping".to_owned(), because.to_string());
                self.recorder.record(Happening::Agent { to, because: said }, clock::now());
                Input::Stop { grace, because }
            }
            Order::Hurry => {
                tracing::info!("second signal: withdrawing at once");
                Input::Hurry
            }
            Order::Configure(configured) => self.configure(configured),
        }
    }

    /// A neighbour whose task was replaced has the plan of its predecessor: the engine tells only
    /// what changes.
    fn configure(&mut self, configured: Configured) -> Input {
        let Configured { config, started } = configured;
        for (name, told) in started {
            if let Some(known) = self.outputs.neighbors.get(&name) {
                told.plans.send_replace(known.plans.borrow().clone());
            }
            self.outputs.neighbors.insert(name, told);
        }
        self.outputs.neighbors.retain(|name, _| config.neighbors.contains_key(name));
        self.config = config;
        Input::Configured(self.config.engine(&self.inheritance))
    }

    /// Gives what was left unfinished when the engine has stopped.
    fn perform(&mut self, output: Output) -> Option<Vec<Reason>> {
        match output {
            Output::Routes(plans) => {
                for (name, plan) in plans {
                    if let Some(told) = self.outputs.neighbors.get(&name) {
                        told.plans.send_replace(plan);
                    }
                }
            }
            Output::Addresses(wish) => {
                self.outputs.addresses.send_replace(wish);
            }
            Output::Transition(transition) => self.changed(&transition),
            Output::Overrides(words) => {
                let words = words::kept(&self.agent.clock, &words);
                let version = self.outputs.words.borrow().version + 1;
                self.outputs.words.send_replace(Words { version, words });
            }
            Output::CloseSessions => {
                for told in self.outputs.neighbors.values() {
                    told.stop.send_replace(Some(Leaving::Shutdown));
                }
            }
            Output::Stopped { unfinished } => return Some(unfinished),
        }
        None
    }

    fn snapshot(&self) -> Snapshot {
        let Outputs { neighbors, haproxies, saved, hooks, taken_over, .. } = &self.outputs;
        let paths = neighbors.iter().filter_map(|(name, told)| {
            let path = told.path.as_ref()?;
            Some((name.clone(), path.borrow().clone()))
        });
        let reports = Reports {
            peers: &self.peers(),
            paths: &paths.collect(),
            saved: &saved.borrow(),
            haproxies: &haproxies.borrow(),
            hooks: &hooks.borrow(),
            taken_over: &taken_over.borrow(),
        };
        picture::snapshot(&self.agent, &self.config, &self.engine, &reports)
    }

    /// The same words reach the log, the history and the hooks.
    fn changed(&self, transition: &Transition) {
        let Transition { service, from, to, because, at } = transition;
        match to {
            State::Down | State::LastResort => {
                tracing::warn!(%service, %from, %to, %because, "service changed")
            }
            State::Pending
            | State::Up
            | State::Standby
            | State::Degraded
            | State::Draining
            | State::DrainingUnhealthy
            | State::Drained
            | State::Withdrawn
            | State::Disabled => {
                tracing::info!(%service, %from, %to, %because, "service changed");
            }
        }
        let what = Happening::Service {
            service: service.to_string(),
            from: from.to_string(),
            to: to.to_string(),
            because: because.to_string(),
        };
        self.recorder.record(what, *at);
        // A last resort that comes or goes is news, but no new state to a hook.
        if from.as_str() != to.as_str() {
            self.outputs.changes.send_modify(|changes| changes.note(transition, &self.config));
        }
    }
}

/// The sessions of a service over all HAProxies that its checks read.
async fn sessions(config: &Config, name: &str) -> Option<Sessions> {
    let service = config.services.get(name)?;
    let told = probe::haproxy::sessions(config.haproxy.values(), &service.name).await;
    let (sessions, fault) = match told {
        None => (None, None),
        Some(Ok(sessions)) => (Some(sessions), None),
        Some(Err(why)) => (None, Some(why.to_string())),
    };
    Some(Sessions { sessions, fault, wait_sessions_s: service.wait_sessions.as_secs() })
}
