use std::fmt;
use std::time::Duration;

use super::dice::Dice;
use super::fault::Fault;
use super::scenery::Scenery;

/// What a seed stands for: all of it is known before the first step, so that any of it can be left out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) scenery: Scenery,
    /// In the order of time.
    pub(crate) faults: Vec<(Duration, Fault)>,
    /// From here on nothing goes wrong any more.
    pub(crate) calm: Duration,
    pub(crate) end: Duration,
}

/// How long the last calm lasts: longer than any suppression, pause or waiting time.
const CALM: Duration = Duration::from_secs(600);

impl Plan {
    /// The plan of `seed`, of this many hours.
    pub(crate) fn new(seed: u64, hours: u32) -> Self {
        let mut dice = Dice::new(seed, 1);
        let scenery = Scenery::roll(&mut dice);
        let end = Duration::from_secs(3600) * hours;
        let calm = end - CALM;
        let count = u64::from(hours) * (8 + dice.below(60));
        let mut faults: Vec<(Duration, Fault)> = Vec::new();
        for _ in 0..count {
            // Trouble seldom comes alone.
            let near = faults.last().filter(|_| dice.chance(50)).map(|(at, _)| *at);
            let spread = Duration::from_millis(dice.pick(&[1, 10, 1000, 20_000]));
            let at = match near {
                Some(near) => near + dice.between(Duration::ZERO, spread),
                None => dice.between(Duration::ZERO, calm),
            };
            let fault = Fault::roll(&scenery, &mut dice);
            // What comes back is met by another change while it does.
            if let Some(end) = fault.end().filter(|_| dice.chance(50)) {
                let back = at + end + dice.between(Duration::ZERO, spread);
                faults.push((back.min(calm), Fault::roll(&scenery, &mut dice)));
            }
            faults.push((at.min(calm), fault));
        }
        faults.sort_by_key(|(at, _)| *at);
        Self { seed, scenery, faults, calm, end }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.scenery.text().lines() {
            writeln!(f, "  {line}")?;
        }
        for (n, neighbor) in self.scenery.neighbors.iter().enumerate() {
            let (delay, window, dials) = (neighbor.delay, neighbor.window, neighbor.dials);
            writeln!(f, "rs-{n}: {delay:?} away, takes {window} octets unread, dials: {dials}")?;
        }
        for (at, fault) in &self.faults {
            writeln!(f, "at {:>9.3}s  {fault}", at.as_secs_f64())?;
        }
        Ok(())
    }
}
