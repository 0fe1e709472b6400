//! What goes wrong, and what people do. Each fault ends by itself, so that each can be left out.

use std::fmt;
use std::time::Duration;

use super::dice::Dice;
use super::scenery::{OWN, Scenery, Service};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fault {
    /// What a check would see from now on.
    Health { service: usize, check: usize, seen: Seen },
    /// Nothing passes towards the agent, towards the peer, or both ways.
    Cut { neighbor: usize, inbound: bool, outbound: bool, lasts: Duration },
    /// Of a hundred packets, so many are lost; datagrams are duplicated and overtake each other, too.
    Lossy { neighbor: usize, percent: u64, lasts: Duration },
    /// The peer's process ends, and begins again after a while.
    Restart { neighbor: usize, away: Duration },
    /// Connections to the peer are refused.
    Refuse { neighbor: usize, lasts: Duration },
    /// The peer reads nothing.
    Stall { neighbor: usize, lasts: Duration },
    /// The peer says what no speaker should.
    Mad { neighbor: usize, how: Madness },
    /// A route for the address that another speaker has begun appears at the peer.
    Rival { neighbor: usize, service: usize, whose: Whose, lasts: Duration },
    /// The kernel refuses every change of addresses.
    Denied { lasts: Duration },
    /// Somebody removes the address of a service.
    Removed { service: usize },
    /// The loopback is down.
    LoopbackDown { lasts: Duration },
    /// Somebody gives a word, about one service or about all of them.
    Word { service: Option<usize>, word: Word },
    /// The cloud announces maintenance of the host; `left` is the time until it begins.
    Maintenance { event: u64, left: Duration, lasts: Duration },
    /// The file changes and is read again.
    Reload(Change),
    /// The process is killed.
    Crash { away: Duration },
    /// The machine goes without a word, and its addresses with it.
    Reboot { away: Duration },
    /// The process is told to stop; `hurry` by a second signal after a while.
    Stop { away: Duration, hurry: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    Healthy(u8),
    Unhealthy,
    Gone,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Madness {
    Garbage,
    BadUpdate,
    Open,
    Cease,
    Refreshes,
    Keepalives,
    /// Connects once more and says nothing.
    Stranger,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Drain(Option<Duration>),
    Withdraw,
    Announce(Duration),
    Resume,
}

/// Who has begun a route, by what it says. Routes of `herald` carry the last octet of a router-id;
/// that of the agent is [`OWN`], so that its own routes come back, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Any other speaker, or a site that is simply healthy.
    Speaker,
    /// A standby that has taken over.
    Standby(u8),
    /// A site that is not healthy, for want of anybody else.
    LastResort(u8),
}

/// A knob that is turned, and turned back when the same change comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Prepend,
    Neighbor(usize),
    Hold(usize),
    Service(usize),
    Enabled(usize),
    Label(usize),
    OnDown(usize),
    Told(usize, usize),
    DrainFor(usize),
    Watched(usize),
    Patience(usize),
}

