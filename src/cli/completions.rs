//! `completions`, made from the definition of the command line itself.

use clap::Args;
use clap_complete::Shell;

use super::{Exit, command, print};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The shell.
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command(), "herald", &mut script);
    print(String::from_utf8_lossy(&script));
    Exit::Done
}
