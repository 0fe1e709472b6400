use std::time::Duration;

use super::pattern::Pattern;
use crate::base::{CheckName, ServiceName};
use crate::health::CheckParams;

/// `[service.X.check.NAME]` of any kind but `haproxy`, whose checks belong to an instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Its service.
    pub service: ServiceName,
    /// Its name.
    pub name: CheckName,
    /// What it looks at.
    pub kind: CheckKind,
    /// When it looks.
    pub cadence: Cadence,
}

/// When a check looks, and how long a look may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadence {
    /// From the beginning of one look to that of the next.
    pub interval: Duration,
    /// The same while a change is being confirmed; at most `interval`.
    pub fast_interval: Duration,
    /// After this, a look has failed.
    pub timeout: Duration,
    /// How many equal samples confirm a change.
    pub counts: CheckParams,
}

/// What a check looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckKind {
    /// `tcp`.
    Tcp(TcpCheck),
}

impl CheckKind {
    /// The word in the file and in status.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Tcp(_) => "tcp",
        }
    }
}

/// A `tcp` check.
#[derive(Debug, Clone, PartialEq)]
pub struct TcpCheck {
    /// Where to connect, `HOST:PORT`.
    pub address: String,
    /// What is sent first.
    pub send: Option<String>,
    /// What must be answered.
    pub expect: Option<Pattern>,
}
