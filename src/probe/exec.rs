use std::io;
use std::process::ExitStatus;

use crate::aside::Aside;
use crate::base::CommandLine;
use crate::process::{self, Output, Running};

use super::seen::Seen;

/// Runs a command and judges how it ends.
pub(super) struct Exec {
    command: CommandLine,
    subject: String,
    aside: Aside,
}

impl Exec {
    pub(super) fn new(command: &CommandLine) -> Self {
        let subject = command.program.display().to_string();
        Self { command: command.clone(), subject, aside: Aside::default() }
    }

    /// The program only: arguments may hold what nobody should read in a log.
    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    /// Only exit 0 is healthy. That exit 3 means "unknown" to plugins for Nagios makes no difference:
    /// to others, such as `systemctl is-active`, it means that the service is dead.
    pub(super) async fn look(&mut self) -> Seen {
        let mut output = Output::default();
        let status = match self.run(&mut output).await {
            Ok(status) => status,
            Err(error) => return Seen::blind(&error),
        };
        let said = output.first_line();
        // What follows the bar are figures for graphs (Monitoring Plugins guidelines).
        let said = said.as_deref().and_then(|line| line.split('|').next()).map(str::trim_end);
        match (status.success(), said) {
            (true, Some(said)) => Seen::healthy(said),
            (true, None) => Seen::healthy(process::ended(status)),
            (false, Some(said)) => Seen::unhealthy(format!("{}: {said}", process::ended(status))),
            (false, None) => Seen::unhealthy(process::ended(status)),
        }
    }
    async fn run(&mut self, output: &mut Output) -> io::Result<ExitStatus> {
        let command = self.command.clone();
        let started = self.aside.ask(move || Running::start(&command, &[])).await;
        started.flatten()?.ended(output).await
    }
}
