use std::fmt;
use std::time::{Duration, Instant};

// Not those of the C library: they give the same on every machine, and spare a library in memory.
use libm::{exp2, log2};

/// Flap damping of one service, after RFC 2439.
///
/// Every fall adds [`Damping::PENALTY`], and the penalty halves every `half_life`:
///
/// ```text
/// penalty   _ suppress __________/|__/\__________________
///            _ reuse  __/|______/        \_______________
///                   fall    falls: suppressed   ^ reuse: announced again
/// ```
///
/// Damping delays the return of a service, never its withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damping {
    /// How long it takes the penalty to halve; more than zero.
    pub half_life: Duration,
    /// Above this penalty a service is not announced again ("cut-off threshold" in RFC 2439 §4.2).
    pub suppress: u32,
    /// At this penalty a suppressed service may return; at least 1, less than `suppress`.
    pub reuse: u32,
    /// The longest time that a service which no longer falls stays suppressed ("T-hold" in RFC 2439
    /// §4.2). It bounds the penalty: see [`ceiling`](Self::ceiling).
    pub max: Duration,
}

impl Damping {
    /// What one fall adds, as routers do for a withdrawal.
    pub const PENALTY: u32 = 1000;

    /// The penalty never grows beyond this, however long a service flaps: from here it takes just
    /// `max` to decay to `reuse` (RFC 2439 §4.2).
    pub fn ceiling(&self) -> f64 {
        f64::from(self.reuse) * exp2(self.max.as_secs_f64() / self.half_life.as_secs_f64())
    }

    /// What is left of `penalty` after `time`.
    fn decayed(&self, penalty: f64, time: Duration) -> f64 {
        penalty * exp2(-time.as_secs_f64() / self.half_life.as_secs_f64())
    }

    /// How long it takes `penalty` to decay to `reuse`.
    fn time_to_reuse(&self, penalty: f64) -> Duration {
        let halvings = log2(penalty / f64::from(self.reuse)).max(0.0);
        // Whole milliseconds: people compare it with what they have configured.
        let millis = (self.half_life.as_secs_f64() * halvings * 1000.0).ceil();
        Duration::from_millis(millis as u64).min(self.max)
    }
}

/// The penalty of one service at work.
#[derive(Debug, Clone)]
pub(super) struct Damper {
    params: Damping,
    /// The penalty at the last fall, and when that was.
    penalty: f64,
    as_of: Instant,
    /// While suppressed: when that ends.
    reuse_at: Option<Instant>,
}

/// The penalty of a service at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Penalty {
    /// The figure, rounded.
    pub figure: u32,
    /// The figure above which a service is suppressed.
    pub suppress: u32,
    /// While suppressed: how long it will stay so if it does not fall again.
    pub reuse_in: Option<Duration>,
}

impl Damper {
    pub(super) fn new(params: Damping, now: Instant) -> Self {
        Self { params, penalty: 0.0, as_of: now, reuse_at: None }
    }

    /// The same penalty, judged by other parameters.
    pub(super) fn configured(self, params: Damping, now: Instant) -> Self {
        let suppressed = self.reuse_at.is_some();
        let penalty = self.params.decayed(self.penalty, now.saturating_duration_since(self.as_of));
        let mut damper = Self { params, penalty, as_of: now, reuse_at: None };
        if suppressed {
            damper.suppress(now);
        }
        damper
    }

    /// The service has fallen.
    pub(super) fn fall(&mut self, now: Instant) {
        let left = self.params.decayed(self.penalty, now.saturating_duration_since(self.as_of));
        let grown = left + f64::from(Damping::PENALTY);
        self.penalty = grown.min(self.params.ceiling());
        self.as_of = now;
        if self.reuse_at.is_some() || self.penalty > f64::from(self.params.suppress) {
            self.suppress(now);
        }
    }

    /// Ends the suppression when its time has come.
    pub(super) fn handle_timeout(&mut self, now: Instant) {
        self.reuse_at = self.reuse_at.filter(|at| *at > now);
    }

    /// When the suppression ends, while there is one.
    pub(super) fn reuse_at(&self) -> Option<Instant> {
        self.reuse_at
    }

    pub(super) fn penalty(&self, now: Instant) -> Penalty {
        let since = now.saturating_duration_since(self.as_of);
        Penalty {
            // Not negative, and `as` saturates.
            figure: self.params.decayed(self.penalty, since).round() as u32,
            suppress: self.params.suppress,
            reuse_in: self.reuse_at.map(|at| at.saturating_duration_since(now)),
        }
    }

    fn suppress(&mut self, now: Instant) {
        self.reuse_at = Some(now + self.params.time_to_reuse(self.penalty));
    }
}

impl fmt::Display for Penalty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { figure, suppress, reuse_in } = self;
        match reuse_in {
            Some(left) => write!(
                f,
                "damped: penalty {figure} (suppress {suppress}), reuse in {:.0}s",
                left.as_secs_f64().ceil()
            ),
            None => write!(f, "penalty {figure} (suppress {suppress})"),
        }
    }
}
