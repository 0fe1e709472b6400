//! What both OPENs together mean (RFC 4271 §4.2 and §6.2, RFC 5492).

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use super::{HoldTime, Params};
use crate::base::{Asn, Family};
use crate::wire::{Capability, Context, ExtendedNextHopFamily, Notification, Open};

/// What a session has agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negotiated {
    /// The smaller of both hold times.
    pub hold_time: HoldTime,
    /// Families that both sides announced.
    pub families: BTreeSet<Family>,
    /// How the neighbour's messages are read from here on.
    pub context: Context,
    /// IPv4 routes may have IPv6 next hops (RFC 8950).
    pub extended_next_hop: bool,
    /// Both sides mark the beginning and the end of an answer to a ROUTE-REFRESH (RFC 7313).
    pub enhanced_refresh: bool,
    /// The neighbour keeps our routes over a restart (RFC 4724), as we asked it to.
    pub graceful_restart: bool,
    /// The neighbour's BGP identifier.
    pub peer_id: Ipv4Addr,
    /// The neighbour's capabilities, as it sent them.
    pub capabilities: Vec<Capability>,
}

/// Why an OPEN cannot be accepted: what the neighbour is told, and what the operator is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unacceptable {
    pub(super) notification: Notification,
    pub(super) because: String,
}

/// Our OPEN, but for what depends on the time.
pub(super) fn open(params: &Params) -> Open {
    let families = params
        .families
        .iter()
        .map(|family| Capability::MultiProtocol { afi: family.afi(), safi: family.safi() });
    let capabilities = families.chain([
        Capability::RouteRefresh,
        Capability::EnhancedRouteRefresh,
        Capability::ExtendedMessage,
        Capability::FourOctetAs(params.local_as),
    ]);
    let role = params.role.map(Capability::Role);
    let extended_next_hop = params.extended_next_hop.then(ipv4_over_ipv6);
    Open {
        my_as: Asn(u32::from(params.local_as.as_two_octets())),
        hold_time: params.hold_time.seconds(),
        identifier: params.router_id,
        capabilities: capabilities.chain(extended_next_hop).chain(role).collect(),
    }
}

/// RFC 8950 §4: IPv4 unicast prefixes may have IPv6 next hops.
fn ipv4_over_ipv6() -> Capability {
    let (ipv4, ipv6) = (Family::Ipv4Unicast, Family::Ipv6Unicast);
    Capability::ExtendedNextHop(vec![ExtendedNextHopFamily {
        afi: ipv4.afi(),
        safi: ipv4.safi().into(),
        next_hop_afi: ipv6.afi(),
    }])
}

fn takes_ipv4_over_ipv6(capability: &Capability) -> bool {
    let Capability::ExtendedNextHop(families) = capability else { return false };
    let (ipv4, ipv6) = (Family::Ipv4Unicast, Family::Ipv6Unicast);
    families.iter().any(|family| {
        (family.afi, family.safi, family.next_hop_afi)
            == (ipv4.afi(), ipv4.safi().into(), ipv6.afi())
    })
}

/// RFC 9234 §4.2: both roles must fit together. A neighbour that announces none is taken as it is.
fn check_role(params: &Params, theirs: &Open) -> Result<(), Unacceptable> {
    let Some(ours) = params.role else { return Ok(()) };
    let roles = theirs.capabilities.iter().filter_map(|capability| {
        if let Capability::Role(role) = capability { Some(*role) } else { None }
    });
    let wrong = roles.into_iter().find(|role| *role != ours.counterpart());
    match wrong {
        None => Ok(()),
        Some(theirs) => Err(Unacceptable {
            notification: Notification::role_mismatch(),
            because: format!(
                "the neighbour says it is our {}, role is {}: its role must be {}",
                theirs.as_str(),
                ours.as_str(),
                ours.counterpart().as_str()
            ),
        }),
    }
}

/// Puts both OPENs together. The codec has already refused what is wrong in itself; here it is
/// about what is wrong between us.
pub(super) fn negotiate(params: &Params, theirs: &Open) -> Result<Negotiated, Unacceptable> {
    if theirs.asn() != params.peer_as {
        // RFC 4271 §6.2, subcode 2.
        return Err(Unacceptable {
            notification: Notification::bad_peer_as(),
            because: format!(
                "the neighbour says it is AS {}, peer-as is {}",
                theirs.asn(),
                params.peer_as
            ),
        });
    }
    check_role(params, theirs)?;
    let has = |wanted: &dyn Fn(&Capability) -> bool| theirs.capabilities.iter().any(wanted);
    let extended_next_hop = params.extended_next_hop && has(&takes_ipv4_over_ipv6);
    let families: BTreeSet<_> = params.families.intersection(&theirs.families()).copied().collect();
    if families.is_empty() {
        let ours: Vec<_> = params.families.iter().map(|family| family.as_str()).collect();
        // RFC 5492 §3: the NOTIFICATION lists the capabilities we miss.
        let missed = open(params).capabilities;
        let missed = missed.iter().filter(|c| matches!(c, Capability::MultiProtocol { .. }));
        return Err(Unacceptable {
            notification: Notification::unsupported_capability(missed),
            because: format!("the neighbour supports none of our families ({})", ours.join(", ")),
        });
    }
    let context = Context {
        four_octet_asn: has(&|c| matches!(c, Capability::FourOctetAs(_))),
        extended_messages: has(&|c| matches!(c, Capability::ExtendedMessage)),
    };
    let proposal = HoldTime::new(theirs.hold_time).unwrap_or(params.hold_time);
    Ok(Negotiated {
        hold_time: params.hold_time.negotiate(proposal),
        families,
        context,
        extended_next_hop,
        enhanced_refresh: has(&|c| matches!(c, Capability::EnhancedRouteRefresh)),
        graceful_restart: params.graceful_restart.is_some()
            && has(&|c| matches!(c, Capability::GracefulRestart(_))),
        peer_id: theirs.identifier,
        capabilities: theirs.capabilities.clone(),
    })
}

impl Negotiated {
    /// How our messages are written. Long ones (RFC 8654) are read and never sent: 4096 octets hold
    /// 800 routes, and a short message is acted on sooner.
    pub(super) fn sending(&self) -> Context {
        Context { extended_messages: false, ..self.context }
    }

    /// Time between KEEPALIVEs: what is configured or a third of the hold time, whichever is
    /// smaller, but at least a second (RFC 4271 §4.4). `None` when the hold time is zero.
    pub(super) fn keepalive(&self, configured: Option<Duration>) -> Option<Duration> {
        let third = self.hold_time.duration()? / 3;
        Some(configured.map_or(third, |own| own.min(third)).max(Duration::from_secs(1)))
    }

    /// RFC 9687 §3: what is configured, or the larger of eight minutes and twice the hold time; off
    /// when the hold time is zero.
    pub(super) fn send_hold(&self, configured: Option<Duration>) -> Option<Duration> {
        let hold = self.hold_time.duration()?;
        Some(configured.unwrap_or((hold * 2).max(Duration::from_secs(480))))
    }
}
