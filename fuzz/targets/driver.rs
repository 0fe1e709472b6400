//! A driver that performs a session's outputs on paper, and checks that they make sense.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use herald::base::Prefix;
use herald::rib::Carried;
use herald::session::{Direction, Input, Output, Params, Session, State};
use herald::wire::{Context, Message, frame_length};

/// More than any single input can lead to.
const MOST_OUTPUTS: usize = 64;
/// What may wait for a neighbour that does not read: OPEN, KEEPALIVE, routes, NOTIFICATION. Octets
/// that pile up beyond it would grow for as long as somebody makes the session talk.
const MOST_WAITING: usize = 4;

/// A session, its clock, its connections, and what the neighbour knows from it.
pub(crate) struct Driver {
    pub(crate) session: Session,
    pub(crate) now: Instant,
    /// What the session was last told to say.
    pub(crate) wanted: (u64, BTreeSet<Prefix>),
    /// Whether the kernel takes octets at once.
    pub(crate) drains: bool,
    pub(crate) dialling: bool,
    /// Open connections, and how often the session has written to them since all was taken.
    pub(crate) links: BTreeMap<Direction, usize>,
    offered: bool,
    carried: Carried,
    told: BTreeSet<Prefix>,
}

impl Driver {
    pub(crate) fn new(params: Params) -> Self {
        let now = start();
        Self {
            session: Session::new(params, 7, now),
            now,
            wanted: (0, BTreeSet::new()),
            drains: true,
            dialling: false,
            links: BTreeMap::new(),
            offered: false,
            carried: Carried::Nothing,
            told: BTreeSet::new(),
        }
    }

    /// One input and everything that follows from it.
    pub(crate) fn input(&mut self, input: Input<'_>) {
        self.offered = matches!(input, Input::Accepted { .. });
        let timeout = matches!(input, Input::Timeout);
        let lost = matches!(input, Input::Closed { .. }) && self.established();
        self.session.handle(input, self.now);
        let outputs = std::iter::from_fn(|| self.session.poll_output());
        let mut outputs: Vec<_> = outputs.take(MOST_OUTPUTS).collect();
        assert!(outputs.len() < MOST_OUTPUTS, "outputs without end: {outputs:?}");
        outputs.drain(..).for_each(|output| self.perform(output));
        assert!(!self.offered, "an accepted connection is neither kept nor refused");
        if timeout {
            let next = self.session.poll_timeout();
            assert!(next.is_none_or(|(at, _)| at > self.now), "{next:?} has passed already");
        }
        // RFC 4271 §8.2.2, event 18 in Established: nobody is to blame when the network fails.
        assert!(!lost || self.session.state().0 != State::Idle, "refuses whom the network cut off");
        self.drain_all();
        self.check();
    }

    fn established(&self) -> bool {
        self.session.state().0 == State::Established
    }

    /// Lets time pass; timers fire at their time, or `late` all at once.
    pub(crate) fn pass(&mut self, time: Duration, late: bool) {
        let end = self.now + time;
        while !late && let Some((at, _)) = self.session.poll_timeout().filter(|(at, _)| *at <= end)
        {
            self.now = self.now.max(at);
            self.input(Input::Timeout);
        }
        self.now = end;
        if self.session.poll_timeout().is_some_and(|(at, _)| at <= end) {
            self.input(Input::Timeout);
        }
    }

    /// The kernel has taken what was written to `direction`.
    pub(crate) fn drain(&mut self, direction: Direction) {
        if self.links.get_mut(&direction).is_some_and(|waiting| std::mem::take(waiting) > 0) {
            self.input(Input::Drained(direction));
        }
    }

    fn drain_all(&mut self) {
        while self.drains
            && let Some(direction) =
                self.links.iter().find(|(_, waiting)| **waiting > 0).map(|(d, _)| *d)
        {
            self.drain(direction);
        }
    }

