use std::path::{Path, PathBuf};

use super::Input;
use crate::config::{self, Faults};

/// Reads a file, or the `*.conf` of a directory in the order of their names.
///
/// # Errors
///
/// What keeps a file from being read.
pub fn read(path: &Path) -> Result<Vec<Input>, Faults> {
    let paths = if path.is_dir() { files_of(path) } else { vec![path.to_owned()] };
    let read = |path: &PathBuf| {
        let text = config::text(path, "name the file that is to be converted")?;
        Ok(Input { name: path.display().to_string(), text })
    };
    paths.iter().map(read).collect()
}

fn files_of(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "conf"));
    paths.sort();
    paths
}
