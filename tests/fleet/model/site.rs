//! One site: an agent beside HAProxy, and what is true of it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use herald::base::ServiceName;
use herald::engine::Engine;
use herald::policy::Override;
use herald::rib::Plan;

use super::dice::Dice;
use super::judge::Wrong;
use super::lane::Lane;
use super::settings::{FARTHEST, INTER};
use super::tally::Tally;

pub(super) struct Site {
    /// Its own: no other site rolls it.
    pub(super) dice: Dice,
    /// Counts the lives of its agent.
    pub(super) life: u32,
    /// None while the agent does not run.
    pub(super) engine: Option<Engine>,
    pub(super) noted: Option<Instant>,
    /// By neighbour.
    pub(super) plans: [Plan; 2],
    pub(super) lanes: [Lane; 2],
    /// What the state directory holds.
    pub(super) words: BTreeMap<ServiceName, Override>,
    /// Whether its servers answer.
    pub(super) healthy: bool,
    /// What HAProxy thinks.
    pub(super) seen: bool,
    /// A look of HAProxy is noted.
    pub(super) looking: bool,
    phase: Duration,
    /// Its machine has no network.
    pub(super) cut: bool,
    /// Drained by an operator, who knows what he does: neither route nor absence is wrong.
    pub(super) excused: bool,
    pub(super) wrong: Wrong,
    pub(super) transitions: u64,
    /// UPDATEs to each of its route servers.
    pub(super) said: [Tally; 2],
}

impl Site {
    pub(super) fn new(seed: u64, number: usize) -> Self {
        let mut dice = Dice::new(seed, number as u64);
        let least = Duration::from_micros(100);
        let lanes = [(); 2].map(|()| Lane::new(dice.between(least, FARTHEST)));
        let phase = dice.between(Duration::ZERO, INTER);
        Self {
            dice,
            life: 0,
            engine: None,
            noted: None,
            plans: Default::default(),
            lanes,
            words: BTreeMap::new(),
            healthy: true,
            seen: true,
            looking: false,
            phase,
            cut: false,
            excused: false,
            wrong: Wrong::default(),
            transitions: 0,
            said: said(),
        }
    }

    /// How long it takes HAProxy to look again, this long after the start.
    pub(super) fn until_look(&self, since: Duration) -> Duration {
        let inter = INTER.as_nanos();
        let passed = (since + INTER - self.phase).as_nanos() % inter;
        Duration::from_nanos((inter - passed) as u64)
    }
}

/// What damping bounds is a matter of ten seconds.
pub(super) fn said() -> [Tally; 2] {
    [(); 2].map(|()| Tally::within(Duration::from_secs(10)))
}
