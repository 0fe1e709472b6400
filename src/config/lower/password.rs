use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{files, scalar};
use crate::config::password::Password;
use crate::config::reader::{Placed, Section};
use crate::config::regular_file;
use crate::config::surroundings::{Access, Machine};

/// More than any password has; what follows is not looked at.
const READ: u64 = 4096;
/// Others may read (chmod(2)).
const FOR_OTHERS: u32 = 0o004;

/// The `password` (or `key`) in the first line of the file that the key `name` names. Nothing that is
/// in the file is ever shown.
pub(super) fn read(section: &Section<'_>, name: &str, password: &str) -> Option<Placed<Password>> {
    let path = section.text(name, scalar::path)?;
    let refuse = |rule: &str, help: &str| {
        let message = format!("{name} {} cannot be used", path.shown);
        section.notes.fault(&path.span, message, rule, help);
    };
    let (mode, text) = match contents(&path.value) {
        Ok(contents) => contents,
        Err(error) => {
            let help = format!(
                "make it a file that the user of herald can read, the {password} in its first line"
            );
            files::note_unreadable(section, name, &path, &error, &help);
            return stand_in(section, path);
        }
    };
    files::worry_about_user(section, name, &path, Access::Read);
    if mode & FOR_OTHERS != 0 {
        section.notes.worry(
            &path.span,
            format!("{name} {} can be read by everybody", path.shown),
            format!("whoever knows the {password} can speak for this neighbour"),
            "chmod 640, with the group that herald runs as",
        );
    }
    let line = first_line(&text);
    let read = Password::new(line);
    match (&read, line.is_empty()) {
        (None, true) => {
            let help = format!("write the {password} into its first line");
            refuse("its first line is empty", &help);
        }
        (None, false) => refuse(
            &format!("its first line has more than {} octets", Password::MOST),
            &format!("agree on a shorter {password} with the neighbour"),
        ),
        (Some(_), _) => {}
    }
    read.map(|read| path.map(|_| read))
}

/// On another machine than the one that the file is for, its path stands for what it holds: the same
/// file, the same password.
fn stand_in(section: &Section<'_>, path: Placed<PathBuf>) -> Option<Placed<Password>> {
    match section.notes.machine() {
        Machine::Here | Machine::HereFor(_) => None,
        Machine::Elsewhere => {
            let octets = path.value.as_os_str().as_bytes();
            let last = octets.len().saturating_sub(Password::MOST);
            Password::new(&octets[last..]).map(|password| path.map(|_| password))
        }
    }
}

fn contents(path: &Path) -> io::Result<(u32, Vec<u8>)> {
    let file = regular_file(path)?;
    let mode = file.metadata()?.permissions().mode();
    let mut text = Vec::new();
    file.take(READ).read_to_end(&mut text)?;
    Ok((mode, text))
}

/// Without its end, LF or CR LF. Blanks belong to the password.
fn first_line(text: &[u8]) -> &[u8] {
    let line = text.split(|octet| *octet == b'\n').next().unwrap_or_default();
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_ends_before_its_line_feed() {
        for (text, line) in [
            (&b""[..], &b""[..]),
            (b"\nsecond", b""),
            (b"open sesame", b"open sesame"),
            (b"open sesame\n", b"open sesame"),
            (b" open sesame \r\nsecond\n", b" open sesame "),
        ] {
            assert_eq!(first_line(text), line);
        }
    }
}
