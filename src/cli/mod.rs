//! F7: the command line: arguments, one file per subcommand, exit codes.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | the answer is no: faults in the configuration, not healthy, the agent could not start |
//! | 2 | wrong usage |
//! | 3 | no agent reachable |
//! | 4 | refused by the agent |
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line prints")]

mod check;
mod event_streams;
mod routes;
mod run;
mod status;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::{self, Loaded};
use crate::control::{self, ClientError};

/// Where the configuration is when nothing else is said.
const DEFAULT_CONFIG: &str = "/etc/herald/herald.toml";
/// Where the control socket is when neither the command line nor a readable configuration says.
const DEFAULT_SOCKET: &str = "/run/herald/control.sock";

/// Announces anycast addresses by BGP while the HAProxy backends behind them are healthy.
#[derive(Debug, Parser)]
#[command(name = "herald", version, max_term_width = 100)]
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
    /// Check a configuration file and show every fault with its place.
    #[command(after_help = "Example:\n  herald check configs/minimal.toml")]
    Check(check::Arguments),
    /// Show neighbours, services, checks and routes of the running agent.
    #[command(
        after_help = "Examples:\n  herald status\n  herald status --json | jq '.services[].state'\n  herald status --exit-code && echo healthy"
    )]
    Status(status::Arguments),
    /// Show the routes that neighbours have from us, or that we keep of them.
    #[command(
        after_help = "Examples:\n  herald routes advertised\n  herald routes received --neighbor ars-0 9.9.9.9/32 --json"
    )]
    Routes(routes::Arguments),
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

/// Reads the arguments, runs the command, and gives the exit code. Wrong usage exits with 2.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let exit = match &arguments.command {
        Command::Run(own) => run::run(&arguments.config, own),
        Command::Check(own) => check::run(&arguments.config, own),
        Command::Status(own) => status::run(&arguments.config, own),
        Command::Routes(own) => routes::run(&arguments.config, own),
    };
    exit.into()
}

/// Loads a configuration, showing its faults and worries on standard error.
fn load(path: &Path) -> Option<Loaded> {
    let colour = table::colour(&std::io::stderr());
    match config::load(path) {
        Ok(loaded) => {
            if !loaded.worries.is_empty() {
                eprintln!("{}", loaded.worries.render(colour));
            }
            Some(loaded)
        }
        Err(faults) => {
            eprintln!("{}", faults.render(colour));
            None
        }
    }
}

/// The control socket: as given, else as configured, else the default.
fn socket(given: Option<&PathBuf>, config: &Path) -> PathBuf {
    let configured = || Some(config::load(config).ok()?.config.agent.control_socket);
    given.cloned().or_else(configured).unwrap_or_else(|| DEFAULT_SOCKET.into())
}

/// Asks the agent; an error is said and gives the exit code.
fn ask<T: DeserializeOwned>(socket: &Path, resource: &str) -> Result<T, Exit> {
    let runtime = runtime().map_err(|error| {
        complain(&error);
        Exit::No
    })?;
    runtime.block_on(control::get(socket, resource)).map_err(|error| client_failed(&error))
}

/// Prints a value as JSON.
fn print_json(value: &impl Serialize) -> Exit {
    match serde_json::to_string_pretty(value) {
        Ok(json) => {
            println!("{json}");
            Exit::Done
        }
        Err(error) => {
            complain(&error);
            Exit::No
        }
    }
}

fn client_failed(error: &ClientError) -> Exit {
    complain(error);
    match error {
        ClientError::NoAgent { .. } | ClientError::Denied { .. } | ClientError::Silent { .. } => {
            Exit::NoAgent
        }
        ClientError::Refused { .. } | ClientError::Garbled(_) => Exit::Refused,
    }
}

/// An error with its causes, as one line on standard error.
fn complain(error: &dyn std::error::Error) {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    let causes: String = causes.map(|cause| format!(": {cause}")).collect();
    eprintln!("error: {error}{causes}");
}

/// A runtime on this thread alone: one task decides, and the others wait for the network.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
