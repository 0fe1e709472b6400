use std::time::Instant;

use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

/// What a reload has done, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reload {
    /// Whether the file holds now.
    pub applied: bool,
    /// What it comes to, in one line: which settings differ, or why nothing was changed.
    #[serde(default)]
    pub because: String,
    /// The settings that differ, a line each.
    pub changes: Vec<String>,
    /// The neighbours whose session it resets, each with the keys that make it so.
    pub resets: Vec<String>,
    /// Why nothing was changed, and the way out: every fault of the file with its place.
    pub refused: Option<String>,
}

/// How the file has been taken over: at the start, and by reloads since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenOver {
    /// When what holds now was taken over.
    pub at: Instant,
    /// When a later file was refused and why, if the last one was.
    pub refused: Option<(Instant, String)>,
}

/// Asks the agent to read its file again.
#[derive(Debug)]
pub struct ReloadRequest {
    /// Who asks: `root, uid 0, pid 4711`, or `SIGHUP`.
    pub by: String,
    /// Only tell what would be done.
    pub dry_run: bool,
    /// Sessions may be reset.
    pub allow_reset: bool,
    /// Where the answer goes. Nothing is done for somebody who has stopped waiting for it; a signal
    /// waits for none.
    pub answer: Option<oneshot::Sender<Reload>>,
}

impl ReloadRequest {
    /// Whether somebody has asked and gone.
    pub fn is_abandoned(&self) -> bool {
        self.answer.as_ref().is_some_and(oneshot::Sender::is_closed)
    }
}

/// Where reloads are asked for.
pub type Reloads = mpsc::Sender<ReloadRequest>;
