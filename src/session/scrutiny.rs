//! What is wrong with the routes of an UPDATE although every octet of it is right (RFC 4271 §6.3): it
//! takes the two ends of the session to see it. What no session could take, the codec has found.

use std::net::IpAddr;

use super::Params;
use super::connection::Connection;
use crate::base::{Asn, Family, is_link_local};
use crate::wire::{AsPath, MpReach, Update};

/// What a session knows of its two ends.
pub(super) struct Scrutiny {
    /// What a path must begin with; `None` = with anything.
    first_as: Option<Asn>,
    /// Our address on the session.
    local: IpAddr,
    /// IPv4 routes may have IPv6 next hops (RFC 8950).
    extended_next_hop: bool,
}

impl Scrutiny {
    pub(super) fn of(params: &Params, connection: &Connection) -> Self {
        let negotiated = connection.negotiated.as_ref();
        Self {
            // An AS that needs four octets is negotiated with: no path writes it as AS_TRANS.
            first_as: params.enforce_first_as.then_some(params.peer_as),
            local: connection.local,
            extended_next_hop: negotiated.is_some_and(|n| n.extended_next_hop),
        }
    }

    /// Why the routes of the UPDATE are not to be believed, in words.
    pub(super) fn objection(&self, update: &Update) -> Option<String> {
        update.prefixes().next()?;
        let attributes = &update.attributes;
        let path = attributes.as_path.as_ref().and_then(|path| self.to_path(path));
        let classic = attributes.next_hop.filter(|_| !update.announced.is_empty());
        path.or_else(|| classic.and_then(|next_hop| self.to_own("NEXT_HOP", next_hop.into())))
            .or_else(|| attributes.mp_reach.as_ref().and_then(|reach| self.to_reach(reach)))
    }

    /// RFC 4271 §6.3; RFC 7606 §7.2 for what becomes of it.
    fn to_path(&self, path: &AsPath) -> Option<String> {
        let wanted = self.first_as?;
        match path.first() {
            Some(first) if first == wanted => None,
            Some(first) => Some(format!(
                "AS_PATH begins with AS {first} and not with the neighbour's AS {wanted} (enforce-first-as)"
            )),
            None => Some(format!(
                "AS_PATH does not begin with the neighbour's AS {wanted} (enforce-first-as)"
            )),
        }
    }

    /// RFC 4271 §6.3 (a): traffic for the route would come back to us.
    fn to_own(&self, name: &str, next_hop: IpAddr) -> Option<String> {
        (next_hop.to_canonical() == self.local)
            .then(|| format!("{name}: the next hop {next_hop} is our own address"))
    }

    fn to_reach(&self, reach: &MpReach) -> Option<String> {
        const NAME: &str = "MP_REACH_NLRI";
        let (next_hop, beside) = (reach.next_hop.global, reach.next_hop.link_local);
        // RFC 8950 §4.
        let foreign = reach.family == Family::Ipv4Unicast && next_hop.is_ipv6();
        if foreign && !self.extended_next_hop {
            return Some(format!(
                "{NAME}: the next hop {next_hop} of IPv4 routes takes RFC 8950, which was not agreed on"
            ));
        }
        // RFC 2545 §3 wants a global address; only where both ends are on one link for certain does
        // a link-local one lead anywhere.
        if is_link_local(next_hop) && !is_link_local(self.local) {
            return Some(format!(
                "{NAME}: the next hop {next_hop} is link-local, and the session is not"
            ));
        }
        self.to_own(NAME, next_hop)
            .or_else(|| beside.and_then(|beside| self.to_own(NAME, beside.into())))
    }
}
