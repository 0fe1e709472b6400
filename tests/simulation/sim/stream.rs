//! What the octets of one connection towards the peer say.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;

use herald::base::{Asn, Community, Family, LargeCommunity, Prefix};
use herald::wire::{Capability, Context, Error, GracefulFamily, Message, Update, frame_length};

/// A route as it stands in an UPDATE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) path: Vec<Asn>,
    pub(crate) next_hop: Option<IpAddr>,
    pub(crate) med: Option<u32>,
    pub(crate) communities: BTreeSet<Community>,
    pub(crate) large_communities: BTreeSet<LargeCommunity>,
}

pub(crate) type Table = BTreeMap<Prefix, Route>;

/// A reader of octets, and the table they make.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    unread: VecDeque<u8>,
    pub(crate) table: Table,
    pub(crate) updates: u64,
    /// What was wrong with an UPDATE; its routes do not count.
    malformed: Option<String>,
    /// A NOTIFICATION has passed.
    pub(crate) parted: bool,
    /// The families whose routes shall be kept over a restart (RFC 4724), by the OPEN.
    pub(crate) kept: BTreeSet<Family>,
}

/// What a message does to a table.
#[derive(Debug)]
pub(crate) enum Said {
    Announced(Prefix, Route),
    Withdrawn(Prefix),
    EndOfRib(Family),
    /// An OPEN, with the families whose routes were kept.
    Opened(BTreeSet<Family>),
}

impl Stream {
    /// Reads on, and lets the table follow.
    pub(crate) fn read(&mut self, octets: &[u8]) -> Vec<Said> {
        let mut said = Vec::new();
        self.read_into(&mut said, octets).expect("what herald writes can be read");
        assert_eq!(self.malformed, None, "herald wrote a malformed UPDATE");
        self.follow(&said);
        said
    }

    /// The same for what a neighbour writes, who may be mad: then it says nothing any more.
    pub(crate) fn overhear(&mut self, octets: &[u8]) {
        let mut said = Vec::new();
        if self.read_into(&mut said, octets).is_err() {
            self.unread.clear();
        }
        self.follow(&said);
    }

    fn read_into(&mut self, said: &mut Vec<Said>, octets: &[u8]) -> Result<(), Error> {
        self.unread.extend(octets);
        let context = Context { four_octet_asn: true, extended_messages: false };
        loop {
            let unread = self.unread.make_contiguous();
            let length = frame_length(unread, &context)?;
            let Some(length) = length.filter(|length| *length <= unread.len()) else { break };
            let message = Message::decode(&unread[..length], &context)?;
            self.unread.drain(..length);
            self.take(message, said);
        }
        Ok(())
    }

    fn follow(&mut self, said: &[Said]) {
        for said in said {
            match said {
                Said::Announced(prefix, route) => {
                    self.table.insert(*prefix, route.clone());
                }
                Said::Withdrawn(prefix) => {
                    self.table.remove(prefix);
                }
                Said::EndOfRib(_) | Said::Opened(_) => {}
            }
        }
    }

    fn take(&mut self, message: Message, said: &mut Vec<Said>) {
        match message {
            Message::Open(open) => {
                for capability in &open.capabilities {
                    if let Capability::GracefulRestart(restart) = capability {
                        let families = restart.families.iter();
                        let kept =
                            families.filter(|f| f.flags & GracefulFamily::FORWARDING_KEPT > 0);
                        let kept = kept.filter_map(|f| Family::from_afi_safi(f.afi, f.safi));
                        self.kept = kept.collect();
                    }
                }
                said.push(Said::Opened(self.kept.clone()));
            }
            Message::Update(update) if !update.faults.is_empty() => {
                self.malformed = Some(format!("{:?}", update.faults));
            }
            Message::Update(update) => {
                self.updates += 1;
                read_update(&update, said);
            }
            Message::Notification(_) => self.parted = true,
            Message::Keepalive | Message::RouteRefresh(_) => {}
        }
    }
}

fn read_update(update: &Update, said: &mut Vec<Said>) {
    said.extend(update.as_end_of_rib().map(Said::EndOfRib));
    let attributes = &update.attributes;
    let withdrawn = attributes.mp_unreach.iter().flat_map(|mp| &mp.prefixes);
    said.extend(update.withdrawn.iter().chain(withdrawn).map(|prefix| Said::Withdrawn(*prefix)));
    let classic = attributes.next_hop.map(IpAddr::from);
    for prefix in update.prefixes() {
        let multi = attributes.mp_reach.as_ref().map(|mp| mp.next_hop.global);
        let next_hop = if prefix.address().is_ipv4() { classic } else { multi };
        let path = attributes.as_path.iter().flat_map(|path| path.asns()).collect();
        let communities = attributes.communities.iter().copied().collect();
        let large_communities = attributes.large_communities.iter().copied().collect();
        let med = attributes.med;
        let route = Route { path, next_hop, med, communities, large_communities };
        said.push(Said::Announced(*prefix, route));
    }
}
