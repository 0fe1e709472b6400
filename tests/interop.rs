//! herald against FRR, GoBGP, BIRD 2 and ExaBGP, each in network namespaces of its own.
//!
//! | file | claims |
//! |---|---|
//! | `failover.rs` | announced while HAProxy's backend is healthy, withdrawn when it is not |
//! | `routes.rs` | what the other side's own tables say: paths, communities, both families, a thousand |
//! | `sessions.rs` | how sessions begin and end: dialling either way, collision, SIGTERM, kill -9 |
//! | `graceful_restart.rs` | kill -9 with and without `graceful-restart`: what is kept, until when |
//! | `haproxy.rs` | HAProxy coming, going and reloading, and the loopback that goes with it |
//! | `collisions.rs` | two connections at once, staged step by step |
//! | `sites.rs` | one active site at a time: standby and last resort |
//! | `agreements.rs` | what both sides must agree on first: roles, IPv4 over IPv6 |
//! | `bad_peers.rs` | a scripted speaker that breaks the rules |
//! | `readers.rs` | the tests' own eyes: what a scripted speaker announces is what they report of each daemon |

#[macro_use]
#[path = "interop/every_daemon.rs"]
mod every_daemon;
#[path = "interop/agreements.rs"]
mod agreements;
#[path = "interop/bad_peers.rs"]
mod bad_peers;
#[path = "interop/collisions.rs"]
mod collisions;
#[path = "interop/failover.rs"]
mod failover;
#[path = "interop/graceful_restart.rs"]
mod graceful_restart;
#[path = "interop/haproxy.rs"]
mod haproxy;
#[path = "interop/readers.rs"]
mod readers;
#[path = "interop/routes.rs"]
mod routes;
#[path = "interop/sessions.rs"]
mod sessions;
#[path = "interop/sites.rs"]
mod sites;
mod support;
