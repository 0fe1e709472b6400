use std::fmt;

use super::cursor::Reader;
use crate::base::Asn;

/// The ASes a route has passed, nearest first (RFC 4271 §4.3, RFC 5065 §3).
///
/// ```text
/// +---------------+---------------+------------------------- - -
/// | segment type  | count of ASNs | ASNs of 2 or 4 octets each
/// +---------------+---------------+------------------------- - -
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct AsPath {
    /// Segments in order; empty for a route of the sender's own AS.
    pub segments: Vec<Segment>,
}

/// A segment of a path; at most 255 ASNs fit one on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Segment {
    /// Type 1: in no order. Deprecated: RFC 9774 has such routes taken as withdrawn.
    Set(Vec<Asn>),
    /// Type 2: in order.
    Sequence(Vec<Asn>),
    /// Type 3: inside a confederation, in order; never valid from an external neighbour.
    ConfedSequence(Vec<Asn>),
    /// Type 4: inside a confederation, in no order; never valid from an external neighbour.
    ConfedSet(Vec<Asn>),
}

/// Most ASNs in one segment: the count has one octet.
const SEGMENT_LIMIT: usize = 255;

impl AsPath {
    /// A path through `asns` in this order; a new segment begins after 255 of them.
    pub fn sequence(asns: &[Asn]) -> Self {
        let segments = asns.chunks(SEGMENT_LIMIT).map(|part| Segment::Sequence(part.to_vec()));
        Self { segments: segments.collect() }
    }

    /// The AS that stands leftmost, if the path begins with a sequence.
    pub fn first(&self) -> Option<Asn> {
        match self.segments.first() {
            Some(Segment::Sequence(asns)) => asns.first().copied(),
            Some(Segment::Set(_) | Segment::ConfedSequence(_) | Segment::ConfedSet(_)) | None => {
                None
            }
        }
    }

    /// Whether `asn` stands anywhere in it.
    pub fn contains(&self, asn: Asn) -> bool {
        self.asns().any(|other| other == asn)
    }

    /// All ASNs, in the order they are written.
    pub fn asns(&self) -> impl Iterator<Item = Asn> {
        self.segments.iter().flat_map(|segment| segment.asns().iter().copied())
    }

    /// Its length for comparing routes: a set counts as one AS (RFC 4271 §9.1.2.2), a confederation
    /// not at all (RFC 5065 §5.3).
    pub fn length(&self) -> usize {
        self.segments.iter().map(Segment::length).sum()
    }

    /// The true path of a route from a speaker that knows only two octets: the leading part of this
    /// AS_PATH that such speakers have added, then the AS4_PATH (RFC 6793 §4.2.3).
    pub fn merge(&self, as4_path: &Self) -> Self {
        // A speaker that knows neither has aggregated: its AS4_PATH is of no use.
        let Some(mut missing) = self.length().checked_sub(as4_path.length()) else {
            return self.clone();
        };
        let mut segments = Vec::new();
        for segment in &self.segments {
            match segment {
                Segment::Sequence(asns) if missing > 0 => {
                    let part = asns.iter().copied().take(missing).collect::<Vec<_>>();
                    missing -= part.len();
                    segments.push(Segment::Sequence(part));
                }
                Segment::Set(_) if missing > 0 => {
                    missing -= 1;
                    segments.push(segment.clone());
                }
                // Confederation segments stay as far as they lead or touch what is kept.
                Segment::ConfedSequence(_) | Segment::ConfedSet(_) => {
                    segments.push(segment.clone())
                }
                Segment::Sequence(_) | Segment::Set(_) => break,
            }
        }
        segments.extend(as4_path.segments.iter().cloned());
        Self { segments }.joined()
    }

    /// Neighbouring sequences as one, where that stays within a segment.
    fn joined(self) -> Self {
        let mut segments: Vec<Segment> = Vec::with_capacity(self.segments.len());
        for segment in self.segments {
            match (segments.last_mut(), segment) {
                (Some(Segment::Sequence(left)), Segment::Sequence(right))
                    if left.len() + right.len() <= SEGMENT_LIMIT =>
                {
                    left.extend(right);
                }
                (_, segment) => segments.push(segment),
            }
        }
        Self { segments }
    }

    /// The AS4_PATH that goes with this path towards a speaker that knows only two octets; `None` when
    /// it loses nothing (RFC 6793 §4.2.2).
    pub(super) fn as4_path(&self) -> Option<Self> {
        if self.asns().all(Asn::fits_two_octets) {
            return None;
        }
        Some(self.without_confederations())
    }

