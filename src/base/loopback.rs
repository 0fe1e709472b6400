use std::net::IpAddr;
use std::sync::Arc;

/// The scope of an address (rtnetlink(7), `ifa_scope`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// May be chosen as a source address by this machine.
    Global,
    /// Is never chosen as a source, yet answers when traffic is routed here.
    Host,
}

/// A host address that herald binds to a (loopback) interface: /32 or /128.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoopbackAddress {
    /// The address.
    pub address: IpAddr,
    /// The interface, usually `lo`.
    pub interface: Arc<str>,
    /// The label (IFA_LABEL), IPv4 only, at most 15 characters.
    pub label: Option<Arc<str>>,
    /// The scope.
    pub scope: Scope,
}
