use std::fmt;
use std::sync::Arc;

/// The password of a session, which signs its TCP segments (RFC 2385). It cannot be printed by
/// mistake: its `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Arc<[u8]>);

impl Password {
    /// The most octets that Linux takes (TCP_MD5SIG_MAXKEYLEN of linux/tcp.h).
    pub const MOST: usize = 80;

    /// The password; `None` when it has no octet, or more than [`MOST`](Self::MOST).
    pub fn new(octets: &[u8]) -> Option<Self> {
        (1..=Self::MOST).contains(&octets.len()).then(|| Self(octets.into()))
    }

    /// The password itself, for the kernel alone.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_1_to_80_octets() {
        assert_eq!(Password::new(b""), None);
        assert_eq!(Password::new(&[b'x'; 80]).unwrap().octets().len(), 80);
        assert_eq!(Password::new(&[b'x'; 81]), None);
    }

    #[test]
    fn debug_output_does_not_hold_it() {
        let shown = format!("{:?}", Some(Password::new(b"x").unwrap()));
        assert_eq!(shown, "Some(Password)");
    }
}
