use std::borrow::Cow;
use std::fmt;

use super::attributes::frame;

/// What becomes of an UPDATE with a malformed attribute, weakest first (RFC 7606 §2). The strongest
/// of that section, the session reset, is an [`Error`](super::Error).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Treatment {
    /// The attribute is dropped, the routes stay.
    DiscardAttribute,
    /// The announced routes are taken as withdrawn.
    TreatAsWithdraw,
    /// The prefixes cannot be read: all routes of the family are to be ignored from here on.
    DisableFamily,
}

impl fmt::Display for Treatment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DiscardAttribute => "the attribute is dropped",
            Self::TreatAsWithdraw => "the routes are taken as withdrawn",
            Self::DisableFamily => "the address family cannot be relied on",
        })
    }
}

/// A malformed path attribute. An UPDATE holds at most one per attribute type, the strongest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeFault {
    /// Type code of the attribute; 0 when the list ends before one can be read.
    pub code: u8,
    /// Where the attribute begins, counted from the first octet of the message.
    pub offset: usize,
    /// What becomes of the UPDATE.
    pub treatment: Treatment,
    /// The UPDATE error subcode that RFC 4271 §6.3 has for it, used when the session must end after
    /// all (RFC 7606 §5.2).
    pub subcode: u8,
    /// What is wrong, in words.
    pub what: Cow<'static, str>,
}

impl AttributeFault {
    /// The attribute as the registry names it.
    pub(super) fn name(&self) -> Cow<'static, str> {
        match frame::name(self.code) {
            Some(name) => name.into(),
            None => format!("attribute {}", self.code).into(),
        }
    }
}

impl fmt::Display for AttributeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at octet {}: {}; {}", self.name(), self.offset, self.what, self.treatment)
    }
}
