//! F7: the command line: arguments, one file per subcommand, exit codes.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | the answer is no: faults in the configuration, not healthy, the agent could not start |
//! | 2 | wrong usage |
//! | 3 | no agent reachable |
//! | 4 | refused by the agent |

mod agent;
mod check;
mod convert;
mod documents;
mod event_streams;
mod events;
mod explain;
mod haproxies;
mod neighbors;
mod reload;
mod routes;
mod run;
mod service_user;
mod services;
mod status;
mod table;
mod wait;
mod words;

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use serde::Serialize;

use crate::config::{self, Loaded};

/// Where the configuration is when nothing else is said.
const DEFAULT_CONFIG: &str = "/etc/herald/herald.toml";

/// Announces anycast addresses by BGP while the HAProxy backends behind them are healthy.
#[derive(Debug, Parser)]
#[command(
    name = "herald",
    version,
    max_term_width = 100,
    after_help = "Exit status: 0 done; 1 the answer is no; 2 wrong usage; 3 no agent reachable; \
                  4 refused by the agent\n\nExample:\n  herald status --watch"
)]
struct Arguments {
    /// The configuration file.
    #[arg(long, global = true, value_name = "FILE", default_value = DEFAULT_CONFIG)]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the agent in the foreground.
    #[command(
        after_help = "Example:\n  herald run --config /etc/herald/herald.toml --log-format json"
    )]
    Run(run::Arguments),
    /// Check a configuration file and show every error and warning with its place.
    #[command(
        after_help = "Examples:\n  herald check herald.toml\n  herald check --env-file /etc/default/herald\n  herald check --offline --json herald.toml | jq -r '.errors[].message'"
    )]
    Check(check::Arguments),
    /// Show neighbours, services, checks and routes of the running agent.
    #[command(
        after_help = "Examples:\n  herald status --watch\n  herald status --json | jq '.services[].state'\n  herald status --exit-code && echo healthy"
    )]
    Status(status::Arguments),
    /// List the services, a line each.
    #[command(after_help = "Example:\n  herald services")]
    Services(services::Arguments),
    /// List the neighbours, a line each.
    #[command(after_help = "Example:\n  herald neighbors")]
    Neighbors(neighbors::Arguments),
    /// Show the routes that neighbours have from us, or that we keep of them.
    #[command(
        after_help = "Examples:\n  herald routes advertised\n  herald routes received --neighbor ars-0 9.9.9.9/32 --json"
    )]
    Routes(routes::Arguments),
    /// Say why a service is what it is, from its checks to what each neighbour was sent.
    #[command(
        after_help = "Examples:\n  herald explain web\n  herald explain web --exit-code --json"
    )]
    Explain(explain::Arguments),
    /// Show what has happened, oldest first.
    #[command(
        after_help = "Examples:\n  herald events --follow\n  herald events --service web -n 100 --json"
    )]
    Events(events::Arguments),
    /// Lead traffic away from a service: announce it by its drain table for a while, then withdraw it.
    #[command(
        override_usage = "herald drain [OPTIONS] <SERVICE|--all>",
        after_help = "Examples:\n  herald drain web --wait --reason 'new kernel'\n  herald drain --all --for 2m"
    )]
    Drain(words::DrainArguments),
    /// Let health count again: take back drain, withdraw and announce, and a drain for maintenance.
    #[command(
        override_usage = "herald resume [OPTIONS] <SERVICE|--all>",
        after_help = "Examples:\n  herald resume web\n  herald resume --all"
    )]
    Resume(words::ResumeArguments),
    /// Withdraw a service at once, until it is resumed.
    #[command(after_help = "Example:\n  herald withdraw web --reason 'wrong certificate'")]
    Withdraw(words::WithdrawArguments),
    /// Announce a service for a while, whatever its health.
    #[command(after_help = "Example:\n  herald announce web --for 10m --reason 'check is broken'")]
    Announce(words::AnnounceArguments),
    /// Make the agent read its file again; sessions that need not be reset do not notice.
    #[command(after_help = "Examples:\n  herald reload --dry-run\n  herald reload --allow-reset")]
    Reload(reload::Arguments),
    /// Write a configuration from that of ExaBGP, anycast_healthchecker or keepalived.
    #[command(
        after_help = "What does not come along is named on standard error, and in the comments at the top.\nExit status: 0 herald takes it, 1 something is to be filled in first, or the source has an error\n\nExamples:\n  herald convert exabgp /etc/exabgp/exabgp.conf --output herald.toml\n  herald convert anycast-healthchecker /etc/anycast-healthchecker.conf /etc/anycast-healthchecker.d --bird /etc/bird/bird.conf\n  herald convert keepalived /etc/keepalived/keepalived.conf --local-as 65010 --neighbor 192.0.2.1:65000"
    )]
    #[command(subcommand)]
    Convert(convert::Source),
    /// Print a completion script for a shell.
    #[command(
        after_help = "Example:\n  herald completions bash > /usr/share/bash-completion/completions/herald"
    )]
    Completions(documents::CompletionArguments),
    /// Print a manual page.
    #[command(after_help = "Examples:\n  herald man | man -l -\n  herald man drain | man -l -")]
    Man(documents::ManArguments),
}

