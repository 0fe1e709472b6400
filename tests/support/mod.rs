//! What the tests with real daemons share: network namespaces, child processes, and one small file
//! per daemon.
//!
//! ```text
//!   Net ── namespace `herald` ──eth0── 10.9.0.0/24, fd00:9::/64 ──eth0── namespace `peer`
//!              HAProxy, its web servers, herald                       FRR, GoBGP, BIRD or ExaBGP
//! ```
//!
//! Everything that a test starts lives in its own namespaces and its own temporary directory and
//! ends with the values that hold it, whether the test passes or panics. What an aborted run left
//! behind is removed by the next one.
#![allow(dead_code, reason = "each test binary uses its own part of this library")]

pub(crate) mod bird;
pub(crate) mod config;
pub(crate) mod count;
pub(crate) mod exabgp;
pub(crate) mod frr;
pub(crate) mod gobgp;
pub(crate) mod golden;
pub(crate) mod haproxy;
pub(crate) mod herald;
pub(crate) mod netns;
pub(crate) mod peer;
pub(crate) mod process;
pub(crate) mod scene;
pub(crate) mod speaker;
pub(crate) mod wait;
pub(crate) mod web;
