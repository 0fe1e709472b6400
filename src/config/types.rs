use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::checks::Check;
use super::signature::Signature;
use crate::base::{
    Asn, CheckName, CommandLine, InstanceName, LoopbackAddress, NeighborName, RegionName,
    ServiceName, Trust,
};
use crate::policy::State;
use crate::{bfd, health, policy, session};

/// A whole configuration. Every value in it can be used as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// `[agent]`.
    pub agent: Agent,
    /// `[bgp]`.
    pub bgp: Bgp,
    /// `[neighbor.NAME]`.
    pub neighbors: BTreeMap<NeighborName, Neighbor>,
    /// `[haproxy.NAME]`.
    pub haproxy: BTreeMap<InstanceName, HaproxyInstance>,
    /// `[service.X.check.NAME]` of the kinds that belong to no HAProxy, in order of service and name.
    pub checks: Vec<Check>,
    /// `[service.NAME]`.
    pub services: BTreeMap<ServiceName, Service>,
    /// The routing side of region, neighbours and services, combined.
    pub policy: policy::Params,
}

/// `[agent]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// The region whose attributes apply.
    pub region: Region,
    /// Path of the control socket.
    pub control_socket: PathBuf,
    /// Directory of what survives a restart; it need not exist.
    pub state_directory: PathBuf,
    /// The read-only HTTP API.
    pub http: Http,
    /// Bound of the drain at an orderly stop (`grace`).
    pub grace: Duration,
    /// The cloud's instance metadata.
    pub metadata: Metadata,
    /// Announced maintenance of the host, when it is watched.
    pub maintenance: Option<Maintenance>,
}

/// `[agent] region`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Region {
    /// The file has no `[region.*]` at all.
    None,
    /// This one.
    Named(RegionName),
    /// One of these, and the cloud says which (`auto`); [`Config::in_region`] settles it.
    Auto(BTreeMap<RegionName, policy::Extras>),
}

/// A cloud with a metadata service that herald can ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Provider {
    /// Azure Instance Metadata Service.
    Azure,
    /// EC2 Instance Metadata Service, version 2.
    Aws,
    /// Compute Engine metadata server.
    Gcp,
}

/// `[agent.metadata]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Whose service it is; `None` asks all of them.
    pub provider: Option<Provider>,
    /// Where it is, without a path, in place of the provider's own address.
    pub endpoint: Option<String>,
    /// How long the answer to one question may take.
    pub timeout: Duration,
}

/// `[agent.maintenance]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maintenance {
    /// Whose notices are read (`source`).
    pub provider: Provider,
    /// How long before the announced time the drain begins.
    pub lead: Duration,
    /// How often the source is asked.
    pub poll_interval: Duration,
    /// Whether the provider is told that it may begin once everything is drained (Azure only).
    pub acknowledge: bool,
}

/// `[agent] http`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Http {
    /// Not served.
    Off,
    /// Served here.
    On(SocketAddr),
}

/// `[bgp]`, without the keys that neighbours inherit.
#[derive(Debug, Clone, PartialEq)]
pub struct Bgp {
    /// Our AS.
    pub local_as: Asn,
    /// Our BGP identifier.
    pub router_id: std::net::Ipv4Addr,
    /// Where sessions are accepted.
    pub listen: Listen,
}

/// `[bgp] listen`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listen {
    /// Only dial.
    Off,
    /// Accept here.
    On(SocketAddr),
}

/// What kind of speaker a neighbour is; sets defaults and lints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// Azure Route Server.
    AzureRouteServer,
    /// The router of an Azure Virtual WAN hub.
    VirtualWan,
    /// AWS VPC Route Server.
    AwsRouteServer,
    /// FRRouting.
    Frr,
    /// BIRD 2.
    Bird,
    /// GoBGP.
    Gobgp,
}

/// `[neighbor.NAME]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbor {
    /// Its name.
    pub name: NeighborName,
    /// Free text of the operator.
    pub description: Option<String>,
    /// What kind of speaker it is.
    pub profile: Option<Profile>,
    /// How its TCP connections are made.
    pub transport: Transport,
    /// The BGP side.
    pub session: session::Params,
    /// The BFD side, if it has one.
    pub bfd: Option<Bfd>,
}

/// `[neighbor.NAME.bfd]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bfd {
    /// RFC 5883 rather than RFC 5881: another port, and routers may be between.
    pub multihop: bool,
    /// Intervals and multiplier.
    pub session: bfd::Params,
}

