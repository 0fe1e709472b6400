//! F4: the path of a unix socket: taken without taking it from anybody, given back at the end.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Holds the path; it is removed with this value, so that nobody finds a socket without an owner.
#[derive(Debug)]
pub struct SocketPath(PathBuf);

/// Why the path cannot be had.
#[derive(Debug)]
pub enum Occupied {
    /// Somebody answers there.
    InUse,
    /// Something stands there that is no socket.
    NotASocket,
    /// Anything else, usually permissions.
    Io(io::Error),
}

impl From<io::Error> for Occupied {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl SocketPath {
    /// Makes the directory if need be, clears what a process left behind that has ended, binds a
    /// socket, and gives it `mode`. `connect` tries whether somebody answers; `bind` makes the socket.
    ///
    /// # Errors
    /// Nothing is changed when the path is not ours to take.
    pub fn bind<C, S>(
        path: &Path,
        mode: u32,
        connect: impl FnOnce(&Path) -> io::Result<C>,
        bind: impl FnOnce(&Path) -> io::Result<S>,
    ) -> Result<(S, Self), Occupied> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        clear(path, connect)?;
        let socket = bind(path)?;
        let held = Self(path.to_owned());
        fs::set_permissions(path, Permissions::from_mode(mode))?;
        Ok((socket, held))
    }
}

impl Drop for SocketPath {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = fs::remove_file(&self.0);
    }
}

fn clear<C>(path: &Path, connect: impl FnOnce(&Path) -> io::Result<C>) -> Result<(), Occupied> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
        Ok(found) if !found.file_type().is_socket() => return Err(Occupied::NotASocket),
        Ok(_) => {}
    }
    match connect(path) {
        Ok(_) => Err(Occupied::InUse),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(fs::remove_file(path)?),
        // A socket of another type: its owner listens in another way.
        Err(error) if error.raw_os_error() == Some(libc::EPROTOTYPE) => Err(Occupied::InUse),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
