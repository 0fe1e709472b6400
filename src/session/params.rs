use std::collections::BTreeSet;
use std::fmt;
use std::net::Ipv4Addr;
use std::time::Duration;

use super::RestartTime;
use crate::base::{Asn, Family};
use crate::wire::Role;

/// A hold time that may be proposed in an OPEN: zero (no keepalives, no hold timer) or 3 to 65535
/// seconds (RFC 4271 §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HoldTime(u16);

impl HoldTime {
    /// `seconds` as a hold time; `None` for 1 and 2, which RFC 4271 §6.2 makes the peer refuse.
    pub fn new(seconds: u16) -> Option<Self> {
        (!matches!(seconds, 1 | 2)).then_some(Self(seconds))
    }

    /// Seconds, as the OPEN carries them.
    pub fn seconds(self) -> u16 {
        self.0
    }

    /// The duration, or `None` when the hold timer is off.
    pub fn duration(self) -> Option<Duration> {
        (self.0 != 0).then(|| Duration::from_secs(self.0.into()))
    }

    /// What two speakers agree on: the smaller of both proposals (RFC 4271 §4.2).
    pub fn negotiate(self, theirs: Self) -> Self {
        self.min(theirs)
    }
}

impl fmt::Display for HoldTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s", self.0)
    }
}

/// What a session needs of the configuration. [`Params::resetting`] tells which of it a running
/// session cannot follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    /// Our AS towards this neighbour.
    pub local_as: Asn,
    /// The AS its OPEN must carry (RFC 4271 §6.2).
    pub peer_as: Asn,
    /// Our BGP identifier; never 0.0.0.0 (RFC 6286).
    pub router_id: Ipv4Addr,
    /// The hold time we propose.
    pub hold_time: HoldTime,
    /// Time between keepalives; `None` = a third of the negotiated hold time. The smaller one counts.
    pub keepalive: Option<Duration>,
    /// First waiting time before another connection attempt; doubles, jittered, up to 60 s.
    pub connect_retry: Duration,
    /// RFC 9687; `None` = the larger of 480 s and twice the negotiated hold time.
    pub send_hold_time: Option<Duration>,
    /// Address families we offer; at least one.
    pub families: BTreeSet<Family>,
    /// Never dial; wait for the neighbour.
    pub passive: bool,
    /// `shutdown = true`: configured but held down.
    pub shutdown: bool,
    /// Text of the Cease NOTIFICATION on an orderly stop (RFC 9003), at most 255 octets of UTF-8.
    pub shutdown_message: String,
    /// How many received routes are kept; the excess is counted and forgotten.
    pub max_received: usize,
    /// The AS paths of its routes must begin with its own AS (RFC 4271 §6.3), as they do not behind a
    /// route server that leaves itself out (RFC 7947 §2.2.2.1).
    pub enforce_first_as: bool,
    /// Our role towards this neighbour (RFC 9234); `None` = not offered and not asked about.
    pub role: Option<Role>,
    /// Ask the neighbour to take IPv4 routes with IPv6 next hops (RFC 8950): the session has no IPv4
    /// address to offer.
    pub extended_next_hop: bool,
    /// Ask the neighbour to keep our routes for so long when we are gone without a word (RFC 4724);
    /// `None` = they go with the session.
    pub graceful_restart: Option<RestartTime>,
    /// Segments are signed (RFC 2385, RFC 5925): a neighbour with another password or key is silent.
    pub signed: bool,
}

impl Params {
    /// The configuration keys that differ in `new` and that only another session can take over: they
    /// are part of the OPEN, or decide whether there is a session at all.
    pub fn resetting(&self, new: &Self) -> Vec<&'static str> {
        let Self {
            local_as,
            peer_as,
            router_id,
            hold_time,
            keepalive: _,
            connect_retry: _,
            send_hold_time: _,
            families,
            passive,
            shutdown,
            shutdown_message: _,
            max_received: _,
            enforce_first_as,
            role,
            extended_next_hop,
            graceful_restart,
            signed: _,
        } = self;
        let differs = [
            ("local-as", *local_as != new.local_as),
            ("peer-as", *peer_as != new.peer_as),
            ("router-id", *router_id != new.router_id),
            ("hold-time", *hold_time != new.hold_time),
            ("families", *families != new.families),
            ("passive", *passive != new.passive),
            ("shutdown", *shutdown != new.shutdown),
            ("enforce-first-as", *enforce_first_as != new.enforce_first_as),
            ("role", *role != new.role),
            ("next-hop", *extended_next_hop != new.extended_next_hop),
            ("graceful-restart", *graceful_restart != new.graceful_restart),
        ];
        differs.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
    }
}
