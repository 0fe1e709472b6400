//! `completions` and `man`, made from the definition of the command line itself.

use clap::{Args, Command};
use clap_complete::Shell;

use super::{Exit, complain, print, say};

#[derive(Debug, Args)]
pub(super) struct CompletionArguments {
    /// The shell.
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// The page of this command; without it, that of herald.
    command: Option<String>,
}

pub(super) fn completions(mut herald: Command, arguments: &CompletionArguments) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut herald, "herald", &mut script);
    print(String::from_utf8_lossy(&script));
    Exit::Done
}

pub(super) fn man(mut herald: Command, arguments: &ManArguments) -> Exit {
    herald.build();
    let page = match &arguments.command {
        None => Some(&herald),
        Some(name) => herald.find_subcommand(name),
    };
    let Some(page) = page else {
        let name = arguments.command.as_deref().unwrap_or_default();
        say(format_args!("error: there is no command {name}; herald --help lists them"));
        return Exit::No;
    };
    let mut roff = Vec::new();
    match clap_mangen::Man::new(page.clone()).render(&mut roff) {
        Ok(()) => {
            print(String::from_utf8_lossy(&roff));
            Exit::Done
        }
        Err(error) => {
            complain(&error);
            Exit::No
        }
    }
}
