//! The binary under test: started in a namespace, asked by its own `status`.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitStatus, Output};

use nix::sys::signal::Signal;
use serde_json::Value;
use tempfile::TempDir;

use super::config::Config;
use super::netns::Namespace;
use super::process::{Process, inside, output};
use super::wait::{SOON, eventually};

/// Temporary directories are `herald-test-<pid of the test process>-…`.
pub(crate) const DIRECTORY_PREFIX: &str = "herald-test-";

/// The binary that cargo built for this test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_herald");

/// A temporary directory for one daemon, removed with the value.
pub(crate) fn directory(what: &str) -> TempDir {
    let prefix = format!("{DIRECTORY_PREFIX}{}-{what}-", process::id());
    tempfile::Builder::new().prefix(&prefix).tempdir().expect("a temporary directory")
}

/// A running `herald run`.
pub(crate) struct Herald {
    namespace: Namespace,
    process: Process,
    directory: TempDir,
}

impl Herald {
    /// Starts it and waits until it answers on its control socket.
    pub(crate) fn start(namespace: &Namespace, config: &Config) -> Self {
        let mut herald = Self::spawn(namespace, config);
        eventually("herald answers on its control socket", SOON, || {
            if let Some(status) = herald.process.status() {
                panic!("herald ended with {status}:\n{}", herald.log());
            }
            let answer = herald.ask(&["status", "--json"]);
            if answer.status.success() { Ok(()) } else { Err(answer) }
        });
        herald
    }

    /// Starts it and waits for nothing.
    pub(crate) fn spawn(namespace: &Namespace, config: &Config) -> Self {
        Self::spawn_by(namespace, config, None, &[])
    }

    /// The same through a program that becomes it, such as `env` or `setpriv`. Its directory is
    /// `owner`'s.
    pub(crate) fn spawn_by(
        namespace: &Namespace,
        config: &Config,
        owner: Option<u32>,
        launcher: &[&str],
    ) -> Self {
        let directory = directory("herald");
        let file = write_config(directory.path(), config);
        for path in [directory.path(), &state_directory(directory.path())] {
            chown(path, owner, owner).expect("a directory of the test's own");
        }
        let command = [launcher, &[BINARY, "run", "--config"]].concat();
        let mut inside = inside(namespace, command[0].as_ref());
        inside.args(&command[1..]).arg(file);
        let process = Process::start("herald", inside, &directory.path().join("log"));
        Self { namespace: namespace.clone(), process, directory }
    }

    /// `status --json`.
    pub(crate) fn status(&self) -> Value {
        let answer = self.ask(&["status", "--json"]);
        assert!(answer.status.success(), "herald status: {answer:?}\n{}", self.log());
        serde_json::from_slice(&answer.stdout).expect("status --json prints JSON")
    }

    /// The neighbour of the usual configuration, as `status` shows it.
    pub(crate) fn neighbor(&self) -> Value {
        named(self.status()["neighbors"].take(), "peer")
    }

    /// The service of the usual configuration, as `status` shows it.
    pub(crate) fn service(&self) -> Value {
        named(self.status()["services"].take(), "web")
    }

    /// Waits until the service is in this state, and returns it.
    #[track_caller]
    pub(crate) fn service_becomes(&self, state: &str) -> Value {
        eventually(&format!("the service is {state}"), SOON, || {
            let service = self.service();
            if service["state"] == state { Ok(service) } else { Err(service) }
        })
    }

    /// Waits until the session is established.
    #[track_caller]
    pub(crate) fn session_comes_up(&self) -> Value {
        eventually("the session is established", SOON, || {
            let neighbor = self.neighbor();
            if neighbor["state"] == "established" { Ok(neighbor) } else { Err(neighbor) }
        })
    }

    /// Waits until HAProxy has been asked this many times more.
    #[track_caller]
    pub(crate) fn asks_haproxy(&self, times: usize) {
        let sampled = || self.service()["checks"][0]["last-sample-at"].clone();
        for _ in 0..times {
            let last = sampled();
            eventually("HAProxy is asked again", SOON, || {
                let now = sampled();
                if now == last { Err(now) } else { Ok(()) }
            });
        }
    }

    /// Runs `herald ARGUMENTS --socket …` beside it.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Output {
        output(&mut self.command(arguments))
    }

    /// `herald ARGUMENTS --socket …`, not run yet.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(arguments).arg("--socket").arg(self.control_socket());
        command
    }

    /// Gives it another configuration and tells it to read it.
    pub(crate) fn reconfigure(&self, config: &Config) {
        self.rewrite(config);
        self.signal(Signal::SIGHUP);
    }

    /// Gives it another configuration, which it does not know of yet.
    pub(crate) fn rewrite(&self, config: &Config) {
        write_config(self.directory.path(), config);
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        self.process.signal(signal);
    }

    /// Waits for its end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        self.process.ended()
    }

    /// Its exit status, if it has ended.
    pub(crate) fn exit_status(&mut self) -> Option<ExitStatus> {
        self.process.status()
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    /// Waits until it has logged `words`, and gives its log. A line is written a moment after what it
    /// tells of.
    #[track_caller]
    pub(crate) fn logs(&self, words: &str) -> String {
        eventually(&format!("the log says {words:?}"), SOON, || {
            let log = self.log();
            if log.contains(words) { Ok(log) } else { Err(log) }
        })
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Where it answers.
    pub(crate) fn control_socket(&self) -> PathBuf {
        control_socket(self.directory.path())
    }

    /// Where it keeps what survives a restart.
    pub(crate) fn state_directory(&self) -> PathBuf {
        state_directory(self.directory.path())
    }

    /// Starts it again, in the same directory, after its end.
    pub(crate) fn restart(&mut self) {
        assert!(self.process.status().is_some(), "the last one still runs");
        let mut command = inside(&self.namespace, BINARY.as_ref());
        command.arg("run").arg("--config").arg(self.directory.path().join("herald.toml"));
        self.process = Process::start("herald", command, &self.directory.path().join("log"));
        eventually("herald answers again", SOON, || {
            let answer = self.ask(&["status", "--json"]);
            if answer.status.success() { Ok(()) } else { Err(answer) }
        });
    }
}

/// The object of a list with this name.
fn named(mut list: Value, name: &str) -> Value {
    let mut objects = list.as_array_mut().into_iter().flatten();
    objects.find(|object| object["name"] == name).map(Value::take).unwrap_or_default()
}

/// Writes `config` with a control socket and a state directory in `directory`, and returns the file.
pub(crate) fn write_config(directory: &Path, config: &Config) -> PathBuf {
    let (socket, state) = (control_socket(directory), state_directory(directory));
    let text = config
        .clone()
        .set("agent", "control-socket", format!("{socket:?}"))
        .set("agent", "state-directory", format!("{state:?}"))
        .to_string();
    fs::create_dir_all(state).expect("a state directory");
    let file = directory.join("herald.toml");
    fs::write(&file, text).expect("a configuration for herald");
    file
}

/// The control socket of a herald whose files are in `directory`.
pub(crate) fn control_socket(directory: &Path) -> PathBuf {
    directory.join("control.sock")
}

/// The state directory of a herald whose files are in `directory`.
pub(crate) fn state_directory(directory: &Path) -> PathBuf {
    directory.join("state")
}
