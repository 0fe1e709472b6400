use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The version of what is written; another one is not read.
const FORMAT: u32 = 1;

/// A file of the state directory.
#[derive(Debug, Serialize, Deserialize)]
struct Versioned<T> {
    format: u32,
    content: T,
}

/// Why a file gives nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    /// It cannot be read at all.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It makes no sense.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// It is of another version.
    #[error("it has format {0}, and this version of herald reads format {FORMAT}")]
    Format(u64),
}

/// Writes a file so that whoever reads it later finds all of this or all of what was there before.
pub(super) fn write<T: Serialize>(directory: &Path, name: &str, content: &T) -> io::Result<()> {
    let json = serde_json::to_vec(&Versioned { format: FORMAT, content })?;
    let beside = directory.join(format!(".{name}.new"));
    let mut file =
        File::options().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(&json)?;
    file.sync_all()?;
    fs::rename(&beside, directory.join(name))?;
    // The rename is on the disk when the directory is.
    File::open(directory)?.sync_all()
}

/// Reads a file; `None` when there is none.
pub(super) fn read<T: DeserializeOwned>(
    directory: &Path,
    name: &str,
) -> Result<Option<T>, ReadError> {
    let octets = match fs::read(directory.join(name)) {
        Ok(octets) => octets,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let damaged = |error: serde_json::Error| ReadError::Damaged(error.to_string());
    let value: serde_json::Value = serde_json::from_slice(&octets).map_err(damaged)?;
    match value.get("format").and_then(serde_json::Value::as_u64) {
        Some(format) if format != u64::from(FORMAT) => Err(ReadError::Format(format)),
        Some(_) | None => {
            let versioned: Versioned<T> = serde_json::from_value(value).map_err(damaged)?;
            Ok(Some(versioned.content))
        }
    }
}

/// Moves a file out of the way, for somebody to look at; gives its new name.
pub(super) fn set_aside(directory: &Path, name: &str) -> io::Result<String> {
    let aside = format!("{name}.damaged");
    fs::rename(directory.join(name), directory.join(&aside))?;
    Ok(aside)
}
