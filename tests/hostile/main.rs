//! herald against a peer that means it no good, over real sockets. Needs root: every test has
//! network namespaces of its own.
//!
//! | file | claims |
//! |---|---|
//! | `errors.rs` | which octets are answered by which NOTIFICATION, and how `status` puts it |
//! | `grid.rs` | every message type in OpenSent, OpenConfirm and Established |
//! | `attributes.rs` | every malformed attribute of RFC 7606 keeps the session and is counted |
//! | `fragments.rs` | octets in any portion mean the same |
//! | `floods.rs` | many messages, many connections |
//! | `silence.rs` | peers that connect and say nothing, or never read |
//! | `million.rs` | a million routes |
//! | `believed.rs` | what a neighbour shows is shown, and changes nothing of this machine |
//! | `mutations.rs` | damaged messages: a million through the codec, twenty thousand over sessions |
//!
//! Each test ends with the same question: does the process live, answer `status` within a second,
//! hold no more memory and descriptors than it may, and has the well-behaved neighbour beside the
//! hostile ones never lost its session ([`field::Field::stands`])?

extern crate herald;

mod attributes;
mod believed;
mod errors;
mod field;
mod floods;
mod fragments;
#[path = "../../src/wire/tests/generate.rs"]
mod generate;
mod grid;
mod million;
mod mutations;
mod octets;
mod silence;
mod steady;
#[path = "../support/mod.rs"]
mod support;
