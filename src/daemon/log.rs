//! Log lines, on their way to standard error.
//!
//! ```text
//! any thread ─ line ─▶ Queue (bounded) ─▶ the thread `log` ─ write(2) ─▶ standard error
//!                └─ full: lost, counted          └─ refused: lost, counted
//! ```
//!
//! Whoever reads standard error may stall: a journal that hangs, a container's log driver, a terminal
//! after Ctrl-S. A full pipe then blocks whoever writes to it, so nobody does but a thread that has
//! nothing else to do. Standard error is not made non-blocking instead: it is shared with whoever
//! started herald. Lines that are lost are counted, and told as soon as lines get through again.

mod output;
mod queue;

#[cfg(test)]
mod tests;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::privileges;

use output::StandardError;
use queue::{Queue, Work};

/// How long the end of the process waits for lines that are not written yet.
const LAST_LINES: Duration = Duration::from_millis(200);
/// The stack of the thread that writes, in octets. What is not used of it costs no memory.
const STACK: usize = 128 << 10;

/// How log lines are written to standard error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line for people.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
}

/// The log of this process. Cheap to clone; no call waits for whoever reads standard error, except
/// [`Log::finish`], for a moment.
#[derive(Debug, Clone)]
pub struct Log(Arc<Queue>);

impl Log {
    /// Sets up logging for the whole process. `filter` is a level (`info`) or a list of
    /// `target=level`, as tracing-subscriber's `EnvFilter` reads it. From now on a panic anywhere is
    /// logged and aborts.
    ///
    /// # Errors
    /// A word that is neither; `EnvFilter` would take it for the name of a target and log nothing.
    /// The thread that writes cannot be started.
    pub fn start(format: LogFormat, filter: &str) -> Result<Self, String> {
        let filter = parsed(filter).map_err(|error| {
            format!("log level: {error}; --log-level takes error, warn, info, debug or trace")
        })?;
        let queue = Arc::new(Queue::default());
        subscribe(format, filter, &queue)?;
        let written = Arc::clone(&queue);
        let started = thread::Builder::new().name("log".to_owned()).stack_size(STACK);
        let started = started.spawn(move || write(&written));
        started.map_err(|error| format!("the thread that writes the log: {error}"))?;
        let log = Self(queue);
        let last = log.clone();
        panic::set_hook(Box::new(move |info| last.abort(info)));
        Ok(log)
    }

    /// Writes `text` and a line feed as they are.
    pub fn say(&self, text: &str) {
        self.0.push(format!("{text}\n").as_bytes());
    }

    /// How many lines were lost since the start.
    pub fn lost(&self) -> u64 {
        self.0.lost()
    }

    /// Waits until all lines are written, but not longer than a moment.
    pub fn finish(&self) {
        self.0.flush(LAST_LINES);
    }

    /// A panic ends the process: the kernel then closes the sessions, and the neighbours withdraw. The
    /// standard library's own hook would write to standard error itself, and could hang before that.
    fn abort(&self, info: &PanicHookInfo<'_>) -> ! {
        let thread = thread::current();
        self.say(&format!("herald: thread {}: {info}", thread.name().unwrap_or_default()));
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            self.say(&backtrace.to_string());
        }
        self.finish();
        std::process::abort()
    }
}

fn parsed(filter: &str) -> Result<EnvFilter, String> {
    let level = |word: &str| word.parse::<LevelFilter>().is_ok();
    if let Some(word) = filter.split(',').find(|word| !word.contains('=') && !level(word)) {
        return Err(format!("there is no level {word:?}"));
    }
    EnvFilter::try_new(filter).map_err(|error| error.to_string())
}

fn subscribe(format: LogFormat, filter: EnvFilter, queue: &Arc<Queue>) -> Result<(), String> {
    let queue = Arc::clone(queue);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // They would be printed to standard error, past the queue.
        .log_internal_errors(false)
        .with_writer(move || Line(Arc::clone(&queue)));
    let done = match format {
        LogFormat::Text => {
            let colour = io::IsTerminal::is_terminal(&io::stderr())
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            builder.with_target(false).with_ansi(colour).try_init()
        }
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    done.map_err(|error| error.to_string())
}

/// What a line is written to; it comes in one piece.
struct Line(Arc<Queue>);

impl Write for Line {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The thread that writes.
fn write(queue: &Queue) -> ! {
    if let Err(error) = privileges::give_up() {
        // It worked for the first thread.
        tracing::error!(%error, "the thread of the log keeps its capabilities");
    }
    loop {
        let Work { lines, lost } = queue.take();
        if lost > 0 {
            tracing::error!(lost, "log lines lost: standard error did not take them");
        }
        let written = StandardError.write_all(&lines);
        // A part of them may have been written; what matters is that they are not all there.
        let refused = written.map_or_else(|_| line_feeds(&lines), |()| 0);
        queue.written(refused);
    }
}

fn line_feeds(lines: &[u8]) -> u64 {
    lines.iter().map(|octet| u64::from(*octet == b'\n')).sum()
}
