use std::io;
use std::path::Path;

use clap::Args;
use tokio::runtime::Runtime;

use super::{Exit, complain, complaint, load, say};
use crate::daemon::{self, Log, LogFormat};
use crate::privileges;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// How log lines are written to standard error.
    #[arg(long, value_enum, default_value_t)]
    log_format: LogFormat,
    /// What is logged: error, warn, info, debug, trace, or target=level,…
    #[arg(long, value_name = "LEVEL", default_value = "info", env = "HERALD_LOG")]
    log_level: String,
}

pub(super) fn run(config: &Path, arguments: &Arguments) -> Exit {
    // Before anything is read, so that a reload can read what the start could.
    if let Err(error) = privileges::keep_needed() {
        complain(&daemon::StartError::Privileges(error));
        return Exit::No;
    }
    let log = match Log::start(arguments.log_format, &arguments.log_level) {
        Ok(log) => log,
        Err(error) => {
            say(format_args!("error: {error}"));
            return Exit::No;
        }
    };
    let exit = run_logging(config, &log);
    log.finish();
    exit
}

/// From here on nothing is said but by the log, which waits for no reader.
fn run_logging(config: &Path, log: &Log) -> Exit {
    let Some(loaded) = load(config, |text| log.say(text)) else { return Exit::No };
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            log.say(&complaint(&error));
            return Exit::No;
        }
    };
    let ended = runtime.block_on(daemon::run(config.to_owned(), loaded, log.clone()));
    // A disk that hangs in a write of the state directory must not keep the process.
    runtime.shutdown_background();
    match ended {
        Ok(()) => Exit::Done,
        Err(error) => {
            log.say(&complaint(&error));
            Exit::No
        }
    }
}

/// A runtime whose own threads, which wait for files and start commands, may do nothing special.
fn runtime() -> io::Result<Runtime> {
    let mut builder = super::runtime_builder();
    builder.on_thread_start(|| {
        if let Err(error) = privileges::give_up() {
            // It worked for the first thread.
            tracing::error!(%error, "a thread keeps its capabilities");
        }
    });
    builder.build()
}
