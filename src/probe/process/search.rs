//! How a process is found. All of this may hang with the file system it asks.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use crate::config::ProcessCheck;
use crate::process::Process;

/// Octets of a file with a process number that are read.
const LONGEST: u64 = 64;
/// Entries of /proc that are read before the search is given up.
const MOST: usize = 1 << 16;

/// A process that was found, and cannot become another one.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) id: u32,
    pub(super) process: Process,
    /// The file that has led to it.
    file: Option<Version>,
}

/// What changes with each writing of a file: its inode and the time of its last change (stat(2)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version(u64, i64, i64);

#[derive(Debug)]
pub(super) enum Found {
    /// It lives.
    Alive(Arc<Held>),
    /// None lives, in words.
    Nobody(String),
}

/// Looks for a process; `held` is the one that was found before.
pub(super) fn find(sought: &ProcessCheck, held: Option<&Arc<Held>>) -> io::Result<Found> {
    match sought {
        ProcessCheck::PidFile { path, name } => by_file(path, name.as_deref(), held),
        ProcessCheck::Name(name) => by_name(name, held),
    }
}

fn by_file(path: &Path, name: Option<&str>, held: Option<&Arc<Held>>) -> io::Result<Found> {
    let nobody = |words: &str| Ok(Found::Nobody(words.to_owned()));
    let (id, file) = match number(path) {
        Ok((Some(id), file)) => (id, file),
        Ok((None, _)) => return nobody("its first line is no process number"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return nobody("is not there"),
        Err(error) => return Err(error),
    };
    let process = match held.filter(|held| held.id == id && held.file == Some(file)) {
        Some(known) if known.process.has_ended() => {
            return Ok(Found::Nobody(format!("process {id} has ended")));
        }
        Some(known) => Some(Arc::clone(known)),
        None => hold(id, Some(file))?,
    };
    let Some(process) = process else {
        return Ok(Found::Nobody(format!("process {id} does not run")));
    };
    let Some(name) = name else { return Ok(Found::Alive(process)) };
    match called(id)? {
        called if called == name => Ok(Found::Alive(process)),
        called => Ok(Found::Nobody(format!("process {id} is called {called:?} and not {name:?}"))),
    }
}

/// The number in the first line of a file.
fn number(path: &Path) -> io::Result<(Option<u32>, Version)> {
    // Opening anything else may wait for ever.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let file = File::open(path)?;
    let version = Version::of(&file.metadata()?);
    let mut text = Vec::new();
    file.take(LONGEST).read_to_end(&mut text)?;
    let first = text.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let first = str::from_utf8(first.trim_ascii()).unwrap_or_default();
    Ok((first.parse().ok().filter(|id| *id > 0), version))
}

fn by_name(name: &str, held: Option<&Arc<Held>>) -> io::Result<Found> {
    // It may have taken another name since.
    let fits = |process: &&Arc<Held>| process.is_called(name) && !process.process.has_ended();
    if let Some(held) = held.filter(fits) {
        return Ok(Found::Alive(Arc::clone(held)));
    }
    for (index, entry) in fs::read_dir("/proc")?.enumerate() {
        if index == MOST {
            return Err(io::Error::other(format!("/proc has more than {MOST} entries")));
        }
        let Some(id) = entry?.file_name().to_str().and_then(|id| id.parse().ok()) else { continue };
        if called(id).is_ok_and(|called| called == name)
            && let Some(process) = hold(id, None)?.filter(|process| fits(&process))
        {
            return Ok(Found::Alive(process));
        }
    }
    Ok(Found::Nobody("no process has this name".to_owned()))
}

/// Takes hold of a process, unless it has ended.
fn hold(id: u32, file: Option<Version>) -> io::Result<Option<Arc<Held>>> {
    let process = Process::open(id)?.filter(|process| !process.has_ended());
    Ok(process.map(|process| Arc::new(Held { id, process, file })))
}

/// The name that the kernel keeps of the process that has this number now (proc(5)).
fn called(id: u32) -> io::Result<String> {
    let name = fs::read(format!("/proc/{id}/comm"))?;
    Ok(String::from_utf8_lossy(name.strip_suffix(b"\n").unwrap_or(&name)).into_owned())
}

impl Held {
    fn is_called(&self, name: &str) -> bool {
        called(self.id).is_ok_and(|called| called == name)
    }
}

impl Version {
    fn of(metadata: &Metadata) -> Self {
        Self(metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
    }
}

#[cfg(test)]
mod tests;
