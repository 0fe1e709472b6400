//! herald's configuration for a test: the usual one, with single keys changed.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;

use super::haproxy::BACKEND;
use super::peer::{HERALD_AS, Meeting, PEER_AS, Transport};

/// The anycast address of the usual configuration.
pub(crate) const ANYCAST: &str = "9.9.9.9/32";

/// Sections and their keys, values written as TOML.
#[derive(Debug, Clone, Default)]
pub(crate) struct Config(BTreeMap<String, BTreeMap<String, String>>);

impl Config {
    /// One neighbour `peer`, one HAProxy asked every 50 ms, one service `web` with [`ANYCAST`].
    pub(crate) fn usual(meeting: Meeting, haproxy_socket: &Path) -> Self {
        let own = match meeting.transport {
            Transport::LinkLocal(_) => SocketAddr::from(([0; 8], 179)),
            Transport::V4 | Transport::V6 => SocketAddr::from((meeting.herald_address(), 179)),
        };
        let listen = if meeting.peer_dials() { format!("\"{own}\"") } else { "\"off\"".to_owned() };
        let config = Self::default()
            .set("agent", "region", "\"here\"")
            .set("agent", "http", "\"off\"")
            .set("agent", "grace", "\"1s\"")
            .set("region.here", "prepend", "2")
            .set("bgp", "local-as", HERALD_AS)
            .set("bgp", "router-id", "\"10.9.0.1\"")
            .set("bgp", "listen", listen)
            .set("bgp", "hold-time", "\"9s\"")
            .set("bgp", "connect-retry", "\"1s\"")
            .set("neighbor.peer", "address", format!("\"{}\"", meeting.peer_address()))
            .set("neighbor.peer", "local-address", format!("\"{}\"", meeting.herald_address()))
            .set("neighbor.peer", "peer-as", PEER_AS)
            .set("neighbor.peer", "passive", !meeting.herald_dials())
            .set("haproxy.local", "socket", format!("{haproxy_socket:?}"))
            .set("haproxy.local", "poll-interval", "\"50ms\"")
            .set("service.web", "addresses", format!("[\"{ANYCAST}\"]"))
            .set("service.web.loopback", "label", "\"lo:9\"")
            .set(
                "service.web.check.backend",
                "haproxy",
                format!("{{ backend = \"{BACKEND}\", min-up = 1 }}"),
            );
        match meeting.transport {
            Transport::V4 => config,
            // An IPv6 session has no address that could be the next hop of an IPv4 route.
            Transport::V6 => config.set("neighbor.peer", "next-hop", "\"10.9.0.1\""),
            Transport::LinkLocal(device) => config
                .set("neighbor.peer", "next-hop", "\"10.9.0.1\"")
                .set("neighbor.peer", "next-hop-ipv6", "\"fd00:9::1\"")
                .set("neighbor.peer", "local-interface", format!("{device:?}")),
        }
    }

    /// With this key set, or set differently.
    pub(crate) fn set(mut self, section: &str, key: &str, value: impl fmt::Display) -> Self {
        self.0.entry(section.to_owned()).or_default().insert(key.to_owned(), value.to_string());
        self
    }

    /// Without this section.
    pub(crate) fn drop(mut self, section: &str) -> Self {
        self.0.remove(section);
        self
    }

    /// Without this key.
    pub(crate) fn unset(mut self, section: &str, key: &str) -> Self {
        if let Some(keys) = self.0.get_mut(section) {
            keys.remove(key);
        }
        self
    }
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (section, keys) in &self.0 {
            writeln!(f, "[{section}]")?;
            for (key, value) in keys {
                writeln!(f, "{key} = {value}")?;
            }
        }
        Ok(())
    }
}
