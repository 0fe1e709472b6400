//! F5: what the cloud knows about this machine: its region, and maintenance announced for its host.
//!
//! ```text
//! start: region ── one question ──▶ name of a [region.*]
//! watch: every poll-interval ──▶ notices that name this machine ── lead before the first ──▶ Notice ──▶ decider
//! ```
//!
//! Both ask the instance metadata service on its link-local address, never through a proxy. A
//! service that does not answer changes nothing: the start says what was tried, and the watch keeps
//! what it last knew and says so once.

mod aws;
mod azure;
mod client;
mod gcp;
mod notice;
mod region;
mod watch;

pub use region::{UnknownRegion, region};
pub use watch::watch;

#[cfg(test)]
mod tests;