    fn perform(&mut self, output: Output) {
        match output {
            Output::Dial => assert!(!std::mem::replace(&mut self.dialling, true), "dialled twice"),
            Output::CancelDial => assert!(std::mem::take(&mut self.dialling), "nothing to cancel"),
            Output::Adopt => {
                assert!(std::mem::take(&mut self.offered), "nothing to adopt");
                self.links.insert(Direction::Accepted, 0);
            }
            Output::Refuse(octets) => {
                assert!(std::mem::take(&mut self.offered), "nothing to refuse");
                assert!(matches!(said(&octets)[..], [Message::Notification(_)]));
            }
            Output::Send { direction, octets } => {
                let link = self.links.get_mut(&direction);
                let waiting =
                    link.unwrap_or_else(|| panic!("sends on {direction:?}, which is closed"));
                *waiting += 1;
                assert!(*waiting <= MOST_WAITING, "octets pile up on {direction:?}");
                said(&octets).into_iter().for_each(|message| self.hear(message));
            }
            Output::Close(direction) => {
                assert!(self.links.remove(&direction).is_some(), "{direction:?} closed twice");
            }
            Output::Carried(carried) => self.carry(carried),
            Output::Shown(_) | Output::Event(_) => {}
        }
    }

    fn hear(&mut self, message: Message) {
        if let Message::Update(update) = message {
            assert_eq!(update.faults, [], "we sent a malformed UPDATE");
            update.withdrawn.iter().for_each(|prefix| {
                assert!(self.told.remove(prefix), "{prefix} withdrawn, but never announced");
            });
            self.told.extend(update.announced);
        }
    }

    fn carry(&mut self, carried: Carried) {
        match (self.carried, carried) {
            (Carried::Upto(before), Carried::Upto(version)) => {
                assert!(version >= before, "carried {version} after {before}");
            }
            (Carried::Nothing, _) | (_, Carried::Nothing) => {}
        }
        if let Carried::Upto(version) = carried {
            assert!(version <= self.wanted.0, "carried {version}, which was never wanted");
        }
        self.carried = carried;
    }

    /// What must hold between inputs.
    fn check(&mut self) {
        let established = self.established();
        assert_eq!(established, self.session.negotiated().is_some());
        if !established {
            assert_eq!(self.carried, Carried::Nothing, "nobody there to know");
            assert_eq!(self.session.advertised().len() + self.session.received_routes().len(), 0);
            self.told.clear();
        } else if !self.links.values().any(|waiting| *waiting > 0) {
            assert_eq!(
                self.told, self.wanted.1,
                "all is written, and the neighbour knows other routes"
            );
            assert_eq!(self.carried, Carried::Upto(self.wanted.0));
        }
        assert!(self.session.received_routes().len() <= 8);
    }
}

/// The messages that a neighbour finds in `octets`. Paths hold small numbers of our own AS, which
/// read alike in two octets and in four once the length of the path says which.
fn said(mut octets: &[u8]) -> Vec<Message> {
    let mut messages = Vec::new();
    while !octets.is_empty() {
        let length = frame_length(octets, &Context::default()).expect("a header").expect("whole");
        let (frame, rest) = octets.split_at(length);
        messages.push(understood(frame));
        octets = rest;
    }
    messages
}

fn understood(frame: &[u8]) -> Message {
    let contexts = [true, false].map(|four| Context { four_octet_asn: four, ..Context::default() });
    let mut readings = contexts.iter().map(|context| Message::decode(frame, context));
    let sound = readings.find_map(|reading| match reading {
        Ok(Message::Update(update)) if !update.faults.is_empty() => None,
        Ok(message) => Some(message),
        Err(error) => panic!("we sent what nobody can read: {error}"),
    });
    sound.unwrap_or_else(|| panic!("we sent a malformed UPDATE: {frame:02x?}"))
}

#[allow(clippy::disallowed_methods, reason = "a virtual clock starts somewhere")]
fn start() -> Instant {
    Instant::now()
}
