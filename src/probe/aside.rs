use std::io;

use tokio::task::{JoinHandle, spawn_blocking};

/// Questions to the kernel that may hang, such as those to a file system: each is asked on a thread of
/// its own, and the next one waits for it, so that one that hangs costs one thread and no more.
#[derive(Debug)]
pub(super) struct Aside<T>(Option<JoinHandle<T>>);

impl<T: Send + 'static> Aside<T> {
    pub(super) fn new() -> Self {
        Self(None)
    }

    /// Asks, and waits for the answer. Dropped before that, the answer is lost.
    pub(super) async fn ask(
        &mut self,
        question: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        if let Some(earlier) = &mut self.0 {
            // Its answer is about a time that is over.
            let _ = earlier.await;
        }
        let answer = self.0.insert(spawn_blocking(question)).await;
        self.0 = None;
        Ok(answer?)
    }
}
