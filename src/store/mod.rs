//! F5: the state directory: the words of operators and the history, over restarts.
//!
//! ```text
//! overrides ─watch▶ ┐                ┌▶ overrides.json   at once
//! history ──watch─▶ ┴ keeper ─thread─┴▶ history.json     at most once a second
//!                        └─Saved▶ status, answers to commands
//! ```
//!
//! A file is written beside its place, synced and renamed, so that a crash leaves the old one or the
//! new one. The disk is waited for on a thread of its own: a slow one delays nothing but itself.
//! What cannot be read is set aside and said, and never keeps the agent from starting. The keeper
//! ends when the decider has, after a last write.

mod file;
mod keeper;
mod load;

pub use keeper::keep;
pub use load::{Kept, load};

use std::collections::BTreeMap;

use crate::status::Override;

/// The words of operators by service, with a number that each change counts up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    /// Counts the changes since the start.
    pub version: u64,
    /// The words.
    pub words: BTreeMap<String, Override>,
}

const OVERRIDES: &str = "overrides.json";
const HISTORY: &str = "history.json";

#[cfg(test)]
mod tests;
