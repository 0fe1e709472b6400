//! herald announces anycast addresses by BGP while the HAProxy backends behind them are healthy, and
//! withdraws them the moment they are not.
//!
//! ```text
//! config ─▶ probe ─Sample▶ health ─Verdict▶ policy ─Route▶ rib ─Delta▶ session ─Message▶ wire ─▶ peer ─▶ TCP
//!                          └───────── engine owns these ────────┘
//!                                           policy ─wanted▶ engine/rollout ─steps▶ addr ─▶ netlink (lo)
//! every part ─▶ status::Snapshot ─▶ control (unix socket) · web (HTTP) · cli        operator ─▶ control ─▶ engine
//! ```
//!
//! Values flow to the right; imports run down. A module imports only modules of lower floors, and
//! `tests/architecture.rs` checks it.
//!
//! | floor | module | one line |
//! |---|---|---|
//! | F0 | [`base`] | words of the domain: prefix, ASN, community, names, reasons, timer table, seeded back-off |
//! | F1 | [`wire`] | octets ⇄ messages (RFC 4271 and the attributes and capabilities herald speaks) |
//! | F1 | [`health`] | samples → verdict: rise and fall, rule, hold-up, damping, capacity, unknown; pure |
//! | F1 | [`rib`] | tables of wanted, sent and received routes; table × table → delta by attribute set |
//! | F2 | [`policy`] | verdict + region + state table + operator's word → announce (attributes) or withdraw |
//! | F2 | [`session`] | the BGP state machine of one neighbour, without IO |
//! | F2 | [`bfd`] | packet and state machine of BFD (RFC 5880) towards one neighbour, without IO |
//! | F3 | [`engine`] | the one decider: owns health, policy, routes; `rollout` orders address and route; pure |
//! | F4 | [`clock`] | the one place that reads the time |
//! | F4 | [`config`] | the TOML file → types that cannot be wrong, or every fault with its place |
//! | F4 | [`aside`] | questions that may hang, such as those to a file system, each on another thread |
//! | F4 | [`client`] | how herald asks over HTTP and TLS: no proxy, no redirect, nothing reused; names of hosts |
//! | F4 | [`privileges`] | the capabilities that herald keeps, and how long |
//! | F4 | [`process`] | other processes: commands in a group of their own, bounded; a process held by pidfd |
//! | F4 | [`server`] | how herald answers over HTTP: connections, time and octets are bounded |
//! | F4 | [`socket_path`] | the path of a unix socket: taken from nobody, given back at the end |
//! | F4 | [`status`] | the snapshot shown on the socket, over HTTP and on the command line; one truth |
//! | F5 | [`probe`] | asks the world how it is: HAProxy's `show stat` and its events, and the other kinds of checks |
//! | F5 | [`peer`] | TCP for a session: dial, listen, socket options, the driver loop |
//! | F5 | [`bfd_udp`] | UDP for BFD: sockets, and the loop that drives every session |
//! | F5 | [`addr`] | loopback addresses by netlink: present × wanted → steps |
//! | F5 | [`cloud`] | the cloud's instance metadata: region, and announced maintenance |
//! | F5 | [`control`] | the unix-socket API and its client |
//! | F5 | [`store`] | the state directory: operators' words and history survive a restart |
//! | F5 | [`hook`] | commands that run after a service has changed, in order, beside everything else |
//! | F5 | [`service_manager`] | systemd: ready, status, reload, stop, and the watchdog |
//! | F5 | [`web`] | the read-only HTTP API, and the page for people |
//! | F5 | [`convert`] | configurations of ExaBGP, anycast_healthchecker and keepalived → a file for herald, and what of them it does not hold |
//! | F6 | [`daemon`] | wiring only: tasks, channels and their depths, signals, shutdown |
//! | F7 | [`cli`] | arguments, one file per subcommand, exit codes |
//!
//! Floors F0 to F3 hold no socket, task, file, lock, clock or random source: time comes in as an
//! argument, randomness as a seed. Every machine in the house has the same three verbs: `handle`
//! takes what happened, `poll_output` gives what to do until it is drained, `poll_timeout` says when
//! to call again and why.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "a virtual clock starts somewhere"))]

pub mod addr;
pub mod aside;
pub mod base;
pub mod bfd;
pub mod bfd_udp;
pub mod cli;
pub mod client;
pub mod clock;
pub mod cloud;
pub mod config;
pub mod control;
pub mod convert;
pub mod daemon;
pub mod engine;
pub mod health;
pub mod hook;
pub mod peer;
pub mod policy;
pub mod privileges;
pub mod probe;
pub mod process;
pub mod rib;
pub mod server;
pub mod service_manager;
pub mod session;
pub mod socket_path;
pub mod status;
pub mod store;
pub mod web;
pub mod wire;
