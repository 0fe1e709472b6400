//! How faults begin and end.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use herald::base::{Asn, LargeCommunity, NextHop, Prefix, RouteAttributes, RouteTable};
use herald::engine::{Command, Input, Lasts, Notice, Target};
use herald::policy::Owner;
use herald::rib::Plan;
use herald::session;

use super::agent::GRACE;
use super::fault::{Change, Fault, Madness, Seen, Whose, Word};
use super::network::{Arrival, Side};
use super::scenery::{LOCAL_AS, Service};
use super::turns::{LAST_RESORT, STANDBY};
use super::world::{Happening, World};

/// The host addresses of a service, and all that it announces.
pub(super) fn own(s: usize, service: &Service) -> (Vec<IpAddr>, Vec<Prefix>) {
    (addresses(s, service), prefixes(s, service))
}

fn addresses(s: usize, service: &Service) -> Vec<IpAddr> {
    let mut addresses = vec![IpAddr::from([9, 9, s as u8, 9])];
    let ipv6 = IpAddr::from([0x2001, 0xdb8, 9, s as u16, 0, 0, 0, 9]);
    addresses.extend(service.ipv6.then_some(ipv6));
    addresses
}

fn prefixes(s: usize, service: &Service) -> Vec<Prefix> {
    let hosts = addresses(s, service).into_iter().map(Prefix::host);
    let network = Prefix::new(IpAddr::from([9, 8, s as u8, 0]), 24);
    hosts.chain(network.filter(|_| service.network)).collect()
}

impl World {
    pub(super) fn begin(&mut self, fault: Fault) {
        self.figures.faults += 1;
        self.tell(|| format!("FAULT {fault}"));
        let over = Happening::Over(fault.clone());
        match fault {
            Fault::Health { service, check, seen } => self.turn(service, check, seen),
            Fault::Cut { neighbor: n, inbound, outbound, lasts } => {
                for (side, cut) in [(Side::Agent, outbound), (Side::Peer, inbound)] {
                    self.lanes[n].cuts[side as usize] += u32::from(cut);
                    if cut {
                        self.lanes[n].cut[side as usize].get_or_insert(self.now);
                    }
                }
                self.note(lasts, over);
            }
            Fault::Lossy { neighbor: n, percent, lasts } => {
                self.lanes[n].loss = percent;
                self.note(lasts, over);
            }
            Fault::Restart { neighbor: n, away } => {
                self.abandon(n, Side::Peer, false);
                self.note(away, Happening::StartPeer(n));
            }
            Fault::Refuse { neighbor: n, lasts } => {
                self.lanes[n].refusing += 1;
                self.note(lasts, over);
            }
            Fault::Stall { neighbor: n, lasts } => {
                self.lanes[n].stalled += 1;
                self.note(lasts, over);
            }
            Fault::Mad { neighbor, how } => self.go_mad(neighbor, how),
            Fault::Rival { neighbor: n, service, whose, lasts } => {
                self.lanes[n].rivals.push((service, whose));
                self.show_rivals(n);
                self.note(lasts, over);
            }
            Fault::Denied { lasts } => {
                self.machine.denied += 1;
                self.note(lasts, over);
            }
            Fault::Removed { service } => {
                for address in self.own[service].0.clone() {
                    self.take_away(address);
                }
            }
            Fault::LoopbackDown { lasts } => {
                self.machine.down += 1;
                self.set_loopback(false);
                self.note(lasts, over);
            }
            Fault::Word { service, word } => self.order(service, word),
            Fault::Maintenance { event, left, lasts } => {
                self.notices.push((event, self.now + left));
                self.notify();
                self.note(lasts, over);
            }
            Fault::Reload(change) => self.change(change),
            Fault::Crash { away } => {
                if self.agent.is_some() {
                    self.end_agent(false);
                    self.note(away, Happening::StartAgent);
                }
            }
            Fault::Reboot { away } => {
                if self.agent.is_some() {
                    self.end_agent(true);
                    self.machine.off = true;
                    self.machine.present.addresses.clear();
                    self.note(away, Happening::StartAgent);
                }
            }
            Fault::Stop { away, hurry } => self.stop(away, hurry),
        }
    }

    pub(super) fn over(&mut self, fault: &Fault) {
        match *fault {
            Fault::Cut { neighbor: n, inbound, outbound, .. } => {
                for (side, cut) in [(Side::Agent, outbound), (Side::Peer, inbound)] {
                    self.lanes[n].cuts[side as usize] -= u32::from(cut);
                    if cut && self.lanes[n].cuts[side as usize] == 0 {
                        let since = self.lanes[n].cut[side as usize].take().unwrap_or(self.now);
                        self.unstick(n, side, self.now - since);
                    }
                }
            }
            Fault::Lossy { neighbor: n, .. } => self.lanes[n].loss = 0,
            Fault::Refuse { neighbor: n, .. } => self.lanes[n].refusing -= 1,
            Fault::Stall { neighbor: n, .. } => {
                self.lanes[n].stalled -= 1;
                if self.lanes[n].stalled == 0 {
                    self.unstall(n);
                }
            }
            Fault::Rival { neighbor: n, service, whose, .. } => {
                let rivals = &mut self.lanes[n].rivals;
                let over = rivals.iter().position(|rival| *rival == (service, whose));
                over.map(|over| rivals.remove(over));
                self.show_rivals(n);
            }
            Fault::Maintenance { event, .. } => {
                self.notices.retain(|(known, _)| *known != event);
                self.notify();
            }
            Fault::Denied { .. } => self.machine.denied -= 1,
            Fault::LoopbackDown { .. } => {
                self.machine.down -= 1;
                if self.machine.down == 0 {
                    self.set_loopback(true);
                }
            }
            Fault::Health { .. }
            | Fault::Restart { .. }
            | Fault::Mad { .. }
            | Fault::Removed { .. }
            | Fault::Word { .. }
            | Fault::Reload(_)
            | Fault::Crash { .. }
            | Fault::Reboot { .. }
            | Fault::Stop { .. } => {}
        }
        for lane in &mut self.lanes {
            lane.trouble = lane.trouble.max(self.now);
        }
    }

