//! What `peer` does around a session, on both sides, and what a route server makes of what it hears.

use herald::engine;
use herald::session::{Input, Output, Session};

use super::lane::{End, LaneId, Packet, Side, local};
use super::server;
use super::settings::BACKBONE;
use super::world::{Happening, World, neighbor_name};

impl World {
    pub(super) fn end(&mut self, lane: LaneId, side: Side) -> &mut End {
        self.sites[lane.site].lanes[lane.which].end(side)
    }

    pub(super) fn start_server(&mut self, server: usize) {
        self.servers[server].up = true;
        for lane in self.lanes_of(server) {
            // What is random about its side of a session must not depend on other sites either.
            let seed = self.sites[lane.site].dice.number();
            let session = Session::new(server::params(lane), seed, self.now);
            self.end(lane, Side::Server).session = Some(session);
            self.session(lane, Side::Server, Input::Start);
            self.judge(lane.site);
        }
        for other in (0..self.servers.len()).filter(|other| *other != server) {
            let offer = self.servers[other].shown.clone();
            self.note(BACKBONE, Happening::Hear(server, other, offer));
        }
        self.judge_server(server);
    }

    pub(super) fn end_server(&mut self, server: usize) {
        for lane in self.lanes_of(server) {
            self.abandon(lane, Side::Server);
        }
        self.servers[server].forget_all();
        self.choose(server);
        self.servers[server].up = false;
        self.judge_server(server);
        for lane in self.lanes_of(server) {
            self.judge(lane.site);
        }
    }

    /// The process of this side is gone, and the kernel closes its connection.
    pub(super) fn abandon(&mut self, lane: LaneId, side: Side) {
        let end = self.end(lane, side);
        end.session = None;
        end.coming = None;
        if let Some(conn) = end.link.take() {
            self.send(lane, side, conn, Packet::End);
            self.unlinked(lane, side);
        }
    }

    /// One input to a session, and everything that follows from it.
    pub(super) fn session(&mut self, lane: LaneId, side: Side, input: Input<'_>) {
        let now = self.now;
        let Some(session) = &mut self.end(lane, side).session else { return };
        session.handle(input, now);
        while let Some(session) = &mut self.end(lane, side).session {
            let Some(output) = session.poll_output() else { break };
            self.perform(lane, side, output);
        }
        self.arm_session(lane, side);
    }

    fn perform(&mut self, lane: LaneId, side: Side, output: Output) {
        match output {
            Output::Dial => {
                let conn = self.sites[lane.site].lanes[lane.which].number();
                self.end(lane, side).coming = Some(conn);
                self.send(lane, side, conn, Packet::Syn);
            }
            Output::CancelDial => self.end(lane, side).coming = None,
            Output::Adopt => {
                let end = self.end(lane, side);
                let offered = end.coming.take();
                let old = std::mem::replace(&mut end.link, offered);
                if let Some(old) = old {
                    self.send(lane, side, old, Packet::End);
                    self.unlinked(lane, side);
                }
            }
            Output::Refuse(octets) => {
                let Some(offered) = self.end(lane, side).coming.take() else { return };
                self.send(lane, side, offered, Packet::Octets(octets));
                self.send(lane, side, offered, Packet::End);
            }
            Output::Send { octets, .. } => self.say(lane, side, octets),
            Output::Close(_) => {
                if let Some(conn) = self.end(lane, side).link.take() {
                    self.send(lane, side, conn, Packet::End);
                    self.unlinked(lane, side);
                }
            }
            Output::Carried(carried) if side == Side::Agent => {
                let name = neighbor_name(lane.which);
                self.tell_engine(lane.site, engine::Input::Carried(name, carried));
            }
            Output::Shown(shown) if side == Side::Agent => {
                let name = neighbor_name(lane.which);
                self.tell_engine(lane.site, engine::Input::Shown(name, shown));
            }
            Output::Carried(_) | Output::Shown(_) | Output::Event(_) => {}
        }
    }

    /// The kernel takes everything at once.
    fn say(&mut self, lane: LaneId, side: Side, octets: Vec<u8>) {
        let now = self.now;
        let Some(conn) = self.end(lane, side).link else { return };
        if side == Side::Server {
            let server = self.server_of(lane);
            self.servers[server].told += updates(&octets).count() as u64;
        }
        self.send(lane, side, conn, Packet::Octets(octets));
        if let Some(session) = &mut self.end(lane, side).session {
            session.handle(Input::Drained(side.direction()), now);
        }
    }

    fn send(&mut self, lane: LaneId, from: Side, conn: u64, packet: Packet) {
        let site = &self.sites[lane.site];
        if !site.cut {
            let delay = site.lanes[lane.which].delay;
            self.note(delay, Happening::Arrive(lane, from.other(), conn, packet));
        }
    }

