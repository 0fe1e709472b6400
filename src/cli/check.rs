use std::path::{Path, PathBuf};

use clap::Args;

use super::{Exit, event_streams, load, print, say};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file to check; without it, the one of --config.
    file: Option<PathBuf>,
}

pub(super) fn run(config: &Path, arguments: &Arguments) -> Exit {
    let path = arguments.file.as_deref().unwrap_or(config);
    let Some(loaded) = load(path, |text| say(text)) else { return Exit::No };
    let config = &loaded.config;
    let troubles = event_streams::troubles(config);
    for trouble in &troubles {
        say(format_args!("warning: {trouble}"));
    }
    let checks: usize = config.services.values().map(|service| service.health.checks.len()).sum();
    print(format_args!(
        "{}: good: {}, {}, {}{}",
        path.display(),
        count(config.neighbors.len(), "neighbour", "neighbours"),
        count(config.services.len(), "service", "services"),
        count(checks, "check", "checks"),
        match loaded.worries.len() + troubles.len() {
            0 => String::new(),
            worries => format!(", {}", count(worries, "worry", "worries")),
        }
    ));
    Exit::Done
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
