use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use herald::addr::Step;
use herald::base::{Prefix, ServiceName};
use herald::clock;
use herald::engine::Input;
use herald::policy::Override;
use herald::session::Leaving;

use super::addresses::Machine;
use super::agenda::Agenda;
use super::agent::Agent;
use super::dice::Dice;
use super::expectation::Expectation;
use super::fault::Fault;
use super::looks::Truth;
use super::mutant::Mutant;
use super::network::{Arrival, Lane, Side};
use super::plan::Plan;
use super::scenery::Scenery;
use super::trouble::own;

/// Everything at one moment.
pub(crate) struct World {
    pub(super) start: Instant,
    pub(super) now: Instant,
    pub(super) agenda: Agenda<Happening>,
    pub(super) dice: Dice,
    pub(super) mutant: Option<Mutant>,
    /// As the file is now.
    pub(super) scenery: Scenery,
    pub(super) lanes: Vec<Lane>,
    /// Of each service, its addresses and all that it announces.
    pub(super) own: Vec<(Vec<IpAddr>, Vec<Prefix>)>,
    pub(super) machine: Machine,
    pub(super) truth: Truth,
    pub(super) agent: Option<Agent>,
    /// Counts the lives of the agent; what was on its way to an earlier one is lost.
    pub(super) life: u32,
    /// The maintenance that is announced: the names of events, and when they begin.
    pub(super) notices: Vec<(u64, Instant)>,
    /// What the state directory holds.
    pub(super) words: BTreeMap<ServiceName, Override>,
    pub(super) expectation: Expectation,
    pub(super) violation: Option<String>,
    pub(super) story: Option<Vec<(Duration, String)>>,
    pub(super) figures: Figures,
}

/// What comes up at a time that was set before.
#[derive(Debug)]
pub(super) enum Happening {
    Fault(Fault),
    /// The end of a fault.
    Over(Fault),
    /// The end of all of them, but for those that last.
    Calm,
    Look {
        service: usize,
        check: usize,
        chain: u64,
    },
    /// To the decider of one life.
    Decide(u32, Box<Input>),
    /// The keeper of one life looks at what is wanted.
    Keep(u32),
    /// The steps of a pass reach the kernel.
    Carry(u32, Vec<Step>),
    /// A session of one life looks at its plan.
    Plan(u32, usize),
    Leave(u32, usize, Leaving),
    Arrive(usize, Side, Arrival),
    Flush {
        neighbor: usize,
        conn: u64,
        side: Side,
    },
    /// The time for last words is over.
    LastWords {
        neighbor: usize,
        conn: u64,
        side: Side,
    },
    Unacknowledged {
        neighbor: usize,
        conn: u64,
        side: Side,
        since: Instant,
    },
    StartPeer(usize),
    StartAgent,
    StaleGone(usize, Instant),
    /// A deadline of a rule.
    Check,
}

/// What a run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) steps: u64,
    pub(crate) updates: u64,
    pub(crate) sessions: u64,
    pub(crate) transitions: u64,
    /// How often the turn of a service came where only one site should be active.
    pub(crate) turns: u64,
    pub(crate) faults: u64,
    /// How often a rule had something to compare.
    pub(crate) compared: u64,
}

impl Figures {
    pub(crate) fn add(&mut self, other: &Self) {
        let Self { steps, updates, sessions, transitions, turns, faults, compared } = other;
        self.steps += steps;
        self.updates += updates;
        self.sessions += sessions;
        self.transitions += transitions;
        self.turns += turns;
        self.faults += faults;
        self.compared += compared;
    }
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// What was wrong, and when.
    pub(crate) violation: Option<(Duration, String)>,
    pub(crate) figures: Figures,
    /// What was seen, if it was asked for.
    pub(crate) story: Vec<(Duration, String)>,
}

/// More steps than any honest run takes.
const MOST_STEPS: u64 = 2_000_000;

/// Runs a plan to its end, or to the first thing that is wrong.
pub(crate) fn run(plan: &Plan, mutant: Option<Mutant>, told: bool) -> Run {
    let mut world = World::new(plan, mutant);
    world.story = told.then(Vec::new);
    while world.violation.is_none() && world.step(plan.end) {
        world.check_rules();
        if world.figures.steps > MOST_STEPS {
            world.object("steps without an end".to_owned());
        }
    }
    if world.violation.is_none() {
        world.check_end();
    }
    let at = world.now - world.start;
    let story = world.story.take().unwrap_or_default();
    Run { violation: world.violation.map(|what| (at, what)), figures: world.figures, story }
}

