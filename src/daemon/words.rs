//! Words of operators between the engine, which counts in instants, and people and the disk, who
//! have wall clocks.

use std::collections::BTreeMap;

use crate::base::{Reason, ServiceName};
use crate::clock::WallClock;
use crate::policy::{self, Effect, Owner};
use crate::status::Override;

/// A word as shown and kept.
pub(super) fn shown(clock: &WallClock, word: &policy::Override) -> Override {
    Override {
        word: word.effect.word().to_owned(),
        owner: word.owner.to_string(),
        by: word.by.to_string(),
        because: word.because.to_string(),
        since: clock.timestamp(word.since),
        until: word.effect.until().map(|until| clock.timestamp(until)),
    }
}

/// All words as kept.
pub(super) fn kept(
    clock: &WallClock,
    words: &BTreeMap<ServiceName, policy::Override>,
) -> BTreeMap<String, Override> {
    words.iter().map(|(name, word)| (name.to_string(), shown(clock, word))).collect()
}

/// A kept word as the engine takes it; `None` for one that makes no sense.
pub(super) fn restored(clock: &WallClock, word: &Override) -> Option<policy::Override> {
    let until = word.until.map(|until| clock.instant(until));
    let effect = match (word.word.as_str(), until) {
        ("drain", Some(until)) => Effect::Draining { until },
        ("drain", None) => Effect::Drained,
        ("withdraw", None) => Effect::Withdrawn,
        ("announce", Some(until)) => Effect::Announced { until },
        _ => return None,
    };
    Some(policy::Override {
        owner: Owner::Operator,
        effect,
        by: Reason::new(&word.by),
        because: Reason::new(&word.because),
        since: clock.instant(word.since),
    })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::clock;

    fn word(effect: Effect, since: Instant) -> policy::Override {
        let (by, because) = ("root, uid 0".into(), "drain ordered by root".into());
        policy::Override { owner: Owner::Operator, effect, by, because, since }
    }

    #[test]
    fn every_effect_comes_back_from_the_disk() {
        let clock = WallClock::start();
        // Wall times are shown to the millisecond.
        let at =
            |millis| clock.instant(clock.timestamp(clock::now() + Duration::from_millis(millis)));
        let (since, until) = (at(0), at(60_000));
        let effects = [
            Effect::Draining { until },
            Effect::Drained,
            Effect::Withdrawn,
            Effect::Announced { until },
        ];
        for effect in effects {
            let word = word(effect, since);
            let json = serde_json::to_string(&shown(&clock, &word)).unwrap();
            let back = restored(&clock, &serde_json::from_str(&json).unwrap());
            assert_eq!(back, Some(word));
        }
    }

    #[test]
    fn a_word_that_nobody_knows_is_none() {
        let clock = WallClock::start();
        let known = shown(&clock, &word(Effect::Withdrawn, clock::now()));
        let announced = Override { word: "announce".to_owned(), ..known.clone() };
        assert_eq!(restored(&clock, &announced), None, "without an end");
        assert_eq!(restored(&clock, &Override { word: "fly".to_owned(), ..known }), None);
    }
}
