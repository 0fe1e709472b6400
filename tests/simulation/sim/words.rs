//! The words about one service, as the documentation tells of them: those of the cloud and, above
//! them, those of operators.

use std::time::Instant;

use herald::engine::{Command, Lasts, Word};

use super::scenery::Service;

/// What a word asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Withdrawn from then on, and at once if it is not healthy, unless it is announced all the same.
    Drain(Instant),
    Withdraw,
    /// Announced until then, whatever health says.
    Announce(Instant),
}

/// One word of each owner. That of the operator stands above that of the cloud, whose time runs
/// beneath it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Words {
    cloud: Option<Told>,
    operator: Option<Told>,
    /// Whether a drain that stands has taken the place of an announcement.
    forced: bool,
    /// Whether the agent is told to stop: what was announced until then is drained until its end.
    stopped: bool,
}

impl Words {
    /// The word that counts.
    pub(super) fn standing(&self) -> Option<Told> {
        self.operator.or(self.cloud)
    }

    /// Whether a drain stands that leads away what another word had announced, whatever its health.
    pub(super) fn leads_away(&self) -> bool {
        self.forced && matches!(self.standing(), Some(Told::Drain(_)))
    }

    /// What another life of the agent finds: the cloud will say again what it has to say.
    pub(super) fn after_restart(self) -> Self {
        Self { cloud: None, forced: false, stopped: false, ..self }
    }

    /// An operator says something.
    pub(super) fn give(&mut self, command: &Command, service: &Service, now: Instant) {
        let told = match command.word {
            Word::Drain(lasts) => Some(Told::Drain(self.end_of_drain(lasts, service, now))),
            Word::Withdraw => Some(Told::Withdraw),
            Word::Announce(lasts) => Some(Told::Announce(now + lasts)),
            Word::Resume => None,
        };
        self.take_over(now);
        self.operator = told;
        // Whoever lets a service go on has seen what the cloud says.
        if told.is_none() {
            self.cloud = None;
        }
    }

    /// The cloud announces maintenance, `before` which it is to be withdrawn.
    pub(super) fn notice(&mut self, before: Instant, service: &Service, now: Instant) {
        let lasts = Lasts::AtMost(before.saturating_duration_since(now));
        self.take_over(now);
        self.cloud = Some(Told::Drain(self.end_of_drain(lasts, service, now)));
    }

    /// What was announced already begins at another time: a drain does not last beyond that.
    pub(super) fn amend(&mut self, before: Instant) {
        if let Some(Told::Drain(end)) = &mut self.cloud {
            *end = before.min(*end);
        }
    }

    /// The maintenance is over.
    pub(super) fn end_notice(&mut self) {
        self.cloud = None;
    }

    /// The agent is told to stop.
    pub(super) fn stop(&mut self) {
        self.stopped = true;
    }

    /// A drain that takes the place of an announcement leads away what that has announced.
    fn take_over(&mut self, now: Instant) {
        self.forced = match self.standing() {
            Some(Told::Announce(end)) => end > now,
            Some(Told::Drain(end)) => end > now && self.forced,
            Some(Told::Withdraw) | None => false,
        };
    }

    /// A drain that is under way is not prolonged by one that is bounded.
    fn end_of_drain(&self, lasts: Lasts, service: &Service, now: Instant) -> Instant {
        let configured = now + service.drain_for;
        match (lasts, self.standing()) {
            (Lasts::Exactly(lasts), _) => now + lasts,
            (Lasts::AsConfigured, _) => configured,
            (Lasts::AtMost(most), Some(Told::Drain(end))) if end > now => end.min(now + most),
            (Lasts::AtMost(most), _) => configured.min(now + most),
        }
    }

    /// Lets time pass; says whether a word has come to its end.
    pub(super) fn pass(&mut self, now: Instant) -> bool {
        if self.stopped {
            return false;
        }
        let over = |word: &mut Option<Told>| {
            word.take_if(|word| matches!(word, Told::Announce(end) if *end <= now)).is_some()
        };
        // Only operators ask for an announcement.
        let over = over(&mut self.operator);
        self.forced |= over;
        over
    }
}
