//! herald against FRR, GoBGP, BIRD 2 and ExaBGP, each in network namespaces of its own.
//!
//! | file | claims |
//! |---|---|
//! | `readers.rs` | the tests' own eyes: what a scripted speaker announces is what they report of each daemon |

#[macro_use]
#[path = "interop/every_daemon.rs"]
mod every_daemon;
#[path = "interop/readers.rs"]
mod readers;
mod support;
