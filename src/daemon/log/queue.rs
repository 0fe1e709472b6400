use std::mem::take;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Octets that may wait to be written: about a thousand lines.
pub(super) const MOST: usize = 128 << 10;

/// Lines that wait to be written. The lock is never held while anything is written.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Work {
    /// To be written.
    pub(super) lines: Vec<u8>,
    /// How many lines were lost after these and have not been told.
    pub(super) lost: u64,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    /// Whether lines that were taken are not written yet.
    writing: bool,
    /// Whether the last ones could not be written.
    refused: bool,
    /// How many lines were lost since the start.
    lost: u64,
    /// How many of them have been told.
    told: u64,
}

impl State {
    /// Losses are told when lines get through: otherwise the telling would be lost, and be told.
    fn has_news(&self) -> bool {
        !self.refused && self.lost > self.told
    }

    fn has_work(&self) -> bool {
        !self.waiting.is_empty() || self.has_news()
    }
}

impl Queue {
    /// Adds a line, which is lost when too many wait.
    pub(super) fn push(&self, line: &[u8]) {
        let mut state = self.lock();
        if state.waiting.len() + line.len() > MOST {
            state.lost += 1;
        } else {
            state.waiting.extend_from_slice(line);
        }
        self.changed.notify_all();
    }

    /// Waits for something to do. Right after it there is room for a line about what was lost.
    pub(super) fn take(&self) -> Work {
        let nothing = |state: &mut State| !state.has_work();
        let waited = self.changed.wait_while(self.lock(), nothing);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        state.writing = true;
        let lost = if state.has_news() { state.lost - state.told } else { 0 };
        state.told += lost;
        Work { lines: take(&mut state.waiting), lost }
    }

    /// What was taken is written; or the `refused` part of it, in lines, was not.
    pub(super) fn written(&self, refused: u64) {
        let mut state = self.lock();
        state.writing = false;
        state.refused = refused > 0;
        state.lost += refused;
        self.changed.notify_all();
    }

    /// Waits until there is nothing to do, for `limit` at most.
    pub(super) fn flush(&self, limit: Duration) {
        let busy = |state: &mut State| state.writing || state.has_work();
        // Whatever comes of it, there is no more time.
        drop(self.changed.wait_timeout_while(self.lock(), limit, busy));
    }

    /// How many lines were lost since the start.
    pub(super) fn lost(&self) -> u64 {
        self.lock().lost
    }

    /// Nothing in here panics with the lock held, and half a state would be none the worse.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
