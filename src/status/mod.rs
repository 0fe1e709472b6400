//! F4: what is shown of the agent; one truth for the control socket, HTTP, the command line and metrics.
//!
//! [`Snapshot`] is the contract of `herald status --json`: fields may be added, never renamed.

mod counts;
mod event;
mod explanation;
mod haproxy;
mod history;
pub mod http;
pub mod metrics;
mod peer;
mod reload;
mod routes;
mod source;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::{Reason, ServiceName};

pub use counts::{HookRuns, Messages, MessagesByType, Samples, Timing};
pub use event::{Event, Happening};
pub use explanation::{Explanation, Layer, Recipient};
pub use haproxy::{Haproxies, HaproxyStatus, StreamKind, StreamState, StreamStatus};
pub use history::History;
pub use peer::{PeerStatus, Traffic};
pub use reload::{Reload, ReloadRequest, Reloads, TakenOver};
pub use routes::{RouteTableKind, community_texts, routes};
pub use source::{Question, Questions, RouteQuestion, RouteQuestions, Source};

/// Everything an operator can see at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Snapshot {
    /// Version of the agent.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// Its BGP identifier.
    pub router_id: Ipv4Addr,
    /// Its AS.
    pub local_as: u32,
    /// Its region, if regions are configured.
    pub region: Option<String>,
    /// When it started.
    pub started_at: Timestamp,
    /// Its neighbours, in order of name.
    pub neighbors: Vec<Neighbor>,
    /// Its services, in order of name.
    pub services: Vec<Service>,
    /// The HAProxies it asks, in order of name.
    pub haproxy: Vec<Haproxy>,
    /// What of it survives a restart.
    pub persistence: Persistence,
    /// Which reading of its file holds.
    #[serde(default)]
    pub configuration: Configuration,
    /// How many lines of its log could not be written since it started.
    #[serde(default)]
    pub log_lines_lost: u64,
}

/// The hooks of all services, counted by who runs them.
pub type HooksRun = BTreeMap<ServiceName, HookRuns>;

/// How far the words of operators have been written to the state directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Saved {
    /// The version of the words that are safe; each change counts one up.
    pub version: u64,
    /// Why the last attempt failed, or why there is none.
    pub fault: Option<Reason>,
}

/// Whether orders and history survive a restart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Persistence {
    /// The state directory.
    pub directory: PathBuf,
    /// Why nothing can be kept there, if that is so.
    pub fault: Option<String>,
}

/// The configuration of a [`Snapshot`], as it was taken over last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Configuration {
    /// When: at the start, or by the last reload that was not refused.
    pub taken_over_at: Timestamp,
    /// When a later reload was refused, if the last one was.
    pub refused_at: Option<Timestamp>,
    /// Why, and the way out.
    pub refused: Option<String>,
}

/// A neighbour in a [`Snapshot`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Neighbor {
    /// Its name in the configuration.
    pub name: String,
    /// Its address.
    pub address: IpAddr,
    /// Its AS.
    pub peer_as: u32,
    /// `idle`, `connect`, `active`, `open-sent`, `open-confirm` or `established`.
    pub state: String,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// Negotiated hold time in seconds, while established.
    pub hold_time_s: Option<u16>,
    /// The neighbour's capabilities by name, while established.
    pub capabilities: Vec<String>,
    /// How many routes it has from us.
    pub advertised: usize,
    /// How many routes we keep of it.
    pub received: usize,
    /// How often an established session was lost since the agent started.
    pub flaps: u64,
    /// How many attempts and connections did not become a session since the agent started.
    #[serde(default)]
    pub failures: u64,
    /// What went wrong last, in words.
    pub last_error: Option<String>,
    /// Our address on the session, while established.
    pub local_address: Option<IpAddr>,
    /// Announcements that were not kept because of `max-received`, since the agent started; a route
    /// that is said again counts again.
    pub not_kept: u64,
    /// UPDATEs since the agent started whose attributes are malformed (RFC 7606) or cannot be true on
    /// this session (RFC 4271 §6.3).
    pub malformed: u64,
    /// The last of them.
    pub last_malformed: Option<MalformedUpdate>,
    /// Free text from the configuration.
    pub description: Option<String>,
    /// What BFD says of the path, if it is asked.
    pub bfd: Option<Bfd>,
    /// Configured but held down (`shutdown = true`).
    #[serde(default)]
    pub shutdown: bool,
    /// Its messages since the agent started.
    #[serde(default)]
    pub messages: Messages,
    /// How long it took from the samples to the UPDATEs that followed from them.
    #[serde(default)]
    pub reaction: Timing,
    /// The NOTIFICATION that ended a connection last.
    #[serde(default)]
    pub last_notification: Option<LastNotification>,
}

