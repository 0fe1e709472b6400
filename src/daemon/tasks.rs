use std::collections::BTreeMap;

use tokio::task::{AbortHandle, JoinSet};

/// Tasks that live as long as what they were started for is configured, by key. All of them may be
/// dropped at any await.
#[derive(Debug)]
pub(super) struct Keyed<K, C> {
    running: BTreeMap<K, (C, AbortHandle)>,
}

impl<K: Ord + Clone, C: Clone + PartialEq> Keyed<K, C> {
    pub(super) fn new() -> Self {
        Self { running: BTreeMap::new() }
    }

    /// Ends what is no longer wanted, starts what is new or differs, and leaves the rest alone.
    pub(super) fn apply<F>(
        &mut self,
        wanted: &BTreeMap<K, C>,
        tasks: &mut JoinSet<String>,
        mut start: impl FnMut(C) -> F,
    ) where
        F: Future<Output = String> + Send + 'static,
    {
        self.running.retain(|key, (config, task)| {
            let stays = wanted.get(key) == Some(config);
            if !stays {
                task.abort();
            }
            stays
        });
        for (key, config) in wanted {
            if !self.running.contains_key(key) {
                let task = tasks.spawn(start(config.clone()));
                self.running.insert(key.clone(), (config.clone(), task));
            }
        }
    }
}

/// A task by its name, which is all that is asked of it when it ends.
pub(super) async fn named<T>(name: &'static str, task: impl Future<Output = T>) -> String {
    let _ = task.await;
    name.to_owned()
}