impl Fault {
    pub(crate) fn roll(scenery: &Scenery, dice: &mut Dice) -> Self {
        let neighbor = dice.index(scenery.neighbors.len());
        let service = dice.index(scenery.services.len());
        let second = Duration::from_secs(1);
        let mut lasts = |most: u64| dice.between(second / 100, second * most as u32);
        let (short, long, away) = (lasts(20), lasts(300), lasts(90));
        match dice.below(100) {
            0..=32 => {
                let check = dice.index(scenery.services[service].checks);
                Self::Health { service, check, seen: Seen::roll(dice) }
            }
            33..=34 => {
                let left = if dice.chance(50) { second * 900 } else { second };
                Self::Maintenance { event: dice.number(), left, lasts: long }
            }
            35..=40 => {
                let ways = dice.below(3);
                let lasts = if dice.chance(50) { short } else { long };
                Self::Cut { neighbor, inbound: ways != 0, outbound: ways != 1, lasts }
            }
            41..=44 => Self::Lossy { neighbor, percent: 5 + dice.below(40), lasts: long },
            45..=48 => Self::Restart { neighbor, away },
            49..=50 => Self::Refuse { neighbor, lasts: long },
            51..=55 => Self::Stall { neighbor, lasts: if dice.chance(70) { short } else { long } },
            56..=58 => Self::Mad { neighbor, how: Madness::roll(dice) },
            59..=62 => {
                let lasts = if dice.chance(50) { short } else { long };
                Self::Rival { neighbor, service, whose: Whose::roll(dice), lasts }
            }
            63..=65 => Self::Denied { lasts: short },
            66..=69 => Self::Removed { service },
            70 => Self::LoopbackDown { lasts: short },
            71..=84 => {
                let service = dice.chance(80).then_some(service);
                Self::Word { service, word: Word::roll(dice) }
            }
            85..=93 => Self::Reload(Change::roll(neighbor, service, dice)),
            94..=96 => Self::Crash { away: short },
            97 => Self::Reboot { away },
            _ => Self::Stop { away: short + second * 12, hurry: dice.chance(30) },
        }
    }
}

impl Fault {
    /// How long after its beginning it ends, and what it took away comes back.
    pub(crate) fn end(&self) -> Option<Duration> {
        match self {
            Self::Cut { lasts, .. }
            | Self::Lossy { lasts, .. }
            | Self::Refuse { lasts, .. }
            | Self::Stall { lasts, .. }
            | Self::Rival { lasts, .. }
            | Self::Maintenance { lasts, .. }
            | Self::Denied { lasts }
            | Self::LoopbackDown { lasts }
            | Self::Restart { away: lasts, .. }
            | Self::Crash { away: lasts }
            | Self::Reboot { away: lasts } => Some(*lasts),
            Self::Health { .. }
            | Self::Mad { .. }
            | Self::Removed { .. }
            | Self::Word { .. }
            | Self::Reload(_)
            | Self::Stop { .. } => None,
        }
    }
}

impl Seen {
    fn roll(dice: &mut Dice) -> Self {
        match dice.below(10) {
            0..=4 => Self::Healthy(dice.pick(&[100, 100, 60, 20])),
            5..=7 => Self::Unhealthy,
            8 => Self::Gone,
            _ => Self::Unknown,
        }
    }
}

impl Madness {
    fn roll(dice: &mut Dice) -> Self {
        use Madness::{BadUpdate, Cease, Garbage, Keepalives, Open, Refreshes, Stranger};
        dice.pick(&[Garbage, BadUpdate, Open, Cease, Refreshes, Keepalives, Stranger])
    }
}

impl Word {
    fn roll(dice: &mut Dice) -> Self {
        let seconds = Duration::from_secs(1 + dice.below(60));
        match dice.below(10) {
            0..=2 => Self::Drain(dice.chance(50).then_some(seconds)),
            3 => Self::Withdraw,
            4 => Self::Announce(seconds),
            _ => Self::Resume,
        }
    }
}

impl Whose {
    fn roll(dice: &mut Dice) -> Self {
        let router_id = dice.pick(&[OWN - 1, OWN, OWN + 1]);
        match dice.below(4) {
            0 | 1 => Self::Speaker,
            2 => Self::Standby(router_id),
            _ => Self::LastResort(router_id),
        }
    }
}

impl Change {
    fn roll(neighbor: usize, service: usize, dice: &mut Dice) -> Self {
        match dice.below(11) {
            0 => Self::Prepend,
            1 => Self::Neighbor(neighbor),
            2 => Self::Hold(neighbor),
            3 => Self::Service(service),
            4 => Self::Enabled(service),
            5 => Self::Label(service),
            6 => Self::OnDown(service),
            7 => Self::Told(service, neighbor),
            8 => Self::DrainFor(service),
            9 => Self::Watched(service),
            _ => Self::Patience(service),
        }
    }

