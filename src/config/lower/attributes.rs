use std::net::IpAddr;
use std::time::Duration;

use super::scalar;
use crate::base::closest;
use crate::base::{Community, CommunityError, LargeCommunity, Percent};
use crate::config::reader::{Placed, Refusal, Section, plain};
use crate::health::Ladder;
use crate::policy::{Drain, Extras, StateAttributes};

/// `prepend`, `med`, `communities` and `large-communities` of any table.
pub(super) fn extras(section: &Section<'_>) -> Option<Extras> {
    let prepend = section.integer("prepend");
    let med = section.integer("med");
    let communities = section.list("communities", community);
    let large_communities = section.list("large-communities", plain::<LargeCommunity>);
    Some(Extras {
        prepend: prepend?.value,
        med: med.map(|med| med.value),
        communities: communities?.value.into_iter().map(|c| c.value).collect(),
        large_communities: large_communities?.value.into_iter().map(|c| c.value).collect(),
    })
}

/// A `[service.X.STATE]` table.
#[derive(Debug)]
pub(super) struct State {
    announce: Option<Placed<bool>>,
    extras: Option<Extras>,
    pub(super) next_hop: Option<Placed<IpAddr>>,
}

impl State {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let announce = section.boolean("announce");
        let extras = extras(section);
        let next_hop = section.text("next-hop", plain);
        Self { announce, extras, next_hop }
    }

    /// Whether routes are announced in this state; also when that cannot be told.
    pub(super) fn announces(&self) -> bool {
        self.announce.as_ref().is_none_or(|announce| announce.value)
    }

    /// Whether the file says so.
    pub(super) fn is_announced(&self) -> bool {
        self.announce.as_ref().is_some_and(|announce| announce.value)
    }

    pub(super) fn lowered(&self) -> Option<StateAttributes> {
        Some(StateAttributes {
            announce: self.announce.as_ref()?.value,
            extras: self.extras.clone()?,
            next_hop: self.next_hop.as_ref().map(|next_hop| next_hop.value),
        })
    }
}

/// The `[service.X.drain]` table.
#[derive(Debug)]
pub(super) struct Draining {
    pub(super) state: State,
    lasts: Option<Placed<Duration>>,
    wait_sessions: Option<Placed<Duration>>,
}

impl Draining {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let (lasts, wait_sessions) = (section.duration("for"), section.duration("wait-sessions"));
        Self { state: State::read(section), lasts, wait_sessions }
    }

    pub(super) fn wait_sessions(&self) -> Option<Duration> {
        self.wait_sessions.as_ref().map(|time| time.value)
    }

    pub(super) fn lowered(&self) -> Option<Drain> {
        Some(Drain { attributes: self.state.lowered()?, lasts: self.lasts.as_ref()?.value })
    }
}

/// The `[service.X.degraded]` table.
#[derive(Debug)]
pub(super) struct Degraded {
    pub(super) state: State,
    /// Whether there is such a table.
    pub(super) given: bool,
    /// `None` when there is none, or after a fault.
    pub(super) ladder: Option<Ladder>,
}

impl Degraded {
    pub(super) fn read(service: &Section<'_>) -> Self {
        let section = service.section("degraded");
        let given = service.has("degraded");
        let ladder = if given { ladder(&section) } else { None };
        Self { state: State::read(&section), given, ladder }
    }
}

/// How much more than `below` makes a service up again, when the file does not say.
const STEP: u8 = 20;

fn ladder(section: &Section<'_>) -> Option<Ladder> {
    let recover = section.text("recover", scalar::share);
    let below = section.text("below", scalar::share)?;
    let further = Percent::of(usize::from(below.value.get() + STEP), 100);
    let Some(recover) = recover else {
        return Some(Ladder { below: below.value, recover: further });
    };
    if recover.value < below.value {
        section.notes.fault(
            &recover.span,
            format!("recover = {} is less than below = {}", recover.shown, below.shown),
            "a capacity between the two would be too little and enough at once",
            "take a larger recover, or a smaller below",
        );
    }
    Some(Ladder { below: below.value, recover: recover.value })
}

fn community(text: &str) -> Result<Community, Refusal> {
    text.parse().map_err(|_: CommunityError| {
        let numbers: Vec<_> = text.split(':').map(str::parse::<u32>).collect();
        match numbers.as_slice() {
            [Ok(_), Ok(_), Ok(_)] => Refusal::rule("three numbers make a large community")
                .help("move it to large-communities"),
            [Ok(_), Ok(_)] => Refusal::rule("65535 is the most for each number (RFC 1997)")
                .help("larger numbers fit large-communities only"),
            _ => match closest(text, Community::well_known()) {
                Some(meant) => Refusal::default().meant(format!("did you mean {meant:?}?")),
                None => Refusal::default().help(
                    "for example \"65010:100\", \"no-export\", \"no-advertise\" or \"graceful-shutdown\"",
                ),
            },
        }
    })
}
