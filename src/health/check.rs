use std::time::{Duration, Instant};

use super::{CheckParams, Looks, Outcome, Sample};
use crate::base::{Percent, Reason};

/// What a check has made of its samples so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckVerdict {
    /// Not enough samples yet.
    Pending,
    /// Healthy with this capacity.
    Healthy {
        /// Capacity of the last healthy sample.
        capacity: Percent,
    },
    /// Not healthy.
    Unhealthy,
}

impl CheckVerdict {
    /// The word in status: `pending`, `healthy` or `unhealthy`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Healthy { .. } => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }
}

/// Rise and fall of one check, and how long it may live on an old verdict.
///
/// ```text
/// pending   ── rise × healthy ──▶ healthy ── fall × unhealthy | gone | unknown-for over ──▶ unhealthy
///           ── fall × unhealthy | gone ──▶ unhealthy ── rise × healthy ──▶ healthy
/// ```
#[derive(Debug, Clone)]
pub(super) struct Check {
    params: CheckParams,
    unknown_for: Duration,
    verdict: CheckVerdict,
    because: Reason,
    healthy_in_a_row: u32,
    unhealthy_in_a_row: u32,
    /// Since when nothing has been proven, and what the newest sample said.
    unknown: Option<(Instant, Reason)>,
    last_sample: Option<Instant>,
    looks: Looks,
}

impl Check {
    pub(super) fn new(params: CheckParams, unknown_for: Duration) -> Self {
        Self {
            params,
            unknown_for,
            verdict: CheckVerdict::Pending,
            because: Reason::new("no sample yet"),
            healthy_in_a_row: 0,
            unhealthy_in_a_row: 0,
            unknown: None,
            last_sample: None,
            looks: Looks::default(),
        }
    }

    /// The same check, counting by other parameters from the next sample on.
    pub(super) fn configured(self, params: CheckParams, unknown_for: Duration) -> Self {
        Self { params, unknown_for, ..self }
    }

    pub(super) fn verdict(&self) -> CheckVerdict {
        self.verdict
    }

    pub(super) fn because(&self) -> &Reason {
        &self.because
    }

    pub(super) fn last_sample(&self) -> Option<Instant> {
        self.last_sample
    }

    /// Whether the newest sample proved nothing.
    pub(super) fn is_unknown(&self) -> bool {
        self.unknown.is_some()
    }

    pub(super) fn looks(&self) -> Looks {
        self.looks
    }

    /// When the last verdict may no longer be held.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let healthy = matches!(self.verdict, CheckVerdict::Healthy { .. });
        self.unknown.as_ref().filter(|_| healthy).map(|(since, _)| *since + self.unknown_for)
    }

    pub(super) fn handle(&mut self, sample: &Sample, took: Duration, now: Instant) {
        self.last_sample = Some(now);
        self.looks.count(sample.outcome, took);
        match sample.outcome {
            Outcome::Healthy { capacity } => self.healthy(capacity, sample),
            Outcome::Unhealthy => self.unhealthy(sample, 1),
            Outcome::Gone => self.unhealthy(sample, self.params.fall),
            Outcome::Unknown => self.unknown(sample, now),
        }
    }

    fn healthy(&mut self, capacity: Percent, sample: &Sample) {
        self.unknown = None;
        self.unhealthy_in_a_row = 0;
        self.healthy_in_a_row = self.healthy_in_a_row.saturating_add(1);
        let already = matches!(self.verdict, CheckVerdict::Healthy { .. });
        if already || self.healthy_in_a_row >= self.params.rise {
            self.verdict = CheckVerdict::Healthy { capacity };
            self.because = sample.because.clone();
        } else {
            self.because = self.counted(sample, self.healthy_in_a_row, self.params.rise, "rise");
        }
    }

    fn unhealthy(&mut self, sample: &Sample, weight: u32) {
        self.unknown = None;
        self.healthy_in_a_row = 0;
        self.unhealthy_in_a_row = self.unhealthy_in_a_row.saturating_add(weight);
        if self.verdict == CheckVerdict::Unhealthy || self.unhealthy_in_a_row >= self.params.fall {
            self.verdict = CheckVerdict::Unhealthy;
            self.because = sample.because.clone();
        } else {
            self.because = self.counted(sample, self.unhealthy_in_a_row, self.params.fall, "fall");
        }
    }

    /// Proves nothing: counts neither way, and a healthy verdict lives on for `unknown-for` at most.
    fn unknown(&mut self, sample: &Sample, now: Instant) {
        let since = self.unknown.as_ref().map_or(now, |(since, _)| *since);
        self.unknown = Some((since, sample.because.clone()));
        self.because = match self.verdict {
            CheckVerdict::Healthy { .. } => Reason::from(format!(
                "{} (unknown; the last verdict, healthy, stands for {:?} at most)",
                sample.because, self.unknown_for
            )),
            CheckVerdict::Pending | CheckVerdict::Unhealthy => sample.because.clone(),
        };
        self.handle_timeout(now);
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if self.deadline().is_none_or(|deadline| deadline > now) {
            return;
        }
        if let Some((_, said)) = self.unknown.take() {
            self.verdict = CheckVerdict::Unhealthy;
            self.healthy_in_a_row = 0;
            self.because = format!("unknown for {:?}: {said}", self.unknown_for).into();
        }
    }

    fn counted(&self, sample: &Sample, count: u32, of: u32, what: &str) -> Reason {
        Reason::from(format!("{} ({what} {count} of {of})", sample.because))
    }
}
