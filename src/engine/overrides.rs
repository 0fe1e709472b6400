use std::collections::BTreeMap;
use std::time::Instant;

use crate::base::Reason;
use crate::policy::{Effect, Override, Owner};

/// The words about one service, one of each owner; that of the highest owner stands. Time runs for
/// all of them:
///
/// ```text
/// Draining  ── until, end_drains ──▶ Drained          Drained, Withdrawn ── only taken back
/// Announced ── until ──▶ gone
/// ```
#[derive(Debug, Default)]
pub(super) struct Overrides {
    words: BTreeMap<Owner, Override>,
    changed: bool,
}

impl Overrides {
    /// The word that counts.
    pub(super) fn standing(&self) -> Option<&Override> {
        self.words.last_key_value().map(|(_, word)| word)
    }

    /// The word of one owner, standing or beneath.
    pub(super) fn of(&self, owner: Owner) -> Option<&Override> {
        self.words.get(&owner)
    }

    /// Takes a word in place of the owner's last one.
    pub(super) fn give(&mut self, word: Override) {
        self.words.insert(word.owner, word);
        self.changed = true;
    }

    /// Takes back the owner's word and those beneath it: whoever lets a service go on has seen them.
    pub(super) fn take_back(&mut self, owner: Owner) {
        self.keep(|word| (word.owner > owner).then_some(word.effect));
    }

    /// Gives the owner's word, if there is one, another reason; a drain goes on until `before` at
    /// the latest.
    pub(super) fn amend(&mut self, owner: Owner, because: &Reason, before: Instant) {
        let Some(word) = self.words.get_mut(&owner) else { return };
        word.because = because.clone();
        if let Effect::Draining { until } = &mut word.effect {
            *until = before.min(*until);
        }
        self.changed = true;
    }

    /// Ends every drain, however long it would last.
    pub(super) fn end_drains(&mut self) {
        self.keep(|word| match word.effect {
            Effect::Draining { .. } => Some(Effect::Drained),
            other @ (Effect::Drained | Effect::Withdrawn | Effect::Announced { .. }) => Some(other),
        });
    }

    /// Lets what has become due by `now` take effect.
    pub(super) fn handle_timeout(&mut self, now: Instant) {
        self.keep(|word| word.effect.at(now));
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.words.values().filter_map(|word| word.effect.until()).min()
    }

    /// Whether anything has changed since the last call.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Gives each word its new effect; those without any are gone.
    fn keep(&mut self, effect: impl Fn(&Override) -> Option<Effect>) {
        let changed = &mut self.changed;
        self.words.retain(|_, word| {
            let now = effect(word);
            *changed |= now != Some(word.effect);
            now.is_some_and(|now| {
                word.effect = now;
                true
            })
        });
    }
}
