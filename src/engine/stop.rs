//! The orderly stop, each step bounded:
//!
//! ```text
//! Draining ── no service draining ──▶ Withdrawing ── every neighbour told ──▶ Closing (CloseSessions)
//!          ── no session left ──▶ Releasing (addresses) ── none bound ──▶ Stopped
//! ```

use std::time::{Duration, Instant};

use super::{Command, Engine, Lasts, Output, Target, Word};
use crate::base::Reason;
use crate::policy::Owner;

/// How long the withdrawals may take to reach the connections. A neighbour that does not read
/// must not keep the machine from going down.
const WITHDRAW_TIME: Duration = Duration::from_secs(1);
/// How long the sessions may take to close.
const CLOSE_TIME: Duration = Duration::from_secs(1);
/// How long the kernel may take to remove the addresses.
const RELEASE_TIME: Duration = Duration::from_secs(2);

/// The step that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Draining,
    Withdrawing,
    Closing,
    Releasing,
    Over,
}

/// An orderly stop under way.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) phase: Phase,
    pub(super) deadline: Instant,
    unfinished: Vec<Reason>,
}

impl Engine {
    pub(super) fn begin_stop(&mut self, grace: Duration, because: &Reason, now: Instant) {
        if self.stop.is_some() {
            return;
        }
        self.handle_command(
            &Command {
                target: Target::All,
                word: Word::Drain(Lasts::AtMost(grace)),
                owner: Owner::Stop,
                by: because.clone(),
                because: because.clone(),
            },
            now,
        );
        let (phase, deadline) = (Phase::Draining, now + grace);
        self.stop = Some(Stop { phase, deadline, unfinished: Vec::new() });
    }

    /// When the present step of the stop is over at the latest.
    pub(super) fn stop_deadline(&self) -> Option<Instant> {
        self.stop.as_ref().filter(|stop| stop.phase != Phase::Over).map(|stop| stop.deadline)
    }

    pub(super) fn hurry(&mut self, now: Instant) {
        if self.stop.is_some() {
            self.services.values_mut().for_each(|service| service.overrides.end_drains());
            self.settle_all(now);
        }
    }

    /// Goes on with the stop as far as conditions and deadlines allow.
    pub(super) fn advance_stop(&mut self, now: Instant) {
        while let Some(next) = self.next_phase(now) {
            self.enter(next, now);
        }
    }

    /// The phase to enter, when the present one is done or its time is over.
    fn next_phase(&mut self, now: Instant) -> Option<Phase> {
        let stop = self.stop.as_mut()?;
        let late = stop.deadline <= now;
        let list = |names: Vec<String>| names.join(", ");
        let (next, left) = match stop.phase {
            Phase::Draining => {
                let draining = self.services.values().any(|s| s.state().is_draining());
                return (!draining || late).then_some(Phase::Withdrawing);
            }
            Phase::Withdrawing => {
                let left = list(self.rollout.uncarried().map(ToString::to_string).collect());
                (
                    Phase::Closing,
                    (!left.is_empty()).then(|| format!("withdrawals not read by {left}")),
                )
            }
            Phase::Closing => {
                let left = list(self.rollout.connected().map(ToString::to_string).collect());
                (
                    Phase::Releasing,
                    (!left.is_empty()).then(|| format!("sessions not closed: {left}")),
                )
            }
            Phase::Releasing => (Phase::Over, self.rollout.unreleased()),
            Phase::Over => return None,
        };
        match left {
            None => Some(next),
            Some(left) if late => {
                stop.unfinished.push(left.into());
                Some(next)
            }
            Some(_) => None,
        }
    }

    fn enter(&mut self, phase: Phase, now: Instant) {
        let Some(stop) = self.stop.as_mut() else { return };
        stop.phase = phase;
        match phase {
            Phase::Draining => {}
            Phase::Withdrawing => {
                stop.deadline = now + WITHDRAW_TIME;
                self.hurry(now);
            }
            Phase::Closing => {
                stop.deadline = now + CLOSE_TIME;
                self.outputs.push_back(Output::CloseSessions);
            }
            Phase::Releasing => {
                stop.deadline = now + RELEASE_TIME;
                self.settle_all(now);
            }
            Phase::Over => {
                let unfinished = std::mem::take(&mut stop.unfinished);
                self.outputs.push_back(Output::Stopped { unfinished });
            }
        }
    }
}
