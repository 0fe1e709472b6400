use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::session::{SessionKeys, Timing};
use super::{attributes, bfd, bgp, scalar, signature};
use crate::base::{Asn, Family, NeighborName, is_link_local};
use crate::config::reader::{Placed, Refusal, Section, plain};
use crate::config::signature::Signature;
use crate::config::types::{Bfd, Bgp, Neighbor, Profile, Transport, Ttl};
use crate::policy::{self, Extras};
use crate::session::{self, HoldTime, RestartTime};
use crate::wire::Role;

/// `[neighbor.NAME]` as read.
pub(super) struct Draft<'a> {
    pub(super) name: NeighborName,
    pub(super) section: Section<'a>,
    pub(super) address: Option<Placed<IpAddr>>,
    port: Option<Placed<u16>>,
    pub(super) peer_as: Option<Placed<Asn>>,
    /// The neighbour's own `local-as`.
    pub(super) local_as: Option<Placed<Asn>>,
    pub(super) local_address: Option<Placed<IpAddr>>,
    pub(super) local_interface: Option<Placed<String>>,
    pub(super) profile: Option<Placed<Profile>>,
    pub(super) ttl: Option<Ttl>,
    pub(super) bfd: Option<Bfd>,
    pub(super) signature: Option<Placed<Signature>>,
    pub(super) passive: Option<Placed<bool>>,
    shutdown: Option<Placed<bool>>,
    timing: Option<Timing>,
    pub(super) graceful_restart: Option<Placed<Option<RestartTime>>>,
    pub(super) families: Option<Placed<BTreeSet<Family>>>,
    pub(super) next_hop: Option<Placed<IpAddr>>,
    pub(super) next_hop_ipv6: Option<Placed<IpAddr>>,
    pub(super) extras: Option<Extras>,
    max_received: Option<Placed<usize>>,
    enforce_first_as: Option<Placed<bool>>,
    role: Option<Placed<Role>>,
    description: Option<Placed<String>>,
}

pub(super) fn read<'a>(root: &Section<'a>, bgp: &bgp::Draft<'_>) -> Vec<Draft<'a>> {
    let tables = root.named("neighbor");
    tables.into_iter().map(|(name, section)| Draft::read(&name, section, bgp)).collect()
}

impl<'a> Draft<'a> {
    fn read(name: &str, section: Section<'a>, bgp: &bgp::Draft<'_>) -> Self {
        let profile = section.text("profile", profile);
        let kind = profile.as_ref().map(|profile| profile.value);
        let own = SessionKeys::read(&section);
        let ttl = ttl(&section, kind);
        Self {
            name: NeighborName::from(name),
            address: address(&section, "address"),
            port: section.integer("port"),
            peer_as: scalar::asn(&section, "peer-as"),
            local_as: scalar::asn(&section, "local-as"),
            local_address: address(&section, "local-address"),
            local_interface: section.text("local-interface", scalar::interface),
            ttl,
            bfd: bfd::read(&section, ttl),
            signature: signature::read(&section),
            passive: section.boolean("passive"),
            shutdown: section.boolean("shutdown"),
            timing: own.timing(&bgp.session, hold_time(kind), section.notes),
            graceful_restart: own.graceful_restart(&bgp.session),
            families: families(&section),
            next_hop: section
                .text("next-hop", plain::<Ipv4Addr>)
                .map(|placed| placed.map(IpAddr::V4)),
            next_hop_ipv6: section
                .text("next-hop-ipv6", plain::<Ipv6Addr>)
                .map(|placed| placed.map(IpAddr::V6)),
            extras: attributes::extras(&section),
            max_received: section.integer("max-received"),
            enforce_first_as: section.boolean("enforce-first-as"),
            role: section.text("role", role),
            description: section.text("description", scalar::word),
            profile,
            section,
        }
    }

    /// The family of the session's own addresses, as far as the file tells.
    pub(super) fn session_family(&self) -> Option<Family> {
        self.address.as_ref().map(|address| Family::of(address.value))
    }

