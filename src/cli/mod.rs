//! F7: the command line: arguments, one file per subcommand, exit codes.
//!
//! Every command ends with an `Exit`; `exit.rs` says what each means.

mod agent;
mod check;
mod completions;
mod convert;
mod event_streams;
mod events;
mod exit;
mod explain;
mod haproxies;
mod manual;
mod neighbors;
mod output;
mod reload;
mod routes;
mod run;
mod service_user;
mod services;
mod status;
mod table;
mod wait;
mod words;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use self::exit::{EXIT_STATUS, Exit};
use self::output::{complain, complaint, print, print_json, say};
use crate::config::{self, Loaded};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};

/// Where the configuration is when nothing else is said.
const DEFAULT_CONFIG: &str = "/etc/herald/herald.toml";

/// Announces anycast addresses by BGP while the HAProxy backends behind them are healthy.
#[derive(Debug, Parser)]
#[command(
    name = "herald",
    version,
    max_term_width = 80,
    after_help = after_help()
)]
struct Arguments {
    #[command(flatten)]
    places: Places,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Places {
    /// The configuration file; without it, /etc/herald/herald.toml.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The control socket, for the commands that ask an agent; without it, the one of the
    /// configuration.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
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
    /// Show the routes sent to neighbours, or received from them.
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
    /// Withdraw a service, or all, at once, until it is resumed.
    #[command(
        override_usage = "herald withdraw [OPTIONS] <SERVICE|--all>",
        after_help = "Examples:\n  herald withdraw web --reason 'wrong certificate'\n  herald withdraw --all"
    )]
    Withdraw(words::WithdrawArguments),
    /// Announce a service for a while, whatever its health.
    #[command(after_help = "Example:\n  herald announce web --for 10m --reason 'check is broken'")]
    Announce(words::AnnounceArguments),
    /// Make the agent read its file again; sessions stay up unless a change needs a reset.
    #[command(after_help = "Examples:\n  herald reload --dry-run\n  herald reload --allow-reset")]
    Reload(reload::Arguments),
    /// Write a configuration from that of ExaBGP, anycast_healthchecker or keepalived.
    #[command(
        after_help = "What does not come along is named on standard error, and in the comments at the top.\nExit status: 0 herald takes it, 1 something is to be filled in first, or the source has an error\n\nExamples:\n  herald convert exabgp /etc/exabgp/exabgp.conf --output herald.toml\n  herald convert anycast-healthchecker anycast-healthchecker.d --bird bird.conf\n  herald convert keepalived keepalived.conf --neighbor 192.0.2.1:65000"
    )]
    #[command(subcommand)]
    Convert(convert::Source),
    /// Print a completion script for a shell.
    #[command(
        after_help = "Example:\n  herald completions bash > /usr/share/bash-completion/completions/herald"
    )]
    Completions(completions::Arguments),
    /// Print a manual page.
    #[command(
        after_help = "Examples:\n  herald man | man -l -\n  herald man convert exabgp | man -l -\n  herald man --list"
    )]
    Man(manual::Arguments),
}

fn after_help() -> String {
    let codes = EXIT_STATUS.map(|(exit, meaning)| format!("  {} {meaning}\n", exit as u8));
    format!("Exit status:\n{}\nExample:\n  herald status --watch", codes.concat())
}

/// The whole command line, as completions, manual pages and the tests of documents look at it.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Reads the arguments, runs the command, and gives the exit code. Wrong usage exits with 2.
pub fn main() -> ExitCode {
    let Arguments { places, command } = Arguments::parse();
    if places.socket.is_some() && !command.asks_an_agent() {
        let message = "--socket is for the commands that ask an agent; this one asks none";
        Arguments::command().error(ErrorKind::ArgumentConflict, message).exit();
    }
    let exit = match &command {
        Command::Run(own) => Ok(run::run(places.file(), own)),
        Command::Check(own) => check::run(places.file(), own),
        Command::Status(own) => status::run(&places, own),
        Command::Services(own) => services::run(&places, own),
        Command::Neighbors(own) => neighbors::run(&places, own),
        Command::Routes(own) => routes::run(&places, own),
        Command::Explain(own) => explain::run(&places, own),
        Command::Events(own) => events::run(&places, own),
        Command::Drain(own) => words::drain(&places, own),
        Command::Resume(own) => words::resume(&places, own),
        Command::Withdraw(own) => words::withdraw(&places, own),
        Command::Announce(own) => words::announce(&places, own),
        Command::Reload(own) => reload::run(&places, own),
        Command::Completions(own) => Ok(completions::run(own)),
        Command::Man(own) => manual::run(own),
        Command::Convert(source) => convert::run(source),
    };
    exit.unwrap_or_else(|exit| exit).into()
}

impl Places {
    /// The configuration file.
    fn file(&self) -> &Path {
        self.config.as_deref().unwrap_or(DEFAULT_CONFIG.as_ref())
    }
}

impl Command {
    fn asks_an_agent(&self) -> bool {
        match self {
            Self::Status(_)
            | Self::Services(_)
            | Self::Neighbors(_)
            | Self::Routes(_)
            | Self::Explain(_)
            | Self::Events(_)
            | Self::Drain(_)
            | Self::Resume(_)
            | Self::Withdraw(_)
            | Self::Announce(_)
            | Self::Reload(_) => true,
            // What `check` asks is the agent of the file, wherever that is.
            Self::Run(_)
            | Self::Check(_)
            | Self::Convert(_)
            | Self::Completions(_)
            | Self::Man(_) => false,
        }
    }
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

    fn is_sound(command: &mut clap::Command, path: &str) {
        let help = command.render_help().to_string();
        let example = help.split_once("Example").map(|(_, after)| after).unwrap_or_default();
        assert!(example.contains(path), "{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
        for inner in command.get_subcommands_mut().filter(|inner| inner.get_name() != "help") {
            let path = format!("{path} {}", inner.get_name());
            is_sound(inner, &path);
        }
    }

    #[test]
    fn every_command_shows_an_example_and_keeps_to_eighty_columns() {
        let mut herald = command();
        herald.build();
        herald.clone().debug_assert();
        is_sound(&mut herald, "herald");
    }

    #[test]
    fn before_and_after_a_command_the_socket_can_be_named() {
        let parsed = |words: &[&str]| Arguments::try_parse_from([&["herald"], words].concat());
        for words in [&["--socket", "/s", "status"][..], &["status", "--socket", "/s"]] {
            assert!(parsed(words).unwrap().command.asks_an_agent(), "{words:?}");
        }
        for words in ["run", "check", "man"] {
            assert!(!parsed(&[words]).unwrap().command.asks_an_agent(), "{words}");
            assert!(parsed(&[words, "--socket", "/s"]).is_err(), "{words}");
        }
    }
}
