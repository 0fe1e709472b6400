//! What all formats have in common: a description of neighbours and services that is about to be
//! written down.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::findings::Findings;
use super::names::Register;
use super::{Request, names};
use crate::base::{Community, Family, LargeCommunity, Prefix};

/// A configuration, as far as the sources go.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) local_as: Option<u32>,
    pub(super) router_id: Option<Ipv4Addr>,
    /// Where sessions are accepted, `ADDRESS:PORT`.
    pub(super) listen: Option<String>,
    pub(super) region: Option<Region>,
    pub(super) neighbors: Vec<Neighbor>,
    pub(super) services: Vec<Service>,
    neighbor_names: Register,
    service_names: Register,
}

/// The region that this machine is in.
#[derive(Debug)]
pub(super) struct Region {
    pub(super) name: String,
    pub(super) prepend: u32,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Neighbor {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) address: Option<IpAddr>,
    pub(super) peer_as: Option<u32>,
    /// Ours, where it is not that of `[bgp]`.
    pub(super) local_as: Option<u32>,
    pub(super) local_address: Option<IpAddr>,
    pub(super) local_interface: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) is_azure: bool,
    pub(super) multihop: Option<u8>,
    pub(super) ttl_security: Option<u8>,
    pub(super) passive: bool,
    pub(super) shutdown: bool,
    pub(super) hold_time: Option<Duration>,
    pub(super) keepalive: Option<Duration>,
    pub(super) connect_retry: Option<Duration>,
    pub(super) password_file: bool,
    pub(super) families: Vec<Family>,
    pub(super) bfd: bool,
    pub(super) attributes: Attributes,
}

