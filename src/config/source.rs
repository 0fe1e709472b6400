//! The text of a file.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::diagnostic::Faults;

/// No configuration is this long: 1 MiB. A device or a log given by mistake must not fill the memory.
const MOST: u64 = 1 << 20;

/// Opens a file that ends and can be read without waiting.
///
/// # Errors
///
/// Those of the file system; and what is no regular file is none of ours: opening it may wait for
/// ever, reading it may never end.
pub fn regular_file(path: &Path) -> io::Result<File> {
    match fs::metadata(path)?.is_file() {
        true => File::open(path),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

/// The text of a file; `absent` is the way out when there is none.
///
/// # Errors
///
/// What keeps the file from being read, or from being text.
pub(crate) fn text(path: &Path, absent: &str) -> Result<String, Faults> {
    let name = path.display().to_string();
    let mut octets = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut octets));
    if let Err(error) = read {
        return Err(unreadable(&name, &error, absent));
    }
    if octets.len() as u64 > MOST {
        let message = "the file is larger than 1 MiB".to_owned();
        return Err(Faults::unreadable(&name, message, "name the configuration file"));
    }
    String::from_utf8(octets).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..good].iter().filter(|octet| **octet == b'\n').count() + 1;
        let message = format!("line {line} is not UTF-8");
        Faults::unreadable(&name, message, "save the file as UTF-8")
    })
}

fn unreadable(name: &str, error: &io::Error, absent: &str) -> Faults {
    let is = |kind| error.kind() == kind;
    let (message, help) = if is(io::ErrorKind::NotFound) {
        ("there is no such file", absent)
    } else if is(io::ErrorKind::PermissionDenied) {
        (
            "no permission to read the file",
            "run herald as a user who may read it (the service runs as user herald)",
        )
    } else if is(io::ErrorKind::IsADirectory) {
        ("this is a directory", "name the file in it")
    } else {
        return Faults::unreadable(name, format!("the file cannot be read: {error}"), "");
    };
    Faults::unreadable(name, message.to_owned(), help)
}
