use std::borrow::Cow;

use super::Notification;

/// Why a message cannot be used at all. The session ends with [`notification`](Self::notification).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} at octet {offset} ({})", self.notification())]
pub struct Error {
    /// Where in the message, counted from the first octet of the marker.
    pub offset: usize,
    /// Error code of the NOTIFICATION (RFC 4271 §4.5), see [`codes`](super::codes).
    pub code: u8,
    /// Error subcode of the NOTIFICATION.
    pub subcode: u8,
    /// Data of the NOTIFICATION, as the section that defines the subcode asks.
    pub data: Vec<u8>,
    /// What is wrong, in words.
    pub what: Cow<'static, str>,
}

impl Error {
    pub(super) fn new(
        offset: usize,
        (code, subcode): (u8, u8),
        what: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { offset, code, subcode, data: Vec::new(), what: what.into() }
    }

    pub(super) fn with_data(self, data: impl Into<Vec<u8>>) -> Self {
        Self { data: data.into(), ..self }
    }

    /// What the peer is told.
    pub fn notification(&self) -> Notification {
        Notification { code: self.code, subcode: self.subcode, data: self.data.clone() }
    }
}
