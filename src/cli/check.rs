use std::path::{Path, PathBuf};

use clap::Args;

use super::{Exit, load};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file to check; without it, the one of --config.
    file: Option<PathBuf>,
}

pub(super) fn run(config: &Path, arguments: &Arguments) -> Exit {
    let path = arguments.file.as_deref().unwrap_or(config);
    let Some(loaded) = load(path) else { return Exit::No };
    let config = &loaded.config;
    let checks: usize = config.services.values().map(|service| service.health.checks.len()).sum();
    println!(
        "{}: good: {} neighbours, {} services, {checks} checks{}",
        path.display(),
        config.neighbors.len(),
        config.services.len(),
        match loaded.worries.len() {
            0 => String::new(),
            count => format!(", {count} worries"),
        }
    );
    Exit::Done
}
