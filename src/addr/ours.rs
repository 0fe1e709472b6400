use std::collections::BTreeSet;

use super::present::{Found, Place, Present};
use crate::base::LoopbackAddress;

/// The address protocol (IFA_PROTO) that marks an address as herald's. The kernel keeps 0 to 3 for
/// itself (IFAPROT_* in include/uapi/linux/if_addr.h) and leaves the rest to user space, where no
/// registry exists; 72 is `H`, and no routing daemon uses it as its number in `rt_protos` either.
pub const MARK: u8 = 72;

/// Which of the addresses on this machine are herald's.
#[derive(Debug)]
pub(super) struct Ours {
    /// Added or claimed by this run. The mark alone would not do: two heralds on one machine would
    /// remove each other's addresses for ever.
    held: BTreeSet<Place>,
    /// Whether the kernel keeps IFA_PROTO (5.18 and later). Where it does not, the configured label
    /// stands in for it, and an IPv6 address of an earlier run cannot be told from a stranger's.
    marks_kept: bool,
    /// Whether whatever carries the mark must be of an earlier run of ours: at the start, unless
    /// another herald is at work.
    all: bool,
}

impl Ours {
    /// Nothing is held yet.
    pub(super) fn new(marks_kept: bool) -> Self {
        Self { held: BTreeSet::new(), marks_kept, all: true }
    }

    /// What carries the mark may be another's: only what is wanted is ever claimed.
    pub(super) fn beside_another(&mut self) {
        self.all = false;
    }

    /// Whether herald may remove it.
    pub(super) fn owns(&self, found: &Found) -> bool {
        let marked = found.mark == Some(MARK) || (!self.marks_kept && found.mark.is_none());
        found.is_host() && marked && self.held.contains(&found.place)
    }

    /// Whether herald has put an address there, or claimed it, and has not removed it since.
    pub(super) fn held(&self, place: Place) -> bool {
        self.held.contains(&place)
    }

    /// Notes that an address has been added; `false` when it was held before: somebody else had
    /// removed it.
    pub(super) fn hold(&mut self, place: Place) -> bool {
        self.held.insert(place)
    }

    /// Notes that an address has been removed.
    pub(super) fn release(&mut self, place: Place) {
        self.held.remove(&place);
    }

    /// Claims what an earlier run has left: the first time all of it, so that what is not wanted any
    /// more can be removed, later only what is wanted. Returns the places that were not held before.
    pub(super) fn claim(
        &mut self,
        present: &Present,
        wanted: &BTreeSet<LoopbackAddress>,
    ) -> BTreeSet<Place> {
        let labels: BTreeSet<&str> = wanted.iter().filter_map(|w| w.label.as_deref()).collect();
        let wanted: BTreeSet<(&str, _)> =
            wanted.iter().map(|w| (&*w.interface, w.address)).collect();
        let mut claimed = BTreeSet::new();
        for found in present.addresses.iter().filter(|found| found.is_host()) {
            let name = present.name(found.place.index);
            let labelled =
                found.label.as_deref().is_some_and(|l| l != &*name && labels.contains(l));
            let left_by_us =
                found.mark == Some(MARK) || (!self.marks_kept && found.mark.is_none() && labelled);
            let asked = self.all || wanted.contains(&(&*name, found.place.address));
            if left_by_us && asked && self.held.insert(found.place) {
                claimed.insert(found.place);
            }
        }
        self.all = false;
        claimed
    }

    /// Forgets what went with its interface: when it comes back, nobody has taken anything away.
    /// IPv6 addresses go already when an interface goes down.
    pub(super) fn forget_gone(&mut self, present: &Present) {
        self.held.retain(|place| {
            let up = present.links.get(&place.index).map(|link| link.up);
            up == Some(true) || (up == Some(false) && present.at(*place).next().is_some())
        });
    }
}

/// Whether a kernel of this release (`uname -r`) keeps IFA_PROTO: it came with 5.18. A release that
/// cannot be read is taken for a recent one.
pub(super) fn keeps_marks(release: &str) -> bool {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= (5, 18),
        _ => true,
    }
}
