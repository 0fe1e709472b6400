//! F5: UDP for BFD, on one link (RFC 5881) and across routers (RFC 5883), and the loop that drives
//! every session.
//!
//! ```text
//! 0.0.0.0:3784, [::]:3784 (TTL 255 only) ─┐  by source address   ┌ Session ─▶ socket of its own, TTL 255
//! 0.0.0.0:4784, [::]:4784 ────────────────┴▶ one task ───────────┤ …
//!                                                                └ Report ─watch▶ peer, status
//! ```
//!
//! One task owns all sessions: a packet costs microseconds and sending never waits, so none holds up
//! another. A packet belongs to the neighbour it comes from, and its session checks that it is the
//! one meant; of neighbours that share an address, it names one. Who is no neighbour is dropped after
//! one look-up. The receiving sockets are bound to no
//! device; in a VRF they need `net.ipv4.udp_l3mdev_accept = 1`.
//!
//! The task ends when it is told to stop and has told the neighbours that BFD is held down. It is
//! safe to drop at any await: the neighbours then notice the silence.

mod driver;
mod receivers;
mod sender;
mod socket;

pub use driver::{Command, Path, run};
pub use receivers::{BindError, Bound, Receivers};

/// Where control packets go: RFC 5881 §4, RFC 5883 §5.
fn port(multihop: bool) -> u16 {
    if multihop { 4784 } else { 3784 }
}
