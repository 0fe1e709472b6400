use std::io;
use std::path::Path;

use clap::Args;
use tokio::runtime::Runtime;

use super::{Exit, complain, load};
use crate::daemon::{self, LogFilter, LogFormat};
use crate::privileges;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// How log lines are written to standard error.
    #[arg(long, value_enum, default_value_t)]
    log_format: LogFormat,
    /// What is logged: error, warn, info, debug, trace, or target=level,…
    #[arg(long, value_name = "LEVEL", default_value = "info", env = "HERALD_LOG")]
    log_level: LogFilter,
}

pub(super) fn run(config: &Path, arguments: &Arguments) -> Exit {
    // Before anything is read, so that a reload can read what the start could.
    if let Err(error) = privileges::keep_needed() {
        complain(&daemon::StartError::Privileges(error));
        return Exit::No;
    }
    let Some(loaded) = load(config) else { return Exit::No };
    if let Err(error) = daemon::init_log(arguments.log_format, &arguments.log_level) {
        eprintln!("error: {error}");
        return Exit::No;
    }
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&error);
            return Exit::No;
        }
    };
    let ended = runtime.block_on(daemon::run(config.to_owned(), loaded));
    // A disk that hangs in a write of the state directory must not keep the process.
    runtime.shutdown_background();
    match ended {
        Ok(()) => Exit::Done,
        Err(error) => {
            complain(&error);
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
