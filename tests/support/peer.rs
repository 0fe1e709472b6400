//! What every BGP daemon on the other side can be asked, whoever made it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::netns::Namespace;

/// The AS of herald in these tests.
pub(crate) const HERALD_AS: u32 = 65010;
/// The AS of the other side.
pub(crate) const PEER_AS: u32 = 65515;

/// Who opens the TCP connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connecting {
    /// The peer only listens.
    HeraldDials,
    /// herald only listens.
    PeerDials,
    /// Both dial and both listen.
    BothDial,
}

/// What the session runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    /// 10.9.0.1 and 10.9.0.2.
    V4,
    /// fd00:9::1 and fd00:9::2.
    V6,
    /// fe80::1 and fe80::2 of a device, which the test gives these addresses.
    LinkLocal(&'static str),
}

/// What keeps others out of a session, on the other side.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Protection {
    /// The TCP-MD5 password.
    pub password: Option<&'static str>,
    /// RFC 5082, one hop.
    pub ttl_security: bool,
}

/// How the two sides meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meeting {
    /// Who dials.
    pub connecting: Connecting,
    /// Over what.
    pub transport: Transport,
}

impl Meeting {
    /// herald dials over IPv4.
    pub(crate) const USUAL: Self =
        Self { connecting: Connecting::HeraldDials, transport: Transport::V4 };

    /// Whether herald opens connections.
    pub(crate) fn herald_dials(self) -> bool {
        self.connecting != Connecting::PeerDials
    }

    /// Whether the peer opens connections.
    pub(crate) fn peer_dials(self) -> bool {
        self.connecting != Connecting::HeraldDials
    }

    /// The address of herald's end.
    pub(crate) fn herald_address(self) -> IpAddr {
        match self.transport {
            Transport::V4 => IpAddr::from([10, 9, 0, 1]),
            Transport::V6 => IpAddr::from([0xfd00, 9, 0, 0, 0, 0, 0, 1]),
            Transport::LinkLocal(_) => IpAddr::from([0xfe80, 0, 0, 0, 0, 0, 0, 1]),
        }
    }

    /// The address of the peer's end.
    pub(crate) fn peer_address(self) -> IpAddr {
        match self.transport {
            Transport::V4 => IpAddr::from([10, 9, 0, 2]),
            Transport::V6 => IpAddr::from([0xfd00, 9, 0, 0, 0, 0, 0, 2]),
            Transport::LinkLocal(_) => IpAddr::from([0xfe80, 0, 0, 0, 0, 0, 0, 2]),
        }
    }
}

/// A route as the other side's own tables show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The AS path.
    pub as_path: Vec<u32>,
    /// The next hop, the global one for IPv6.
    pub next_hop: String,
    /// Missing and 0 are the same to a decision process, and to most displays.
    pub med: u32,
    /// `asn:value`, sorted.
    pub communities: Vec<String>,
    /// `asn:value:value`, sorted.
    pub large_communities: Vec<String>,
}

/// A BGP daemon on the other side of one session with herald.
pub(crate) trait Peer: Sized {
    /// What the daemon is called.
    const NAME: &'static str;
    /// Whether [`Peer::updates_received`] counts messages (rather than routes).
    const COUNTS_MESSAGES: bool;

    /// Starts it in `namespace`, awaiting or calling herald as `meeting` says.
    fn start(namespace: &Namespace, meeting: Meeting) -> Self {
        Self::start_protected(namespace, meeting, Protection::default())
    }
    /// The same with a password or TTL security on its side.
    fn start_protected(namespace: &Namespace, meeting: Meeting, protection: Protection) -> Self;
    /// Whether its session with herald is established.
    fn is_established(&self) -> bool;
    /// How often the session has been established since the start.
    fn times_established(&self) -> u64;
    /// The routes that herald has announced to it, by prefix.
    fn routes(&self) -> BTreeMap<String, Seen>;
    /// UPDATEs (or, see [`Peer::COUNTS_MESSAGES`], route changes) received since the start.
    fn updates_received(&self) -> u64;
    /// What it says about the end of the last session, in its own words.
    fn last_close(&self) -> String;
    /// The words in [`Peer::last_close`] for Cease/Administrative Shutdown.
    const ADMINISTRATIVE_SHUTDOWN: &'static str;
}

/// A daemon that keeps routes over a restart of herald (RFC 4724), where herald asks for it. ExaBGP
/// speaks of it too, but has no table to keep.
pub(crate) trait KeepsRoutes: Peer + Sync {
    /// How long it hears no new connection after it has lost a session, in seconds.
    const DEAF_FOR: u32;

    /// Its own table, whether there is a session or not: each prefix, and whether it is stale.
    fn kept(&self) -> BTreeMap<String, bool>;
}

/// A daemon that can be told to send a ROUTE-REFRESH. GoBGP cannot: its "soft reset in" works on
/// what it has kept.
pub(crate) trait AsksForRefresh: Peer {
    /// Sends a ROUTE-REFRESH for IPv4 unicast.
    fn ask_for_refresh(&self);
}

/// `65010:100` of the 32 bits of a community.
pub(crate) fn community(value: u64) -> String {
    format!("{}:{}", value >> 16, value & 0xffff)
}

/// The list, sorted.
pub(crate) fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}
