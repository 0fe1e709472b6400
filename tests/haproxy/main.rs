//! The probe against the real HAProxy of this machine: every way in which it can mislead.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "the helpers of a test fail as the test itself does, and show what HAProxy said"
)]

mod access;
mod agent;
mod events;
mod lab;
mod reload;
mod servers;
mod storm;
#[path = "../support/mod.rs"]
mod support;
mod watch;
