//! The frame of a path attribute and what is specified about each type.

use super::super::cursor::{Reader, length16};

/// An attribute that herald does not read: a type it does not know, or a family it does not speak in
/// one of the types 14 and 15.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnknownAttribute {
    /// Flags without the one that tells how long the length field is.
    pub flags: u8,
    /// Type code (IANA "BGP Path Attributes").
    pub code: u8,
    /// Value.
    pub data: Vec<u8>,
}

pub(in crate::wire) const ORIGIN: u8 = 1;
pub(in crate::wire) const AS_PATH: u8 = 2;
pub(in crate::wire) const NEXT_HOP: u8 = 3;
pub(in crate::wire) const MED: u8 = 4;
pub(in crate::wire) const LOCAL_PREF: u8 = 5;
pub(in crate::wire) const ATOMIC_AGGREGATE: u8 = 6;
pub(in crate::wire) const AGGREGATOR: u8 = 7;
pub(in crate::wire) const COMMUNITIES: u8 = 8;
pub(in crate::wire) const ORIGINATOR_ID: u8 = 9;
pub(in crate::wire) const CLUSTER_LIST: u8 = 10;
pub(in crate::wire) const MP_REACH: u8 = 14;
pub(in crate::wire) const MP_UNREACH: u8 = 15;
pub(in crate::wire) const EXTENDED_COMMUNITIES: u8 = 16;
pub(in crate::wire) const AS4_PATH: u8 = 17;
pub(in crate::wire) const AS4_AGGREGATOR: u8 = 18;
pub(in crate::wire) const LARGE_COMMUNITIES: u8 = 32;
pub(in crate::wire) const ONLY_TO_CUSTOMER: u8 = 35;

/// Receivers may lack it.
pub(in crate::wire) const OPTIONAL: u8 = 0x80;
/// Receivers that lack it pass it on.
pub(in crate::wire) const TRANSITIVE: u8 = 0x40;
/// The length field has two octets.
const EXTENDED_LENGTH: u8 = 0x10;

/// The flags that a known type must have (RFC 4271 §5, and the RFC that defines it).
pub(in crate::wire) fn specified_flags(code: u8) -> Option<u8> {
    Some(match code {
        ORIGIN | AS_PATH | NEXT_HOP | LOCAL_PREF | ATOMIC_AGGREGATE => TRANSITIVE,
        MED | ORIGINATOR_ID | CLUSTER_LIST | MP_REACH | MP_UNREACH => OPTIONAL,
        AGGREGATOR | COMMUNITIES | EXTENDED_COMMUNITIES | AS4_PATH | AS4_AGGREGATOR
        | LARGE_COMMUNITIES | ONLY_TO_CUSTOMER => OPTIONAL | TRANSITIVE,
        _ => return None,
    })
}

/// The registry's name of a known type.
pub(in crate::wire) fn name(code: u8) -> Option<&'static str> {
    Some(match code {
        ORIGIN => "ORIGIN",
        AS_PATH => "AS_PATH",
        NEXT_HOP => "NEXT_HOP",
        MED => "MULTI_EXIT_DISC",
        LOCAL_PREF => "LOCAL_PREF",
        ATOMIC_AGGREGATE => "ATOMIC_AGGREGATE",
        AGGREGATOR => "AGGREGATOR",
        COMMUNITIES => "COMMUNITIES",
        ORIGINATOR_ID => "ORIGINATOR_ID",
        CLUSTER_LIST => "CLUSTER_LIST",
        MP_REACH => "MP_REACH_NLRI",
        MP_UNREACH => "MP_UNREACH_NLRI",
        EXTENDED_COMMUNITIES => "EXTENDED COMMUNITIES",
        AS4_PATH => "AS4_PATH",
        AS4_AGGREGATOR => "AS4_AGGREGATOR",
        LARGE_COMMUNITIES => "LARGE_COMMUNITY",
        ONLY_TO_CUSTOMER => "ONLY_TO_CUSTOMER",
        _ => return None,
    })
}

/// One attribute as it stands in a message.
///
/// ```text
/// +---------------+---------------+---------------- - - +-------- - -
/// |     flags     |   type code   | length (1 or 2)     | value
/// +---------------+---------------+---------------- - - +-------- - -
///   1 optional · 2 transitive · 3 partial · 4 extended length · 5 to 8 unused
/// ```
#[derive(Debug, Clone, Copy)]
pub(in crate::wire) struct Raw<'a> {
    pub(in crate::wire) flags: u8,
    pub(in crate::wire) code: u8,
    /// Where its first octet stands in the message.
    pub(in crate::wire) offset: usize,
    /// All its octets, for a NOTIFICATION.
    pub(in crate::wire) octets: &'a [u8],
    pub(in crate::wire) value: Reader<'a>,
}

/// An attribute that does not fit what is left of the list (RFC 7606 §4).
#[derive(Debug, Clone, Copy)]
pub(in crate::wire) struct Overrun {
    /// Its type code, 0 when not even that is there.
    pub(in crate::wire) code: u8,
}

impl<'a> Raw<'a> {
    pub(in crate::wire) fn read(list: &mut Reader<'a>) -> Result<Self, Overrun> {
        let (offset, all) = (list.offset(), list.rest());
        let head = list.u8().zip(list.u8());
        let (flags, code) = head.ok_or(Overrun { code: 0 })?;
        let length = if flags & EXTENDED_LENGTH == 0 {
            list.u8().map(usize::from)
        } else {
            list.u16().map(usize::from)
        };
        let value = length.and_then(|length| list.part(length)).ok_or(Overrun { code })?;
        let octets = all.get(..list.offset() - offset).unwrap_or_default();
        Ok(Self { flags: flags & !EXTENDED_LENGTH, code, offset, octets, value })
    }
}

/// Octets of an attribute whose value has `length` octets.
pub(in crate::wire) fn size(length: usize) -> usize {
    length + if length > usize::from(u8::MAX) { 4 } else { 3 }
}

/// Writes one attribute, with the short length field where the value allows it.
pub(in crate::wire) fn write(flags: u8, code: u8, value: &[u8], out: &mut Vec<u8>) {
    match u8::try_from(value.len()) {
        Ok(length) => out.extend([flags & !EXTENDED_LENGTH, code, length]),
        Err(_) => {
            out.extend([flags | EXTENDED_LENGTH, code]);
            out.extend(length16(value.len()));
        }
    }
    out.extend(value);
}
