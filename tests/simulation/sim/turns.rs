//! Whose turn it is where only one site should be active, by the words of the documentation: an
//! observer who reads what the neighbours write to the agent, and asks nobody else.
//!
//! ```text
//! quiet  ── for the patience nobody of weight was seen, and a session had its time ──▶ active
//! active ── a route that outranks ours, or our like for as long as the patience ──▶ quiet
//! ```
//!
//! A session that is lost changes nothing for who is active, and proves nothing to who waits.

use std::time::{Duration, Instant};

use herald::base::Prefix;

use super::fault::Whose;
use super::network::{Lane, Side};
use super::scenery::OWN;
use super::stream::Route;

/// The large communities that mark routes: their second numbers.
pub(super) const STANDBY: u32 = 0x4845_5201;
pub(super) const LAST_RESORT: u32 = 0x4845_5202;

/// How long a new session may be silent though the neighbour knows more.
const FIRST_TABLE: Duration = Duration::from_secs(2);

/// Why a service looks at others, with its patience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Healthy: announced only while nobody else announces it.
    Standby(Duration),
    /// Not healthy: announced for want of anybody else.
    LastSite(Duration),
}

/// What the watched neighbours show of a service.
#[derive(Debug, Default)]
pub(super) struct Sight {
    /// Since when the oldest of the sessions is there.
    since: Option<Instant>,
    rivals: Vec<Whose>,
}

/// What a route of another does to ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    None,
    /// Keeps back who waits, and who is active yields in the end.
    Like,
    Outranks,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Turn {
    role: Option<Role>,
    active: bool,
    /// Since when it has its role and nobody keeps it back, as far as it can see.
    alone_since: Option<Instant>,
    like_since: Option<Instant>,
    /// When it is its turn, if all stays as it is, or since when.
    due: Option<Instant>,
    quiet_since: Option<Instant>,
}

impl Role {
    fn patience(self) -> Duration {
        match self {
            Self::Standby(patience) | Self::LastSite(patience) => patience,
        }
    }

    fn weight(self, rival: Whose) -> Weight {
        match (self, rival) {
            (_, Whose::Standby(OWN) | Whose::LastResort(OWN)) => Weight::None,
            (_, Whose::Speaker) | (Self::LastSite(_), Whose::Standby(_)) => Weight::Outranks,
            (Self::Standby(_), Whose::LastResort(_)) => Weight::None,
            (Self::Standby(_), Whose::Standby(id)) | (Self::LastSite(_), Whose::LastResort(id)) => {
                if id < OWN {
                    Weight::Outranks
                } else {
                    Weight::Like
                }
            }
        }
    }
}

impl Sight {
    /// What `watched` neighbours show of `prefixes`.
    pub(super) fn of<'a>(watched: impl Iterator<Item = &'a Lane>, prefixes: &[Prefix]) -> Self {
        let mut sight = Self::default();
        for lane in watched {
            let Some((conn, since)) = lane.established(Side::Agent).zip(lane.up_since()) else {
                continue;
            };
            sight.since = Some(sight.since.map_or(since, |known| known.min(since)));
            let routes = prefixes.iter().filter_map(|prefix| conn.shown.table.get(prefix));
            sight.rivals.extend(routes.map(whose));
        }
        sight
    }

    pub(super) fn weighs(&self, role: Role) -> bool {
        self.weight(role) > Weight::None
    }

    fn weight(&self, role: Role) -> Weight {
        let weights = self.rivals.iter().map(|rival| role.weight(*rival));
        weights.max().unwrap_or(Weight::None)
    }
}

impl Turn {
    /// From now on it has this role. Who recovers goes on if it is active, and who falls does if it
    /// `goes_on` to be announced; `doubtful` says that it may have been active in another role.
    pub(super) fn play(&mut self, role: Option<Role>, goes_on: bool, doubtful: bool) {
        use Role::{LastSite, Standby};
        let changed = |active| Self { active, ..Self::default() };
        *self = match (self.role, role) {
            (None, None) => return,
            (Some(Standby(_)), Some(Standby(_))) | (Some(LastSite(_)), Some(LastSite(_))) => {
                Self { role, ..self.clone() }
            }
            (Some(LastSite(_)), Some(Standby(_))) => Self { role, ..changed(self.active) },
            (Some(Standby(_)), Some(LastSite(_))) => {
                Self { role, ..changed(self.active && goes_on) }
            }
            (Some(_), None) => changed(false),
            (None, Some(_)) => Self { role, ..changed(doubtful) },
        };
    }

    /// Lets time pass.
    pub(super) fn pass(&mut self, sight: &Sight, now: Instant) {
        let Some(role) = self.role else { return };
        let (weight, patience) = (sight.weight(role), role.patience());
        let keep = |since: Option<Instant>, holds: bool| holds.then(|| since.unwrap_or(now));
        self.alone_since = keep(self.alone_since, weight == Weight::None && sight.since.is_some());
        self.like_since = keep(self.like_since, weight == Weight::Like);
        let told = sight.since.map(|since| since + FIRST_TABLE);
        let due = self.alone_since.map(|alone| alone + patience);
        self.due = due.zip(told).map(|(due, told)| due.max(told));
        let yields = self.like_since.is_some_and(|since| since + patience <= now);
        self.active &= weight != Weight::Outranks && !yields;
        self.active |= self.due.is_some_and(|due| due <= now);
        self.quiet_since = keep(self.quiet_since, !self.active);
    }

    pub(super) fn role(&self) -> Option<Role> {
        self.role
    }

    /// Whether it may be announced, if it has a role.
    pub(super) fn is_active(&self) -> bool {
        self.active
    }

    /// Since when it must not be announced because it is the turn of others.
    pub(super) fn quiet_since(&self) -> Option<Instant> {
        self.quiet_since.filter(|_| self.role.is_some())
    }

    /// When it is or was its turn to be announced.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due.filter(|_| self.role.is_some())
    }
}

/// Who has begun a route.
pub(super) fn whose(route: &Route) -> Whose {
    let id = |number: u32| number.to_be_bytes()[3];
    let marks = route.large_communities.iter();
    let mut known = marks.filter_map(|mark| match mark.local1 {
        STANDBY => Some(Whose::Standby(id(mark.local2))),
        LAST_RESORT => Some(Whose::LastResort(id(mark.local2))),
        _ => None,
    });
    known.next().unwrap_or(Whose::Speaker)
}