impl World {
    fn new(plan: &Plan, mutant: Option<Mutant>) -> Self {
        let start = clock::now();
        let scenery = plan.scenery.clone();
        let mut agenda = Agenda::new();
        for (at, fault) in &plan.faults {
            agenda.note(start + *at, Happening::Fault(fault.clone()));
        }
        let mut world = Self {
            start,
            now: start,
            agenda,
            dice: Dice::new(plan.seed, 2),
            mutant,
            lanes: scenery.neighbors.iter().map(|n| Lane::new(n, start)).collect(),
            own: scenery.services.iter().enumerate().map(|(s, service)| own(s, service)).collect(),
            machine: Machine::new(),
            truth: Truth::new(&scenery),
            agent: None,
            life: 0,
            notices: Vec::new(),
            words: BTreeMap::new(),
            expectation: Expectation::new(&scenery, start),
            scenery,
            violation: None,
            story: None,
            figures: Figures::default(),
        };
        for n in 0..world.lanes.len() {
            world.start_peer(n);
        }
        world.start_agent();
        world.agenda.note(start + plan.calm, Happening::Calm);
        world
    }

    /// The next thing that happens up to `end`; false when there is none.
    fn step(&mut self, end: Duration) -> bool {
        let end = self.start + end;
        let noted = self.agenda.next();
        let wake = self.next_wake();
        let Some(at) = noted.into_iter().chain(wake).min().filter(|at| *at <= end) else {
            self.now = end;
            return false;
        };
        self.figures.steps += 1;
        self.now = self.now.max(at);
        if noted == Some(at) {
            if let Some(happening) = self.agenda.take() {
                self.happen(happening);
            }
        } else {
            self.wake();
        }
        true
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Fault(fault) => self.begin(fault),
            Happening::Over(fault) => self.over(&fault),
            Happening::Calm => self.calm(),
            Happening::Look { service, check, chain } => self.look(service, check, chain),
            Happening::Decide(life, input) if life == self.life => self.decide(*input),
            Happening::Keep(life) if life == self.life => self.keep(),
            Happening::Carry(life, steps) if life == self.life => self.carry(steps),
            Happening::Plan(life, n) if life == self.life => self.hand_plan(n),
            Happening::Leave(life, n, leaving) if life == self.life => self.leave(n, leaving),
            Happening::Decide(..)
            | Happening::Keep(_)
            | Happening::Carry(..)
            | Happening::Plan(..)
            | Happening::Leave(..)
            | Happening::Check => {}
            Happening::Arrive(n, to, arrival) => self.arrive(n, to, arrival),
            Happening::Flush { neighbor, conn, side } => self.flushed(neighbor, conn, side),
            Happening::LastWords { neighbor, conn, side } => self.cut_short(neighbor, conn, side),
            Happening::Unacknowledged { neighbor, conn, side, since } => {
                self.unacknowledged(neighbor, conn, side, since);
            }
            Happening::StartPeer(n) => self.start_peer(n),
            Happening::StartAgent => self.start_agent(),
            Happening::StaleGone(n, until) => self.lanes[n].stale.retain(|_, end| *end != until),
        }
    }

    /// The earliest timer of any machine.
    fn next_wake(&self) -> Option<Instant> {
        let lanes = self.lanes.iter().flat_map(Lane::wakes);
        lanes.chain(self.agent.iter().flat_map(Agent::wakes)).min()
    }

    /// Lets one machine whose time has come know.
    fn wake(&mut self) {
        let now = self.now;
        let due = |wake: Option<Instant>| wake.is_some_and(|at| at <= now);
        if self.agent.as_ref().is_some_and(|agent| due(agent.engine_wake)) {
            return self.decide(Input::Timeout);
        }
        if self.agent.as_ref().is_some_and(|agent| due(agent.keeper_wake)) {
            return self.keep();
        }
        for n in 0..self.lanes.len() {
            for side in Side::BOTH {
                if self.wake_end(n, side) {
                    return;
                }
            }
        }
    }

    pub(super) fn note(&mut self, after: Duration, happening: Happening) {
        self.agenda.note(self.now + after, happening);
    }

    /// For whoever reads the story.
    pub(super) fn tell(&mut self, what: impl FnOnce() -> String) {
        if let Some(story) = &mut self.story {
            story.push((self.now - self.start, what()));
        }
    }

    /// Only the first objection counts: what follows may follow from it.
    pub(super) fn object(&mut self, what: String) {
        self.violation.get_or_insert(what);
    }
}
