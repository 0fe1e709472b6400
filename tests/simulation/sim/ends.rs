//! The two processes of a session: what `peer` and `bfd_udp` do in the product, without sockets.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::num::NonZeroU8;
use std::time::{Duration, Instant};

use herald::base::{Asn, Family, Prefix};
use herald::bfd;
use herald::engine;
use herald::rib::{Carried, Shown};
use herald::session::{
    Direction, Event, HoldTime, Input, Output, Params, RestartTime, Session, State,
};

use super::Mutant;
use super::network::Side;
use super::scenery::LOCAL_AS;
use super::world::{Happening, World};

/// One process of a session.
pub(super) struct End {
    pub(super) session: Session,
    pub(super) links: BTreeMap<Direction, u64>,
    /// The connection that the session is being asked about.
    offered: Option<u64>,
    pub(super) dialling: Option<u64>,
    pub(super) hold: Option<Duration>,
    wake: Option<Instant>,
    pub(super) bfd: Option<bfd::Session>,
    bfd_wake: Option<Instant>,
    /// By which connection the session last came up, and when.
    up: Option<(Direction, Instant)>,
    /// Times the loss of the session was told.
    pub(super) losses: u64,
    /// UPDATEs written.
    pub(super) updates: u64,
    /// The version of the plan that the session has seen.
    pub(super) plan: u64,
    pub(super) told: Carried,
}

impl End {
    pub(super) fn new(params: Params, seed: u64, now: Instant) -> Self {
        let hold = params.hold_time.duration();
        Self {
            session: Session::new(params, seed, now),
            links: BTreeMap::new(),
            offered: None,
            dialling: None,
            hold,
            wake: None,
            bfd: None,
            bfd_wake: None,
            up: None,
            losses: 0,
            updates: 0,
            plan: 0,
            told: Carried::Nothing,
        }
    }

    pub(super) fn restarted(mut self, inherited: BTreeSet<Prefix>) -> Self {
        self.session = self.session.restarted(inherited);
        self
    }

    pub(super) fn wakes(&self) -> impl Iterator<Item = Instant> {
        self.wake.into_iter().chain(self.bfd_wake)
    }

    pub(super) fn is_established(&self) -> bool {
        self.session.state().0 == State::Established
    }

    /// The connection of the established session.
    pub(super) fn established(&self) -> Option<u64> {
        let (up, _) = self.up.filter(|_| self.is_established())?;
        self.links.get(&up).copied()
    }

    /// Since when the session is established.
    pub(super) fn up_since(&self) -> Option<Instant> {
        self.up.filter(|_| self.is_established()).map(|(_, since)| since)
    }
}

/// The address of the agent on a lane.
pub(super) fn local(n: usize, side: Side) -> IpAddr {
    IpAddr::from([10, 0, n as u8, if side == Side::Agent { 2 } else { 1 }])
}

impl World {
    pub(super) fn start_peer(&mut self, n: usize) {
        if self.lanes[n].ends[1].is_some() {
            return;
        }
        let neighbor = &self.scenery.neighbors[n];
        let restart = neighbor.graceful_restart.then(|| RestartTime::new(60)).flatten();
        let params = Params {
            local_as: Asn(65515),
            peer_as: Asn(LOCAL_AS),
            router_id: [10, 0, n as u8, 1].into(),
            hold_time: HoldTime::new(90).expect("90 is one"),
            keepalive: None,
            connect_retry: Duration::from_secs(5),
            send_hold_time: None,
            families: Family::ALL.into(),
            passive: !neighbor.dials,
            shutdown: false,
            shutdown_message: String::new(),
            max_received: 100,
            enforce_first_as: true,
            role: None,
            extended_next_hop: false,
            graceful_restart: restart,
            signed: false,
        };
        let mut end = End::new(params, self.dice.number(), self.now);
        end.bfd = self.bfd(n);
        self.lanes[n].ends[1] = Some(end);
        self.session(n, Side::Peer, Input::Start);
        self.show_rivals(n);
        self.detector(n, Side::Peer, bfd::Input::Start);
    }

    pub(super) fn bfd(&mut self, n: usize) -> Option<bfd::Session> {
        let every = self.scenery.neighbors[n].bfd?;
        let multiplier = NonZeroU8::new(3)?;
        let params = bfd::Params { min_tx: every, min_rx: every, multiplier };
        Some(bfd::Session::new(params, self.dice.number(), self.now))
    }

    /// Lets a machine of this end know that its time has come; says whether there was one.
    pub(super) fn wake_end(&mut self, n: usize, side: Side) -> bool {
        let due = |wake: Option<Instant>| wake.is_some_and(|at| at <= self.now);
        let Some(end) = &self.lanes[n].ends[side as usize] else { return false };
        if due(end.wake) {
            self.session(n, side, Input::Timeout);
            return true;
        }
        let detects = due(end.bfd_wake);
        if detects {
            self.detector(n, side, bfd::Input::Timeout);
        }
        detects
    }

