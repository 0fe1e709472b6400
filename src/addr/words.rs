//! What operators read: log lines and the reasons of faults.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use tracing::{info, warn};

use super::steps::Blocked;
use crate::base::{LoopbackAddress, Reason};
use crate::engine::AddressReport;

/// How many addresses a log line names; the others are counted.
const NAMED: usize = 5;

/// What happened in one pass: one line for all addresses of an interface that had the same fate.
#[derive(Debug, Default)]
pub(super) struct Log(BTreeMap<(Fate, Arc<str>), Vec<IpAddr>>);

/// What became of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// There from an earlier run, and wanted.
    Adopted,
    /// Somebody else's.
    Left,
    Bound,
    /// Somebody else had removed it.
    PutBack,
    /// Had another label or scope.
    Replaced,
    /// There from an earlier run, and not wanted.
    CleanedUp,
    Released,
}

impl Log {
    pub(super) fn note(&mut self, fate: Fate, interface: Arc<str>, address: IpAddr) {
        self.0.entry((fate, interface)).or_default().push(address);
    }

    pub(super) fn write(self) {
        for ((fate, name), addresses) in self.0 {
            let (list, many) = (list(&addresses), addresses.len() > 1);
            let (is, was) = if many { ("are", "were") } else { ("is", "was") };
            let stay = if many { "they are, and they stay" } else { "it is, and it stays" };
            match fate {
                Fate::Adopted => {
                    info!("{list} {is} on {name} from an earlier run of herald: taken over");
                }
                Fate::Left => info!(
                    "{list} {is} on {name} already, not by herald: left as {stay} when herald stops"
                ),
                Fate::Bound => info!("{list} bound to {name}"),
                Fate::PutBack => {
                    warn!("{list} {was} removed from {name}, not by herald: put back");
                }
                Fate::Replaced => {
                    info!("{list} removed from {name} and bound again, with new label or scope");
                }
                Fate::CleanedUp => info!(
                    "{list} removed from {name}: left by an earlier run of herald, and not wanted"
                ),
                Fate::Released => info!("{list} removed from {name}"),
            }
        }
    }
}

/// Says once that what an earlier run has left is not removed, and why.
pub(super) fn log_others(other: Result<Option<String>, String>) {
    const KEPT: &str = "addresses that an earlier run has left stay, unless they are wanted";
    match other {
        Ok(None) => {}
        Ok(Some(pid)) => warn!(
            pid,
            "another herald keeps addresses in this network namespace: {KEPT}; stop one of the two"
        ),
        Err(error) => warn!(%error, "whether another herald is at work cannot be seen: {KEPT}"),
    }
}

/// Logs the faults that the last report did not have.
pub(super) fn log_new_faults(report: &AddressReport, last: Option<&AddressReport>) {
    let mut lines = BTreeMap::<_, Vec<_>>::new();
    for (address, reason) in &report.faults {
        if last.and_then(|last| last.faults.get(address)) != Some(reason) {
            lines.entry((&address.interface, reason)).or_default().push(address.address);
        }
    }
    for ((interface, reason), addresses) in lines {
        warn!("{} cannot be bound to {interface}: {reason}", list(&addresses));
    }
}

fn list(addresses: &[IpAddr]) -> String {
    let named: Vec<_> = addresses.iter().take(NAMED).map(ToString::to_string).collect();
    let mut text = named.join(", ");
    if let Some(more @ 1..) = addresses.len().checked_sub(NAMED) {
        // Writing to a string cannot fail.
        let _ = write!(text, " and {more} more");
    }
    text
}

/// Why an address must wait for its interface.
pub(super) fn blocked(wanted: &LoopbackAddress, blocked: &Blocked) -> Reason {
    let name = &wanted.interface;
    match blocked {
        Blocked::NoInterface { existing } => format!(
            "there is no interface {name}; there is {existing}: create it, or name another as \
             `interface` in [service.NAME.loopback]"
        ),
        Blocked::Down => {
            format!("{name} is down, so nothing on it answers: `ip link set {name} up`")
        }
    }
    .into()
}

/// Why an address that was put back a moment ago waits.
pub(super) fn fight(wanted: &LoopbackAddress) -> Reason {
    let name = &wanted.interface;
    format!(
        "somebody else keeps removing it, and it is put back after a pause: find what else manages \
         the addresses of {name} (networkd, ifupdown, keepalived, a script)"
    )
    .into()
}

/// Why the kernel did not take an address, and what helps.
pub(super) fn refused(wanted: &LoopbackAddress, error: &io::Error) -> Reason {
    let name = &wanted.interface;
    let help = match error.raw_os_error() {
        Some(libc::EPERM) => {
            "herald lacks CAP_NET_ADMIN: run it as root or give it the capability".into()
        }
        Some(libc::EACCES) if wanted.address.is_ipv6() => {
            format!("IPv6 is off there: `sysctl -w net.ipv6.conf.{name}.disable_ipv6=0`")
        }
        Some(libc::EOPNOTSUPP | libc::EAFNOSUPPORT) => "this kernel runs without IPv6".into(),
        Some(libc::EEXIST) => "somebody else has added it this moment".into(),
        Some(libc::ERANGE) => "a label has at most 15 characters".into(),
        Some(libc::EINVAL) => "it is not an address that an interface can have".into(),
        Some(libc::ENODEV) => format!("{name} has gone this moment"),
        Some(libc::ENOBUFS | libc::ENOMEM) => "the kernel is short of memory".into(),
        _ => "this error of the kernel is not known to herald".into(),
    };
    format!("the kernel refuses it ({error}): {help}; tried again with pauses").into()
}
