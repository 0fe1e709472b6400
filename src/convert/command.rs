//! Commands of the sources as checks and hooks.

use super::draft::CheckKind;
use super::findings::Findings;
use super::source::Word;
use super::words::{needs_shell, split};

/// Finds programs that are given without a path, as the sources' programs did.
const ENV: &str = "/usr/bin/env";
const SHELL: &str = "/bin/sh";

/// A command that a shell read, as program and arguments; `None` when it cannot be said in herald's
/// file, where `${NAME}` stands for a variable of the agent's own environment.
pub(super) fn for_shell(line: &str) -> Option<Vec<String>> {
    let plain = if needs_shell(line) { None } else { split(line) };
    match plain.filter(|words| words.first().is_some_and(|word| word.starts_with('/'))) {
        Some(words) => Some(words),
        None => Some(vec![SHELL.to_owned(), "-c".to_owned(), without_braces(line)?]),
    }
}

/// A command that no shell read, as program and arguments; `None` when it cannot be taken apart, or
/// not be said in herald's file.
pub(super) fn without_shell(line: &str) -> Option<Vec<String>> {
    let words = split(line).filter(|words| !words.is_empty())?;
    with_path(words)
}

/// Says of a command that it cannot be carried.
pub(super) fn refuse(line: &Word, findings: &mut Findings) {
    findings.fault(
        line.place,
        "this command cannot be written into herald's file",
        "quotes are closed, and ${NAME} stands for a variable of the agent's own environment",
        "put the command into a script, and give the script here",
    );
}

/// The words with a program that has an absolute path.
pub(super) fn with_path(words: Vec<String>) -> Option<Vec<String>> {
    let absolute = words.first()?.starts_with('/');
    let said = !words.iter().any(|word| word.contains("${"));
    let env = (!absolute).then(|| ENV.to_owned());
    said.then(|| env.into_iter().chain(words).collect())
}

/// The kind of check that tells the same as the command: commands that only look for a process or a
/// file become what herald has for them. The reason to prefer it comes along.
pub(super) fn check(command: Vec<String>) -> (CheckKind, Option<&'static str>) {
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    let words = words.strip_prefix(&[ENV]).unwrap_or(&words);
    // A single command in a shell is the command.
    let inner = match words {
        [SHELL, "-c", line]
            if !needs_shell(&line.replace("2>/dev/null", "").replace(">/dev/null", "")) =>
        {
            split(&line.replace("2>/dev/null", "").replace(">/dev/null", ""))
        }
        _ => None,
    };
    let inner: Option<Vec<&str>> =
        inner.as_ref().map(|inner| inner.iter().map(String::as_str).collect());
    match asked_for(inner.as_deref().unwrap_or(words)) {
        Some(kind) => (kind, Some("herald looks itself, and sees the end when it happens")),
        None => (CheckKind::Exec(command), None),
    }
}

/// The process or file that a command looks for.
fn asked_for(words: &[&str]) -> Option<CheckKind> {
    let (program, arguments) = words.split_first()?;
    let program = program.rsplit('/').next()?;
    let process = |name: &str| {
        let name = name.rsplit('/').next().unwrap_or_default();
        ((1..=15).contains(&name.len())).then(|| CheckKind::Process(name.to_owned()))
    };
    match (program, arguments) {
        ("killall", ["-0", name] | ["-0", "-q", name] | ["-q", "-0", name]) => process(name),
        ("pidof", [name] | ["-q", name]) | ("pgrep", ["-x", name]) => process(name),
        ("test", ["-e" | "-f", path]) if path.starts_with('/') => {
            Some(CheckKind::File((*path).to_owned()))
        }
        _ => None,
    }
}

/// The line with `${NAME}` as `$NAME`; `None` when that would mean something else.
fn without_braces(line: &str) -> Option<String> {
    let mut done = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}')?;
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let plain = !name.is_empty() && name.chars().all(is_part);
        if !plain || name.starts_with(|c: char| c.is_ascii_digit()) || after.starts_with(is_part) {
            return None;
        }
        done += before;
        done += &format!("${name}");
        rest = after;
    }
    Some(done + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_only_what_needs_one() {
        assert_eq!(for_shell("/bin/check -w 5").unwrap(), ["/bin/check", "-w", "5"]);
        assert_eq!(for_shell("curl -sf x").unwrap(), ["/bin/sh", "-c", "curl -sf x"]);
        assert_eq!(for_shell("/bin/a | /bin/b").unwrap(), ["/bin/sh", "-c", "/bin/a | /bin/b"]);
        assert_eq!(for_shell("/bin/a ${X}/b").unwrap(), ["/bin/sh", "-c", "/bin/a $X/b"]);
        assert!(for_shell("/bin/a ${X}b").is_none() && for_shell("a ${X:-1}").is_none());
        assert_eq!(without_shell("curl 'a b'").unwrap(), ["/usr/bin/env", "curl", "a b"]);
        assert!(without_shell("curl 'a").is_none() && without_shell("a ${b}").is_none());
    }

    #[test]
    fn a_look_for_a_process_or_a_file_is_one_of_heralds_own_checks() {
        let kind = |line: &str| check(for_shell(line).unwrap()).0;
        let haproxy = CheckKind::Process("haproxy".to_owned());
        for line in ["killall -0 haproxy", "/usr/bin/pidof haproxy", "pgrep -x haproxy >/dev/null"]
        {
            assert_eq!(kind(line), haproxy, "{line}");
        }
        assert_eq!(kind("/usr/bin/test -e /run/x"), CheckKind::File("/run/x".to_owned()));
        assert!(matches!(kind("killall -9 haproxy"), CheckKind::Exec(_)));
    }
}
