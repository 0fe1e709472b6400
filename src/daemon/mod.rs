//! F6: wiring only: which tasks there are, what flows between them, how they end.
//!
//! ```text
//! haproxy probe (one per instance) ─Observation▶ ┐                 ┌─watch Plan▶ peer (one per neighbour)
//! probe (one per other check) ─Observation▶ ─────┤                 │
//! address keeper ─AddressReport▶ ────────────────┤ decider (Engine)├─watch addresses▶ address keeper
//! peer ─Carried▶ ────────────────────────────────┤                 ├─Snapshot▶ control, web
//! signals ─Order▶ ───────────────────────────────┤                 ├─watch Words▶ store
//! control ─Request▶ ─────────────────────────────┘                 └─watch Changes▶ hooks
//!
//! decider, sessions, paths ─Happening▶ History ─watch▶ control, web, store, bulletin ─▶ service manager
//! ```
//!
//! State leaves the decider as a `watch` of the whole, so a slow receiver sees the newest and nothing
//! queues. What comes in comes by bounded channels; the decider waits for nobody, so they drain.
//!
//! The process ends when the decider has stopped in order, or at once when any task ends by itself
//! or panics: the kernel then closes the sessions, and the neighbours withdraw (at the end of the
//! restart time, where `graceful-restart` asks them to wait for the next start).

mod bulletin;
mod decider;
mod ends;
mod error;
mod explanation;
mod haproxy;
mod log;
mod neighbors;
mod picture;
mod recorder;
mod reload;
mod signals;
mod start;
mod supervisor;
mod tasks;
mod wiring;
mod words;
mod world;

pub use error::StartError;
pub use log::{Log, LogFormat};
pub use start::run;
