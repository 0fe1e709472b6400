//! The TCP side of a session, against real daemons and scripted speakers in network namespaces.
//!
//! | file | claims |
//! |---|---|
//! | `passwords.rs` | TCP-MD5 with every daemon, both ways; what a wrong or missing signature meets |
//! | `authentication_option.rs` | TCP-AO: a session where the kernel has it, a clear fault where not |
//! | `password_files.rs` | what is said of a file that holds no usable password |
//! | `ttl.rs` | TTL security with those that have it, `multihop`, both as seen on the wire |
//! | `resets.rs` | a forged reset by somebody who sees the session, with and without protection |
//! | `listener.rs` | both families on one socket, neighbours behind one address, strangers |
//! | `link_local.rs` | sessions between link-local addresses, and the interface they need |
//! | `dialling.rs` | source address and device, a neighbour that refuses, one that is never dialled |
//! | `stalls.rs` | a moment without CPU: what waits in the socket is heard first |
//! | `last_words.rs` | the Cease reaches a neighbour that still sends; who is asked by TCP |
//! | `unacknowledged.rs` | the end of a session whose segments nobody acknowledges |

#[macro_use]
#[path = "../interop/every_daemon.rs"]
mod every_daemon;
mod authentication_option;
mod dialling;
mod last_words;
mod link_local;
mod listener;
mod password_files;
mod passwords;
mod resets;
mod sniffer;
mod stalls;
#[path = "../support/mod.rs"]
mod support;
mod ttl;
mod unacknowledged;