    /// Nothing goes wrong any more: every check sees health, and nobody's word stands.
    pub(super) fn calm(&mut self) {
        self.tell(|| "all is well from here on".to_owned());
        self.turn_all(Seen::Healthy(100));
        self.order(None, Word::Resume);
    }

    fn order(&mut self, service: Option<usize>, word: Word) {
        use herald::engine::Word as Ordered;
        let word = match word {
            Word::Drain(None) => Ordered::Drain(Lasts::AsConfigured),
            Word::Drain(Some(lasts)) => Ordered::Drain(Lasts::Exactly(lasts)),
            Word::Withdraw => Ordered::Withdraw,
            Word::Announce(lasts) => Ordered::Announce(lasts),
            Word::Resume => Ordered::Resume,
        };
        let one = |service| Target::One(format!("s{service}").as_str().into());
        let target = service.map_or(Target::All, one);
        let (by, because) = ("somebody".into(), "so they said".into());
        let command = Command { target, word, owner: Owner::Operator, by, because };
        self.post_to_engine(Input::Command(command));
    }

    /// What the cloud says now, as the agent hears it: the events that are announced, or none.
    pub(super) fn notify(&mut self) {
        let before = self.notices.iter().map(|(_, before)| *before).min();
        let events = self.notices.iter().map(|(event, _)| event.to_string()).collect();
        let notice = before.map(|before| Notice { events, because: "it said so".into(), before });
        self.post_to_engine(Input::Noticed(notice));
    }

    fn change(&mut self, change: Change) {
        change.apply(&mut self.scenery);
        self.reload();
    }

    fn stop(&mut self, away: Duration, hurry: bool) {
        let now = self.now;
        let latest = now + GRACE + Duration::from_secs(5);
        let Some(agent) = &mut self.agent else { return };
        if agent.stopping.is_some() {
            return;
        }
        agent.stopping = Some((now, latest));
        agent.away = away;
        self.expectation.stopped();
        self.note(latest - now, Happening::Check);
        self.post_to_engine(Input::Stop { grace: GRACE, because: "SIGTERM received".into() });
        if hurry {
            self.post_to_engine(Input::Hurry);
        }
    }

    /// The peer has the routes of others; of two for one service, that which came last.
    pub(super) fn show_rivals(&mut self, n: usize) {
        let mut routes = RouteTable::new();
        for (s, whose) in &self.lanes[n].rivals {
            let route = Arc::new(route_of(*whose));
            routes.extend(self.own[*s].1.iter().map(|prefix| (*prefix, Arc::clone(&route))));
        }
        let version = self.lanes[n].number();
        let plan = Plan { version, routes: Arc::new(routes), ..Plan::default() };
        self.session(n, Side::Peer, session::Input::Wanted(plan));
    }

    fn go_mad(&mut self, n: usize, how: Madness) {
        let marker = [0xff; 16];
        let message = |rest: &[u8]| {
            let mut octets = marker.to_vec();
            octets.extend((18 + rest.len() as u16).to_be_bytes());
            octets.extend(rest);
            octets
        };
        let octets = match how {
            Madness::Garbage => vec![0xfe; 40],
            // An ORIGIN of three octets, and a prefix.
            Madness::BadUpdate => message(&[2, 0, 0, 0, 6, 0x40, 1, 3, 0, 0, 0, 32, 9, 9, 9, 9]),
            Madness::Open => message(&[1, 4, 0xff, 0xeb, 0, 90, 10, 0, 0, 1, 0]),
            Madness::Cease => message(&[3, 6, 4]),
            Madness::Refreshes => message(&[5, 0, 1, 0, 1]).repeat(20),
            Madness::Keepalives => message(&[4]).repeat(50),
            Madness::Stranger => {
                let attempt = self.lanes[n].number();
                let delay = self.lanes[n].delay;
                let syn = Arrival::Syn(attempt);
                return self.note(delay, Happening::Arrive(n, Side::Agent, syn));
            }
        };
        let established = self.lanes[n].ends[1].as_ref().and_then(super::ends::End::established);
        if let Some(id) = established {
            self.write(n, id, Side::Peer, &octets);
        }
    }
}

/// A route behind the peer, as `docs/config.md` has it for sites with one AS number.
fn route_of(whose: Whose) -> RouteAttributes {
    let mark = |local1, id| LargeCommunity {
        global: LOCAL_AS,
        local1,
        local2: Ipv4Addr::new(10, 9, 9, id).into(),
    };
    let (origin, mark) = match whose {
        Whose::Speaker => (65099, None),
        Whose::Standby(id) => (LOCAL_AS, Some(mark(STANDBY, id))),
        Whose::LastResort(id) => (LOCAL_AS, Some(mark(LAST_RESORT, id))),
    };
    RouteAttributes {
        as_path: vec![Asn(65515), Asn(origin)],
        next_hop: NextHop::SelfAddress,
        med: None,
        communities: BTreeSet::new(),
        large_communities: mark.into_iter().collect(),
    }
}
