//! F2: the BGP state machine of one neighbour (RFC 4271 §8), without IO.
//!
//! One [`handle`](Session::handle), then [`poll_output`](Session::poll_output) until it is drained,
//! then wait for input or for [`poll_timeout`](Session::poll_timeout).
//!
//! ```text
//! Idle ── Start ──▶ Connect (Dial) ── Dialled ──▶ OpenSent (our OPEN)
//!                      │ DialFailed, DialLimit        │ their OPEN: KEEPALIVE
//!                      ▼                              ▼
//!                   Active ◀── Closed, Cease ──── OpenConfirm ── KEEPALIVE ──▶ Established
//!                      │ Accepted ──▶ OpenSent        │                            │
//!                      └ Retry ──▶ Connect            └── any error: NOTIFICATION ─┴──▶ Idle
//! Idle after an error refuses connections until Retry fires; Idle after Stop stays.
//! ```
//!
//! A session has up to two connections, one dialled and one accepted; each walks from OpenSent to
//! Established by itself, and `collision` settles which of them stays (RFC 4271 §6.8).
//!
//! RFCs served here: 4271, 4724, 4760, 5492, 6793, 2918, 4486, 6286, 6608, 7606, 9003, 9384, 9687. Absent on
//! purpose: DelayOpen and automatic stop; a session starts with the agent and ends with it.

mod collision;
mod connection;
mod counters;
mod event;
mod inbound;
mod lifecycle;
mod negotiation;
mod outbound;
mod params;
mod reaction;
mod receive;
mod restart;
mod scrutiny;
mod shown;
mod tell;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use connection::Connection;
pub use counters::{Counters, MessageCounts};
pub use event::{
    Direction, Event, Input, LastNotification, Leaving, Malformed, Output, State, Timer,
};
pub use negotiation::Negotiated;
pub use params::{HoldTime, Params};
pub use reaction::{NO_REACTION, ReactionTimes};
pub use restart::RestartTime;

use crate::base::{Backoff, Family, Prefix, Reason, Rng, RouteAttributes, RouteTable, Timers};
use crate::rib::{AdjRibIn, AdjRibOut, Carried, Plan, Shown};
use crate::wire::{Message, Notification};
use reaction::Reaction;
use restart::Restart;
use shown::Gap;

/// Longest waiting time between connection attempts.
const RETRY_MOST: Duration = Duration::from_secs(60);
/// How long an attempt to connect may take; a host that is there answers a SYN in far less, and a
/// repeated SYN after 1, 3 and 7 seconds still fits.
const DIAL_LIMIT: Duration = Duration::from_secs(10);
/// After this, a neighbour that we only wait for is missed: it would have dialled several times.
const AWAITED: Duration = Duration::from_secs(30);
/// How long we wait for an OPEN (RFC 4271 §8.2.2 suggests four minutes).
const OPEN_HOLD: Duration = Duration::from_secs(240);

/// One neighbour.
#[derive(Debug)]
pub struct Session {
    params: Params,
    rng: Rng,
    backoff: Backoff,
    running: bool,
    dialling: bool,
    /// The last session ended in an error: connections are refused until the next retry.
    penalised: bool,
    connections: BTreeMap<Direction, Connection>,
    timers: Timers<Timer>,
    plan: Plan,
    /// The version of the plan that the octets on their way complete.
    telling: u64,
    carried: Carried,
    adj_rib_out: AdjRibOut,
    adj_rib_in: AdjRibIn,
    /// What of it we may not know.
    gap: Gap,
    /// What the engine was last told of it.
    shown: Shown,
    /// Families that the neighbour asked for again.
    refresh: BTreeSet<Family>,
    /// Families whose first full table is still to be closed by an End-of-RIB.
    end_of_rib: BTreeSet<Family>,
    /// What the neighbour is asked to keep over a restart, if anything.
    restart: Option<Restart>,
    outputs: VecDeque<Output>,
    state: State,
    since: Instant,
    last_error: Option<Reason>,
    last_malformed: Option<Malformed>,
    last_notification: Option<LastNotification>,
    counters: Counters,
    reaction: Reaction,
}

impl Session {
    /// An idle session. `seed` spreads its timers.
    pub fn new(params: Params, seed: u64, now: Instant) -> Self {
        Self {
            rng: Rng::new(seed),
            backoff: Backoff::new(params.connect_retry, RETRY_MOST),
            running: false,
            dialling: false,
            penalised: false,
            connections: BTreeMap::new(),
            timers: Timers::default(),
            plan: Plan::default(),
            telling: 0,
            carried: Carried::Nothing,
            adj_rib_out: AdjRibOut::default(),
            adj_rib_in: AdjRibIn::new(params.max_received),
            gap: Gap::default(),
            shown: Shown::Unknown,
            refresh: BTreeSet::new(),
            end_of_rib: BTreeSet::new(),
            restart: params.graceful_restart.map(Restart::new),
            outputs: VecDeque::new(),
            state: State::Idle,
            since: now,
            last_error: None,
            last_malformed: None,
            last_notification: None,
            counters: Counters::default(),
            reaction: Reaction::new(),
            params,
        }
    }

    /// The same at the start of the process: the neighbour may still have these prefixes from an
    /// earlier run, and traffic to them was answered all the time. Means nothing without
    /// `graceful_restart`.
    pub fn restarted(mut self, inherited: BTreeSet<Prefix>) -> Self {
        if let Some(restart) = &mut self.restart {
            restart.happened(self.since, inherited.iter().map(Prefix::family));
            self.adj_rib_out.inherit(inherited);
        }
        self
    }

