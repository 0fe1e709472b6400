use std::io;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// How log lines are written to standard error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line for people.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
}

/// Sets up logging for the whole process. `filter` is a level (`info`) or a list of
/// `target=level`, as tracing-subscriber's `EnvFilter` reads it.
///
/// # Errors
/// A word that is neither; `EnvFilter` would take it for the name of a target and log nothing.
pub fn init(format: LogFormat, filter: &str) -> Result<(), String> {
    let level = |word: &str| word.parse::<LevelFilter>().is_ok();
    if let Some(word) = filter.split(',').find(|word| !word.contains('=') && !level(word)) {
        return Err(format!("log level: there is no level {word:?}"));
    }
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("log level: {error}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
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
