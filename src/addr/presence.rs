//! Whether another herald is at work in this network namespace.
//!
//! Each has a socket with an abstract name, which belongs to the network namespace as the addresses
//! do, and goes with its process however that ends. Everybody first shows itself and then looks, so
//! that of two that start at the same moment each sees the other.

use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// What all names begin with; the process id follows, then a number.
const NAME: &str = "anycast-herald/addresses/";
/// The unix sockets of the network namespace of this thread (proc(5)); abstract names begin with `@`.
const SOCKETS: &str = "/proc/thread-self/net/unix";
/// Keepers of one process; there are several only in tests.
const MOST: u32 = 64;

/// Shows to others that a herald is at work here, as long as it lives.
#[derive(Debug)]
pub(super) struct Presence {
    name: String,
    _socket: UnixDatagram,
}

impl Presence {
    /// Shows us in the network namespace of this thread.
    pub(super) fn show() -> io::Result<Self> {
        let names = (0..MOST).map(|number| format!("{NAME}{}/{number}", std::process::id()));
        let mut taken = io::Error::from(io::ErrorKind::AddrInUse);
        for name in names {
            match UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name)?) {
                Ok(socket) => return Ok(Self { name, _socket: socket }),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => taken = error,
                Err(error) => return Err(error),
            }
        }
        Err(taken)
    }

    /// The process id of another one that is there, as it knows itself.
    pub(super) fn other(&self) -> io::Result<Option<String>> {
        let sockets = std::fs::read(SOCKETS)?;
        Ok(other(&String::from_utf8_lossy(&sockets), &self.name))
    }
}

fn other(sockets: &str, own: &str) -> Option<String> {
    let names = sockets.lines().filter_map(|line| line.split_once('@')).map(|(_, name)| name);
    let other = names.filter(|name| *name != own).find_map(|name| name.strip_prefix(NAME))?;
    // Anybody may give such a name, and this goes to the log.
    Some(other.chars().take_while(char::is_ascii_digit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOCKETS: &str = "\
Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00000000 0002 01 20611 @anycast-herald/addresses/4711/0
0000000000000000: 00000003 00000000 00000000 0001 03 20612
0000000000000000: 00000002 00000000 00010000 0001 01 18446 /run/herald/admin.sock
";

    #[test]
    fn another_is_known_by_its_name_and_we_are_no_other() {
        let own = |pid: u32| format!("{NAME}{pid}/0");
        assert_eq!(other(SOCKETS, &own(4711)), None);
        assert_eq!(other(SOCKETS, &own(42)), Some("4711".into()));
        assert_eq!(other("", &own(42)), None);
        let forged = format!("0: 2 0 0 2 01 1 @{NAME}7\u{1b}[31m");
        assert_eq!(other(&forged, &own(42)), Some("7".into()));
    }
}