/// A NOTIFICATION (RFC 4271 §4.5) in a [`Snapshot`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastNotification {
    /// `sent` or `received`.
    pub direction: String,
    /// Error code.
    pub code: u8,
    /// Error subcode, 0 when there is none.
    pub subcode: u8,
    /// The same in words.
    pub because: String,
}

/// The BFD session of a [`Neighbor`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Bfd {
    /// `admin-down`, `down`, `init` or `up`.
    pub state: String,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// Whether routers may be between (RFC 5883).
    pub multihop: bool,
    /// The negotiated time between our packets, before jitter.
    pub interval_ms: u64,
    /// How long the neighbour may be silent; unknown until it has been heard.
    pub detect_ms: Option<u64>,
    /// Why our side left its last state, in the words of RFC 5880, if something went wrong.
    pub diag: Option<String>,
    /// How often it called the path dead since the agent started.
    pub failures: u64,
    /// Packets to the neighbour since the agent started.
    pub sent: u64,
    /// Packets of the neighbour that counted.
    pub received: u64,
    /// Packets of the neighbour that were malformed or meant for another session.
    pub discarded: u64,
}

/// An UPDATE with malformed attributes in a [`Snapshot`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MalformedUpdate {
    /// What is wrong with it and what became of it.
    pub because: String,
    /// The message from its first octet on, in hexadecimal, at most 512 octets of it.
    pub hex: String,
}

/// A HAProxy in a [`Snapshot`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Haproxy {
    /// Its name in the configuration.
    pub name: String,
    /// Where it is asked.
    pub address: String,
    /// The process that answered last; the stats page does not tell.
    pub worker: Option<u32>,
    /// How often it was asked since the agent started.
    pub polls: u64,
    /// When it answered last.
    pub last_answer_at: Option<Timestamp>,
    /// Why it did not answer the last time, if it did not.
    pub fault: Option<String>,
    /// Its event streams: `event-socket`, `event-ring`.
    pub streams: Vec<EventStream>,
}

/// An event stream of a [`Haproxy`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct EventStream {
    /// The key that asks for it: `event-socket` or `event-ring`.
    pub kind: String,
    /// Its path, address or name.
    pub place: String,
    /// `waiting`, `listening`, `live`, or while changes are seen by polling alone: `silent`,
    /// `flooded`, `lost`.
    pub state: String,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// What is wrong and the way out, when something is.
    pub because: Option<String>,
    /// Lines that were a reason to ask HAProxy, since the agent started.
    pub events: u64,
    /// Lines that were none, such as requests.
    pub other_lines: u64,
    /// When the last event came.
    pub last_event_at: Option<Timestamp>,
}

/// A service in a [`Snapshot`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Service {
    /// Its name in the configuration.
    pub name: String,
    /// `pending`, `up`, `degraded`, `down`, `standby`, `draining`, `drained`, `withdrawn` or `disabled`.
    pub state: String,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// Why.
    pub because: String,
    /// Its capacity, 0 to 100.
    pub capacity_percent: u8,
    /// What its checks say, whatever the state.
    pub health: Health,
    /// The penalty of its falls, if it is damped at all.
    pub damping: Option<Damping>,
    /// The word that outranks health, if one stands.
    pub r#override: Option<Override>,
    /// Its checks, in order of name.
    pub checks: Vec<Check>,
    /// Its routes, in order of prefix.
    pub routes: Vec<Route>,
    /// The neighbours that its routes are for, in order of name.
    #[serde(default)]
    pub neighbors: Vec<String>,
    /// How often it has come into each state since it is configured.
    #[serde(default)]
    pub transitions: BTreeMap<String, u64>,
    /// Its hooks that were run, if it has any.
    #[serde(default)]
    pub hooks: Option<HookRuns>,
}