    /// The family in which the session's own address can be a next hop. A link-local one cannot
    /// stand alone (RFC 2545 §3).
    pub(super) fn next_hop_family(&self) -> Option<Family> {
        let address = self.address.as_ref().map(|address| address.value)?;
        (!is_link_local(address)).then(|| Family::of(address))
    }

    /// Whether IPv4 routes can only go out with an IPv6 next hop (RFC 8950).
    fn needs_extended_next_hop(&self, families: &BTreeSet<Family>) -> bool {
        families.contains(&Family::Ipv4Unicast)
            && self.next_hop.is_none()
            && self.next_hop_family() == Some(Family::Ipv6Unicast)
    }

    /// A route server may leave its AS out of the paths it passes on (RFC 7947 §2.2.2.1).
    fn enforces_first_as(&self) -> bool {
        let is_client =
            self.role.as_ref().is_some_and(|role| role.value == Role::RouteServerClient);
        self.enforce_first_as.as_ref().map_or(!is_client, |given| given.value)
    }

    /// The configured next hop for routes of a family.
    pub(super) fn next_hop_for(&self, family: Family) -> Option<&Placed<IpAddr>> {
        match family {
            Family::Ipv4Unicast => self.next_hop.as_ref(),
            Family::Ipv6Unicast => self.next_hop_ipv6.as_ref(),
        }
    }

    /// The neighbour for `peer` and `session`, and for `policy`.
    pub(super) fn lowered(
        &self,
        bgp: &Bgp,
        families: BTreeSet<Family>,
    ) -> Option<(Neighbor, policy::Neighbor)> {
        let local_as = self.local_as.as_ref().map_or(bgp.local_as, |local_as| local_as.value);
        let neighbor = Neighbor {
            name: self.name.clone(),
            description: self.description.as_ref().map(|text| text.value.clone()),
            profile: self.profile.as_ref().map(|profile| profile.value),
            transport: self.transport()?,
            session: self.session(bgp, local_as, families)?,
            bfd: self.bfd,
        };
        let routes = policy::Neighbor {
            local_as,
            extras: self.extras.clone()?,
            next_hop: self.next_hop.as_ref().map(|next_hop| next_hop.value),
            next_hop_ipv6: self.next_hop_ipv6.as_ref().map(|next_hop| next_hop.value),
        };
        Some((neighbor, routes))
    }

    fn transport(&self) -> Option<Transport> {
        Some(Transport {
            remote: SocketAddr::new(self.address.as_ref()?.value, self.port.as_ref()?.value),
            local_address: self.local_address.as_ref().map(|address| address.value),
            local_interface: self.local_interface.as_ref().map(|name| name.value.clone()),
            ttl: self.ttl?,
            signature: self.signature.as_ref().map(|signature| signature.value.clone()),
        })
    }

    fn session(
        &self,
        bgp: &Bgp,
        local_as: Asn,
        families: BTreeSet<Family>,
    ) -> Option<session::Params> {
        let timing = self.timing.as_ref()?;
        Some(session::Params {
            local_as,
            peer_as: self.peer_as.as_ref()?.value,
            router_id: bgp.router_id,
            hold_time: timing.hold_time,
            keepalive: timing.keepalive,
            connect_retry: timing.connect_retry,
            send_hold_time: timing.send_hold_time,
            families: families.clone(),
            passive: self.passive.as_ref()?.value,
            shutdown: self.shutdown.as_ref()?.value,
            shutdown_message: timing.shutdown_message.clone(),
            max_received: self.max_received.as_ref()?.value,
            enforce_first_as: self.enforces_first_as(),
            role: self.role.as_ref().map(|role| role.value),
            extended_next_hop: self.needs_extended_next_hop(&families),
            graceful_restart: self.graceful_restart.as_ref()?.value,
            signed: self.signature.is_some(),
        })
    }
}

fn address(section: &Section<'_>, name: &str) -> Option<Placed<IpAddr>> {
    let address = section.text(name, |text| without_zone(name, text))?;
    if !scalar::unicast(section.notes, name, &address) {
        return None;
    }
    if is_link_local(address.value) && !section.has("local-interface") {
        section.notes.fault(
            &address.span,
            format!("{name} {} needs local-interface", address.shown),
            "a link-local address has a meaning on one interface only (RFC 4007)",
            "for example local-interface = \"eth0\"",
        );
    }
    Some(address)
}

