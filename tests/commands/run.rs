use std::io;
use std::io::ErrorKind::{ExecutableFileBusy, NotFound, PermissionDenied};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use herald::aside::Aside;
use herald::base::CommandLine;
use herald::process::{Output, Running, ended};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::tempdir;
use tokio::time::{sleep, timeout};

use super::{LONG, eventually, is_dead, number_in, state};

pub(super) fn shell(script: &str) -> CommandLine {
    let arguments = ["-c", script].map(str::to_owned).into();
    CommandLine { program: PathBuf::from("/bin/sh"), arguments }
}

/// Runs a command as checks and hooks do.
async fn run(
    command: &CommandLine,
    variables: &[(&'static str, String)],
    output: &mut Output,
) -> io::Result<ExitStatus> {
    let (command, variables) = (command.clone(), variables.to_vec());
    let started = Aside::default().ask(move || Running::start(&command, &variables)).await;
    started.flatten()?.ended(output).await
}

/// How a script ends, and its first and last line.
async fn ran(script: &str) -> (String, Option<String>, Option<String>) {
    let mut output = Output::default();
    let status = timeout(LONG, run(&shell(script), &[], &mut output)).await;
    let status = status.expect("a command that ends").expect("a command that starts");
    (ended(status), output.first_line(), output.last_line())
}

fn lines(first: &str, last: &str) -> (Option<String>, Option<String>) {
    (Some(first.to_owned()), Some(last.to_owned()))
}

#[tokio::test]
async fn the_end_of_a_command_is_told() {
    assert_eq!(ran("exit 0").await, ("exit 0".to_owned(), None, None));
    assert_eq!(ran("exit 3").await.0, "exit 3");
    assert_eq!(ran("kill -SEGV $$").await.0, "killed by signal 11");
}

#[tokio::test]
async fn arguments_are_not_read_by_a_shell() {
    let argument = "$HOME `id` 'x' \"y\" * ; exit 1".to_owned();
    let command = CommandLine { program: "/bin/echo".into(), arguments: vec![argument.clone()] };
    let mut output = Output::default();
    run(&command, &[], &mut output).await.unwrap();
    assert_eq!(output.first_line(), Some(argument));
}

#[tokio::test]
async fn a_command_has_its_variables_no_input_and_a_group_of_its_own() {
    let mut output = Output::default();
    let script = "read line && exit 1; pgid=$(cut -d' ' -f5 /proc/$$/stat)
        [ \"$pgid\" = $$ ] || exit 2; [ -n \"$PATH\" ] || exit 3
        echo \"$HERALD_STATE in $(pwd)\"";
    let variables = [("HERALD_STATE", "up; $(exit)".to_owned())];
    let status = run(&shell(script), &variables, &mut output).await.unwrap();
    assert_eq!(
        (ended(status), output.first_line()),
        ("exit 0".into(), Some("up; $(exit) in /".into()))
    );
}

#[tokio::test]
async fn what_cannot_be_run_is_an_error() {
    let directory = tempdir().unwrap();
    let script = directory.path().join("script");
    let command = CommandLine { program: script.clone(), arguments: Vec::new() };
    let told = async || run(&command, &[], &mut Output::default()).await.unwrap_err().kind();
    assert_eq!(told().await, NotFound);
    std::fs::write(&script, "#!/bin/sh\n").unwrap();
    assert_eq!(told().await, PermissionDenied);
    std::fs::set_permissions(&script, PermissionsExt::from_mode(0o755)).unwrap();
    // A child of another test may hold the file open for writing until it executes.
    let runs = async || run(&command, &[], &mut Output::default()).await;
    let mut ran = runs().await;
    while ran.as_ref().is_err_and(|error| error.kind() == ExecutableFileBusy) {
        ran = runs().await;
    }
    assert!(ran.unwrap().success());
}

#[tokio::test]
async fn of_what_is_printed_the_first_and_the_last_line_are_kept() {
    let (_, first, last) = ran("echo; echo one; echo two; printf three").await;
    assert_eq!((first, last), lines("one", "three"));
    // Plugins speak on standard output, complaints come on standard error.
    let (_, first, last) = ran("echo noise >&2; echo OK; echo gave up >&2").await;
    assert_eq!((first, last), lines("OK", "gave up"));
    let (_, first, last) = ran("echo only >&2").await;
    assert_eq!((first, last), lines("only", "only"));
}

#[tokio::test]
async fn garbage_is_made_fit_to_be_shown() {
    let (_, first, _) = ran("printf '\\033[31mred\\a \\377\\376 \\0end\\n'").await;
    assert_eq!(first.as_deref(), Some("[31mred  \u{fffd}\u{fffd}  end"));
    let (_, first, last) = ran("head -c 100000 /dev/zero | tr '\\0' x; echo; echo end").await;
    assert_eq!((first.map(|line| line.len()), last), (Some(400), Some("end".to_owned())));
}

#[tokio::test]
async fn a_command_that_prints_much_gets_through() {
    let (end, first, last) = ran("seq 1 200000").await;
    assert_eq!((end.as_str(), (first, last)), ("exit 0", lines("1", "200000")));
}

#[tokio::test]
async fn endless_output_leaves_the_thread_to_the_others() {
    let mut output = Output::default();
    let command = shell("exec yes");
    let mut ticks = 0;
    let ticking = async {
        loop {
            sleep(Duration::from_millis(1)).await;
            ticks += 1;
        }
    };
    let cut = timeout(Duration::from_millis(500), async {
        tokio::select! {
            ended = run(&command, &[], &mut output) => panic!("yes ends: {ended:?}"),
            () = ticking => {}
        }
    });
    assert!(cut.await.is_err());
    assert_eq!(output.first_line().as_deref(), Some("y"));
    // About 300 on an idle machine, with and without the output.
    assert!(ticks > 20, "only {ticks} ticks of 1 ms within 500 ms");
}

#[tokio::test]
async fn a_command_that_is_dropped_is_gone_with_its_group() {
    let directory = tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    // Both ignore SIGTERM, and the grandchild holds the output.
    let script = format!(
        "trap '' TERM INT HUP; (trap '' TERM INT HUP; sleep 1000) & echo $! > {:?}; echo $$ > {:?}; \
         while :; do sleep 1000; done",
        file("grandchild"),
        file("child")
    );
    let command = shell(&script);
    let mut output = Output::default();
    let numbers = tokio::select! {
        ended = run(&command, &[], &mut output) => panic!("it ends: {ended:?}"),
        numbers = eventually("both have started", || {
            number_in(&file("child")).zip(number_in(&file("grandchild")))
        }) => numbers,
    };
    eventually("the group is dead", || (is_dead(numbers.0) && is_dead(numbers.1)).then_some(()))
        .await;
    eventually("our own child is reaped", || state(numbers.0).is_none().then_some(())).await;
}

#[tokio::test]
async fn what_a_command_leaves_behind_in_its_group_ends_with_it() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("left");
    let script = format!("(trap '' TERM HUP; sleep 1000) & echo $! > {file:?}; echo done; exit 4");
    let (end, first, _) = ran(&script).await;
    assert_eq!((end.as_str(), first.as_deref()), ("exit 4", Some("done")));
    let left = number_in(&file).unwrap();
    eventually("what was left is dead", || is_dead(left).then_some(())).await;
}

#[tokio::test]
async fn who_leaves_the_group_lives_on_and_is_not_waited_for() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("daemon");
    let script = format!(
        "setsid sh -c 'echo $$ > {file:?}; exec sleep 60' &\n\
         while ! [ -s {file:?} ]; do sleep 0.01; done; echo started"
    );
    let (end, _, last) = ran(&script).await;
    assert_eq!((end.as_str(), last.as_deref()), ("exit 0", Some("started")));
    let daemon = number_in(&file).unwrap();
    assert_eq!(state(daemon), Some('S'));
    kill(Pid::from_raw(daemon.try_into().unwrap()), Signal::SIGKILL).unwrap();
}

#[tokio::test]
async fn commands_leave_no_descriptor_behind() {
    let descriptors = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    ran("exit 0").await;
    let before = descriptors();
    for _ in 0..50 {
        ran("exit 0").await;
        let command = shell("sleep 1000");
        let mut output = Output::default();
        let cut = timeout(Duration::from_millis(1), run(&command, &[], &mut output)).await;
        assert!(cut.is_err());
    }
    // Other tests of this binary run beside it.
    eventually("descriptors are given back", || (descriptors() < before + 50).then_some(())).await;
}
