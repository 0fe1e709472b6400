use std::time::Duration;

use herald::base::Rng;

/// Chance, from a seed alone.
#[derive(Debug, Clone)]
pub(crate) struct Dice(Rng);

impl Dice {
    /// Different streams of one seed do not depend on each other.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = Rng::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ stream);
        rng.next_u64();
        Self(rng)
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// From zero, less than `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0.next_u64() % end.max(1)
    }

    pub(crate) fn index(&mut self, of: usize) -> usize {
        self.below(of as u64) as usize
    }

    /// True this many times of a hundred.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.index(of.len())]
    }

    pub(crate) fn between(&mut self, least: Duration, most: Duration) -> Duration {
        least + self.0.part(most.saturating_sub(least))
    }

    /// How long a word from one task to another takes: almost nothing, and now and then a while.
    pub(crate) fn hop(&mut self) -> Duration {
        Duration::from_micros(match self.below(20) {
            0 => 5000,
            1..=4 => 1000,
            other => other * 10,
        })
    }
}