    pub(crate) fn apply(self, scenery: &mut Scenery) {
        let flip = |knob: &mut bool| *knob = !*knob;
        match self {
            Self::Prepend => scenery.region_prepend = (scenery.region_prepend + 1) % 3,
            // One neighbour stays, for a file without any is refused.
            Self::Neighbor(0) => {}
            Self::Neighbor(n) => flip(&mut scenery.neighbors[n].present),
            Self::Hold(n) => {
                let hold = &mut scenery.neighbors[n].hold;
                *hold = if *hold == 60 { 90 } else { 60 };
            }
            Self::Service(s) => flip(&mut scenery.services[s].present),
            Self::Enabled(s) => flip(&mut scenery.services[s].enabled),
            Self::Label(s) => scenery.services[s].label ^= 1,
            Self::OnDown(s) => flip(&mut scenery.services[s].remove_on_down),
            Self::Told(_, 0) => {}
            Self::Told(s, n) => flip(&mut scenery.services[s].told[n]),
            Self::Watched(s) => flip(&mut scenery.services[s].watches_all),
            Self::Patience(s) => {
                let Service { standby, last_site, .. } = &mut scenery.services[s];
                for patience in [standby, last_site].into_iter().flatten() {
                    *patience = Duration::from_secs(if patience.as_secs() == 2 { 20 } else { 2 });
                }
            }
            Self::DrainFor(s) => {
                let lasts = &mut scenery.services[s].drain_for;
                *lasts = Duration::from_secs(if lasts.as_secs() == 1 { 30 } else { 1 });
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Health { service, check, seen } => {
                write!(f, "check c{check} of s{service} would see {seen:?}")
            }
            Self::Cut { neighbor, inbound, outbound, lasts } => {
                let way = match (inbound, outbound) {
                    (true, true) => "both ways",
                    (true, false) => "towards the agent",
                    (false, _) => "towards the peer",
                };
                write!(f, "the link to rs-{neighbor} is cut {way} for {lasts:.3?}")
            }
            Self::Lossy { neighbor, percent, lasts } => {
                write!(f, "the link to rs-{neighbor} loses {percent}% for {lasts:.3?}")
            }
            Self::Restart { neighbor, away } => write!(f, "rs-{neighbor} is gone for {away:.3?}"),
            Self::Refuse { neighbor, lasts } => {
                write!(f, "rs-{neighbor} refuses connections for {lasts:.3?}")
            }
            Self::Stall { neighbor, lasts } => {
                write!(f, "rs-{neighbor} reads nothing for {lasts:.3?}")
            }
            Self::Mad { neighbor, how } => write!(f, "rs-{neighbor} goes mad: {how:?}"),
            Self::Rival { neighbor, service, whose, lasts } => {
                write!(f, "rs-{neighbor} shows s{service} of {whose:?} for {lasts:.3?}")
            }
            Self::Denied { lasts } => write!(f, "the kernel changes no address for {lasts:.3?}"),
            Self::Removed { service } => write!(f, "somebody removes the addresses of s{service}"),
            Self::LoopbackDown { lasts } => write!(f, "lo is down for {lasts:.3?}"),
            Self::Word { service: Some(s), word } => {
                write!(f, "the operator says of s{s}: {word:?}")
            }
            Self::Word { service: None, word } => write!(f, "the operator says of all: {word:?}"),
            Self::Maintenance { left, lasts, .. } => {
                write!(f, "maintenance in {left:?} is announced, for {lasts:.3?}")
            }
            Self::Reload(change) => write!(f, "the file changes and is reloaded: {change:?}"),
            Self::Crash { away } => write!(f, "the agent is killed, and back after {away:.3?}"),
            Self::Reboot { away } => write!(f, "the machine is gone for {away:.3?}"),
            Self::Stop { away, hurry } => {
                let hurry = if *hurry { ", in a hurry" } else { "" };
                write!(f, "the agent is told to stop{hurry}, and back after {away:.3?}")
            }
        }
    }
}
