//! TCP and datagrams between the agent and one peer: in order and without loss for whoever waits, or
//! late, or never.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use herald::base::{Prefix, Reason};
use herald::session::{Direction, Input};

use super::ends::End;
use super::expectation::SLACK;
use super::fault::Whose;
use super::scenery::Neighbor;
use super::stream::{Said, Stream};
use super::world::{Happening, World};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Agent,
    Peer,
}

impl Side {
    pub(super) const BOTH: [Self; 2] = [Self::Agent, Self::Peer];

    pub(super) fn other(self) -> Self {
        match self {
            Self::Agent => Self::Peer,
            Self::Peer => Self::Agent,
        }
    }
}

/// Everything between the agent and one peer.
pub(super) struct Lane {
    pub(super) delay: Duration,
    pub(super) window: usize,
    pub(super) ends: [Option<End>; 2],
    pub(super) conns: BTreeMap<u64, Conn>,
    next: u64,
    /// By the side that sends: since when nothing passes.
    pub(super) cut: [Option<Instant>; 2],
    /// How many cuts of each way there are.
    pub(super) cuts: [u32; 2],
    pub(super) loss: u64,
    pub(super) refusing: u32,
    /// The peer reads nothing.
    pub(super) stalled: u32,
    /// Up to here the link or the peer was in trouble.
    pub(super) trouble: Instant,
    /// Since when, if they still are.
    pub(super) troubled_since: Option<Instant>,
    /// What the peer shows of others, by service.
    pub(super) rivals: Vec<(usize, Whose)>,
    /// What the peer keeps of a session that is gone (RFC 4724), and until when.
    pub(super) stale: BTreeMap<Prefix, Instant>,
    /// The table may differ from the plan, and is to be compared once all is quiet.
    pub(super) dirty: bool,
}

/// A connection. What has an index of two is by side.
pub(super) struct Conn {
    pub(super) dialler: Side,
    /// Whose process has it.
    pub(super) open: [bool; 2],
    pipes: [Pipe; 2],
    /// What the agent has written, whether the kernel took it or not.
    pub(super) said: Stream,
    /// What the kernel took of it.
    pub(super) taken: Stream,
    /// What the peer has read.
    pub(super) heard: Stream,
    /// What the agent has read.
    pub(super) shown: Stream,
}

/// One way of a connection, by the side that sends.
#[derive(Default)]
struct Pipe {
    unwritten: VecDeque<u8>,
    /// Octets that the kernels hold.
    held: usize,
    last: Option<Instant>,
    /// Sent into a cut.
    stuck: VecDeque<Segment>,
    /// Arrived where nobody reads.
    unread: VecDeque<Segment>,
    closing: bool,
}

#[derive(Debug)]
enum Segment {
    Octets(Vec<u8>),
    End,
}

#[derive(Debug)]
pub(super) enum Arrival {
    Syn(u64),
    /// An answer to the attempt of this number, with the connection if there is one.
    Answer(u64, Option<u64>),
    Octets(u64, Vec<u8>),
    End(u64),
    Reset(u64),
    Datagram(Vec<u8>),
}

/// How often a lost packet is sent again; doubles.
const AGAIN: Duration = Duration::from_millis(200);

impl Lane {
    pub(super) fn new(neighbor: &Neighbor, now: Instant) -> Self {
        Self {
            delay: neighbor.delay,
            window: neighbor.window,
            ends: [None, None],
            conns: BTreeMap::new(),
            next: 0,
            cut: [None, None],
            cuts: [0; 2],
            loss: 0,
            refusing: 0,
            stalled: 0,
            trouble: now,
            troubled_since: None,
            rivals: Vec::new(),
            stale: BTreeMap::new(),
            dirty: true,
        }
    }

    pub(super) fn wakes(&self) -> impl Iterator<Item = Instant> {
        self.ends.iter().flatten().flat_map(End::wakes)
    }

    /// What the agent writes does not get through at once.
    pub(super) fn in_trouble(&self) -> bool {
        let waits = |conn: &Conn| !conn.pipes[Side::Agent as usize].unwritten.is_empty();
        let cut = self.cut.iter().any(Option::is_some);
        cut || self.loss > 0 || self.stalled > 0 || self.conns.values().any(waits)
    }

