use crate::base::CommandLine;
use crate::process::{self, Output};

use super::seen::Seen;

/// Runs a command and judges how it ends.
pub(super) struct Exec {
    command: CommandLine,
    subject: String,
}

impl Exec {
    pub(super) fn new(command: &CommandLine) -> Self {
        Self { command: command.clone(), subject: command.program.display().to_string() }
    }

    /// The program only: arguments may hold what nobody should read in a log.
    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    /// Only exit 0 is healthy. That exit 3 means "unknown" to plugins for Nagios makes no difference:
    /// to others, such as `systemctl is-active`, it means that the service is dead.
    pub(super) async fn look(&mut self) -> Seen {
        let mut output = Output::default();
        let status = match process::run(&self.command, &[], &mut output).await {
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
}
