//! Present × wanted × ours → what to do. Pure.
//!
//! | at the place of a wanted address | then |
//! |---|---|
//! | the interface is missing or down | blocked, with the reason |
//! | nothing | Add |
//! | ours, label and scope as wanted | kept |
//! | ours, with another label or scope | Replace: the kernel refuses a second one beside it |
//! | only somebody else's | kept, never touched |
//!
//! and every address of ours that is not wanted: Remove. What is added comes before what is removed.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use super::ours::Ours;
use super::patience::Aim;
use super::present::{Found, Link, Place, Present};
use crate::base::LoopbackAddress;

/// What the wanted set makes of what is present.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Wanted and there, with nothing to do.
    pub kept: BTreeMap<LoopbackAddress, Owner>,
    /// Wanted, and impossible for now.
    pub blocked: BTreeMap<LoopbackAddress, Blocked>,
    /// In the order in which they should be carried out.
    pub steps: Vec<Step>,
}

/// Whose address it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Herald,
    Other,
}

/// Why an address cannot be bound now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Blocked {
    /// No such interface; those that exist, comma separated.
    NoInterface { existing: String },
    /// The interface is down.
    Down,
}

/// One change of one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Added where nothing is.
    Add(Place, LoopbackAddress),
    /// Removed and at once added again.
    Replace(Found, LoopbackAddress),
    /// Removed.
    Remove(Found),
}

impl Step {
    /// Where it happens.
    pub fn place(&self) -> Place {
        match self {
            Self::Add(place, _) => *place,
            Self::Replace(found, _) | Self::Remove(found) => found.place,
        }
    }

    pub(super) fn aim(&self) -> Aim {
        match self {
            Self::Add(..) | Self::Replace(..) => Aim::Bound,
            Self::Remove(_) => Aim::Gone,
        }
    }

    /// The address that is there after the step.
    pub fn result(&self) -> Option<&LoopbackAddress> {
        match self {
            Self::Add(_, wanted) | Self::Replace(_, wanted) => Some(wanted),
            Self::Remove(_) => None,
        }
    }
}

/// Compares what is present with what is wanted. The wanted set may hold one address of an interface
/// with two labels (while a reload moves from one to the other): either will do for both.
pub(super) fn plan(present: &Present, wanted: &BTreeSet<LoopbackAddress>, ours: &Ours) -> Plan {
    let mut plan = Plan::default();
    let (mut replaced, mut asked) = (Vec::new(), BTreeSet::new());
    for ((interface, address), variants) in by_place(wanted) {
        let blocked = match present.link(interface) {
            None => Blocked::NoInterface { existing: present.names() },
            Some((index, Link { up: false, .. })) => {
                asked.insert(Place { index, address });
                Blocked::Down
            }
            Some((index, link)) => {
                let place = Place { index, address };
                asked.insert(place);
                match judge(present.at(place), &variants, &link.name, ours) {
                    Judgement::Keep(owner) => {
                        plan.kept.extend(variants.into_iter().map(|w| (w.clone(), owner)));
                    }
                    Judgement::Missing => plan.steps.push(Step::Add(place, variants[0].clone())),
                    Judgement::Wrong(found) => {
                        replaced.push(Step::Replace(found.clone(), variants[0].clone()));
                    }
                }
                continue;
            }
        };
        plan.blocked.extend(variants.into_iter().map(|w| (w.clone(), blocked.clone())));
    }
    let unwanted = present.addresses.iter().filter(|f| ours.owns(f) && !asked.contains(&f.place));
    plan.steps.append(&mut replaced);
    plan.steps.extend(unwanted.cloned().map(Step::Remove));
    plan
}

/// The variants of each wanted address: the same address and interface under different labels or
/// scopes. No list is empty.
fn by_place(
    wanted: &BTreeSet<LoopbackAddress>,
) -> BTreeMap<(&Arc<str>, IpAddr), Vec<&LoopbackAddress>> {
    let mut places = BTreeMap::<_, Vec<_>>::new();
    for address in wanted {
        places.entry((&address.interface, address.address)).or_default().push(address);
    }
    places
}

enum Judgement<'a> {
    Keep(Owner),
    Missing,
    Wrong(&'a Found),
}

/// What to make of the addresses at the place of a wanted one.
fn judge<'a>(
    mut there: impl Iterator<Item = &'a Found> + Clone,
    variants: &[&LoopbackAddress],
    name: &Arc<str>,
    ours: &Ours,
) -> Judgement<'a> {
    match there.clone().find(|found| ours.owns(found)) {
        Some(own) if variants.iter().any(|w| own.looks_like(w, name)) => {
            Judgement::Keep(Owner::Herald)
        }
        Some(own) => Judgement::Wrong(own),
        None if there.next().is_some() => Judgement::Keep(Owner::Other),
        None => Judgement::Missing,
    }
}