    pub(super) fn arrive(&mut self, lane: LaneId, to: Side, conn: u64, packet: Packet) {
        if self.sites[lane.site].cut {
            return;
        }
        let known = self.end(lane, to).link == Some(conn);
        match packet {
            Packet::Syn => {
                let listens = self.end(lane, to).session.is_some();
                self.send(lane, to, conn, Packet::Answer(listens));
                self.end(lane, to).coming = listens.then_some(conn);
                self.session(lane, to, Input::Accepted { local: local(lane, to) });
                if to == Side::Server && self.end(lane, to).link == Some(conn) {
                    let server = self.server_of(lane);
                    let plan = self.servers[server].plan(lane.site);
                    self.session(lane, to, Input::Wanted(plan));
                }
            }
            Packet::Answer(listens) => {
                if self.end(lane, to).coming.take_if(|coming| *coming == conn).is_none() {
                    return self.send(lane, to, conn, Packet::End);
                }
                self.end(lane, to).link = listens.then_some(conn);
                let local = local(lane, to);
                let refused = || Input::DialFailed("connection refused".into());
                let input = if listens { Input::Dialled { local } } else { refused() };
                self.session(lane, to, input);
            }
            Packet::Octets(octets) if known => {
                if to == Side::Server {
                    self.hear(lane, &octets);
                }
                let direction = to.direction();
                self.session(lane, to, Input::Received { direction, octets: &octets });
            }
            Packet::End if known => {
                self.end(lane, to).link = None;
                self.unlinked(lane, to);
                let because = "the neighbour closed the connection".into();
                let direction = to.direction();
                self.session(lane, to, Input::Closed { direction, because });
            }
            Packet::Octets(_) | Packet::End => {}
        }
    }

    /// A route server reads what an agent has sent.
    fn hear(&mut self, lane: LaneId, octets: &[u8]) {
        let (server, now) = (self.server_of(lane), self.now);
        for update in updates(octets) {
            self.servers[server].heard.count(now);
            self.sites[lane.site].said[lane.which].count(now);
            let withdrawn = usize::from(u16::from_be_bytes([update[19], update[20]]));
            match (withdrawn, update.len()) {
                (0, END_OF_RIB) => {}
                (0, length) => self.octets.0 = self.octets.0.min(length),
                (_, length) => self.octets.1 = self.octets.1.max(length),
            }
            if self.settings.heard == Some(lane.site) && lane.which == 0 {
                self.heard.push((now - self.start, update.to_vec()));
            }
        }
        if self.servers[server].read(lane.site, octets) > 0 {
            self.judge(lane.site);
            self.choose(server);
        }
    }

    /// A route server's side of a connection is over: what came by it is forgotten.
    fn unlinked(&mut self, lane: LaneId, side: Side) {
        if side == Side::Server {
            let server = self.server_of(lane);
            self.servers[server].lose(lane.site);
            self.judge(lane.site);
            self.choose(server);
        }
    }

    /// A route server decides anew, and tells whom it concerns. The same route may come from a client
    /// now and from another route server then: clients need not know, other route servers must.
    pub(super) fn choose(&mut self, server: usize) {
        if !self.servers[server].up {
            return;
        }
        if self.servers[server].decide() {
            self.judge_server(server);
            for lane in self.lanes_of(server) {
                let plan = self.servers[server].plan(lane.site);
                self.session(lane, Side::Server, Input::Wanted(plan));
            }
        }
        let offer = self.servers[server].own_best();
        if offer != self.servers[server].shown {
            self.servers[server].shown.clone_from(&offer);
            for other in (0..self.servers.len()).filter(|other| *other != server) {
                self.note(BACKBONE, Happening::Hear(other, server, offer.clone()));
            }
        }
    }

    fn arm_session(&mut self, lane: LaneId, side: Side) {
        let now = self.now;
        let end = self.end(lane, side);
        let due = end.session.as_ref().and_then(Session::poll_timeout).map(|(at, _)| at);
        let Some(due) = due.filter(|due| end.noted.is_none_or(|noted| *due < noted)) else {
            return;
        };
        end.noted = Some(due);
        self.note(due.saturating_duration_since(now), Happening::SessionWakes(lane, side));
    }

    pub(super) fn session_wakes(&mut self, lane: LaneId, side: Side) {
        let now = self.now;
        let end = self.end(lane, side);
        end.noted = end.noted.filter(|noted| *noted > now);
        let due = end.session.as_ref().and_then(Session::poll_timeout);
        if due.is_some_and(|(at, _)| at <= now) {
            self.session(lane, side, Input::Timeout);
        } else {
            self.arm_session(lane, side);
        }
    }
}

/// The length of an UPDATE that says no more than that the table is complete (RFC 4724 §2).
const END_OF_RIB: usize = 23;

/// The UPDATEs in whole messages (RFC 4271 §4.1).
fn updates(octets: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = octets;
    let messages = std::iter::from_fn(move || {
        let length = usize::from(u16::from_be_bytes([*rest.get(16)?, *rest.get(17)?]));
        let (message, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(message)
    });
    messages.filter(|message| message.get(18) == Some(&2))
}
