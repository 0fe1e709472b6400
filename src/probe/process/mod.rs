//! Whether a process lives.
//!
//! ```text
//! look ── a process is found, and held by its pidfd ──▶ healthy ── it ends ──▶ look at once
//!      └─ none is found ──▶ unhealthy; gone, when the one that was held has ended
//! ```
//!
//! What is held cannot be mistaken for another process that has got its number. What a file says can:
//! when the process that a file has led to has ended, its number is not believed again before the file
//! has been written anew.

mod search;

use std::future::pending;
use std::sync::Arc;

use crate::aside::Aside;
use crate::config::ProcessCheck;

use super::seen::Seen;
use search::{Found, Held};

/// Looks for a process, and is told of its end.
pub(super) struct Process {
    sought: ProcessCheck,
    subject: String,
    /// The last one that was found.
    held: Option<Arc<Held>>,
    /// Whether it was found by the last look.
    found: bool,
    aside: Aside,
}

impl Process {
    pub(super) fn new(sought: &ProcessCheck) -> Self {
        let subject = match sought {
            ProcessCheck::PidFile { path, name: _ } => path.display().to_string(),
            ProcessCheck::Name(name) => name.clone(),
        };
        let (sought, aside) = (sought.clone(), Aside::default());
        Self { sought, subject, held: None, found: false, aside }
    }

    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    pub(super) async fn look(&mut self) -> Seen {
        let had_found = std::mem::take(&mut self.found);
        let (sought, held) = (self.sought.clone(), self.held.clone());
        let found = self.aside.ask(move || search::find(&sought, held.as_ref())).await;
        match found.flatten() {
            Ok(Found::Alive(process)) => {
                let words = format!("process {} runs", process.id);
                (self.held, self.found) = (Some(process), true);
                Seen::healthy(words)
            }
            Ok(Found::Nobody(words)) => match &self.held {
                Some(held) if had_found && held.process.has_ended() => {
                    Seen::gone(format!("process {} has ended", held.id))
                }
                Some(_) | None => Seen::unhealthy(words),
            },
            Err(error) => Seen::blind(&error),
        }
    }

    /// Waits until the process that the last look has found ends.
    pub(super) async fn changed(&mut self) {
        match &self.held {
            Some(held) if self.found => held.process.ended().await,
            Some(_) | None => pending().await,
        }
    }
}
