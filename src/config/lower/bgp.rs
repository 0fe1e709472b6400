use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::scalar;
use super::session::SessionKeys;
use crate::base::Asn;
use crate::config::reader::{Placed, Refusal, Section};
use crate::config::types::{Bgp, Listen};

/// `[bgp]` as read.
pub(super) struct Draft<'a> {
    section: Section<'a>,
    pub(super) local_as: Option<Placed<Asn>>,
    router_id: Option<Placed<Ipv4Addr>>,
    pub(super) listen: Option<Placed<Option<SocketAddr>>>,
    pub(super) session: SessionKeys,
}

pub(super) fn read<'a>(section: &Section<'a>) -> Draft<'a> {
    Draft {
        section: section.clone(),
        local_as: scalar::asn(section, "local-as"),
        router_id: section.text("router-id", identifier),
        listen: section.text("listen", scalar::endpoint),
        session: SessionKeys::read(section),
    }
}

/// The configured identifier, else the lowest IPv4 local-address of a neighbour.
pub(super) fn router_id(bgp: &Draft<'_>, locals: impl Iterator<Item = IpAddr>) -> Option<Ipv4Addr> {
    if bgp.section.has("router-id") {
        return bgp.router_id.as_ref().map(|id| id.value);
    }
    let lowest = locals
        .filter_map(|local| match local {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        })
        .min();
    if lowest.is_none() {
        bgp.section.notes.fault(
            bgp.section.span(),
            "[bgp] router-id is missing",
            "no neighbour has an IPv4 local-address that could serve as one",
            "set router-id to an IPv4 address of this machine, for example \"172.16.156.70\"",
        );
    }
    lowest
}

impl Draft<'_> {
    pub(super) fn lowered(&self, router_id: Ipv4Addr) -> Option<Bgp> {
        let listen = self.listen.as_ref()?.value;
        Some(Bgp {
            local_as: self.local_as.as_ref()?.value,
            router_id,
            listen: listen.map_or(Listen::Off, Listen::On),
        })
    }
}

/// RFC 6286 §2.1: any four octets but zero.
fn identifier(text: &str) -> Result<Ipv4Addr, Refusal> {
    let id: Ipv4Addr = text.parse().map_err(|_| Refusal::default())?;
    if id.is_unspecified() { Err(Refusal::default()) } else { Ok(id) }
}
