//! The kinds of checks that ask this machine and not a server.

use super::{command, scalar};
use crate::base::CommandLine;
use crate::config::checks::{FileCheck, ProcessCheck};
use crate::config::reader::{Refusal, Section};

/// The `exec` table of a check.
pub(super) fn exec(section: &Section<'_>) -> Option<CommandLine> {
    command::read(section)
}

/// The `file` table of a check.
pub(super) fn file(section: &Section<'_>) -> Option<FileCheck> {
    let (path, present) = (section.text("path", scalar::path), section.boolean("present"));
    Some(FileCheck { path: path?.value, present: present?.value })
}

/// The `process` table of a check.
pub(super) fn process(section: &Section<'_>) -> Option<ProcessCheck> {
    let pid_file = section.text("pid-file", scalar::path);
    let name = section.text("name", name).map(|name| name.value);
    match (section.has("pid-file"), section.has("name")) {
        (true, false) => Some(ProcessCheck::PidFile { path: pid_file?.value, name: None }),
        (true, true) => Some(ProcessCheck::PidFile { path: pid_file?.value, name: Some(name?) }),
        (false, true) => Some(ProcessCheck::Name(name?)),
        (false, false) => {
            section.notes.fault(
                section.span(),
                format!("[{}] names no process", section.path()),
                "it is known by its pid-file or by its name",
                "for example process = { pid-file = \"/run/haproxy.pid\" }",
            );
            None
        }
    }
}

/// The kernel keeps 15 octets of a name (TASK_COMM_LEN is 16 with its final NUL, proc(5)).
fn name(text: &str) -> Result<String, Refusal> {
    let name = scalar::word(text)?;
    match name.len() {
        0..=15 => Ok(name),
        _ => Err(Refusal::rule("the kernel keeps only the first 15 octets of a name")
            .help("`cat /proc/PID/comm` shows what it has kept")),
    }
}
