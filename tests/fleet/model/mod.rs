//! A fleet of herald agents and the route servers they speak to, in one process, on a clock that jumps.
//!
//! ```text
//! Story ─▶ servers die, come back; agents, route servers and networks go and return
//!             │
//! site:   truth ─look▶ Engine ─plan▶ Session ═ octets ═▶ Session ─▶ table     route servers of
//! site:   truth ─look▶ Engine ─plan▶ Session ═ octets ═▶ Session ─▶   │       the region, two
//!                                        ◀══ the best of the others ══╯ ◀─▶ those of other regions
//! ```
//!
//! Engine, health, policy, rib and both ends of every session are the product itself. Made up is what
//! lies between: HAProxy's checks, links with a delay, the choice of the best route, and the network
//! between the route servers. No site knows of another: what they have in common is what route servers
//! tell. The same settings give the same run.

#[path = "../../simulation/sim/agenda.rs"]
mod agenda;
mod agent;
#[allow(dead_code, reason = "the other simulation rolls more of them")]
#[path = "../../simulation/sim/dice.rs"]
mod dice;
mod ends;
mod judge;
mod lane;
mod run;
mod server;
mod settings;
mod site;
mod story;
#[allow(dead_code, reason = "the other simulation reads more of it")]
#[path = "../../simulation/sim/stream.rs"]
mod stream;
mod table;
mod tally;
mod world;

pub(crate) use settings::{Guard, Settings};
pub(crate) use story::Story;
pub(crate) use table::Table;
#[allow(unused_imports, reason = "the example plays whole tables, the tests single stories")]
pub(crate) use {
    run::{Run, run},
    settings::{BACKBONE, FARTHEST, INTER, WAKE},
    story::{flaps, outages},
};
