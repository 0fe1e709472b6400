//! F4: questions to the kernel that may hang, such as those to a file system: each is asked on another
//! thread than the one that decides.
//!
//! The threads are few, and shared with everybody who asks: so whoever asks again and again does it by
//! one [`Aside`]. Its next question waits for the one before, and one that hangs costs one thread and no
//! more.

use std::io;

use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

/// Asks one question at a time.
#[derive(Debug, Default)]
pub struct Aside(Option<JoinHandle<()>>);

impl Aside {
    /// Asks, and waits for the answer. When this is dropped before that, the answer is dropped as soon
    /// as it comes, on the other thread.
    ///
    /// # Errors
    ///
    /// The question panicked, or the runtime ends.
    pub async fn ask<T: Send + 'static>(
        &mut self,
        question: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        if let Some(earlier) = &mut self.0 {
            // Its answer is about a time that is over.
            let _ = earlier.await;
        }
        let (answer, answered) = oneshot::channel();
        self.0 = Some(spawn_blocking(move || drop(answer.send(question()))));
        answered.await.map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests;