    /// Nothing is on its way.
    pub(super) fn is_quiet(&self) -> bool {
        let pipes = self.conns.values().flat_map(|conn| &conn.pipes);
        !self.in_trouble()
            && pipes.into_iter().all(|pipe| pipe.held == 0 && pipe.unwritten.is_empty())
    }

    /// The connection that carries the established session of one side.
    pub(super) fn established(&self, side: Side) -> Option<&Conn> {
        let end = self.ends[side as usize].as_ref()?;
        let conn = end.established()?;
        self.conns.get(&conn)
    }

    /// Both sides have the same session.
    pub(super) fn is_live(&self) -> bool {
        let [ours, theirs] = &self.ends;
        let of = |end: &Option<End>| end.as_ref().and_then(End::established);
        of(ours).is_some() && of(ours) == of(theirs)
    }

    /// Since when the agent has its session.
    pub(super) fn up_since(&self) -> Option<Instant> {
        self.ends[Side::Agent as usize].as_ref()?.up_since()
    }

    pub(super) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl World {
    pub(super) fn dial(&mut self, n: usize, side: Side) {
        let lane = &mut self.lanes[n];
        let attempt = lane.number();
        if let Some(end) = &mut lane.ends[side as usize] {
            end.dialling = Some(attempt);
        }
        if self.mutant == Some(super::Mutant::Deaf) || lane.cut.iter().any(Option::is_some) {
            return;
        }
        let delay = lane.delay;
        self.note(delay, Happening::Arrive(n, side.other(), Arrival::Syn(attempt)));
    }

    /// Writes what the kernel takes at once; says whether that was all.
    pub(super) fn write(&mut self, n: usize, id: u64, side: Side, octets: &[u8]) -> Option<bool> {
        let conn = self.lanes[n].conns.get_mut(&id).filter(|conn| conn.open[side as usize])?;
        conn.pipes[side as usize].unwritten.extend(octets);
        Some(self.flush(n, id, side))
    }

    fn flush(&mut self, n: usize, id: u64, side: Side) -> bool {
        let window = self.lanes[n].window;
        loop {
            let Some(conn) = self.lanes[n].conns.get_mut(&id) else { return true };
            let pipe = &mut conn.pipes[side as usize];
            let room = window.saturating_sub(pipe.held).min(pipe.unwritten.len());
            if room == 0 {
                break;
            }
            let mut length = room;
            if room > 1 && self.dice.chance(20) {
                length = 1 + self.dice.index(room - 1);
            }
            let octets: Vec<u8> = pipe.unwritten.drain(..length).collect();
            pipe.held += length;
            if side == Side::Agent {
                conn.taken.read(&octets);
            }
            self.send(n, id, side, Segment::Octets(octets));
        }
        let Some(conn) = self.lanes[n].conns.get(&id) else { return true };
        let pipe = &conn.pipes[side as usize];
        let drained = pipe.unwritten.is_empty();
        if drained && pipe.closing {
            self.finish(n, id, side);
        }
        drained
    }

    fn finish(&mut self, n: usize, id: u64, side: Side) {
        if let Some(conn) = self.lanes[n].conns.get_mut(&id) {
            let pipe = &mut conn.pipes[side as usize];
            pipe.closing = false;
            pipe.unwritten.clear();
            self.send(n, id, side, Segment::End);
        }
    }

    fn send(&mut self, n: usize, id: u64, side: Side, segment: Segment) {
        let lost = self.lose(n);
        let now = self.now;
        let lane = &mut self.lanes[n];
        let cut = lane.cut[side as usize].is_some();
        let Some(conn) = lane.conns.get_mut(&id) else { return };
        let pipe = &mut conn.pipes[side as usize];
        if cut || !pipe.stuck.is_empty() {
            pipe.stuck.push_back(segment);
            if let Some(hold) = lane.ends[side as usize].as_ref().and_then(|end| end.hold) {
                let since = now;
                self.note(hold, Happening::Unacknowledged { neighbor: n, conn: id, side, since });
            }
            return;
        }
        let at = (now + lane.delay + lost).max(pipe.last.unwrap_or(now));
        pipe.last = Some(at);
        if lost > Duration::ZERO {
            lane.trouble = lane.trouble.max(at);
        }
        self.post(n, id, side, segment, at);
    }

    fn post(&mut self, n: usize, id: u64, from: Side, segment: Segment, at: Instant) {
        let arrival = match segment {
            Segment::Octets(octets) => Arrival::Octets(id, octets),
            Segment::End => Arrival::End(id),
        };
        self.agenda.note(at, Happening::Arrive(n, from.other(), arrival));
    }

    /// How long it takes until a packet gets through.
    fn lose(&mut self, n: usize) -> Duration {
        let loss = self.lanes[n].loss;
        let mut lost = Duration::ZERO;
        let mut again = AGAIN;
        while loss > 0 && self.dice.chance(loss) && lost < 50 * AGAIN {
            lost += again;
            again *= 2;
        }
        lost
    }

    pub(super) fn send_datagram(&mut self, n: usize, from: Side, octets: &[u8]) {
        let lane = &self.lanes[n];
        if lane.cut[from as usize].is_some() {
            return;
        }
        let (loss, delay) = (lane.loss, lane.delay);
        let copies = if loss == 0 { 1 } else { self.dice.pick(&[1, 1, 1, 2]) };
        for _ in 0..copies {
            if !self.dice.chance(loss) {
                let late = if loss == 0 { Duration::ZERO } else { self.dice.hop() * 10 };
                let arrival = Arrival::Datagram(octets.to_vec());
                self.note(delay + late, Happening::Arrive(n, from.other(), arrival));
            }
        }
    }

    /// The process of `side` lets go of a connection: what it has written still goes out, for a second.
    pub(super) fn close(&mut self, n: usize, id: u64, side: Side) {
        let Some(conn) = self.lanes[n].conns.get_mut(&id) else { return };
        if !std::mem::take(&mut conn.open[side as usize]) {
            return;
        }
        self.parted(n, id, side);
        let Some(conn) = self.lanes[n].conns.get_mut(&id) else { return };
        // What has come and was not read is thrown away.
        conn.pipes[side.other() as usize].unread.clear();
        conn.pipes[side.other() as usize].held = 0;
        let pipe_empty = {
            let pipe = &mut conn.pipes[side as usize];
            pipe.closing = true;
            pipe.unwritten.is_empty()
        };
        if pipe_empty {
            self.finish(n, id, side);
        } else {
            let last = Happening::LastWords { neighbor: n, conn: id, side };
            self.note(Duration::from_secs(1), last);
        }
    }

    pub(super) fn cut_short(&mut self, n: usize, id: u64, side: Side) {
        let conn = self.lanes[n].conns.get(&id);
        if conn.is_some_and(|conn| conn.pipes[side as usize].closing) {
            self.finish(n, id, side);
        }
    }

    /// The process of `side` is gone: its kernel closes, or the whole machine is gone without a word.
    pub(super) fn abandon(&mut self, n: usize, side: Side, silently: bool) {
        self.lanes[n].ends[side as usize] = None;
        let ids: Vec<u64> = self.lanes[n].conns.keys().copied().collect();
        for id in ids {
            let Some(conn) = self.lanes[n].conns.get_mut(&id) else { continue };
            if !std::mem::take(&mut conn.open[side as usize]) {
                continue;
            }
            let pipe = &mut conn.pipes[side as usize];
            pipe.unwritten.clear();
            pipe.closing = false;
            if silently {
                pipe.stuck.clear();
            } else {
                self.send(n, id, side, Segment::End);
            }
            self.parted(n, id, side);
        }
    }

    pub(super) fn arrive(&mut self, n: usize, to: Side, arrival: Arrival) {
        match arrival {
            Arrival::Syn(attempt) => self.called(n, to, attempt),
            Arrival::Answer(attempt, conn) => self.answered(n, to, attempt, conn),
            Arrival::Octets(id, octets) => self.segment(n, to, id, Segment::Octets(octets)),
            Arrival::End(id) => self.segment(n, to, id, Segment::End),
            Arrival::Reset(id) => self.lost(n, id, to, "connection reset by the neighbour"),
            Arrival::Datagram(octets) => self.datagram(n, to, &octets),
        }
    }

    fn called(&mut self, n: usize, to: Side, attempt: u64) {
        let up = self.is_up(to);
        let lane = &mut self.lanes[n];
        if !up || lane.cut.iter().any(Option::is_some) {
            return;
        }
        let listening =
            lane.ends[to as usize].is_some() && !(to == Side::Peer && lane.refusing > 0);
        let delay = lane.delay;
        let mut conn = None;
        if listening {
            let id = lane.number();
            let dialler = to.other();
            let first = Pipe { last: Some(self.now + delay), ..Pipe::default() };
            let pipes = match to {
                Side::Agent => [first, Pipe::default()],
                Side::Peer => [Pipe::default(), first],
            };
            let new = Conn {
                dialler,
                open: [true; 2],
                pipes,
                said: Stream::default(),
                taken: Stream::default(),
                heard: Stream::default(),
                shown: Stream::default(),
            };
            lane.conns.insert(id, new);
            conn = Some(id);
        }
        let answer = Happening::Arrive(n, to.other(), Arrival::Answer(attempt, conn));
        self.note(delay, answer);
        if let Some(id) = conn {
            self.accept(n, to, id);
        }
    }

    fn answered(&mut self, n: usize, to: Side, attempt: u64, conn: Option<u64>) {
        let end = self.lanes[n].ends[to as usize].as_mut();
        let waiting =
            end.is_some_and(|end| end.dialling.take_if(|token| *token == attempt).is_some());
        match (conn, waiting) {
            (Some(id), true) => self.connected(n, to, id),
            // Nobody waits for it any more.
            (Some(id), false) => {
                if let Some(conn) = self.lanes[n].conns.get_mut(&id) {
                    conn.open[to as usize] = false;
                }
                let delay = self.lanes[n].delay;
                self.note(delay, Happening::Arrive(n, to.other(), Arrival::Reset(id)));
            }
            (None, true) => {
                self.session(n, to, Input::DialFailed(Reason::new("connection refused")));
            }
            (None, false) => {}
        }
    }

    fn segment(&mut self, n: usize, to: Side, id: u64, segment: Segment) {
        let stalled = to == Side::Peer && self.lanes[n].stalled > 0;
        let delay = self.lanes[n].delay;
        let from = to.other();
        let up = self.is_up(to);
        let Some(conn) = self.lanes[n].conns.get_mut(&id) else { return };
        if !conn.open[to as usize] {
            conn.pipes[from as usize].held = 0;
            if conn.open[from as usize] && up {
                self.note(delay, Happening::Arrive(n, from, Arrival::Reset(id)));
            } else if !conn.open[from as usize] {
                self.lanes[n].conns.remove(&id);
            }
            return;
        }
        if stalled {
            conn.pipes[from as usize].unread.push_back(segment);
        } else {
            self.read(n, to, id, segment);
        }
    }

    fn read(&mut self, n: usize, to: Side, id: u64, segment: Segment) {
        let delay = self.lanes[n].delay;
        let Some(conn) = self.lanes[n].conns.get_mut(&id) else { return };
        let from = to.other();
        let Segment::Octets(octets) = segment else {
            return self.lost(n, id, to, "the neighbour closed the connection");
        };
        let pipe = &mut conn.pipes[from as usize];
        pipe.held = pipe.held.saturating_sub(octets.len());
        if !pipe.unwritten.is_empty() || pipe.closing {
            let flush = Happening::Flush { neighbor: n, conn: id, side: from };
            self.agenda.note(self.now + delay, flush);
        }
        let direction = if conn.dialler == to { Direction::Dialled } else { Direction::Accepted };
        match to {
            Side::Peer => {
                let said = conn.heard.read(&octets);
                self.hear(n, said);
            }
            Side::Agent => conn.shown.overhear(&octets),
        }
        let known = self.lanes[n].ends[to as usize].as_ref();
        if known.is_some_and(|end| end.links.get(&direction) == Some(&id)) {
            self.session(n, to, Input::Received { direction, octets: &octets });
        }
    }

    /// What the peer keeps beside the table of its session.
    fn hear(&mut self, n: usize, said: Vec<Said>) {
        let lane = &mut self.lanes[n];
        lane.dirty |= !said.is_empty();
        for said in said {
            match said {
                Said::Announced(prefix, _) | Said::Withdrawn(prefix) => {
                    lane.stale.remove(&prefix);
                }
                Said::EndOfRib(family) => lane.stale.retain(|prefix, _| prefix.family() != family),
                Said::Opened(kept) => {
                    lane.stale.retain(|prefix, _| kept.contains(&prefix.family()))
                }
            }
        }
    }

    pub(super) fn flushed(&mut self, n: usize, id: u64, side: Side) {
        let Some(conn) = self.lanes[n].conns.get(&id) else { return };
        if conn.pipes[side as usize].unwritten.is_empty() || !self.flush(n, id, side) {
            return;
        }
        let Some(conn) = self.lanes[n].conns.get(&id) else { return };
        let direction = if conn.dialler == side { Direction::Dialled } else { Direction::Accepted };
        let known = self.lanes[n].ends[side as usize].as_ref();
        if known.is_some_and(|end| end.links.get(&direction) == Some(&id)) {
            self.session(n, side, Input::Drained(direction));
        }
    }

    /// The connection has ended for `side`, not by its own doing.
    fn lost(&mut self, n: usize, id: u64, side: Side, because: &str) {
        let Some(conn) = self.lanes[n].conns.get_mut(&id) else { return };
        if !std::mem::take(&mut conn.open[side as usize]) {
            return;
        }
        let direction = if conn.dialler == side { Direction::Dialled } else { Direction::Accepted };
        self.parted(n, id, side);
        let Some(end) = self.lanes[n].ends[side as usize].as_mut() else { return };
        if end.links.get(&direction) == Some(&id) {
            end.links.remove(&direction);
            self.session(n, side, Input::Closed { direction, because: Reason::new(because) });
        }
        // TCP is symmetrical enough: what the other side still writes is answered by a reset.
    }

    pub(super) fn unacknowledged(&mut self, n: usize, id: u64, side: Side, since: Instant) {
        let lane = &self.lanes[n];
        let Some(conn) = lane.conns.get(&id) else { return };
        let cut = lane.cut[side as usize].is_some_and(|cut| cut <= since);
        if cut && !conn.pipes[side as usize].stuck.is_empty() {
            self.lost(n, id, side, "the neighbour no longer acknowledges what we send");
        }
    }

    /// What was sent into a cut arrives after all, when TCP tries again.
    pub(super) fn unstick(&mut self, n: usize, side: Side, longest: Duration) {
        let wait = self.dice.between(Duration::ZERO, longest.min(Duration::from_secs(10)));
        let at = self.now + wait + self.lanes[n].delay;
        self.lanes[n].trouble = self.lanes[n].trouble.max(at + SLACK);
        let ids: Vec<u64> = self.lanes[n].conns.keys().copied().collect();
        for id in ids {
            let Some(conn) = self.lanes[n].conns.get_mut(&id) else { continue };
            let pipe = &mut conn.pipes[side as usize];
            let at = at.max(pipe.last.unwrap_or(at));
            let stuck = std::mem::take(&mut pipe.stuck);
            if !stuck.is_empty() {
                pipe.last = Some(at);
            }
            for segment in stuck {
                self.post(n, id, side, segment, at);
            }
        }
    }

    /// The peer reads again what has come in the meantime.
    pub(super) fn unstall(&mut self, n: usize) {
        let ids: Vec<u64> = self.lanes[n].conns.keys().copied().collect();
        for id in ids {
            let mut unread = VecDeque::new();
            if let Some(conn) = self.lanes[n].conns.get_mut(&id) {
                std::mem::swap(&mut unread, &mut conn.pipes[Side::Agent as usize].unread);
            }
            for segment in unread {
                self.read(n, Side::Peer, id, segment);
            }
        }
    }

    /// The peer's side of a connection is over: its routes go, or stay for a while.
    fn parted(&mut self, n: usize, id: u64, side: Side) {
        self.lanes[n].dirty = true;
        if side != Side::Peer {
            return;
        }
        let keeps = self.scenery.neighbors[n].graceful_restart && self.lanes[n].ends[1].is_some();
        let until = self.now + Duration::from_secs(60);
        let lane = &mut self.lanes[n];
        let Some(conn) = lane.conns.get_mut(&id) else { return };
        let table = std::mem::take(&mut conn.heard.table);
        if keeps && !conn.heard.parted && !table.is_empty() {
            let kept = conn.heard.kept.clone();
            let kept = table.into_keys().filter(|prefix| kept.contains(&prefix.family()));
            lane.stale.extend(kept.map(|prefix| (prefix, until)));
            self.agenda.note(until, Happening::StaleGone(n, until));
        }
    }
}
