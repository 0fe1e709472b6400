//! What a command prints, and how it complains.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;

use super::Exit;

/// Prints a line or more. A reader that has seen enough and is gone ends the command in peace.
pub(super) fn print(text: impl fmt::Display) {
    let mut stdout = io::stdout().lock();
    let written = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    if let Err(error) = written {
        if error.kind() == io::ErrorKind::BrokenPipe {
            std::process::exit(Exit::Done as i32);
        }
        complain(&error);
        std::process::exit(Exit::No as i32);
    }
}

/// Prints a value as JSON.
pub(super) fn print_json(value: &impl Serialize) -> Result<Exit, Exit> {
    match serde_json::to_string_pretty(value) {
        Ok(json) => {
            print(json);
            Ok(Exit::Done)
        }
        Err(error) => {
            complain(&error);
            Err(Exit::No)
        }
    }
}

/// Says a line or more on standard error. When that cannot be written to, there is nobody left to tell.
pub(super) fn say(text: impl fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Says an error with its causes.
pub(super) fn complain(error: &dyn std::error::Error) {
    say(complaint(error));
}

/// An error with its causes, in one line.
pub(super) fn complaint(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    let causes: String = causes.map(|cause| format!(": {cause}")).collect();
    format!("error: {error}{causes}")
}
