//! Asks HAProxy: `show stat` over its socket, or the CSV of its stats page.
//!
//! ```text
//! events ─▶ Pace ─▶ Client ──Answer or Silence──▶ Judge ──Sample of each check──▶ Probe ──Observation──▶ engine
//! ```
//!
//! A [`Probe`] is one task per HAProxy instance. It asks at regular times, and at once when
//! its events tell of a change or HAProxy hangs up on us. It ends when the receiver of its
//! observations is gone; it can be dropped at any point, since a question leaves nothing behind but a
//! connection that closes with it. Every answer makes one observation with a sample of every check;
//! whoever receives it compares.

mod answer;
mod client;
mod columns;
mod dial;
mod events;
mod judge;
mod pace;
mod probe;
mod proof;
mod sessions;
mod silence;
mod stats;
mod verify;
mod watcher;

#[cfg(test)]
mod tests;

pub use events::{BindError, EventSockets};
pub use probe::Probe;
pub use sessions::sessions;
pub use verify::{ring_fault, verify};
