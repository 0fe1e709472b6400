use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

use super::pipe::Pipe;
use super::{Output, Process};
use crate::base::CommandLine;

/// Variables by which the service manager knows herald (sd_notify(3), sd_watchdog_enabled(3)). A
/// command that found them would speak for it.
const OURS_ALONE: [&str; 3] = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/// How a command has ended, in words: `exit 2`, `killed by signal 11`.
pub fn ended(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => status.to_string(),
    }
}

/// A command at work. See the module for what becomes of its process group, at the end and when this is
/// dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    /// Its number, and that of the group.
    id: Pid,
    first: Process,
    stdout: Pipe,
    stderr: Pipe,
}

impl Running {
    /// Starts a command with these variables besides herald's own, without standard input and in `/`.
    /// The calling thread stands still until the program is loaded, and a file system may hang: so it is
    /// none that others wait for, but one of the runtime's.
    ///
    /// # Errors
    ///
    /// It cannot be started.
    pub fn start(command: &CommandLine, variables: &[(&'static str, String)]) -> io::Result<Self> {
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

    /// Waits until its first process ends; `output` is what it has printed.
    ///
    /// # Errors
    ///
    /// The kernel does not tell how it has ended.
    pub async fn ended(mut self, output: &mut Output) -> io::Result<ExitStatus> {
        tokio::select! {
            () = self.first.ended() => {}
            never = self.stdout.listen(&mut output.stdout) => match never {},
            never = self.stderr.listen(&mut output.stderr) => match never {},
        }
        self.kill();
        let status = self.child.wait().await?;
        self.stdout.drain(&mut output.stdout);
        self.stderr.drain(&mut output.stderr);
        Ok(status)
    }

    fn kill(&self) {
        // Once the child is reaped, its number may be another's.
        if self.child.id().is_some() {
            // It fails when nobody is left, which is as good.
            let _ = kill_process_group(self.id, Signal::KILL);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}
