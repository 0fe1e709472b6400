use std::time::Duration;

/// A small seeded generator (SplitMix64, Steele et al. 2014): jitter needs to spread, not to be secret,
/// and the cores take their randomness as a seed so that every run can be repeated.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// A generator whose sequence depends on `seed` alone.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// `duration` times a factor drawn evenly from 0.75 to 1.0, the jitter of RFC 4271 §10.
    pub fn jitter(&mut self, duration: Duration) -> Duration {
        duration.mul_f64(0.75 + 0.25 * self.unit())
    }

    /// A part of `duration`, drawn evenly from none to all of it.
    pub fn part(&mut self, duration: Duration) -> Duration {
        duration.mul_f64(self.unit())
    }

    /// Drawn evenly from 0 to 1, which it never reaches.
    fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Waiting times that double from `first` up to `most`, so that nobody is hammered.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    most: Duration,
    next: Duration,
}

impl Backoff {
    /// Starts at `first` and never exceeds `most` (or `first`, when that is longer).
    pub fn new(first: Duration, most: Duration) -> Self {
        Self { first, most: most.max(first), next: first }
    }

    /// The time to wait before the next try, jittered.
    pub fn next(&mut self, rng: &mut Rng) -> Duration {
        let wait = self.next;
        self.next = (self.next * 2).min(self.most);
        rng.jitter(wait)
    }

    /// Begins again at the first waiting time, after a success.
    pub fn reset(&mut self) {
        self.next = self.first;
    }
}
