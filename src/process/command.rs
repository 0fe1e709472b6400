use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::task::spawn_blocking;

use super::pipe::Pipe;
use super::{Output, Process};
use crate::base::CommandLine;

/// Variables by which the service manager knows herald (sd_notify(3), sd_watchdog_enabled(3)). A
/// command that found them would speak for it.
const OURS_ALONE: [&str; 3] = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/// Runs a command with these variables besides herald's own, without standard input and in `/`, until
/// its first process ends; `output` is what it has printed. See the module for what becomes of its
/// process group, at the end and when this is dropped.
///
/// # Errors
///
/// It cannot be started.
pub async fn run(
    command: &CommandLine,
    variables: &[(&'static str, String)],
    output: &mut Output,
) -> io::Result<ExitStatus> {
    let (command, variables) = (command.clone(), variables.to_vec());
    // Not on the thread that decides: it stands still until the program is loaded, and a file system
    // may hang. When nobody waits any more, the group is dropped over there.
    let started = spawn_blocking(move || Group::start(&command, &variables)).await;
    let mut group = started.map_err(io::Error::other)??;
    tokio::select! {
        () = group.first.ended() => {}
        never = group.stdout.listen(&mut output.stdout) => match never {},
        never = group.stderr.listen(&mut output.stderr) => match never {},
    }
    group.kill();
    let status = group.child.wait().await?;
    group.stdout.drain(&mut output.stdout);
    group.stderr.drain(&mut output.stderr);
    Ok(status)
}

/// How a command has ended, in words: `exit 2`, `killed by signal 11`.
pub fn ended(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => status.to_string(),
    }
}

/// A command at work.
struct Group {
    child: Child,
    /// Its number, and that of the group.
    id: Pid,
    first: Process,
    stdout: Pipe,
    stderr: Pipe,
}

impl Group {
    fn start(command: &CommandLine, variables: &[(&'static str, String)]) -> io::Result<Self> {
        let (stdout, printed) = Pipe::new()?;
        let (stderr, complained) = Pipe::new()?;
        let mut spawned = Command::new(&command.program);
        for name in OURS_ALONE {
            spawned.env_remove(name);
        }
        let child = spawned
            .args(&command.arguments)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(printed)
            .stderr(complained)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let number = child.id().unwrap_or_default();
        let gone = || io::Error::other("its process cannot be found");
        let first = Process::open(number)?.ok_or_else(gone)?;
        let id = i32::try_from(number).ok().and_then(Pid::from_raw).ok_or_else(gone)?;
        Ok(Self { child, id, first, stdout, stderr })
    }

    fn kill(&self) {
        // Once the child is reaped, its number may be another's.
        if self.child.id().is_some() {
            // It fails when nobody is left, which is as good.
            let _ = kill_process_group(self.id, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
