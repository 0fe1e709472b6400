//! What a file is read with besides its own text: variables, and the machine that it is for.

use std::path::Path;

/// Where the values for `${NAME}` come from, and whose files are looked at.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The value of a variable.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    /// The machine that the file is for.
    pub machine: Machine<'a>,
}

/// The machine whose files the configuration names.
#[derive(Clone, Copy)]
pub enum Machine<'a> {
    /// This one: what herald reads from a file, this process must be able to read.
    Here,
    /// This one, where the agent runs as another user.
    HereFor(&'a dyn User),
    /// Another one: what is not here is worth a warning, and says nothing about the file.
    Elsewhere,
}

/// The user that the agent runs as.
pub trait User {
    /// The name of the user.
    fn name(&self) -> &str;

    /// Whether the user may do that with a file, or look for names in a directory
    /// ([`Access::Execute`]).
    fn may(&self, access: Access, path: &Path) -> bool;

    /// What lets the user do that with a file. Its path may come from a variable, and is not repeated.
    fn way_in(&self, access: Access, file: &Path) -> String {
        let (name, mode) = match access {
            Access::Read => (self.name(), 640),
            Access::Execute => (self.name(), 750),
        };
        let passed = |directory: &Path| self.may(Access::Execute, directory);
        match file.ancestors().skip(1).all(passed) {
            true => format!("chgrp {name} FILE; chmod {mode} FILE"),
            false => format!(
                "let it pass each directory on the path: chgrp {name} DIRECTORY; chmod g+x DIRECTORY"
            ),
        }
    }
}

/// What is done with a file (access(2)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It is read.
    Read,
    /// It is run, or a directory is passed through.
    Execute,
}

impl Surroundings<'static> {
    /// This machine, and the environment of this process.
    pub const PROCESS: Self = Self { environment: &of_process, machine: Machine::Here };
}

/// A variable of this process.
pub fn of_process(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "here is where the environment is read")]
    std::env::var(name).ok()
}
