//! herald and its world in one process, on a clock that jumps.
//!
//! ```text
//! seed ─▶ Plan (scenery, faults) ─▶ World ─ step, step, … ─▶ Run (violation, figures)
//!                                     │
//!   truth ─looks▶ Engine ─plans▶ Session ═ octets over links that lose, delay, break ═ Session ─▶ table
//!                    └─addresses▶ Ledger ─steps▶ Kernel                    (and BFD beside it)
//! ```
//!
//! Everything that decides is the product itself: engine, health, policy, rib, both ends of every
//! session, BFD, and the ledger of the address keeper. What is made up is what lies between: channels
//! with a delay, TCP, the kernel's addresses, HAProxy, operators. The same seed gives the same run.
//!
//! `rules` says what must hold after every step, and knows nothing of how herald does it. A mutant is
//! a fault in what lies between, made so that one rule must object: it shows that the rule can.

mod addresses;
mod agenda;
mod agent;
mod checks;
mod dice;
mod ends;
mod expectation;
mod expected;
mod fault;
mod looks;
mod mutant;
mod network;
mod plan;
mod rules;
mod scenery;
mod shrink;
mod stream;
mod trouble;
mod turns;
mod words;
mod world;

#[allow(unused_imports, reason = "whoever writes a story by hand")]
pub(crate) use fault::{Change, Fault, Seen};
pub(crate) use mutant::Mutant;
pub(crate) use plan::Plan;
pub(crate) use shrink::shrink;
#[allow(unused_imports, reason = "whoever tells a run by hand")]
pub(crate) use world::{Figures, Run, run};
