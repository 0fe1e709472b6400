//! Values as the sources write them; what cannot be read is a fault.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;

use super::findings::{Findings, Kind};
use super::source::Word;
use crate::config::show_duration;

/// A whole number.
pub(super) fn number<T: FromStr>(word: &Word, findings: &mut Findings) -> Option<T> {
    let read = word.text.parse().ok();
    if read.is_none() {
        refuse(word, "this is no whole number that fits here", "for example 65010", findings);
    }
    read
}

/// An IPv4 or IPv6 address.
pub(super) fn address(word: &Word, findings: &mut Findings) -> Option<IpAddr> {
    let read = word.text.parse().ok();
    if read.is_none() {
        refuse(word, "this is no IPv4 or IPv6 address", "for example 192.0.2.1", findings);
    }
    read
}

/// An address or a network; bits beyond the length stay.
pub(super) fn network(word: &Word, findings: &mut Findings) -> Option<IpNet> {
    let read = word.text.parse::<IpAddr>().map(IpNet::from).or_else(|_| word.text.parse());
    if read.is_err() {
        let help = "for example 192.0.2.1/32 or 2001:db8::1/128";
        refuse(word, "this is no address with an optional /length", help, findings);
    }
    read.ok()
}

/// Seconds, with a fraction if need be.
pub(super) fn seconds(word: &Word, findings: &mut Findings) -> Option<f64> {
    let read = word.text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    if read.is_none() {
        refuse(word, "this is no number of seconds", "for example 5 or 0.5", findings);
    }
    read
}

/// What counts as yes in the configurations of ExaBGP and of Python.
pub(super) fn boolean(word: &Word, findings: &mut Findings) -> Option<bool> {
    match word.text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" | "enable" | "enabled" => Some(true),
        "false" | "no" | "off" | "0" | "disable" | "disabled" => Some(false),
        _ => {
            refuse(word, "this is neither true nor false", "for example true", findings);
            None
        }
    }
}

/// Bounds of a duration in herald's file, with the key that has them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds(pub(super) &'static str, pub(super) u64, pub(super) u64);

/// `interval` and `fast-interval` of a check.
pub(super) const INTERVAL: Bounds = Bounds("interval", 10, 3_600_000);
/// `timeout` of a check.
pub(super) const TIMEOUT: Bounds = Bounds("timeout", 10, 60_000);
/// `timeout` of a hook.
pub(super) const HOOK_TIMEOUT: Bounds = Bounds("timeout", 10, 3_600_000);

impl Bounds {
    /// The duration in whole milliseconds, within what herald takes; a difference is noted.
    pub(super) fn fit(self, seconds: f64, word: &Word, findings: &mut Findings) -> Duration {
        let Self(key, least, most) = self;
        // Saturating: what is larger than u64 is larger than `most`.
        let wanted = (seconds * 1000.0).round() as u64;
        let taken = Duration::from_millis(wanted.clamp(least, most));
        if taken != Duration::from_millis(wanted) {
            let least = show_duration(Duration::from_millis(least));
            let most = show_duration(Duration::from_millis(most));
            findings.note(
                Kind::Remark,
                word.place,
                format!(
                    "{} s became {}: {key} takes {least} to {most}",
                    word.text,
                    show_duration(taken)
                ),
            );
        }
        taken
    }
}

/// So many in a row, within what herald takes.
pub(super) fn count(word: &Word, findings: &mut Findings) -> Option<u32> {
    let wanted: i64 = number(word, findings)?;
    let taken = wanted.clamp(1, 1000);
    if wanted > 1000 {
        findings.note(Kind::Remark, word.place, format!("{wanted} became 1000, the most there is"));
    }
    u32::try_from(taken).ok()
}

fn refuse(word: &Word, message: &str, help: &str, findings: &mut Findings) {
    findings.fault(word.place, message, "", help);
}
