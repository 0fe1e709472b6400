use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use crate::support::config::Config;
use crate::support::herald::directory;
use crate::support::netns::Namespace;
use crate::support::process::{inside, output, program, run};

/// Where the agents of these tests are scraped.
pub(crate) const URL: &str = "http://127.0.0.1:9642/metrics";

/// With `/metrics` served.
pub(crate) fn served(config: Config) -> Config {
    config.set("agent", "http", "\"127.0.0.1:9642\"")
}

/// One scrape: each series as it is written, with its value.
#[derive(Debug)]
pub(crate) struct Scrape(BTreeMap<String, f64>);

impl Scrape {
    /// Asks the agent in this namespace.
    pub(crate) fn of(namespace: &Namespace) -> Self {
        let text = curl(namespace, &[URL]);
        let series = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
            let (name, value) = line.rsplit_once(' ').expect("a name and a value");
            (name.to_owned(), value.parse().expect("a number"))
        });
        Self(series.collect())
    }

    /// The value of this series.
    #[track_caller]
    pub(crate) fn value(&self, series: &str) -> f64 {
        *self.0.get(series).unwrap_or_else(|| panic!("no {series} in {self:#?}"))
    }

    /// Whether any series has this in its name or labels.
    pub(crate) fn mentions(&self, words: &str) -> bool {
        self.0.keys().any(|series| series.contains(words))
    }

    /// The series, as they are written.
    pub(crate) fn series(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// How many series there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// What is at a URL, asked from inside the namespace.
pub(crate) fn curl(namespace: &Namespace, arguments: &[&str]) -> String {
    let mut command = inside(namespace, "curl".as_ref());
    command.args(["-sS", "--fail", "--noproxy", "*", "--max-time", "10"]).args(arguments);
    run(command)
}

/// Runs promtool; gives what it says when it is not content.
pub(crate) fn promtool(arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new(program(&["promtool"], "prometheus"));
    finished(command.args(arguments))
}

/// Gives `text` to `promtool check metrics`.
pub(crate) fn check_metrics(text: &str) -> Result<(), String> {
    let directory = directory("promtool");
    let file = directory.path().join("metrics");
    fs::write(&file, text).expect("a file for promtool");
    let mut command = Command::new("sh");
    command.args(["-c", "\"$1\" check metrics <\"$2\"", "sh"]);
    finished(command.arg(program(&["promtool"], "prometheus")).arg(file))
}

fn finished(command: &mut Command) -> Result<(), String> {
    let ended = output(command);
    let said = [ended.stdout, ended.stderr].concat();
    match ended.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&said).into_owned()),
    }
}
