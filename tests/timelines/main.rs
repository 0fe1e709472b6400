//! Timelines: what happens to a service over time, and what herald makes of it, over the real
//! configuration reader and the real engine on a virtual clock.
//!
//! Each `*.timeline` file holds the tables of a service, a line `---`, and a story:
//!
//! ```text
//! at 0.0  check backend pass
//! at 0.0  expect announce 192.0.2.10/32 path 65010
//! at 9.0  check backend fail because "0 of 2 servers up"
//! at 9.0  expect down because "0 of 2 servers up"
//! at 9.0  expect withdraw 192.0.2.10/32
//! ```
//!
//! A timeline must name every route change, at its very time; `script` says what else may stand in
//! one. `random` runs sequences that nobody wrote and compares them with `model`, which computes the
//! same from the whole history instead of from counters and timers.

mod model;
mod random;
mod script;
mod scripts;
mod sites;
mod stage;
