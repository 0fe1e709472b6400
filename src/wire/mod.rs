//! F1: octets ⇄ messages of BGP-4.
//!
//! ```text
//! octets ─ frame_length ▶ one frame ─ Message::decode ▶ Open · Update · Notification · Keepalive · RouteRefresh
//!                                     Message::encode ◀ pack_announcements, pack_withdrawals
//! ```
//!
//! Nothing a peer sends makes this module panic, loop, or take more memory than a small multiple of
//! the message. What is wrong with a message comes out in one of two ways: an [`Error`] ends the
//! session with the NOTIFICATION it names; an [`AttributeFault`] leaves the session up and says what
//! happens to the routes instead ([`Treatment`], RFC 7606).
//!
//! RFCs served here: 1997, 2918, 4271, 4360, 4486, 4724 (End-of-RIB), 4760, 5492, 6608, 6793, 7313,
//! 7606, 7607, 8092, 8538, 8654, 8950, 9003, 9072, 9234, 9384, 9687, 9774. Absent on purpose: other
//! families than IPv4 and IPv6 unicast (their octets are kept), path identifiers (RFC 7911), and
//! everything that only internal neighbours may say (LOCAL_PREF, route reflection).

#![forbid(unsafe_code)]

mod as_path;
mod attributes;
mod capability;
pub mod codes;
mod cursor;
mod error;
mod fault;
mod message;
mod mp;
mod nlri;
mod notification;
mod open;
mod pack;
mod refresh;
mod update;

pub use as_path::{AsPath, Segment};
pub use attributes::{Aggregator, Origin, PathAttributes, UnknownAttribute};
pub use capability::{
    AddPathFamily, Capability, ExtendedNextHopFamily, GracefulFamily, GracefulRestart, Role,
};
pub use error::Error;
pub use fault::{AttributeFault, Treatment};
pub use message::{Context, HEADER_LENGTH, Message, MessageKind, frame_length};
pub use mp::{MpNextHop, MpReach, MpUnreach};
pub use notification::Notification;
pub use open::Open;
pub use pack::{pack_announcements, pack_withdrawals};
pub use refresh::RouteRefresh;
pub use update::Update;

#[cfg(test)]
mod tests;
