//! The text of a file, and what is wrong with it before it means anything.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::diagnostic::{Diagnostic, Faults};

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

/// Places where the text is not TOML, one to a line: what follows on the same line is an echo.
pub(super) fn syntax_faults(errors: &[toml::de::Error], text: &str) -> Vec<Diagnostic> {
    let start = |error: &toml::de::Error| error.span().map_or(text.len(), |span| span.start);
    let mut ordered: Vec<&toml::de::Error> = errors.iter().collect();
    ordered.sort_by_key(|error| start(error));
    let mut faults = BTreeMap::new();
    for error in ordered {
        let before = &text.as_bytes()[..start(error).min(text.len())];
        let line = before.iter().filter(|octet| **octet == b'\n').count();
        let words = text.lines().nth(line).unwrap_or_default();
        faults.entry(line).or_insert_with(|| syntax_fault(error, words));
    }
    faults.into_values().collect()
}

fn syntax_fault(error: &toml::de::Error, line: &str) -> Diagnostic {
    let said = error.message();
    let ends = [", expected literal string", ", expected nothing"];
    let said = ends.iter().find_map(|end| said.strip_suffix(end)).unwrap_or(said);
    let help = match unquoted(line) {
        Some(key) => format!("strings are written in quotes: {key} = \"...\""),
        None => String::new(),
    };
    Diagnostic::new(error.span(), format!("this is not TOML: {said}"), "", help)
}

/// The key of a line such as `key = 5s` or `key = 192.0.2.1`: the most frequent slip.
fn unquoted(line: &str) -> Option<&str> {
    let (key, value) = line.split_once('=')?;
    let (key, value) = (key.trim(), value.split('#').next()?.trim());
    let bare = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let word = value.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/');
    let other = matches!(value, "true" | "false") || value.parse::<f64>().is_ok();
    (bare && word && !other && !value.contains(['"', '\''])).then_some(key)
}
