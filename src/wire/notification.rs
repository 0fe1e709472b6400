use std::fmt;

use super::codes::{self, Pair};
use super::cursor::Reader;
use super::{Capability, Context, MessageKind};

/// A NOTIFICATION message (RFC 4271 §4.5): the last one on a connection, and why.
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+---------------+-------------------------------+
/// |  error code   | error subcode |        data (variable)        |
/// +---------------+---------------+-------------------------------+
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Notification {
    /// Error code, see [`codes`]; 0 when the message was too short to hold one.
    pub code: u8,
    /// Error subcode, 0 when there is none.
    pub subcode: u8,
    /// Data; its meaning depends on code and subcode.
    pub data: Vec<u8>,
}

/// Longest text sent with a shutdown, in octets (RFC 9003 §2).
const TEXT_LIMIT: usize = 255;

impl Notification {
    /// A message without data.
    pub fn new((code, subcode): Pair) -> Self {
        Self { code, subcode, data: Vec::new() }
    }

    fn with_data(pair: Pair, data: Vec<u8>) -> Self {
        Self { data, ..Self::new(pair) }
    }

    /// The OPEN names another AS than the configuration, or AS 0.
    pub fn bad_peer_as() -> Self {
        Self::new(codes::BAD_PEER_AS)
    }

    /// The peer lacks capabilities that we cannot do without; the data lists them as an OPEN would
    /// (RFC 5492 §5).
    pub fn unsupported_capability<'a>(missing: impl IntoIterator<Item = &'a Capability>) -> Self {
        let mut data = Vec::new();
        missing.into_iter().for_each(|capability| capability.write(&mut data));
        Self::with_data(codes::UNSUPPORTED_CAPABILITY, data)
    }

    /// The peer's role does not go with ours (RFC 9234 §4.2).
    pub fn role_mismatch() -> Self {
        Self::new(codes::ROLE_MISMATCH)
    }

    /// The peer was silent for the hold time (RFC 4271 §6.5).
    pub fn hold_timer_expired() -> Self {
        Self::new(codes::HOLD_TIMER_EXPIRED)
    }

    /// The peer has not read from the connection for the send hold time (RFC 9687 §4).
    pub fn send_hold_timer_expired() -> Self {
        Self::new(codes::SEND_HOLD_TIMER_EXPIRED)
    }

    /// A message that has no place in OpenSent (RFC 6608).
    pub fn unexpected_in_open_sent(kind: MessageKind) -> Self {
        Self::with_data(codes::UNEXPECTED_IN_OPEN_SENT, vec![kind.code()])
    }

    /// A message that has no place in OpenConfirm (RFC 6608).
    pub fn unexpected_in_open_confirm(kind: MessageKind) -> Self {
        Self::with_data(codes::UNEXPECTED_IN_OPEN_CONFIRM, vec![kind.code()])
    }

    /// A message that has no place in Established (RFC 6608).
    pub fn unexpected_in_established(kind: MessageKind) -> Self {
        Self::with_data(codes::UNEXPECTED_IN_ESTABLISHED, vec![kind.code()])
    }

    /// We go down on purpose; `text` tells the other operator why (RFC 9003) and may be empty.
    pub fn administrative_shutdown(text: &str) -> Self {
        Self::cease_with_text(codes::ADMINISTRATIVE_SHUTDOWN.1, text)
    }

    /// We come back at once; `text` tells the other operator why (RFC 9003) and may be empty.
    pub fn administrative_reset(text: &str) -> Self {
        Self::cease_with_text(codes::ADMINISTRATIVE_RESET.1, text)
    }

    /// The neighbour was taken out of the configuration.
    pub fn peer_deconfigured() -> Self {
        Self::new(codes::PEER_DECONFIGURED)
    }

    /// The connection is not wanted now.
    pub fn connection_rejected() -> Self {
        Self::new(codes::CONNECTION_REJECTED)
    }

    /// The other of two connections stays (RFC 4271 §6.8).
    pub fn connection_collision() -> Self {
        Self::new(codes::CONNECTION_COLLISION)
    }

    /// BFD says that the path is gone (RFC 9384).
    pub fn bfd_down() -> Self {
        Self::new(codes::BFD_DOWN)
    }

    /// A Cease with a text of at most 255 octets; a longer one is cut between two characters.
    pub fn cease_with_text(subcode: u8, text: &str) -> Self {
        let cut = (0..=TEXT_LIMIT.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        let text = text.get(..cut.unwrap_or_default()).unwrap_or_default();
        let mut data = Vec::with_capacity(1 + text.len());
        if !text.is_empty() {
            data.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
            data.extend(text.bytes());
        }
        Self::with_data((codes::CEASE, subcode), data)
    }

    /// Code and subcode.
    pub fn pair(&self) -> Pair {
        (self.code, self.subcode)
    }

    /// Whether this is an orderly end and not an error (RFC 4271 §6.7).
    pub fn is_cease(&self) -> bool {
        self.code == codes::CEASE
    }

    /// What the other operator wrote (RFC 9003). Octets that are not UTF-8 and control characters,
    /// which could forge lines of a log, are replaced; a text that is cut short is given as far as
    /// it goes.
    pub fn shutdown_text(&self) -> Option<String> {
        if ![codes::ADMINISTRATIVE_SHUTDOWN, codes::ADMINISTRATIVE_RESET].contains(&self.pair()) {
            return None;
        }
        let (length, text) = self.data.split_first()?;
        let text = text.get(..usize::from(*length)).unwrap_or(text);
        let text = String::from_utf8_lossy(text);
        let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        (!text.is_empty()).then(|| text.chars().map(plain).collect())
    }

    /// Never fails: RFC 4271 §6.4 has no answer to a NOTIFICATION, and even a short one ends the session.
    pub(super) fn read(mut body: Reader<'_>) -> Self {
        let code = body.u8().unwrap_or_default();
        let subcode = body.u8().unwrap_or_default();
        Self { code, subcode, data: body.rest().to_vec() }
    }

    /// Data that quotes a long message of the peer may be longer than a message of ours: it is cut.
    pub(super) fn write(&self, out: &mut Vec<u8>, context: &Context) {
        out.extend([self.code, self.subcode]);
        let room = context.max_length().saturating_sub(out.len());
        out.extend(self.data.iter().take(room));
    }
}

impl fmt::Display for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_pair(f, self.pair())?;
        if let Some(text) = self.shutdown_text() {
            write!(f, ": {text}")?;
        }
        // RFC 8538 §3.1: the real reason is inside. One level is enough, there is no sense in more.
        match (self.pair(), self.data.as_slice()) {
            (codes::HARD_RESET, [code, subcode, ..]) => {
                f.write_str(": ")?;
                write_pair(f, (*code, *subcode))
            }
            _ => Ok(()),
        }
    }
}

fn write_pair(f: &mut fmt::Formatter<'_>, (code, subcode): Pair) -> fmt::Result {
    match codes::code_name(code) {
        Some(name) => f.write_str(name)?,
        None => write!(f, "error code {code}")?,
    }
    match codes::subcode_name((code, subcode)) {
        Some(name) if subcode > 0 => write!(f, " / {name}"),
        None if subcode > 0 => write!(f, " / subcode {subcode}"),
        Some(_) | None => Ok(()),
    }
}
