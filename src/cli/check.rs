use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::service_user::ServiceUser;
use super::{Exit, event_streams, print, print_json, table};
use crate::config::{
    self, Access, Config, Diagnostic, EnvironmentFile, Faults, Machine, Report, Surroundings, User,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file to check; without it, the one of --config.
    file: Option<PathBuf>,
    /// The configuration is for another machine: files that it names and that are not here are
    /// warnings, and nothing is asked of this machine.
    #[arg(long)]
    offline: bool,
    /// Take ${NAME} from this file alone, read as systemd reads EnvironmentFile=.
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
}

/// What is said, on standard error for people and on standard output for programs.
#[derive(Debug, Serialize)]
struct Answer {
    file: String,
    /// Whether herald runs with it; warnings do not count.
    good: bool,
    errors: Vec<Told>,
    warnings: Vec<Told>,
}

#[derive(Debug, Serialize)]
struct Told {
    file: String,
    line: Option<usize>,
    column: Option<usize>,
    message: String,
    rule: String,
    quoted: String,
    help: String,
}

pub(super) fn run(config: &Path, arguments: &Arguments) -> Result<Exit, Exit> {
    let path = arguments.file.as_deref().unwrap_or(config);
    let user = if arguments.offline { None } else { ServiceUser::reachable() };
    let loaded = arguments.load(path, user.as_ref());
    let mut warnings = Vec::new();
    if let Ok(loaded) = &loaded {
        warnings.extend(loaded.worries.iter().map(|worry| Told::of(path, worry)));
        if !arguments.offline {
            warnings.extend(unreadable(path, user.as_ref()));
            let troubles = event_streams::troubles(&loaded.config);
            warnings.extend(troubles.into_iter().map(|trouble| Told::plain(path, trouble, "")));
        }
    }
    if arguments.json {
        let errors = loaded.as_ref().err().map(Faults::report).into_iter().flat_map(Report::iter);
        let errors: Vec<_> = errors.map(|fault| Told::of(path, fault)).collect();
        let file = path.display().to_string();
        print_json(&Answer { file, good: errors.is_empty(), errors, warnings })?;
        return loaded.map(|_| Exit::Done).map_err(|_| Exit::No);
    }
    let colour = table::colour(&io::stderr());
    let loaded = loaded.map_err(|faults| {
        eprintln!("{}", faults.render(colour));
        Exit::No
    })?;
    if !loaded.worries.is_empty() {
        eprintln!("{}", loaded.worries.render(colour));
    }
    for Told { message, help, .. } in &warnings[loaded.worries.len()..] {
        let help = if help.is_empty() { String::new() } else { format!(": {help}") };
        eprintln!("warning: {message}{help}");
    }
    print(summary(path, &loaded.config, warnings.len()));
    Ok(Exit::Done)
}

impl Arguments {
    fn load(&self, path: &Path, user: Option<&ServiceUser>) -> Result<config::Loaded, Faults> {
        let machine = match (self.offline, user) {
            (true, _) => Machine::Elsewhere,
            (false, Some(user)) => Machine::HereFor(user),
            (false, None) => Machine::Here,
        };
        let Some(file) = &self.env_file else {
            return config::load_in(path, &Surroundings { machine, ..Surroundings::PROCESS });
        };
        let variables = EnvironmentFile::load(file)?;
        let environment = &|name: &str| variables.value(name);
        config::load_in(path, &Surroundings { environment, machine })
    }
}

impl Told {
    fn of(path: &Path, diagnostic: &Diagnostic) -> Self {
        Self {
            line: diagnostic.place.map(|place| place.line),
            column: diagnostic.place.map(|place| place.column),
            rule: diagnostic.rule.clone(),
            quoted: diagnostic.quoted.clone(),
            ..Self::plain(path, diagnostic.message.clone(), diagnostic.help.clone())
        }
    }

    fn plain(path: &Path, message: String, help: impl Into<String>) -> Self {
        Self {
            file: path.display().to_string(),
            line: None,
            column: None,
            message,
            rule: String::new(),
            quoted: String::new(),
            help: help.into(),
        }
    }
}

/// A warning when the user of the service cannot read the file that root has just read.
fn unreadable(path: &Path, user: Option<&ServiceUser>) -> Option<Told> {
    let path = std::path::absolute(path).ok()?;
    let user = user.filter(|user| !user.may(Access::Read, &path))?;
    let message = format!(
        "{}: the service runs as user {}, who may not read this file",
        path.display(),
        user.name()
    );
    Some(Told::plain(&path, message, user.way_in(Access::Read, &path)))
}

fn summary(path: &Path, config: &Config, warnings: usize) -> String {
    let checks: usize = config.services.values().map(|service| service.health.checks.len()).sum();
    format!(
        "{}: good: {}, {}, {}{}",
        path.display(),
        count(config.neighbors.len(), "neighbour", "neighbours"),
        count(config.services.len(), "service", "services"),
        count(checks, "check", "checks"),
        match warnings {
            0 => String::new(),
            some => format!(", {}", count(some, "warning", "warnings")),
        }
    )
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