/// Flap damping (RFC 2439) of a [`Service`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Damping {
    /// The penalty now: each fall adds 1000, and half of it decays in a half-life.
    pub penalty: u32,
    /// Whether it keeps the service from being announced.
    pub suppressed: bool,
    /// While suppressed: the seconds until it may be announced again, if it does not fall again.
    pub reuse_in_s: Option<u64>,
}

/// What the checks of a [`Service`] say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Health {
    /// `pending`, `healthy` or `unhealthy`.
    pub verdict: String,
    /// Why.
    pub because: String,
}

/// A word that outranks the health of a [`Service`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Override {
    /// `drain`, `withdraw` or `announce`.
    pub word: String,
    /// Whose word it is: `operator`, `maintenance` or `stop`.
    pub owner: String,
    /// Who gave it: `root, uid 0, pid 4711`.
    pub by: String,
    /// Why.
    pub because: String,
    /// When it was given.
    pub since: Timestamp,
    /// When a drain under way is over, or an announcement ends; `null` holds until `resume`.
    pub until: Option<Timestamp>,
}

/// The sessions that HAProxy has for a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sessions {
    /// Their number; `null` when no check reads a HAProxy, and while there is a `fault`.
    pub sessions: Option<u64>,
    /// Why the number is not known, when a HAProxy that a check reads does not tell.
    #[serde(default)]
    pub fault: Option<String>,
    /// How long to wait for their end after a drain, in seconds.
    pub wait_sessions_s: u64,
}

/// A check in a [`Snapshot`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Check {
    /// Its name in the configuration.
    pub name: String,
    /// Its kind: `haproxy`.
    pub kind: String,
    /// `pending`, `healthy` or `unhealthy`.
    pub verdict: String,
    /// Why.
    pub because: String,
    /// When it was last sampled.
    pub last_sample_at: Option<Timestamp>,
    /// Whether the last sample proved nothing, so that the verdict is an old one.
    #[serde(default)]
    pub unknown: bool,
    /// Its samples since it is configured.
    #[serde(default)]
    pub samples: Samples,
    /// How long they took.
    #[serde(default)]
    pub duration: Timing,
}

/// A route in a [`Snapshot`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Route {
    /// The prefix.
    pub prefix: String,
    /// Whether at least one neighbour is told.
    pub announced: bool,
    /// Whether its address is bound by herald's doing or before; also true for prefixes that
    /// herald is not asked to bind.
    pub bound: bool,
    /// The AS path as the first of `neighbors` receives it; empty while not announced.
    pub as_path: Vec<u32>,
    /// Communities, plain and large.
    pub communities: Vec<String>,
    /// MULTI_EXIT_DISC.
    pub med: Option<u32>,
    /// Next hop on the first of `neighbors`.
    pub next_hop: Option<IpAddr>,
    /// Neighbours that have the route now.
    pub neighbors: Vec<String>,
    /// What each of them was sent.
    #[serde(default)]
    pub sent: Vec<NeighborRoute>,
    /// Neighbours whose session is up and cannot carry it. One whose `families` leave its family
    /// out is among them only when those of all do.
    #[serde(default)]
    pub withheld: Vec<Withheld>,
    /// Why it is not announced though the service asks for it, if that is so.
    pub fault: Option<String>,
}

/// A route that a neighbour is not sent although its session is up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Withheld {
    /// The neighbour.
    pub neighbor: String,
    /// The prefix.
    pub prefix: String,
    /// Why, and the way out if there is one on our side.
    pub because: String,
}

/// A route of one neighbour, sent or received.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NeighborRoute {
    /// The neighbour.
    pub neighbor: String,
    /// The prefix.
    pub prefix: String,
    /// The AS path as it was sent or received, leftmost first; long ones are cut.
    pub as_path: Vec<u32>,
    /// Its next hop.
    pub next_hop: Option<IpAddr>,
    /// MULTI_EXIT_DISC.
    pub med: Option<u32>,
    /// Communities, plain and large; long lists are cut.
    pub communities: Vec<String>,
}
