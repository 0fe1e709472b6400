use std::fmt;

use tokio::net::UnixStream;

use crate::accounts;

/// The process at the other end of a connection, as the kernel knows it (SO_PEERCRED, unix(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Caller(Option<(u32, Option<i32>)>);

impl Caller {
    pub(super) fn of(stream: &UnixStream) -> Self {
        Self(stream.peer_cred().ok().map(|known| (known.uid(), known.pid())))
    }

    /// The name of the user, or the number of one that has no name here.
    pub(super) fn user(self) -> String {
        let Some((uid, _)) = self.0 else { return "somebody".to_owned() };
        accounts::user(uid).unwrap_or_else(|| format!("uid {uid}"))
    }
}

/// `root, uid 0, pid 4711`.
impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user();
        f.write_str(&user)?;
        let Some((uid, pid)) = self.0 else { return Ok(()) };
        // A user without a name is called by the number already.
        if !user.starts_with("uid ") {
            write!(f, ", uid {uid}")?;
        }
        pid.map_or(Ok(()), |pid| write!(f, ", pid {pid}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_have_names_where_the_system_knows_them() {
        assert!(Caller(Some((0, None))).to_string().starts_with("root, uid 0"));
        assert_eq!(Caller(Some((4_000_000, Some(5)))).to_string(), "uid 4000000, pid 5");
        assert_eq!(Caller(None).to_string(), "somebody");
    }
}