/// The TCP side of a neighbour.
#[derive(Debug, Clone, PartialEq)]
pub struct Transport {
    /// Its address and port; the port is where we dial.
    pub remote: SocketAddr,
    /// The address we connect from and accept on, when given.
    pub local_address: Option<IpAddr>,
    /// The device or VRF the connection is bound to (SO_BINDTODEVICE).
    pub local_interface: Option<String>,
    /// The TTL rule.
    pub ttl: Ttl,
    /// What signs the segments of the connection.
    pub signature: Option<Signature>,
}

/// The TTL of packets to, and asked of packets from, a neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ttl {
    /// Send with this TTL, 1 to 255 (`multihop`; 1 = directly connected).
    Multihop(u8),
    /// RFC 5082: send 255, accept only from at most this many hops away (`ttl-security`, 1 to 254).
    Security(u8),
}

/// How HAProxy is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HaproxyAddress {
    /// The stats socket as a path.
    Unix(PathBuf),
    /// The stats socket over TCP, `HOST:PORT`.
    Tcp(String),
    /// The stats page, whose CSV form is read.
    Http {
        /// The page, without `;csv`.
        url: String,
        /// Basic auth.
        login: Option<Login>,
        /// Whose certificates are believed, with https.
        trust: Option<Trust>,
    },
}

/// Basic auth for the stats page. The password stays in its file and is read at each start and reload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// User name.
    pub user: String,
    /// File whose first line is the password.
    pub password_file: PathBuf,
}

/// Where herald listens for the log lines of a HAProxy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventSocket {
    /// A datagram socket with this path.
    Unix(PathBuf),
    /// A UDP port, for a HAProxy that cannot reach the path (chroot, container).
    Udp(SocketAddr),
}

impl fmt::Display for EventSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => path.display().fmt(f),
            Self::Udp(address) => write!(f, "udp:{address}"),
        }
    }
}

/// `[haproxy.NAME]`.
#[derive(Debug, Clone, PartialEq)]
pub struct HaproxyInstance {
    /// Its name.
    pub name: InstanceName,
    /// Where to ask.
    pub address: HaproxyAddress,
    /// Where its log lines are listened for.
    pub event_socket: Option<EventSocket>,
    /// The ring that is followed on its stats socket.
    pub event_ring: Option<String>,
    /// How often to ask: the smallest of its own `poll-interval` and the `interval`s of its checks.
    pub poll_interval: Duration,
    /// How long one question may take.
    pub timeout: Duration,
    /// The checks that read this instance, in the order of service and check name.
    pub checks: Vec<HaproxyCheck>,
}

/// A `haproxy` check.
#[derive(Debug, Clone, PartialEq)]
pub struct HaproxyCheck {
    /// Its service.
    pub service: ServiceName,
    /// Its name.
    pub check: CheckName,
    /// The backend to look at.
    pub backend: String,
    /// How many usable servers make it healthy.
    pub min_up: MinUp,
    /// Only these servers of the backend.
    pub servers: Option<BTreeSet<String>>,
    /// A frontend that must be open too.
    pub frontend: Option<String>,
    /// Whether backup servers count.
    pub count_backup: bool,
}

/// `min-up`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinUp {
    /// So many servers, at least 1.
    Servers(usize),
    /// So many percent of the servers, 1 to 100, rounded up.
    Percent(u8),
}

/// `[service.X.loopback] on-down`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDown {
    /// Addresses stay bound.
    Keep,
    /// Addresses are removed once the withdrawal is out.
    Remove,
}

/// `[service.X.loopback]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Loopback {
    /// The addresses to bind, empty with `bind = false`.
    pub addresses: BTreeSet<LoopbackAddress>,
    /// What happens to them while the service is not announced.
    pub on_down: OnDown,
}

/// `[service.NAME]`, apart from what `policy` takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: ServiceName,
    /// Health.
    pub health: health::Params,
    /// The kind of each check, as shown in status: `haproxy`, `http`, …
    pub check_kinds: BTreeMap<CheckName, &'static str>,
    /// Addresses on the loopback.
    pub loopback: Loopback,
    /// How long whoever waits for a drain waits for HAProxy's sessions (`wait-sessions`).
    pub wait_sessions: Duration,
    /// What is run when its state changes, in the order of the file.
    pub hooks: Vec<Hook>,
}

/// `[[service.X.hook]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The states whose beginning runs it.
    pub on: BTreeSet<State>,
    /// What is run.
    pub command: CommandLine,
    /// After this, it is killed.
    pub timeout: Duration,
}
