use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use crate::base::{LoopbackAddress, Reason};

/// What the address keeper found and did, told whenever it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressReport {
    /// What was wanted when it was made: a report on an earlier wish says nothing of what is under way.
    pub wanted: Arc<BTreeSet<LoopbackAddress>>,
    /// Wanted addresses that are present now, ours or somebody else's.
    pub bound: BTreeSet<LoopbackAddress>,
    /// Wanted addresses that could not be added, and why; they are tried again.
    pub faults: BTreeMap<LoopbackAddress, Reason>,
    /// Addresses of ours that are not wanted any more and could not be removed; they are tried again.
    pub stuck: BTreeSet<IpAddr>,
}
