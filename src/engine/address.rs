use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use crate::base::{LoopbackAddress, Reason};

/// The addresses that should be bound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressWish {
    /// Counts the wishes: two may be for the same addresses, with another one in between.
    pub version: u64,
    /// All of them.
    pub addresses: Arc<BTreeSet<LoopbackAddress>>,
}

/// What the address keeper found and did, told whenever it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressReport {
    /// Version of the wish that it answers; it says nothing of what a newer one has set under way.
    pub answers: u64,
    /// Wanted addresses that are present now, ours or somebody else's.
    pub bound: BTreeSet<LoopbackAddress>,
    /// Wanted addresses that could not be added, and why; they are tried again.
    pub faults: BTreeMap<LoopbackAddress, Reason>,
    /// Addresses of ours that are not wanted any more and could not be removed; they are tried again.
    pub stuck: BTreeSet<IpAddr>,
}

/// What was wished for last, and what the keeper's reports mean beside that.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    wish: AddressWish,
    report: AddressReport,
    /// Whether the keeper has reported at all.
    heard: bool,
    /// Addresses that a wish has left out which is not answered yet, with its version: they may go at
    /// any moment, also when they are wished for again.
    leaving: BTreeMap<LoopbackAddress, u64>,
}

impl Addresses {
    pub(super) fn handle_report(&mut self, report: AddressReport) {
        self.leaving.retain(|_, version| *version > report.answers);
        self.report = report;
        self.heard = true;
    }

    /// Makes these the addresses to be bound; the wish, when it is another one than the last.
    pub(super) fn wish<'a>(
        &mut self,
        addresses: impl Iterator<Item = &'a LoopbackAddress> + Clone,
    ) -> Option<AddressWish> {
        let last = &self.wish.addresses;
        let (mut count, mut known) = (0, true);
        for address in addresses.clone() {
            count += 1;
            known &= last.contains(address);
        }
        if known && count == last.len() {
            return None;
        }
        let (version, next) = (self.wish.version + 1, addresses.cloned().collect());
        self.leaving.extend(last.difference(&next).map(|left| (left.clone(), version)));
        self.wish = AddressWish { version, addresses: Arc::new(next) };
        Some(self.wish.clone())
    }

    pub(super) fn is_bound(&self, address: &LoopbackAddress) -> bool {
        self.report.bound.contains(address) && !self.leaving.contains_key(address)
    }

    /// Why the kernel has refused to bind it: waiting for it would lead nowhere.
    pub(super) fn fault(&self, address: &LoopbackAddress) -> Option<&Reason> {
        self.report.faults.get(address)
    }

    /// What keeps the addresses from being called released, in words; `None` when nothing does. The
    /// keeper may be about to do what was wished for last, so its answer to the newest wish counts.
    pub(super) fn unreleased(&self) -> Option<String> {
        let bound = self.report.bound.iter().map(|bound| bound.address);
        let left: BTreeSet<_> = bound.chain(self.report.stuck.iter().copied()).collect();
        if !left.is_empty() {
            let left: Vec<_> = left.iter().map(ToString::to_string).collect();
            return Some(format!("addresses still bound: {}", left.join(", ")));
        }
        let answered = self.heard && self.report.answers == self.wish.version;
        (!answered).then(|| "no answer about the addresses".to_owned())
    }
}