/// The zone of RFC 4007 §11 is the interface that the session is bound to, and that has its own key.
fn without_zone(name: &str, text: &str) -> Result<IpAddr, Refusal> {
    match text.split_once('%') {
        Some((address, _)) if address.parse::<Ipv6Addr>().is_ok() => {
            Err(Refusal::rule("the interface of a link-local address has a key of its own")
                .help("leave out what begins with %, and set local-interface"))
        }
        Some(_) | None => plain(text).map_err(|_| more_than_an_address(name, text)),
    }
}

fn more_than_an_address(name: &str, text: &str) -> Refusal {
    if let Ok(endpoint) = text.parse::<SocketAddr>() {
        let (ip, port) = (endpoint.ip(), endpoint.port());
        return match name {
            "address" => Refusal::rule("the port has a key of its own")
                .meant(format!("address = \"{ip}\" and port = {port}")),
            _ => Refusal::rule("it takes no port").meant(format!("{name} = \"{ip}\"")),
        };
    }
    if let Some((ip, _)) = text.split_once('/').filter(|(ip, _)| ip.parse::<IpAddr>().is_ok()) {
        return Refusal::rule("it takes no prefix length").meant(format!("{name} = \"{ip}\""));
    }
    let is_name = text.contains(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c));
    match is_name {
        true => Refusal::rule("names are not looked up: a session depends on no DNS")
            .help("give the address itself"),
        false => Refusal::default(),
    }
}

fn ttl(section: &Section<'_>, profile: Option<Profile>) -> Option<Ttl> {
    let multihop = section.integer("multihop");
    let security = section.integer("ttl-security");
    if section.has("multihop") && section.has("ttl-security") {
        section.notes.fault(
            &section.span_of("ttl-security"),
            "ttl-security excludes multihop",
            "with ttl-security every packet is sent with a TTL of 255 (RFC 5082)",
            "keep ttl-security and leave multihop out, or the reverse",
        );
    }
    match (security, multihop) {
        (Some(hops), _) => Some(Ttl::Security(hops.value)),
        (None, Some(hops)) => Some(Ttl::Multihop(hops.value)),
        (None, None) => Some(Ttl::Multihop(multihop_of(profile))),
    }
}

fn families(section: &Section<'_>) -> Option<Placed<BTreeSet<Family>>> {
    let families = section.list("families", plain::<Family>)?;
    if families.value.is_empty() {
        section.notes.fault(
            &section.span_of("families"),
            "families has no usable element",
            "a session carries at least one family",
            "leave it out for the families of the services announced to this neighbour",
        );
    }
    Some(families.map(|list| list.into_iter().map(|family| family.value).collect()))
}

fn profile(text: &str) -> Result<Profile, Refusal> {
    match text {
        "azure-route-server" => Ok(Profile::AzureRouteServer),
        "virtual-wan" => Ok(Profile::VirtualWan),
        "aws-route-server" => Ok(Profile::AwsRouteServer),
        "frr" => Ok(Profile::Frr),
        "bird" => Ok(Profile::Bird),
        "gobgp" => Ok(Profile::Gobgp),
        _ => Err(Refusal::default()),
    }
}

fn role(text: &str) -> Result<Role, Refusal> {
    Role::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(Refusal::default)
}

/// Azure's speakers live in a subnet of their own, never on the NVA's link.
fn multihop_of(profile: Option<Profile>) -> u8 {
    match profile {
        Some(Profile::AzureRouteServer | Profile::VirtualWan) => 255,
        Some(Profile::AwsRouteServer | Profile::Frr | Profile::Bird | Profile::Gobgp) | None => 1,
    }
}

/// Azure's documented 180 s; its 60 s of keepalive are a third of that anyway.
fn hold_time(profile: Option<Profile>) -> Option<HoldTime> {
    match profile {
        Some(Profile::AzureRouteServer | Profile::VirtualWan) => HoldTime::new(180),
        Some(Profile::AwsRouteServer | Profile::Frr | Profile::Bird | Profile::Gobgp) | None => {
            None
        }
    }
}
