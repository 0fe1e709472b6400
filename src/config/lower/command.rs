use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{files, scalar};
use crate::base::CommandLine;
use crate::config::reader::{Placed, Refusal, Section};
use crate::config::surroundings::Access;

/// Somebody may execute it (chmod(2)).
const EXECUTABLE: u32 = 0o111;

/// The `command` of a table. A program that is not there is a worry only: the file may be checked on
/// another machine than the one it is for.
pub(super) fn read(section: &Section<'_>) -> Option<CommandLine> {
    let list = section.list("command", argument)?;
    let Some((program, arguments)) = list.value.split_first() else {
        section.notes.fault(
            &list.span,
            "command is empty",
            "its first element is the program",
            "for example command = [\"/usr/bin/true\"]",
        );
        return None;
    };
    if scalar::path(&program.value).is_err() {
        section.notes.fault(
            &program.span,
            format!("command cannot begin with {}", program.shown),
            "the program is given by its absolute path, so that it is always the same one",
            absolute(&program.value),
        );
        return None;
    }
    worry_about(section, program);
    Some(CommandLine {
        program: PathBuf::from(&program.value),
        arguments: arguments.iter().map(|argument| argument.value.clone()).collect(),
    })
}

fn argument(text: &str) -> Result<String, Refusal> {
    match text.contains('\0') {
        true => Err(Refusal::rule("an argument holds no NUL")),
        false => Ok(text.to_owned()),
    }
}

/// The way out for who has written a name, or a whole line for a shell.
fn absolute(program: &str) -> String {
    match program.contains(' ') {
        true => {
            "write each argument as an element of its own, or use \"/bin/sh\", \"-c\"".to_owned()
        }
        false => {
            "for example \"/usr/bin/true\"; `command -v NAME` tells where a program is".to_owned()
        }
    }
}

fn worry_about(section: &Section<'_>, program: &Placed<String>) {
    match unusable(Path::new(&program.value)) {
        None => files::worry_about_user(section, "command", program, Access::Execute),
        Some(why) => {
            let message = format!("command {} cannot be run here", program.shown);
            section.notes.worry(&program.span, message, why, "install it, or correct the path");
        }
    }
}

fn unusable(program: &Path) -> Option<String> {
    match fs::metadata(program) {
        Err(error) => Some(scalar::words(&error)),
        Ok(found) if !found.is_file() => Some("it is not a regular file".to_owned()),
        Ok(found) if found.permissions().mode() & EXECUTABLE == 0 => {
            Some("nobody may execute it".to_owned())
        }
        Ok(_) => None,
    }
}