    /// One input to a session, and everything that follows from it.
    pub(super) fn session(&mut self, n: usize, side: Side, input: Input<'_>) {
        let timeout = matches!(input, Input::Timeout);
        let now = self.now;
        let Some(end) = &mut self.lanes[n].ends[side as usize] else { return };
        end.session.handle(input, now);
        loop {
            let Some(end) = &mut self.lanes[n].ends[side as usize] else { return };
            let Some(output) = end.session.poll_output() else { break };
            self.perform(n, side, output);
        }
        let Some(end) = &mut self.lanes[n].ends[side as usize] else { return };
        end.wake = end.session.poll_timeout().map(|(at, _)| at);
        if timeout && end.wake.is_some_and(|at| at <= now) {
            self.object(format!("a timer of the session with rs-{n} that has fired is still set"));
        }
    }

    fn perform(&mut self, n: usize, side: Side, output: Output) {
        match output {
            Output::Dial => self.dial(n, side),
            Output::CancelDial => {
                if let Some(end) = &mut self.lanes[n].ends[side as usize] {
                    end.dialling = None;
                }
            }
            Output::Adopt => {
                let Some(end) = &mut self.lanes[n].ends[side as usize] else { return };
                let Some(offered) = end.offered.take() else { return };
                if let Some(old) = end.links.insert(Direction::Accepted, offered) {
                    self.close(n, old, side);
                }
            }
            Output::Refuse(octets) => {
                let Some(end) = &mut self.lanes[n].ends[side as usize] else { return };
                let Some(offered) = end.offered.take() else { return };
                self.write(n, offered, side, &octets);
                self.close(n, offered, side);
            }
            Output::Send { direction, octets } => self.say(n, side, direction, octets),
            Output::Close(direction) => {
                let Some(end) = &mut self.lanes[n].ends[side as usize] else { return };
                if let Some(conn) = end.links.remove(&direction) {
                    self.close(n, conn, side);
                }
            }
            Output::Carried(carried) => {
                self.lanes[n].dirty = true;
                if let Some(end) = &mut self.lanes[n].ends[side as usize] {
                    end.told = carried;
                }
                if side == Side::Agent {
                    let name = neighbor_name(n);
                    self.post_to_engine(engine::Input::Carried(name, carried));
                }
            }
            Output::Shown(shown) => {
                if side == Side::Agent && !self.mutate_shown(n, &shown) {
                    self.post_to_engine(engine::Input::Shown(neighbor_name(n), shown));
                }
            }
            Output::Event(event) => self.event(n, side, &event),
        }
    }

    fn event(&mut self, n: usize, side: Side, event: &Event) {
        if side == Side::Agent {
            self.tell(|| format!("session with rs-{n}: {event:?}"));
        }
        self.lanes[n].dirty = true;
        match event {
            Event::Established { direction, .. } => {
                self.figures.sessions += u64::from(side == Side::Agent);
                let up = Some((*direction, self.now));
                if let Some(end) = &mut self.lanes[n].ends[side as usize] {
                    end.up = up;
                }
            }
            Event::Lost(_) if self.mutant != Some(Mutant::LostEvent) => {
                if let Some(end) = &mut self.lanes[n].ends[side as usize] {
                    end.losses += 1;
                }
            }
            Event::Withheld
            | Event::Lost(_)
            | Event::Stopped
            | Event::Failed(_)
            | Event::Malformed(_) => {}
        }
    }

    fn say(&mut self, n: usize, side: Side, direction: Direction, octets: Vec<u8>) {
        let Some(end) = &self.lanes[n].ends[side as usize] else { return };
        let Some(id) = end.links.get(&direction).copied() else { return };
        if side == Side::Agent {
            self.check_said(n, id, &octets);
            self.lanes[n].dirty |= octets.get(18) == Some(&2);
            // The type of the first message: 2 is an UPDATE.
            if self.mutant == Some(Mutant::Echo) && octets.get(18) == Some(&2) {
                self.check_said(n, id, &octets);
                self.write(n, id, side, &octets);
            }
        }
        let input = match self.write(n, id, side, &octets) {
            Some(true) => Input::Drained(direction),
            Some(false) => return,
            None => {
                let Some(end) = &mut self.lanes[n].ends[side as usize] else { return };
                end.links.remove(&direction);
                Input::Closed { direction, because: "broken pipe".into() }
            }
        };
        let now = self.now;
        if let Some(end) = &mut self.lanes[n].ends[side as usize] {
            end.session.handle(input, now);
        }
    }

