use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::AbortHandle;

use super::CONNECTIONS;

/// The connections that are open, oldest first. They end with the runtime.
#[derive(Debug, Default)]
pub(super) struct Open(VecDeque<Connection>);

#[derive(Debug)]
struct Connection {
    task: AbortHandle,
    /// Whether its answer goes on as long as the client likes.
    follows: Arc<AtomicBool>,
}

impl Open {
    /// Sees to it that there is room for one more.
    pub(super) fn make_room(&mut self) {
        self.0.retain(|connection| !connection.task.is_finished());
        if self.0.len() < CONNECTIONS {
            return;
        }
        // Not the newest: a flood would cut itself off, and nobody else would ever be heard.
        let slow = self.0.iter().position(|one| !one.follows.load(Ordering::Relaxed));
        let cut_off = self.0.remove(slow.unwrap_or(0));
        cut_off.into_iter().for_each(|connection| connection.task.abort());
    }

    /// One more.
    pub(super) fn push(&mut self, task: AbortHandle, follows: Arc<AtomicBool>) {
        self.0.push_back(Connection { task, follows });
    }
}
