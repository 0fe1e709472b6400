//! Commands that herald runs, and what it sees of other processes.
//!
//! | file | claims |
//! |---|---|
//! | `run.rs` | how a command runs, what is kept of its output, and that nothing of it stays |
//! | `exec.rs`, `file.rs`, `process.rs` | what these kinds of checks see, and what they say |
//! | `hooks.rs` | which hooks run, in which order, with which environment |
//! | `agent.rs` | the real agent: hooks never delay a route, a death is seen when it happens |
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where it stands")]

mod agent;
mod exec;
mod file;
mod hooks;
mod process;
mod run;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::time::Duration;

use herald::config::{self, Check, Config};
use herald::health::{CheckSample, Observation, Outcome};
use herald::probe;
use tokio::sync::mpsc::{self, Receiver};

/// Nothing of these tests may take as long.
const LONG: Duration = Duration::from_secs(20);

/// A configuration whose service `web` has these lines more.
fn config(more: &str) -> Config {
    let text = format!(
        "[bgp]\nlocal-as = 65010\nrouter-id = \"192.0.2.10\"\n\
         [agent]\nregion = \"north\"\n[region.north]\n\
         [neighbor.rs-0]\naddress = \"192.0.2.1\"\npeer-as = 65000\n\
         [service.web]\naddresses = [\"198.51.100.1\"]\nprefixes = [\"203.0.113.0/24\"]\n{more}\n"
    );
    config::read("test.toml", &text, &|_| None).unwrap_or_else(|faults| panic!("{faults}")).config
}

/// The check that this line, and these lines of its table, describe.
fn check(kind: &str, more: &str) -> Check {
    let config = config(&format!("[service.web.check.tested]\n{kind}\n{more}"));
    config.checks.into_iter().next().expect("one check")
}

/// What a check sees from now on.
fn watch(kind: &str, more: &str) -> Receiver<Observation> {
    let (sender, observations) = mpsc::channel(64);
    tokio::spawn(probe::watch(check(kind, more), 1, sender));
    observations
}

/// The next thing that it sees.
async fn next(observations: &mut Receiver<Observation>) -> (Outcome, String) {
    let next = tokio::time::timeout(LONG, observations.recv()).await;
    let Observation { samples, .. } =
        next.expect("a look ends in time").expect("a check that goes on");
    let [CheckSample { sample, .. }] = <[_; 1]>::try_from(samples).expect("one check");
    (sample.outcome, sample.because.as_str().to_owned())
}

/// What the first look of a check shows: `up`, `down`, `gone` or `unknown`, and the words.
async fn seen(kind: &str, more: &str) -> (&'static str, String) {
    let (outcome, words) = next(&mut watch(kind, more)).await;
    (short(outcome), words)
}

fn short(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Healthy { .. } => "up",
        Outcome::Unhealthy => "down",
        Outcome::Gone => "gone",
        Outcome::Unknown => "unknown",
    }
}

/// Waits until `look` gives something.
#[track_caller]
fn eventually<T>(awaited: &str, mut look: impl FnMut() -> Option<T>) -> impl Future<Output = T> {
    let awaited = format!("{awaited}, awaited at {}", std::panic::Location::caller());
    async move {
        let looked = async {
            loop {
                match look() {
                    Some(found) => return found,
                    None => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        };
        tokio::time::timeout(LONG, looked).await.unwrap_or_else(|_| panic!("{awaited}"))
    }
}

/// The number that a command has written into a file, with the end of its line.
fn number_in(file: &Path) -> Option<u32> {
    fs::read_to_string(file).ok()?.strip_suffix('\n')?.parse().ok()
}

/// The state of a process (proc(5)); `None` when there is none.
fn state(id: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(')')?.1.trim_start().chars().next()
}

/// Whether a process does nothing any more. Whoever inherits an orphan need not reap it.
fn is_dead(id: u32) -> bool {
    state(id).is_none_or(|state| state == 'Z')
}
