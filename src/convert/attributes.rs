//! Route attributes as the sources write them.

use super::draft::Attributes;
use super::findings::{Findings, Kind};
use super::source::Word;
use crate::base::{Community, LargeCommunity};

/// The most that herald prepends.
const MOST: usize = 64;

/// How many copies of our AS, beyond the one that is always there, give a path as long as `path`.
pub(super) fn prepend(path: &[Word], local_as: Option<u32>, findings: &mut Findings) -> u32 {
    let Some(first) = path.first() else { return 0 };
    let mut ours = true;
    for word in path {
        // AS numbers may be written as two parts, 0.65010 (RFC 5396).
        let number = match word.text.split_once('.') {
            Some((high, low)) => high
                .parse::<u16>()
                .ok()
                .zip(low.parse::<u16>().ok())
                .map(|(high, low)| (u32::from(high) << 16) | u32::from(low)),
            None => word.text.parse().ok(),
        };
        match number {
            Some(number) => ours &= local_as.is_none_or(|own| own == number),
            None => findings.fault(word.place, "this is no AS number", "", "for example 65010"),
        }
    }
    if !ours {
        findings.note(
            Kind::NotCarried,
            first.place,
            "an AS path with other ASes than our own: herald announces its own AS only; the prepend \
             makes the path as long",
        );
    }
    if path.len() > MOST + 1 {
        let words = format!("an AS path of {} ASes became one of {}", path.len(), MOST + 1);
        findings.note(Kind::Remark, first.place, words);
    }
    // At most MOST, which fits.
    (path.len() - 1).min(MOST) as u32
}

/// Adds the communities of a list, of two numbers or of three.
pub(super) fn communities(list: &[Word], attributes: &mut Attributes, findings: &mut Findings) {
    for word in list {
        if let Some(community) = community(&word.text) {
            attributes.communities.push(community);
        } else if let Ok(large) = word.text.parse::<LargeCommunity>() {
            attributes.large_communities.push(large);
        } else {
            findings.fault(
                word.place,
                "this is no community",
                "a community is ASN:VALUE, GLOBAL:LOCAL1:LOCAL2 or a well-known name",
                "for example 65010:100 or no-export",
            );
        }
    }
}

/// ExaBGP also takes one number, in decimal or hexadecimal, and other spellings of the names.
fn community(text: &str) -> Option<Community> {
    let lower = text.to_ascii_lowercase().replace('_', "-");
    let number = match lower.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => lower.parse().ok(),
    };
    let name = if lower == "nopeer" { "no-peer" } else { lower.as_str() };
    number.map(Community).or_else(|| name.parse().ok())
}

/// The words within brackets, or the one that has none.
pub(super) fn listed(words: &[Word]) -> Vec<Word> {
    let inside = |word: &&Word| !matches!(word.as_str(), "[" | "]" | "(" | ")" | ",");
    words.iter().filter(inside).cloned().collect()
}
