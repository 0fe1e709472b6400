use std::io;

use crate::base::Percent;
use crate::client;
use crate::health::Outcome;

/// What one look showed. The words go on after the name of what was looked at:
/// `127.0.0.1:5432: connection refused`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) outcome: Outcome,
    pub(super) words: String,
}

impl Seen {
    /// It works.
    pub(super) fn healthy(words: impl Into<String>) -> Self {
        Self { outcome: Outcome::Healthy { capacity: Percent::FULL }, words: words.into() }
    }

    /// It does not work.
    pub(super) fn unhealthy(words: impl Into<String>) -> Self {
        Self { outcome: Outcome::Unhealthy, words: words.into() }
    }

    /// We could not look, which says nothing about what was to be looked at.
    pub(super) fn unknown(words: impl Into<String>) -> Self {
        Self { outcome: Outcome::Unknown, words: words.into() }
    }

    /// We could not look, and this is why.
    pub(super) fn blind(error: &io::Error) -> Self {
        Self::unknown(format!("cannot look: {}", words(error)))
    }

    /// It was seen to end: that needs no second look.
    pub(super) fn gone(words: impl Into<String>) -> Self {
        Self { outcome: Outcome::Gone, words: words.into() }
    }

    /// What an error of a socket says: a lack of descriptors, ports or memory is ours; anything else
    /// is the other side's.
    pub(super) fn io(error: &io::Error) -> Self {
        if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
            return Self::io(inner);
        }
        let ours = [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM, libc::EADDRNOTAVAIL];
        match error.raw_os_error().is_some_and(|code| ours.contains(&code)) {
            true => Self::blind(error),
            false => Self::unhealthy(words(error)),
        }
    }
}

/// What happened, without the number of the operating system.
fn words(error: &io::Error) -> String {
    let told = error.to_string();
    if error.raw_os_error().is_some() {
        return told.split(" (os error").next().unwrap_or_default().to_lowercase();
    }
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return "closed in the middle".to_owned();
    }
    client::handshake_error(error).map_or(told, client::words)
}