/// The exit codes, see the table above.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
enum Exit {
    Done = 0,
    No = 1,
    NoAgent = 3,
    Refused = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The whole command line, as completions, manual pages and the tests of documents look at it.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Reads the arguments, runs the command, and gives the exit code. Wrong usage exits with 2.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let config = &arguments.config;
    let exit = match &arguments.command {
        Command::Run(own) => Ok(run::run(config, own)),
        Command::Check(own) => check::run(config, own),
        Command::Status(own) => status::run(config, own),
        Command::Services(own) => services::run(config, own),
        Command::Neighbors(own) => neighbors::run(config, own),
        Command::Routes(own) => routes::run(config, own),
        Command::Explain(own) => explain::run(config, own),
        Command::Events(own) => events::run(config, own),
        Command::Drain(own) => words::drain(config, own),
        Command::Resume(own) => words::resume(config, own),
        Command::Withdraw(own) => words::withdraw(config, own),
        Command::Announce(own) => words::announce(config, own),
        Command::Reload(arguments) => reload::run(config, arguments),
        Command::Completions(own) => Ok(documents::completions(command(), own)),
        Command::Man(own) => Ok(documents::man(command(), own)),
        Command::Convert(source) => convert::run(source),
    };
    exit.unwrap_or_else(|exit| exit).into()
}

/// Loads a configuration; its errors and warnings are handed to `say`, coloured for standard error.
fn load(path: &Path, say: impl Fn(&str)) -> Option<Loaded> {
    let colour = table::colour(&io::stderr());
    match config::load(path) {
        Ok(loaded) => {
            if !loaded.worries.is_empty() {
                say(&loaded.worries.render(colour));
            }
            Some(loaded)
        }
        Err(faults) => {
            say(&faults.render(colour));
            None
        }
    }
}

/// Prints a line or more. A reader that has seen enough and is gone ends the command in peace.
fn print(text: impl fmt::Display) {
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
fn print_json(value: &impl Serialize) -> Result<Exit, Exit> {
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
fn say(text: impl fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Says an error with its causes.
fn complain(error: &dyn std::error::Error) {
    say(complaint(error));
}

/// An error with its causes, in one line.
fn complaint(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    let causes: String = causes.map(|cause| format!(": {cause}")).collect();
    format!("error: {error}{causes}")
}

/// A runtime on this thread alone: one task decides, and the others wait for the network.
fn runtime() -> io::Result<tokio::runtime::Runtime> {
    runtime_builder().build()
}

fn runtime_builder() -> tokio::runtime::Builder {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all();
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_sound_and_shows_an_example() {
        let mut herald = command();
        herald.build();
        herald.clone().debug_assert();
        for command in herald.get_subcommands_mut().filter(|command| command.get_name() != "help") {
            let help = command.render_help().to_string();
            assert!(help.contains(&format!("herald {}", command.get_name())), "{help}");
            assert!(help.contains("Example"), "{help}");
        }
    }
}
