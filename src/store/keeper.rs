use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::file;
use super::{HISTORY, OVERRIDES, Words};
use crate::base::Reason;
use crate::clock;
use crate::status::{History, Saved};

/// The time between two writes of the history: a flapping service must not wear the disk.
const PAUSE: Duration = Duration::from_secs(1);
/// The time after which a failed write is tried again.
const AGAIN: Duration = Duration::from_secs(10);

/// Keeps what survives a restart until the sender of `words` is gone, then writes what is left.
pub async fn keep(
    directory: PathBuf,
    mut words: watch::Receiver<Words>,
    mut history: watch::Receiver<History>,
    saved: watch::Sender<Saved>,
) {
    let mut keeper = Keeper { directory, saved, history_due: None, words_due: None };
    // Whether the directory can be written to is known, and shown, before anybody relies on it.
    keeper.write_words(&mut words).await;
    loop {
        tokio::select! {
            biased;
            changed = words.changed() => match changed {
                Ok(()) => keeper.write_words(&mut words).await,
                Err(_) => break,
            },
            () = clock::reached(keeper.words_due), if keeper.words_due.is_some() => {
                keeper.write_words(&mut words).await;
            }
            () = clock::reached(keeper.history_due), if keeper.history_due.is_some() => {
                keeper.write_history(&mut history).await;
            }
            Ok(()) = history.changed() => {
                history.mark_unchanged();
                keeper.history_due.get_or_insert(clock::now() + PAUSE);
            }
        }
    }
    if keeper.words_due.is_some() {
        keeper.write_words(&mut words).await;
    }
    keeper.write_history(&mut history).await;
}

struct Keeper {
    directory: PathBuf,
    saved: watch::Sender<Saved>,
    /// When the history is to be written, if it has changed.
    history_due: Option<Instant>,
    /// When the words are to be tried again, if they could not be written.
    words_due: Option<Instant>,
}

impl Keeper {
    async fn write_words(&mut self, words: &mut watch::Receiver<Words>) {
        let Words { version, words } = words.borrow_and_update().clone();
        let fault = self.write(move |directory| file::write(directory, OVERRIDES, &words)).await;
        self.words_due = fault.is_some().then(|| clock::now() + AGAIN);
        self.saved.send_modify(|saved| {
            if fault.is_none() {
                saved.version = version;
            }
            report(saved.fault.as_ref(), fault.as_ref());
            saved.fault = fault;
        });
    }

    /// What hinders the history hinders the words too, and is said by them.
    async fn write_history(&mut self, history: &mut watch::Receiver<History>) {
        let kept = history.borrow_and_update().kept();
        let events = move |directory: &Path| {
            let events: Vec<_> = kept.iter().map(AsRef::as_ref).collect();
            file::write(directory, HISTORY, &events)
        };
        let fault = self.write(events).await;
        self.history_due = fault.is_some().then(|| clock::now() + AGAIN);
    }

    async fn write(
        &self,
        write: impl FnOnce(&Path) -> io::Result<()> + Send + 'static,
    ) -> Option<Reason> {
        let directory = self.directory.clone();
        let written = spawn_blocking(move || write(&directory)).await;
        let error = match written {
            Ok(Ok(())) => return None,
            Ok(Err(error)) => error,
            Err(error) => io::Error::other(error),
        };
        Some(words_for(&self.directory, &error))
    }
}

fn words_for(directory: &Path, error: &io::Error) -> Reason {
    let directory = directory.display();
    let kind = error.kind();
    Reason::from(if kind == io::ErrorKind::NotFound {
        format!("{directory} does not exist")
    } else if kind == io::ErrorKind::PermissionDenied {
        format!("no permission to write to {directory}")
    } else {
        format!("cannot write to {directory}: {error}")
    })
}

/// Each change is said once.
fn report(before: Option<&Reason>, fault: Option<&Reason>) {
    match (before, fault) {
        (before, Some(fault)) if before != Some(fault) => tracing::warn!(
            %fault,
            "operators' words and history will not survive a restart; make the directory for the \
             user that runs herald (systemd: StateDirectory=herald), or set [agent] state-directory"
        ),
        (Some(_), None) => tracing::info!("the state directory can be written to again"),
        (Some(_) | None, Some(_)) | (None, None) => {}
    }
}
