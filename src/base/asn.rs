use std::fmt;

/// An autonomous system number, 0 to 4294967295 (RFC 6793). Zero is a value a peer can send and we
/// must refuse (RFC 7607); configuration never lets it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asn(pub u32);

/// The number that stands for a 4-octet AS towards a speaker that knows only two octets (RFC 6793 §9).
pub const AS_TRANS: Asn = Asn(23456);

impl Asn {
    /// The number as a 2-octet speaker reads it: itself, or AS_TRANS above 65535 (RFC 6793 §4.2.2).
    pub fn as_two_octets(self) -> u16 {
        u16::try_from(self.0).unwrap_or(AS_TRANS.0 as u16)
    }

    /// Whether the number fits the 2-octet field of the OPEN message.
    pub fn fits_two_octets(self) -> bool {
        self.0 <= u32::from(u16::MAX)
    }
}

impl fmt::Display for Asn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
