use std::io;
use std::str::FromStr;

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

/// What is logged: a level (`info`) or a list of `target=level`, as tracing-subscriber's `EnvFilter`
/// reads it.
#[derive(Debug, Clone)]
pub struct LogFilter(String);

impl FromStr for LogFilter {
    type Err = String;

    /// Refuses a word that is neither; `EnvFilter` would take it for the name of a target and log
    /// nothing.
    fn from_str(text: &str) -> Result<Self, String> {
        let level = |word: &str| word.parse::<LevelFilter>().is_ok();
        if let Some(word) = text.split(',').find(|word| !word.contains('=') && !level(word)) {
            let levels = "error, warn, info, debug, trace, or target=level";
            return Err(format!("there is no level {word:?}; there are {levels}"));
        }
        EnvFilter::try_new(text).map_err(|error| error.to_string())?;
        Ok(Self(text.to_owned()))
    }
}

/// Sets up logging for the whole process.
///
/// # Errors
/// It has been set up already.
pub fn init(format: LogFormat, filter: &LogFilter) -> Result<(), String> {
    let filter = EnvFilter::new(&filter.0);
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
