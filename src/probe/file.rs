use std::io;
use std::path::PathBuf;

use crate::aside::Aside;
use crate::config::FileCheck;

use super::seen::Seen;

/// Looks whether a file is there.
pub(super) struct File {
    check: FileCheck,
    subject: String,
    aside: Aside,
}

impl File {
    pub(super) fn new(check: &FileCheck) -> Self {
        let subject = check.path.display().to_string();
        Self { check: check.clone(), subject, aside: Aside::default() }
    }

    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    pub(super) async fn look(&mut self) -> Seen {
        let path = self.check.path.clone();
        match self.aside.ask(move || is_there(path)).await.flatten() {
            Ok(present) if present == self.check.present => Seen::healthy(words(present)),
            Ok(present) => Seen::unhealthy(words(present)),
            Err(error) => Seen::blind(&error),
        }
    }
}

fn words(present: bool) -> &'static str {
    if present { "is there" } else { "is not there" }
}

fn is_there(path: PathBuf) -> io::Result<bool> {
    match path.try_exists() {
        // Where a directory of its path should be, there is something else.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(false),
        known => known,
    }
}
