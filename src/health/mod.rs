//! F1: from samples to a verdict. Pure: time comes in as an argument.
//!
//! ```text
//! Sample ─▶ check (rise, fall, unknown-for) ─▶ rule (all, any, at-least) ─▶ hold-up ─▶ Verdict
//! ```

mod check;
mod sample;
mod service;

pub use check::CheckVerdict;
pub use sample::{CheckParams, Observation, Outcome, Params, Rule, Sample};
pub use service::{CheckView, Health, Timer, Verdict, VerdictKind};

#[cfg(test)]
mod tests;
