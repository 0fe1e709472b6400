//! A child process in a namespace, its output in a file, ended with the value that holds it.

use std::fs::{self, File};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;

use super::netns::Namespace;
use super::wait::{SOON, eventually};

/// How much of a log a failed test shows.
const TAIL_LINES: usize = 60;

/// A running program. Dropping it kills its process group; when the test is failing, the end of its
/// log is shown first.
pub(crate) struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command` with a process group of its own and its output in `log`.
    pub(crate) fn start(name: &str, mut command: Command, log: &Path) -> Self {
        let output = File::options().create(true).append(true).open(log).expect("a log file");
        let errors = output.try_clone().expect("a second handle on the log file");
        let child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        Self { name: name.to_owned(), child, log: log.to_owned() }
    }

    /// Its process id, which is the program's own (`ip netns exec` replaces itself).
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has printed so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Sends a signal to the program alone.
    pub(crate) fn signal(&self, signal: Signal) {
        signal::kill(raw_pid(&self.child), signal)
            .unwrap_or_else(|error| panic!("{signal} to {}: {error}", self.name));
    }

    /// Its exit status, if it has ended.
    pub(crate) fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Waits for its end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let name = self.name.clone();
        eventually(&format!("the end of {name}"), SOON, || {
            self.status().ok_or("still running, its log is below")
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            show(&self.name, &self.log());
        }
        // Already gone is as good as killed.
        let _ = signal::killpg(raw_pid(&self.child), Signal::SIGKILL);
        let _ = self.child.wait();
    }
}

/// Runs `command` to its end and returns what it printed on stdout; panics when it fails.
pub(crate) fn run(mut command: Command) -> String {
    let output = output(&mut command);
    assert!(
        output.status.success(),
        "{command:?} ended with {}:\n{}{}",
        describe(output.status),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs `command` to its end, whatever that is.
pub(crate) fn output(command: &mut Command) -> Output {
    command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"))
}

/// The path of a program, or a panic that names the Debian package which brings it.
pub(crate) fn program(candidates: &[&str], package: &str) -> PathBuf {
    let search = std::env::split_paths("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin");
    let directories: Vec<PathBuf> = search.collect();
    candidates
        .iter()
        .flat_map(|name| directories.iter().map(move |directory| directory.join(name)))
        .find(|path| path.exists())
        .unwrap_or_else(|| {
            panic!("{} is not installed: apt-get install {package}, or tests/run", candidates[0])
        })
}

/// A command for a daemon's client inside a namespace.
pub(crate) fn inside(namespace: &Namespace, program: &Path) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", namespace.name()]).arg(program);
    command
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "no status".to_owned(),
    }
}

fn raw_pid(child: &Child) -> Pid {
    Pid::from_raw(i32::try_from(child.id()).expect("a pid fits its own type"))
}

#[expect(clippy::print_stderr, reason = "the harness shows it with the failed test")]
fn show(name: &str, log: &str) {
    let lines: Vec<&str> = log.lines().collect();
    let tail = lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n");
    eprintln!("--- the log of {name} ends with:\n{tail}\n---");
}