    /// An AS4_PATH may not have confederation segments (RFC 6793 §3).
    pub(super) fn without_confederations(&self) -> Self {
        let plain = |segment: &&Segment| matches!(segment, Segment::Sequence(_) | Segment::Set(_));
        Self { segments: self.segments.iter().filter(plain).cloned().collect() }
    }

    /// `Err` says what is malformed (RFC 7606 §7.2).
    pub(super) fn read(mut value: Reader<'_>, four_octets: bool) -> Result<Self, &'static str> {
        let mut segments = Vec::new();
        while !value.is_empty() {
            let (kind, count) = (value.u8(), value.u8().map(usize::from));
            let (Some(kind), Some(count)) = (kind, count) else {
                return Err("a segment without a count");
            };
            if count == 0 {
                return Err("a segment without an AS");
            }
            let octets = value.take(count * if four_octets { 4 } else { 2 });
            let asns = octets.ok_or("a segment that runs past the attribute")?;
            segments.push(
                Segment::new(kind, read_asns(asns, four_octets))
                    .ok_or("an unknown segment type")?,
            );
        }
        Ok(Self { segments })
    }

    pub(super) fn write(&self, four_octets: bool, out: &mut Vec<u8>) {
        for segment in &self.segments {
            for part in segment.asns().chunks(SEGMENT_LIMIT) {
                out.extend([segment.kind(), u8::try_from(part.len()).unwrap_or(u8::MAX)]);
                for asn in part {
                    if four_octets {
                        out.extend(asn.0.to_be_bytes());
                    } else {
                        out.extend(asn.as_two_octets().to_be_bytes());
                    }
                }
            }
        }
    }

    /// Deprecated by RFC 9774, inside a confederation too.
    pub(super) fn has_set(&self) -> bool {
        self.segments
            .iter()
            .any(|segment| matches!(segment, Segment::Set(_) | Segment::ConfedSet(_)))
    }

    /// What makes a well-formed path unusable from an external neighbour.
    pub(super) fn objection(&self) -> Option<&'static str> {
        if self.contains(Asn(0)) {
            return Some("AS 0"); // RFC 7607 §2
        }
        if self.has_set() {
            return Some("a set of ASes"); // RFC 9774 §3
        }
        let confederation = |segment: &Segment| matches!(segment, Segment::ConfedSequence(_));
        // RFC 5065 §5
        self.segments.iter().any(confederation).then_some("a confederation segment")
    }
}

fn read_asns(octets: &[u8], four_octets: bool) -> Vec<Asn> {
    if four_octets {
        octets.as_chunks().0.iter().map(|asn| Asn(u32::from_be_bytes(*asn))).collect()
    } else {
        octets.as_chunks().0.iter().map(|asn| Asn(u32::from(u16::from_be_bytes(*asn)))).collect()
    }
}

impl Segment {
    fn new(kind: u8, asns: Vec<Asn>) -> Option<Self> {
        Some(match kind {
            1 => Self::Set(asns),
            2 => Self::Sequence(asns),
            3 => Self::ConfedSequence(asns),
            4 => Self::ConfedSet(asns),
            _ => return None,
        })
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Set(_) => 1,
            Self::Sequence(_) => 2,
            Self::ConfedSequence(_) => 3,
            Self::ConfedSet(_) => 4,
        }
    }

    /// Its ASNs, in the order they are written.
    pub fn asns(&self) -> &[Asn] {
        match self {
            Self::Set(asns) | Self::Sequence(asns) => asns,
            Self::ConfedSequence(asns) | Self::ConfedSet(asns) => asns,
        }
    }

    fn length(&self) -> usize {
        match self {
            Self::Sequence(asns) => asns.len(),
            Self::Set(_) => 1,
            Self::ConfedSequence(_) | Self::ConfedSet(_) => 0,
        }
    }
}

/// As operators write it: `65515 65010 {1 2} (64512)`.
impl fmt::Display for AsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.segments.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            let (open, close) = match segment {
                Segment::Sequence(_) => ("", ""),
                Segment::Set(_) => ("{", "}"),
                Segment::ConfedSequence(_) => ("(", ")"),
                Segment::ConfedSet(_) => ("[", "]"),
            };
            let asns: Vec<_> = segment.asns().iter().map(Asn::to_string).collect();
            write!(f, "{open}{}{close}", asns.join(" "))?;
        }
        Ok(())
    }
}
