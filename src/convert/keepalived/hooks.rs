use super::tree::Line;
use crate::convert::command;
use crate::convert::draft::Hook;
use crate::convert::findings::Findings;
use crate::convert::source::Word;

/// The hooks of `notify_STATE COMMAND` and `notify COMMAND` of an instance.
pub(super) fn read(
    option: &str,
    line: &Line,
    instance: &str,
    priority: &str,
    findings: &mut Findings,
) -> Vec<Hook> {
    let Some(written) = line.value(findings) else { return Vec::new() };
    let Some(argv) = argv(written, findings) else { return Vec::new() };
    let hook = |on: &'static str, further: &[&str]| Hook {
        on: vec![on],
        command: argv
            .iter()
            .cloned()
            .chain(further.iter().map(|word| (*word).to_owned()))
            .collect(),
        timeout: None,
    };
    let told = |on: &'static str, state: &str| hook(on, &["INSTANCE", instance, state, priority]);
    match option {
        "notify_master" => vec![hook("up", &[])],
        "notify_backup" => vec![hook("standby", &[])],
        "notify_fault" => vec![hook("down", &[])],
        "notify_stop" => vec![hook("drained", &[])],
        "notify" => vec![told("up", "MASTER"), told("standby", "BACKUP"), told("down", "FAULT")],
        _ => Vec::new(),
    }
}

/// keepalived takes one word: a path, or a command line in quotes.
fn argv(written: &Word, findings: &mut Findings) -> Option<Vec<String>> {
    let argv = command::without_shell(&written.text);
    if argv.is_none() {
        command::refuse(written, findings);
    }
    argv
}
