//! What happens to a fleet.

use std::time::Duration;

use super::settings::{Guard, Settings};
use super::world::World;

/// One thing that happens to one site or route server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// All servers of a site die, or come back.
    Die(usize),
    Heal(usize),
    /// An operator's words.
    Drain(usize),
    Resume(usize),
    /// The agent is told to stop, is killed, or started.
    Stop(usize),
    Kill(usize),
    Start(usize),
    /// A site has no network any more, or has it again.
    Cut(usize),
    Join(usize),
    /// A route server goes, or returns.
    ServerEnds(usize),
    ServerStarts(usize),
}

/// A story: times count from when the fleet is up and quiet.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) name: &'static str,
    /// What happens, for people.
    pub(crate) says: String,
    pub(crate) deeds: Vec<(Duration, Deed)>,
    pub(crate) guard: Guard,
}

const SECOND: Duration = Duration::from_secs(1);
/// How long servers stay dead.
const OUTAGE: Duration = Duration::from_secs(60);
/// In a rolling deployment one of so many sites is away at a time.
const WAVES: usize = 20;

impl Story {
    /// All of them, for a fleet of this size.
    pub(crate) fn all(settings: &Settings) -> Vec<Self> {
        let fleet = || 0..settings.sites;
        let region = || fleet().filter(|site| settings.region(*site) == 0);
        let share = format!("region of {}", region().count());
        let outage = "servers of all sites dead for 60 s";
        vec![
            Self::of("site", "servers of one site dead for 60 s", outages(0..1)),
            Self::of(
                "region",
                format!("servers of a {share} sites dead for 60 s"),
                outages(region()),
            ),
            Self::of(
                "flap",
                "a dependency of all sites changes every 300 ms for 10 s",
                flaps(fleet(), Duration::from_millis(300), Duration::from_secs(10)),
            ),
            Self::of(
                "slow-flap",
                "the same every 5 s for 2 min",
                flaps(fleet(), 5 * SECOND, 120 * SECOND),
            ),
            Self::of(
                "slow-flap-last-site",
                "the same with `last-site`",
                flaps(fleet(), 5 * SECOND, 120 * SECOND),
            )
            .guarded(Guard::LastSite),
            Self::of("outage", outage, outages(fleet())),
            Self::of("outage-last-site", format!("{outage}, `last-site`"), outages(fleet()))
                .guarded(Guard::LastSite),
            Self::of("outage-last-resort", format!("{outage}, `down.announce`"), outages(fleet()))
                .guarded(Guard::LastResort),
            Self::of(
                "rollout",
                format!("all agents: drain, restart, resume; 1 of {WAVES} at a time"),
                rollout(fleet()),
            ),
            Self::of(
                "restarts",
                format!("all agents killed and started 3 s later; 1 of {WAVES} at a time"),
                restarts(fleet()),
            ),
            Self::of(
                "server",
                "one route server away for 10 s",
                vec![(Duration::ZERO, Deed::ServerEnds(0)), (10 * SECOND, Deed::ServerStarts(0))],
            ),
            Self::of(
                "cut",
                format!("network of a {share} sites gone for 5 min"),
                region()
                    .flat_map(|s| [(Duration::ZERO, Deed::Cut(s)), (300 * SECOND, Deed::Join(s))])
                    .collect(),
            ),
        ]
    }

    pub(crate) fn of(
        name: &'static str,
        says: impl Into<String>,
        deeds: Vec<(Duration, Deed)>,
    ) -> Self {
        Self { name, says: says.into(), deeds, guard: Guard::Nothing }
    }

    pub(crate) fn guarded(self, guard: Guard) -> Self {
        Self { guard, ..self }
    }

    pub(crate) fn end(&self) -> Duration {
        self.deeds.iter().map(|(at, _)| *at).max().unwrap_or_default()
    }
}

pub(crate) fn outages(sites: impl Iterator<Item = usize>) -> Vec<(Duration, Deed)> {
    sites.flat_map(|site| [(Duration::ZERO, Deed::Die(site)), (OUTAGE, Deed::Heal(site))]).collect()
}

/// Changes of servers that all `sites` depend on, the last one for the better.
pub(crate) fn flaps(
    sites: impl Iterator<Item = usize>,
    every: Duration,
    lasts: Duration,
) -> Vec<(Duration, Deed)> {
    let changes = (lasts.as_millis().div_ceil(2 * every.as_millis()) * 2) as u32;
    let of = |site| {
        let deed = move |change| if change % 2 == 0 { Deed::Die(site) } else { Deed::Heal(site) };
        (0..changes).map(move |change| (every * change, deed(change)))
    };
    sites.flat_map(of).collect()
}

/// The number of the wave of each site: neighbours in number are in different waves.
fn waves(
    sites: impl Iterator<Item = usize>,
    lasts: Duration,
) -> impl Iterator<Item = (usize, Duration)> {
    sites.map(move |site| (site, lasts * (site % WAVES) as u32))
}

fn rollout(sites: impl Iterator<Item = usize>) -> Vec<(Duration, Deed)> {
    let of = |(site, at): (usize, Duration)| {
        [
            (at, Deed::Drain(site)),
            (at + 31 * SECOND, Deed::Stop(site)),
            (at + 34 * SECOND, Deed::Start(site)),
            (at + 39 * SECOND, Deed::Resume(site)),
        ]
    };
    waves(sites, 45 * SECOND).flat_map(of).collect()
}

fn restarts(sites: impl Iterator<Item = usize>) -> Vec<(Duration, Deed)> {
    let of = |(site, at): (usize, Duration)| {
        [(at, Deed::Kill(site)), (at + 3 * SECOND, Deed::Start(site))]
    };
    waves(sites, 10 * SECOND).flat_map(of).collect()
}

impl World {
    pub(super) fn act(&mut self, deed: Deed) {
        match deed {
            Deed::Die(site) => self.turn(site, false),
            Deed::Heal(site) => self.turn(site, true),
            Deed::Drain(site) => {
                self.sites[site].excused = true;
                self.turned(site);
                self.drain(site);
            }
            Deed::Resume(site) => {
                self.sites[site].excused = false;
                self.turned(site);
                self.resume(site);
            }
            Deed::Stop(site) => self.stop(site),
            Deed::Kill(site) => self.end_agent(site),
            Deed::Start(site) => self.start_agent(site),
            Deed::Cut(site) => self.connect(site, false),
            Deed::Join(site) => self.connect(site, true),
            Deed::ServerEnds(server) => self.end_server(server),
            Deed::ServerStarts(server) => self.start_server(server),
        }
    }

    fn connect(&mut self, site: usize, connected: bool) {
        self.sites[site].cut = !connected;
        self.turned(site);
    }
}
