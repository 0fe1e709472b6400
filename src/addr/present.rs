use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use crate::base::{LoopbackAddress, Scope};

/// The interfaces and addresses of this machine, as last seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Present {
    /// By interface index.
    pub links: BTreeMap<u32, Link>,
    /// On any of them, whosever they are.
    pub addresses: BTreeSet<Found>,
}

/// An interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its name.
    pub name: Arc<str>,
    /// Administratively up; the addresses of an interface that is down do not answer.
    pub up: bool,
}

/// An address on an interface, whoever put it there. The index comes before the address, so that the
/// addresses of one [`Place`] are neighbours in a set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Where it is.
    pub place: Place,
    /// Prefix length in bits.
    pub length: u8,
    /// IFA_LABEL, IPv4 only; the kernel puts the name of the interface when none is given.
    pub label: Option<Arc<str>>,
    /// The scope as the kernel counts (rtnetlink(7)); for IPv6 it follows from the address, so that
    /// there is nothing to compare and it is kept at zero.
    pub scope: u8,
    /// IFA_PROTO: who put it there.
    pub mark: Option<u8>,
}

/// An address at an interface index: the kernel keeps the two apart from all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The index of the interface.
    pub index: u32,
    /// The address.
    pub address: IpAddr,
}

impl Present {
    /// The index and state of an interface.
    pub fn link(&self, name: &str) -> Option<(u32, &Link)> {
        let mut links = self.links.iter().map(|(index, link)| (*index, link));
        links.find(|(_, link)| &*link.name == name)
    }

    /// The name of an interface; its index in words when it is gone.
    pub(super) fn name(&self, index: u32) -> Arc<str> {
        let link = self.links.get(&index);
        link.map_or_else(|| format!("interface {index}").into(), |link| Arc::clone(&link.name))
    }

    /// The names of all interfaces, for people.
    pub(super) fn names(&self) -> String {
        let names: BTreeSet<&str> = self.links.values().map(|link| &*link.name).collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    }

    /// All addresses at a place; more than one when their lengths differ (IPv4).
    pub fn at(&self, place: Place) -> impl Iterator<Item = &Found> + Clone {
        let first = Found { place, length: 0, label: None, scope: 0, mark: None };
        self.addresses.range(first..).take_while(move |found| found.place == place)
    }

    /// Takes in that `found` is there now, in the place of one of the same length.
    pub fn add(&mut self, found: Found) {
        let same = self.at(found.place).find(|old| old.length == found.length).cloned();
        if let Some(same) = same {
            self.addresses.remove(&same);
        }
        self.addresses.insert(found);
    }
}

impl Found {
    /// What `wanted` looks like once it is on the interface `name`.
    pub fn of(wanted: &LoopbackAddress, index: u32, name: &Arc<str>, mark: u8) -> Self {
        let place = Place { index, address: wanted.address };
        let mark = Some(mark);
        match wanted.address {
            IpAddr::V4(_) => {
                let label = Some(Arc::clone(wanted.label.as_ref().unwrap_or(name)));
                Self { place, length: 32, label, scope: scope_number(wanted.scope), mark }
            }
            IpAddr::V6(_) => Self { place, length: 128, label: None, scope: 0, mark },
        }
    }

    /// Whether it is a host address, the only kind that herald adds.
    pub(super) fn is_host(&self) -> bool {
        self.length == if self.place.address.is_ipv4() { 32 } else { 128 }
    }

    /// Whether label and scope are as wanted.
    pub(super) fn looks_like(&self, wanted: &LoopbackAddress, name: &Arc<str>) -> bool {
        let ideal = Self::of(wanted, self.place.index, name, 0);
        (&self.label, self.scope) == (&ideal.label, ideal.scope)
    }
}

/// RT_SCOPE_UNIVERSE or RT_SCOPE_HOST of include/uapi/linux/rtnetlink.h.
pub(super) fn scope_number(scope: Scope) -> u8 {
    match scope {
        Scope::Global => 0,
        Scope::Host => 254,
    }
}
