use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::service_user::ServiceUser;
use super::{Exit, event_streams, print, print_json, say, table};
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
    let found = loaded.as_ref().map_or_else(Faults::report, |loaded| &loaded.worries);
    // What the machine adds to a good file.
    let around = match &loaded {
        Ok(loaded) if !arguments.offline => around(path, &loaded.config, user.as_ref()),
        Ok(_) | Err(_) => Vec::new(),
    };
    let exit = loaded.as_ref().map(|_| Exit::Done).map_err(|_| Exit::No);
    if arguments.json {
        let told: Vec<_> = found.iter().map(|diagnostic| Told::of(found, diagnostic)).collect();
        let (errors, mut warnings) = if exit.is_ok() { (vec![], told) } else { (told, vec![]) };
        warnings.extend(around);
        let file = path.display().to_string();
        print_json(&Answer { file, good: exit.is_ok(), errors, warnings })?;
        return exit;
    }
    if !found.is_empty() {
        say(found.render(table::colour(&io::stderr())));
    }
    for Told { message, help, .. } in &around {
        let help = if help.is_empty() { String::new() } else { format!(": {help}") };
        say(format_args!("warning: {message}{help}"));
    }
    if let Ok(loaded) = &loaded {
        print(summary(path, &loaded.config, found.len() + around.len()));
    }
    exit
}

/// What is unwise on this machine, whatever the file says.
fn around(path: &Path, config: &Config, user: Option<&ServiceUser>) -> Vec<Told> {
    let troubles = event_streams::troubles(config).into_iter();
    let troubles = troubles.map(|trouble| Told::plain(&path.display().to_string(), trouble, ""));
    unreadable(path, user).into_iter().chain(troubles).collect()
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
    fn of(report: &Report, diagnostic: &Diagnostic) -> Self {
        Self {
            line: diagnostic.place.map(|place| place.line),
            column: diagnostic.place.map(|place| place.column),
            rule: diagnostic.rule.clone(),
            quoted: diagnostic.quoted.clone(),
            ..Self::plain(report.name(), diagnostic.message.clone(), diagnostic.help.clone())
        }
    }

    fn plain(file: &str, message: String, help: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
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
    let absolute = std::path::absolute(path).ok()?;
    let user = user.filter(|user| !user.may(Access::Read, &absolute))?;
    let file = path.display().to_string();
    let message =
        format!("{file}: the service runs as user {}, who may not read this file", user.name());
    Some(Told::plain(&file, message, user.way_in(Access::Read, &absolute)))
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
