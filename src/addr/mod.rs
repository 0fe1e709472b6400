//! F5: anycast addresses on the loopback, by rtnetlink: what is present × what is wanted → steps.
//!
//! ```text
//! watch(wanted) ─┐                     ┌▶ steps::plan ─▶ Add · Replace · Remove ─▶ netlink
//! kernel events ─┼▶ ledger: one pass ──┤
//! retry, 30 s ───┘   (look, then act)  └▶ AddressReport (bound, faults), when it has changed
//! ```
//!
//! The [`Ledger`] decides and knows nothing of netlink; the keeper carries out what it says.
//!
//! A pass looks at everything anew, so a start, a change of the wanted set, an address that somebody
//! deletes, an interface that comes back and a lost event are one code path. An address is herald's
//! when it carries the mark [`MARK`] and was added or claimed by this run; nothing else is touched. A
//! second herald in the same network namespace claims nothing but what it wants itself.
//!
//! Requests and events travel on two netlink connections. The keeper ends when the sender of the
//! wanted set is dropped, between two passes; it leaves the addresses as they are. To be dropped in
//! the middle of a pass does no harm either: the next start claims what carries the mark.

mod check;
mod error;
mod keeper;
mod ledger;
mod message;
mod netlink;
mod ours;
mod patience;
mod presence;
mod present;
mod steps;
mod words;

pub use check::check;
pub use error::Error;
pub use keeper::keep;
pub use ledger::Ledger;
pub use message::Event;
pub use ours::MARK;
pub use present::{Found, Link, Place, Present};
pub use steps::Step;

#[cfg(test)]
mod tests;
