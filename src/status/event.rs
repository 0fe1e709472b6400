use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that an operator would want to know of later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Counts from 1 and never goes back, also over restarts, as long as the state directory lives.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub what: Happening,
}

/// What an [`Event`] tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Happening {
    /// The agent has started, or was told to stop.
    Agent {
        /// `started` or `stopping`.
        to: String,
        /// Why.
        because: String,
    },
    /// A service has changed state.
    Service {
        /// Its name.
        service: String,
        /// Before.
        from: String,
        /// After.
        to: String,
        /// Why.
        because: String,
    },
    /// A session has come up or was lost.
    Neighbor {
        /// The name of the neighbour.
        neighbor: String,
        /// Before.
        from: String,
        /// After.
        to: String,
        /// Why.
        because: String,
    },
    /// BFD has seen the path to a neighbour come up or die.
    Bfd {
        /// The name of the neighbour.
        neighbor: String,
        /// Before.
        from: String,
        /// After.
        to: String,
        /// Why.
        because: String,
    },
    /// The agent has read its file again.
    Reload {
        /// `applied` or `refused`.
        to: String,
        /// Who asked: `root, uid 0, pid 4711`, or `SIGHUP`.
        by: String,
        /// What has changed, or why nothing has.
        because: String,
    },
    /// Somebody has given a word about a service, or about all.
    Command {
        /// The service; `null` for all.
        service: Option<String>,
        /// `drain`, `withdraw`, `announce` or `resume`.
        word: String,
        /// Who: `root, uid 0, pid 4711`.
        by: String,
        /// Why.
        because: String,
    },
}

impl Event {
    /// Whether it is about this service.
    pub fn concerns(&self, name: &str) -> bool {
        match &self.what {
            Happening::Service { service, .. } => service == name,
            Happening::Command { service, .. } => service.as_ref().is_none_or(|one| one == name),
            Happening::Agent { .. }
            | Happening::Neighbor { .. }
            | Happening::Bfd { .. }
            | Happening::Reload { .. } => false,
        }
    }
}

/// One line for people, without the time: `service web: up → draining: drain ordered by root`.
impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent { to, because } => write!(f, "agent {to}: {because}"),
            Self::Service { service, from, to, because } => {
                write!(f, "service {service}: {from} → {to}: {because}")
            }
            Self::Neighbor { neighbor, from, to, because } => {
                write!(f, "neighbour {neighbor}: {from} → {to}: {because}")
            }
            Self::Bfd { neighbor, from, to, because } => {
                write!(f, "BFD to {neighbor}: {from} → {to}: {because}")
            }
            Self::Reload { to, by, because } => write!(f, "reload {to}: {because} ({by})"),
            Self::Command { service, word: _, by, because } => match service {
                Some(service) => write!(f, "service {service}: {because} ({by})"),
                None => write!(f, "all services: {because} ({by})"),
            },
        }
    }
}