    pub(super) fn accept(&mut self, n: usize, side: Side, id: u64) {
        if let Some(end) = &mut self.lanes[n].ends[side as usize] {
            end.offered = Some(id);
        }
        self.session(n, side, Input::Accepted { local: local(n, side) });
    }

    pub(super) fn connected(&mut self, n: usize, side: Side, id: u64) {
        if let Some(end) = &mut self.lanes[n].ends[side as usize] {
            end.links.insert(Direction::Dialled, id);
        }
        self.session(n, side, Input::Dialled { local: local(n, side) });
    }

    pub(super) fn datagram(&mut self, n: usize, side: Side, octets: &[u8]) {
        self.detector(n, side, bfd::Input::Received(octets));
    }

    /// One input to BFD; a failure reaches the session beside it.
    pub(super) fn detector(&mut self, n: usize, side: Side, input: bfd::Input<'_>) {
        let now = self.now;
        let Some(end) = &mut self.lanes[n].ends[side as usize] else { return };
        let Some(session) = &mut end.bfd else { return };
        session.handle(input, now);
        let (mut sent, mut failed) = (Vec::new(), None);
        while let Some(output) = session.poll_output() {
            match output {
                bfd::Output::Send(octets) => sent.push(octets),
                bfd::Output::Event(bfd::Event::Failed(because)) => failed = Some(because),
                bfd::Output::Event(bfd::Event::Up | bfd::Event::HeldDown) => {}
            }
        }
        end.bfd_wake = session.poll_timeout().map(|(at, _)| at);
        for octets in sent {
            self.send_datagram(n, side, &octets);
        }
        if let Some(because) = failed {
            self.session(n, side, Input::BfdDown(because));
        }
    }

    /// The session has its plan: that of the newest version, whatever came between.
    pub(super) fn hand_plan(&mut self, n: usize) {
        let Some(agent) = &self.agent else { return };
        let Some(mut plan) = agent.plans.get(&n).cloned() else { return };
        let Some(end) = &mut self.lanes[n].ends[0] else { return };
        if end.plan == plan.version && plan.version > 0 {
            return;
        }
        end.plan = plan.version;
        if self.mutate_plan(n, &mut plan) {
            self.session(n, Side::Agent, Input::Wanted(plan));
        }
    }

    /// Lets a mutant have its way with what a neighbour shows; says whether that does not arrive.
    fn mutate_shown(&mut self, n: usize, shown: &Shown) -> bool {
        let Shown::Routes(routes) = shown else { return false };
        match self.mutant {
            Some(Mutant::Blind) if !routes.is_empty() => {
                let nothing = Shown::Routes(BTreeMap::new());
                self.post_to_engine(engine::Input::Shown(neighbor_name(n), nothing));
                true
            }
            Some(Mutant::Haunted) => {
                let known = self.lanes[n].rivals.is_empty() && routes.is_empty();
                let before = self.now - self.lanes[n].up_since().unwrap_or(self.now);
                known && before > Duration::from_secs(1)
            }
            _ => false,
        }
    }

    /// Lets a mutant have its way with a plan; says whether it arrives.
    fn mutate_plan(&mut self, n: usize, plan: &mut herald::rib::Plan) -> bool {
        let Some(end) = &self.lanes[n].ends[0] else { return false };
        let withdraws = end.session.advertised().keys().any(|p| !plan.routes.contains_key(p));
        match self.mutant {
            Some(Mutant::LostWithdrawal) => !withdraws,
            Some(Mutant::LateWithdrawal) if withdraws => {
                if let Some(end) = &mut self.lanes[n].ends[0] {
                    end.plan = 0;
                }
                self.mutant = None;
                let life = self.life;
                self.note(Duration::from_secs(3), Happening::Plan(life, n));
                false
            }
            Some(Mutant::FlickeringRoute) if !withdraws && !end.session.advertised().is_empty() => {
                plan.routes = std::sync::Arc::default();
                if let Some(end) = &mut self.lanes[n].ends[0] {
                    end.plan = 0;
                }
                self.mutant = None;
                let life = self.life;
                self.note(Duration::from_secs(1), Happening::Plan(life, n));
                true
            }
            Some(Mutant::LongerPath) => {
                let mut routes = (*plan.routes).clone();
                for route in routes.values_mut() {
                    std::sync::Arc::make_mut(route).as_path.push(Asn(LOCAL_AS));
                }
                plan.routes = std::sync::Arc::new(routes);
                true
            }
            Some(Mutant::Unmarked) => {
                let mut routes = (*plan.routes).clone();
                for route in routes.values_mut() {
                    std::sync::Arc::make_mut(route).large_communities.clear();
                }
                plan.routes = std::sync::Arc::new(routes);
                true
            }
            _ => true,
        }
    }
}

pub(super) fn neighbor_name(n: usize) -> herald::base::NeighborName {
    format!("rs-{n}").as_str().into()
}
