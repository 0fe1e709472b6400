use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::judge::Watch;
use super::settings::{HOLD, Settings};
use super::story::Story;
use super::world::{Happening, World};

/// After this the fleet is up and quiet.
const READY: Duration = Duration::from_secs(30);
/// How long it is watched after the last thing that happens: longer than a suppression and a pause
/// between two attempts to connect.
const AFTER: Duration = Duration::from_secs(180);

/// What a story came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// Changes of state of services, of all sites.
    pub(crate) transitions: u64,
    /// UPDATEs that came to the route server that got most.
    pub(crate) updates: u64,
    /// The most of them within a second, at any route server.
    pub(crate) peak: u64,
    /// UPDATEs that a route server has sent to its clients, at most.
    pub(crate) told: u64,
    /// The most that one site has sent to one route server, in all and within ten seconds.
    pub(crate) said: (u64, u64),
    /// How long route servers had the regular route of a dead site.
    pub(crate) present: Span,
    /// How long a route server had no regular route of a site that was well.
    pub(crate) absent: Span,
    /// How long the best route of a route server led to a dead site.
    pub(crate) dead: Span,
    /// How long a route server had no route at all.
    pub(crate) nowhere: Span,
    /// UPDATEs of the site that is heard, as they arrived at its first route server.
    pub(crate) heard: Vec<(Duration, Vec<u8>)>,
    /// Octets of an announcement of a healthy service, and of a withdrawal.
    pub(crate) octets: (usize, usize),
}

/// How long something was so, at some sites or route servers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    /// Of all of them.
    pub(crate) sum: Duration,
    /// Of the worst of them.
    pub(crate) worst: Duration,
    /// The longest time without a break.
    pub(crate) longest: Duration,
}

/// Plays a story, with its guard.
pub(crate) fn run(settings: &Settings, story: &Story) -> Run {
    assert!(READY < HOLD && AFTER > HOLD, "a session that is cut off is missed within that time");
    let settings = Settings { guard: story.guard, ..*settings };
    let mut world = World::new(settings);
    world.pass(READY);
    for (at, deed) in &story.deeds {
        world.note(*at, Happening::Deed(*deed));
    }
    world.count();
    world.pass(READY + story.end() + AFTER);
    world.settle();
    world.result()
}

/// Plays all of them without damping and with it, as many at a time as there are processors.
pub(crate) fn compare(settings: &Settings, stories: &[Story]) -> Vec<[Run; 2]> {
    let jobs = stories.iter().flat_map(|story| [(story, false), (story, true)]);
    let jobs = Mutex::new(jobs.enumerate());
    let work = || {
        let mut done = Vec::new();
        while let Some((number, (story, damping))) = next(&jobs) {
            done.push((number, run(&Settings { damping, ..*settings }, story)));
        }
        done
    };
    let mut runs = thread::scope(|scope| {
        let count = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
        let done = workers.into_iter().map(|worker| match worker.join() {
            Ok(done) => done,
            Err(failed) => std::panic::resume_unwind(failed),
        });
        done.flatten().collect::<Vec<_>>()
    });
    runs.sort_by_key(|(number, _)| *number);
    let mut runs = runs.into_iter().map(|(_, run)| run);
    std::iter::from_fn(|| Some([runs.next()?, runs.next()?])).collect()
}

fn next<T>(jobs: &Mutex<impl Iterator<Item = T>>) -> Option<T> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).next()
}

impl World {
    fn result(self) -> Run {
        let sites = self.sites.iter();
        let said = sites.clone().flat_map(|site| &site.said);
        let served = self.servers.iter().map(|server| server.service);
        Run {
            transitions: sites.clone().map(|site| site.transitions).sum(),
            updates: self.servers.iter().map(|server| server.heard.total).max().unwrap_or(0),
            peak: self.servers.iter().map(|server| server.heard.peak).max().unwrap_or(0),
            told: self.servers.iter().map(|server| server.told).max().unwrap_or(0),
            said: (
                said.clone().map(|tally| tally.total).max().unwrap_or(0),
                said.map(|tally| tally.peak).max().unwrap_or(0),
            ),
            present: span(sites.clone().map(|site| site.wrong.present)),
            absent: span(sites.map(|site| site.wrong.absent)),
            dead: span(served.clone().map(|service| service.dead)),
            nowhere: span(served.map(|service| service.nowhere)),
            heard: self.heard,
            octets: self.octets,
        }
    }
}

fn span(watches: impl Iterator<Item = Watch>) -> Span {
    watches.fold(Span::default(), |span, watch| Span {
        sum: span.sum + watch.sum,
        worst: span.worst.max(watch.sum),
        longest: span.longest.max(watch.longest),
    })
}
