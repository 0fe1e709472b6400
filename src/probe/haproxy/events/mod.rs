//! How HAProxy tells of a change when it happens.
//!
//! ```text
//! log line ─▶ LogSocket (datagrams) ─┐
//!                                    ├─▶ Line (change, unheard of, traffic) ─▶ Delivery ─▶ Pace: ask
//! log line ─▶ ring ─▶ Tail (CLI) ────┘                                         └─▶ status
//! ```
//!
//! A line is a reason to look, never the truth: nothing in it is believed, and a line that is lost
//! costs the time until the next regular question. [`Delivery`] keeps the books: whether lines come at
//! all, or so many that they are no help.

mod delivery;
mod line;
mod log_socket;
mod tail;
mod transcript;
mod witness;

pub(super) use delivery::Delivery;
pub(super) use line::Line;
pub(super) use log_socket::LogSocket;
pub(super) use tail::{News, Tail};
pub(super) use transcript::Heard;
#[cfg(test)]
pub(super) use transcript::{Refusal, Transcript};
pub(super) use witness::Witness;

pub use log_socket::{BindError, EventSockets};