    /// Takes in what happened. Inputs that no longer fit (a connection that was just closed) are
    /// ignored: the driver and the session may cross.
    pub fn handle(&mut self, input: Input<'_>, now: Instant) {
        match input {
            Input::Start => self.start(now),
            Input::Stop(leaving) => self.stop(leaving, now),
            Input::Configured(params) => self.configure(*params),
            Input::Wanted(plan) => {
                let watched = Arc::clone(&plan.watched);
                self.reaction.wanted(&plan, self.established().is_some());
                self.plan = plan;
                self.pump(now);
                self.watch(&watched, now);
            }
            Input::Dialled { local } => self.dialled(local, now),
            Input::DialFailed(because) => self.dial_failed(because, now),
            Input::Accepted { local } => self.accepted(local, now),
            Input::Received { direction, octets } => self.received(direction, octets, now),
            Input::Drained(direction) => self.drained(direction, now),
            Input::Closed { direction, because } => self.closed(direction, because, now),
            Input::BfdDown(because) => self.bfd_down(because, now),
            Input::Timeout => {
                while let Some(timer) = self.timers.pop_expired(now) {
                    self.fired(timer, now);
                }
            }
        }
        let state = self.current_state();
        if state != self.state {
            self.state = state;
            self.since = now;
        }
        self.show();
    }

    /// The next thing to do, in order; `None` when drained.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call [`handle`](Self::handle) with [`Input::Timeout`], and for what.
    pub fn poll_timeout(&self) -> Option<(Instant, Timer)> {
        self.timers.next()
    }

    /// The state, and since when.
    pub fn state(&self) -> (State, Instant) {
        (self.state, self.since)
    }

    /// What was agreed, while established.
    pub fn negotiated(&self) -> Option<&Negotiated> {
        self.established().and_then(|(_, connection)| connection.negotiated.as_ref())
    }

    /// Our address on the established connection.
    pub fn local_address(&self) -> Option<IpAddr> {
        self.established().map(|(_, connection)| connection.local)
    }

    /// The families that we offer.
    pub fn offered(&self) -> &BTreeSet<Family> {
        &self.params.families
    }

    /// The next hop that the neighbour has for a route of ours, while established; `None` when it
    /// cannot be told the route.
    pub fn next_hop(&self, prefix: Prefix, route: &RouteAttributes) -> Option<IpAddr> {
        let (negotiated, family) = (self.negotiated()?, prefix.family());
        let local = self.local_address().filter(|_| negotiated.families.contains(&family))?;
        route.next_hop.address(family, local, negotiated.extended_next_hop)
    }

    /// The routes that are meant for the neighbour and cannot be told on the established session,
    /// though we offered their family: the neighbour did not, or has no use for their next hop.
    pub fn withheld(&self) -> impl Iterator<Item = (&Prefix, &Arc<RouteAttributes>)> {
        let offered = self.negotiated().map(|_| self.offered());
        self.plan.routes.iter().filter(move |(prefix, route)| {
            offered.is_some_and(|families| families.contains(&prefix.family()))
                && self.next_hop(**prefix, route).is_none()
        })
    }

    /// The routes the neighbour has from us.
    pub fn advertised(&self) -> &RouteTable {
        self.adj_rib_out.routes()
    }

    /// The routes we have from the neighbour.
    pub fn received_routes(&self) -> &AdjRibIn {
        &self.adj_rib_in
    }

    /// What went wrong last, in words.
    pub fn last_error(&self) -> Option<&Reason> {
        self.last_error.as_ref()
    }

    /// The last UPDATE with malformed attributes.
    pub fn last_malformed(&self) -> Option<&Malformed> {
        self.last_malformed.as_ref()
    }

    /// The NOTIFICATION that ended a connection last.
    pub fn last_notification(&self) -> Option<&LastNotification> {
        self.last_notification.as_ref()
    }

    /// How long it took from samples to what the neighbour was told because of them.
    pub fn reaction_times(&self) -> &ReactionTimes {
        self.reaction.times()
    }

    /// What was counted.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    fn current_state(&self) -> State {
        let connected = self.connections.values().map(Connection::state).max();
        connected.unwrap_or(match (self.running, self.dialling, self.penalised) {
            (false, _, _) | (true, false, true) => State::Idle,
            (true, true, _) => State::Connect,
            (true, false, false) => State::Active,
        })
    }

    fn established(&self) -> Option<(Direction, &Connection)> {
        let mut connections = self.connections.iter();
        connections.find(|(_, c)| c.established).map(|(direction, c)| (*direction, c))
    }

    fn send(&mut self, direction: Direction, messages: Vec<Message>, now: Instant) {
        let Some(connection) = self.connections.get_mut(&direction) else { return };
        let context = connection.sending();
        let send_hold =
            connection.negotiated.as_ref().and_then(|n| n.send_hold(self.params.send_hold_time));
        messages.iter().for_each(|message| self.counters.sent.count(message.kind()));
        connection.unsent = true;
        let octets = outbound::octets(messages, &context);
        self.outputs.push_back(Output::Send { direction, octets });
        if let Some(send_hold) = send_hold
            && self.timers.get(Timer::SendHold(direction)).is_none()
        {
            self.timers.set(Timer::SendHold(direction), now + send_hold);
        }
    }

    fn remember(&mut self, sent: bool, notification: &Notification) {
        let Notification { code, subcode, .. } = *notification;
        let because = Reason::from(notification.to_string());
        self.last_notification = Some(LastNotification { sent, code, subcode, because });
    }

    fn carry(&mut self, carried: Carried) {
        if self.carried != carried {
            self.carried = carried;
            self.outputs.push_back(Output::Carried(carried));
        }
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }
}

#[cfg(test)]
mod tests;
