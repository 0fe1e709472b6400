//! F5: TCP for a session: dial, listen, socket options, and the loop that drives it.
//!
//! One task per neighbour owns its session and its sockets, so that one neighbour's slowness is
//! nobody else's. The task ends when it is told to stop and the session's last words are written;
//! it is safe to drop at any await: the kernel then closes the sockets and the neighbour withdraws.
//!
//! RFCs served here: 2385, 5082, 5482, 5925, 5926. Absent on purpose: dynamic neighbours, and with them keys for
//! prefixes.

mod callers;
mod complaints;
mod dial;
mod driver;
mod journal;
mod link;
mod listener;
mod signature;
mod socket;
mod sockopt;

pub use callers::Callers;
pub use driver::{Ends, Peer, TURN, run};
pub use listener::{ListenError, Listener};
pub use signature::{SignatureError, check_signatures};

#[cfg(test)]
mod tests;
