use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Event, NeighborRoute, Service, Withheld};

/// Everything that makes a service's routes what they are, from the checks to what each neighbour
/// was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Explanation {
    /// The service as in the snapshot: checks, verdict, override, state, routes.
    pub service: Service,
    /// How its checks combine, in words.
    pub rule: String,
    /// The table that its state reads: `up`, `down`, `drain`; `null` when the state has none.
    pub table: Option<Layer>,
    /// What the region adds; `null` when there is none.
    pub region: Option<Layer>,
    /// Its neighbours, in order of name.
    pub neighbors: Vec<Recipient>,
    /// Its last events, oldest first.
    pub events: Vec<Event>,
}

/// What one part of the configuration adds to a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Layer {
    /// The table of the configuration: `service.web.drain`, `region.northeurope`, `neighbor.rs-0`.
    pub name: String,
    /// Whether it lets the service be announced; only state tables say no.
    pub announce: bool,
    /// Extra copies of the local AS.
    pub prepend: u8,
    /// MULTI_EXIT_DISC.
    pub med: Option<u32>,
    /// Communities, plain and large.
    pub communities: Vec<String>,
    /// Next hops in place of the session's local address, at most one of each family.
    #[serde(default)]
    pub next_hop: Vec<IpAddr>,
}

/// A neighbour that gets the routes of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Recipient {
    /// What it adds, under its name.
    pub layer: Layer,
    /// Its name.
    pub name: String,
    /// The state of its session.
    pub state: String,
    /// Since when.
    pub since: Timestamp,
    /// What went wrong last, while there is no session.
    pub last_error: Option<String>,
    /// What it has from us of this service.
    pub sent: Vec<NeighborRoute>,
    /// What it is not sent of this service although its session is up.
    #[serde(default)]
    pub withheld: Vec<Withheld>,
}