/// What is added to a route.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Attributes {
    pub(super) prepend: u32,
    pub(super) med: Option<u32>,
    pub(super) communities: Vec<Community>,
    pub(super) large_communities: Vec<LargeCommunity>,
    pub(super) next_hop: Option<IpAddr>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Service {
    pub(super) name: String,
    /// What the reader of the file should know of this service; SERVICE stands for its name.
    pub(super) comments: Vec<String>,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) prefixes: Vec<Prefix>,
    /// Names; `None` for all.
    pub(super) neighbors: Option<Vec<String>>,
    pub(super) disabled: bool,
    pub(super) up: Attributes,
    /// While it is down; `None` withdraws.
    pub(super) down: Option<Attributes>,
    /// While it is drained, as far as the source says.
    pub(super) drain: Attributes,
    pub(super) loopback: Loopback,
    pub(super) checks: Vec<Check>,
    pub(super) hooks: Vec<Hook>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Loopback {
    /// Somebody else binds.
    pub(super) unbound: bool,
    pub(super) interface: Option<String>,
    pub(super) label: Option<String>,
    pub(super) remove_on_down: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Check {
    pub(super) name: String,
    pub(super) kind: CheckKind,
    pub(super) interval: Duration,
    pub(super) fast_interval: Option<Duration>,
    pub(super) timeout: Option<Duration>,
    pub(super) rise: u32,
    pub(super) fall: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CheckKind {
    /// Program and arguments.
    Exec(Vec<String>),
    /// Healthy while this file is not there.
    NoFile(String),
    /// Healthy while this file is there.
    File(String),
    /// Healthy while a process of this name lives.
    Process(String),
}

#[derive(Debug, Clone)]
pub(super) struct Hook {
    pub(super) on: Vec<&'static str>,
    pub(super) command: Vec<String>,
    pub(super) timeout: Option<Duration>,
}

/// What a drain prepends when nothing else is said.
const DRAIN_PREPEND: u32 = 3;

impl Draft {
    /// Adds what the command line says, and what follows from the rest.
    pub(super) fn complete(&mut self, request: &Request, findings: &mut Findings) {
        self.local_as = request.local_as.or(self.local_as);
        self.router_id = request.router_id.or(self.router_id);
        for (address, peer_as) in &request.neighbors {
            self.add_neighbor(Neighbor {
                address: Some(*address),
                peer_as: Some(*peer_as),
                ..Neighbor::default()
            });
        }
        if let Some(name) = &request.region {
            self.enter_region(names::name(name, "region"));
        }
        for service in &mut self.services {
            service.complete(request);
        }
        self.ask_for_what_is_missing(findings);
    }

    /// Gives the neighbour a name of its own.
    pub(super) fn add_neighbor(&mut self, mut neighbor: Neighbor) -> &Neighbor {
        let (stem, kind) = if neighbor.is_azure { ("ars", true) } else { ("peer", false) };
        if neighbor.name.is_empty() {
            let number = self.neighbors.iter().filter(|other| other.is_azure == kind).count();
            neighbor.name = format!("{stem}-{number}");
        }
        neighbor.name = self.neighbor_names.take(&neighbor.name);
        self.neighbors.push(neighbor);
        &self.neighbors[self.neighbors.len() - 1]
    }

    /// Gives the service a name of its own.
    pub(super) fn add_service(&mut self, mut service: Service) {
        service.name = self.service_names.take(&service.name);
        self.services.push(service);
    }

    /// What every route has in every state becomes the region's.
    fn enter_region(&mut self, name: String) {
        let states = |service: &Service| {
            let down = service.down.as_ref().map(|down| down.prepend);
            [Some(service.up.prepend), down].into_iter().flatten().min().unwrap_or_default()
        };
        let prepend = self.services.iter().map(states).min().unwrap_or_default();
        for service in &mut self.services {
            service.up.prepend -= prepend;
            service.drain.prepend = service.drain.prepend.saturating_sub(prepend);
            if let Some(down) = &mut service.down {
                down.prepend -= prepend;
            }
        }
        self.region = Some(Region { name, prepend });
    }

    fn ask_for_what_is_missing(&self, findings: &mut Findings) {
        if self.local_as.is_none() {
            findings.ask_for(
                "[bgp] local-as: the AS number of this machine; --local-as gives it, and --bird reads \
                 it from bird.conf",
            );
        }
        if self.lacks_router_id() {
            findings
                .ask_for("[bgp] router-id: an IPv4 address of this machine; --router-id gives it");
        }
        if self.neighbors.is_empty() {
            findings.ask_for(
                "[neighbor.NAME]: who is told; --neighbor ADDRESS:AS gives one, and --bird reads them \
                 from bird.conf",
            );
        }
        for neighbor in self.neighbors.iter().filter(|neighbor| neighbor.password_file) {
            findings.ask_for(format!(
                "[neighbor.{}] password-file: make the file, with the password of the source in its \
                 first line; it is not copied",
                neighbor.name
            ));
        }
        for service in self.services.iter().filter(|service| service.is_empty()) {
            let labelled = match &service.loopback.label {
                Some(label) => format!("; those with label {label} count"),
                None => String::new(),
            };
            findings.ask_for(format!(
                "[service.{}] addresses: the source takes what is on the interface, which no file \
                 says; `ip -brief address show dev lo` shows it{labelled}",
                service.name
            ));
        }
    }

    /// Whether neither the sources nor a neighbour's local address give an identifier.
    pub(super) fn lacks_router_id(&self) -> bool {
        let is_ipv4 = |neighbor: &Neighbor| neighbor.local_address.is_some_and(|own| own.is_ipv4());
        self.router_id.is_none() && !self.neighbors.iter().any(is_ipv4)
    }
}

impl Service {
    fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.prefixes.is_empty()
    }

    /// State tables do not inherit from each other in herald: what a route needs in every state is
    /// said in each.
    fn complete(&mut self, request: &Request) {
        let label = self.loopback.label.take().or_else(|| request.label.clone());
        // Only IPv4 addresses have labels, and an address list to come may hold some.
        let fits = self.addresses.iter().any(IpAddr::is_ipv4) || self.is_empty();
        self.loopback.label = label.filter(|_| fits && !self.loopback.unbound);
        let up = &self.up;
        let drain = &mut self.drain;
        drain.next_hop = drain.next_hop.or(up.next_hop);
        drain.med = drain.med.or(up.med);
        if up.prepend > 0 && drain.prepend <= up.prepend {
            drain.prepend = up.prepend + DRAIN_PREPEND;
        }
        if drain.communities.is_empty() && !up.communities.is_empty() {
            drain.communities.extend(&up.communities);
            drain.communities.push(Community::GRACEFUL_SHUTDOWN);
        }
        if drain.large_communities.is_empty() {
            drain.large_communities.clone_from(&up.large_communities);
        }
    }
}
