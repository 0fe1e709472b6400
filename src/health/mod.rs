//! F1: from samples to a verdict. Pure: time comes in as an argument.

mod sample;

pub use sample::{CheckParams, Observation, Outcome, Params, Rule, Sample};
