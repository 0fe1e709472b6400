use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{Damping, Ladder};
use crate::base::{CheckName, Percent, Reason, ServiceName};

/// What one look at the world showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It works, with this share of its capacity.
    Healthy {
        /// Usable part of what is configured, in percent.
        capacity: Percent,
    },
    /// It does not work. Counts towards `fall`.
    Unhealthy,
    /// What was asked no longer exists (HAProxy has died): unhealthy at once, whatever `fall` says.
    Gone,
    /// Nothing was proven either way: the last verdict stands, for at most `unknown-for`.
    Unknown,
}

/// An outcome and the words for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// What was seen.
    pub outcome: Outcome,
    /// Why, for the operator: `http_back: 0 of 2 servers up (backend01: L4CON connection refused)`.
    pub because: Reason,
}

/// A sample, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckSample {
    /// The service the check belongs to.
    pub service: ServiceName,
    /// The check that was made.
    pub check: CheckName,
    /// What it showed.
    pub sample: Sample,
}

/// What one look has shown, on its way from a probe to the engine. What was seen at once is decided
/// at once: in between, a service would stand in a state that nobody has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Of one check, or of all checks that are read from one answer of HAProxy; those of a service
    /// stand together.
    pub samples: Vec<CheckSample>,
    /// When the answer was complete; reaction times count from here.
    pub at: Instant,
    /// How long it took to get it.
    pub took: Duration,
}

/// How many equal samples in a row change a check's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckParams {
    /// Healthy samples to become healthy, at least 1.
    pub rise: u32,
    /// Unhealthy samples to become unhealthy, at least 1.
    pub fall: u32,
}

/// How checks make up a service's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Every check is healthy.
    All,
    /// At least one check is healthy.
    Any,
    /// At least this many checks are healthy, 1 to the number of checks.
    AtLeast(usize),
}

/// The health configuration of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    /// How its checks combine.
    pub rule: Rule,
    /// How long it must be healthy before it is announced again after a fall.
    pub hold_up: Duration,
    /// How long an unknown verdict may hold the last one before it counts as down.
    pub unknown_for: Duration,
    /// How falls in quick succession delay its return; `None` does not delay it.
    pub damping: Option<Damping>,
    /// When it counts as degraded; `None` for never.
    pub ladder: Option<Ladder>,
    /// Its checks; a service without any is always healthy.
    pub checks: BTreeMap<CheckName, CheckParams>,
}
