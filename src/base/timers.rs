use std::collections::BTreeMap;
use std::time::Instant;

/// All timers of one machine, keyed by an enum of its own: the driver waits for [`next`](Self::next)
/// alone, and a stuck machine can say what it waits for.
#[derive(Debug, Clone)]
pub struct Timers<K>(BTreeMap<K, Instant>);

impl<K: Ord + Copy> Default for Timers<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Copy> Timers<K> {
    /// Starts or restarts `timer` to fire at `at`.
    pub fn set(&mut self, timer: K, at: Instant) {
        self.0.insert(timer, at);
    }

    /// Stops `timer`; no harm when it does not run.
    pub fn stop(&mut self, timer: K) {
        self.0.remove(&timer);
    }

    /// When `timer` fires, if it runs.
    pub fn get(&self, timer: K) -> Option<Instant> {
        self.0.get(&timer).copied()
    }

    /// The next timer to fire. Of two at the same instant, the smaller key comes first.
    pub fn next(&self) -> Option<(Instant, K)> {
        self.0.iter().map(|(timer, at)| (*at, *timer)).min()
    }

    /// Takes the next timer that has fired by `now`, stopping it.
    pub fn pop_expired(&mut self, now: Instant) -> Option<K> {
        let (at, timer) = self.next()?;
        (at <= now).then(|| self.stop(timer)).map(|()| timer)
    }
}
