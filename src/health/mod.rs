//! F1: from samples to a verdict. Pure: time comes in as an argument.
//!
//! ```text
//! Sample ─▶ check (rise, fall, unknown-for) ─▶ rule (all, any, at-least) ─▶ hold-up ─▶ damping ─▶ ladder ─▶ Verdict
//!                                                          not healthy ──────────────────────────────────▲
//! ```
//!
//! What stands between the rule and the verdict only ever delays a return: bad news passes at once.

mod check;
mod damping;
mod hold_up;
mod ladder;
mod looks;
mod rule;
mod sample;
mod service;
mod verdict;

pub use check::CheckVerdict;
pub use damping::{Damping, Penalty};
pub use ladder::Ladder;
pub use looks::Looks;
pub use sample::{CheckParams, CheckSample, Observation, Outcome, Params, Rule, Sample};
pub use service::{CheckView, Health, Timer};
pub use verdict::{Verdict, VerdictKind};

#[cfg(test)]
mod tests;
