//! F2: bidirectional forwarding detection (RFC 5880), one session without IO.
//!
//! One [`handle`](Session::handle), then [`poll_output`](Session::poll_output) until it is drained,
//! then wait for input or for [`poll_timeout`](Session::poll_timeout).
//!
//! ```text
//! ours ╲ theirs    AdminDown        Down             Init        Up
//! Down             stay             ▶ Init           ▶ Up        stay
//! Init             ▶ Down           stay             ▶ Up        ▶ Up
//! Up               ▶ Down           ▶ Down, failed   stay        stay
//! Init, Up: silence for the detection time ▶ Down, and from Up that is a failure
//! any: Stop ▶ AdminDown; AdminDown: everything is discarded, Start ▶ Down
//! ```
//!
//! Our packets leave every max(our Desired Min TX, their Required Min RX), less 0 to 25 % of jitter;
//! Desired Min TX is one second at least until the session is up, and a Poll Sequence tells the
//! neighbour of each change. The detection time is their Detect Mult × max(our Required Min RX,
//! their Desired Min TX).
//!
//! RFCs served here: 5880 in asynchronous mode; 5881 and 5883 add the transport, which is not here.
//! Absent on purpose: echo, authentication, asking for demand mode (a neighbour that asks for it is
//! obeyed), and a change of the configured intervals of a living session.

#![forbid(unsafe_code)]

mod codes;
mod discard;
mod event;
mod packet;
mod receive;
mod remote;
mod transmit;

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

pub use codes::{Diagnostic, State};
pub use discard::Discard;
pub use event::{Event, Input, Output, Params, Report, Timer};
pub use packet::{PACKET_LENGTH, Packet};
use remote::Remote;

use crate::base::{Reason, Rng, Timers};

/// RFC 5880 §6.8.3: until it is up, a session asks nobody for more than a packet a second.
const SLOW: Duration = Duration::from_secs(1);

/// One session.
#[derive(Debug)]
pub struct Session {
    params: Params,
    rng: Rng,
    discriminator: NonZeroU32,
    /// What the neighbour said last; forgotten after a detection time of silence.
    remote: Option<Remote>,
    /// A change of our intervals is not acknowledged yet.
    polling: bool,
    /// When the last packet left.
    sent_at: Instant,
    /// The interval that the running transmit timer was set by.
    paced_by: Option<Duration>,
    timers: Timers<Timer>,
    outputs: VecDeque<Output>,
    report: Report,
    last_discard: Option<Discard>,
}

impl Session {
    /// A session that is AdminDown and silent. `seed` spreads its packets and makes its
    /// discriminator.
    pub fn new(params: Params, seed: u64, now: Instant) -> Self {
        let mut rng = Rng::new(seed);
        Self {
            discriminator: discriminator(&mut rng),
            rng,
            remote: None,
            polling: false,
            sent_at: now,
            paced_by: None,
            timers: Timers::default(),
            outputs: VecDeque::new(),
            report: Report {
                state: State::AdminDown,
                since: now,
                diagnostic: Diagnostic::NONE,
                interval: params.min_tx.max(SLOW),
                detection: None,
                failures: 0,
                last_failure: None,
                sent: 0,
                received: 0,
                discarded: 0,
            },
            last_discard: None,
            params,
        }
    }

    /// Takes in what happened.
    pub fn handle(&mut self, input: Input<'_>, now: Instant) {
        match input {
            Input::Start if self.state() == State::AdminDown => self.start(now),
            Input::Start => {}
            Input::Stop if self.state() != State::AdminDown => self.stop(now),
            Input::Stop => {}
            Input::Received(payload) => self.received(payload, now),
            Input::Timeout => {
                while let Some(timer) = self.timers.pop_expired(now) {
                    self.fired(timer, now);
                }
            }
        }
        self.report.interval = self.interval();
        self.report.detection = self.remote.map(|remote| remote.detection(&self.params));
    }

    /// The next thing to do, in order; `None` when drained.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call [`handle`](Self::handle) with [`Input::Timeout`], and for what. A stopped session
    /// that has said farewell has none.
    pub fn poll_timeout(&self) -> Option<(Instant, Timer)> {
        self.timers.next()
    }

    /// Our name for the session, in their Your Discriminator; the same for its whole life. Random,
    /// so two sessions may clash, and whoever owns several makes sure that they do not.
    pub fn discriminator(&self) -> NonZeroU32 {
        self.discriminator
    }

    /// What there is to tell.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Why the last of the discarded packets was discarded.
    pub fn last_discard(&self) -> Option<Discard> {
        self.last_discard
    }

    fn state(&self) -> State {
        self.report.state
    }

    fn start(&mut self, now: Instant) {
        self.timers.stop(Timer::Silence);
        self.change(State::Down, Diagnostic::NONE, now);
        self.transmit(now);
    }

    /// RFC 5880 §6.8.16: the neighbour is told for a detection time, so that one lost packet does not
    /// make it think that we have died.
    fn stop(&mut self, now: Instant) {
        self.change(State::AdminDown, Diagnostic::ADMINISTRATIVELY_DOWN, now);
        self.timers.stop(Timer::Detection);
        self.transmit(now);
        let told = self.remote.map_or(Duration::ZERO, |remote| remote.detection(&self.params));
        self.timers.set(Timer::Silence, now + told);
    }

    fn fired(&mut self, timer: Timer, now: Instant) {
        match timer {
            Timer::Detection => self.silent(now),
            Timer::Transmit => self.transmit(now),
            Timer::Silence => self.timers.stop(Timer::Transmit),
        }
    }

    fn change(&mut self, state: State, diagnostic: Diagnostic, now: Instant) {
        let desired = self.desired_min_tx();
        self.report.state = state;
        self.report.since = now;
        self.report.diagnostic = diagnostic;
        // RFC 5880 §6.8.3: a changed Desired Min TX is polled for. In AdminDown nobody could answer.
        let changed = self.desired_min_tx() != desired;
        self.polling = state != State::AdminDown && (self.polling || changed);
    }

    fn failed(&mut self, because: Reason) {
        self.report.failures += 1;
        self.report.last_failure = Some(because.clone());
        self.event(Event::Failed(because));
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }
}

fn discriminator(rng: &mut Rng) -> NonZeroU32 {
    loop {
        if let Some(discriminator) = NonZeroU32::new((rng.next_u64() >> 32) as u32) {
            return discriminator;
        }
    }
}

#[cfg(test)]
mod tests;
