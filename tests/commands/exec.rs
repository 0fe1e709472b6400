use super::{eventually, is_dead, next, seen, short, watch};

/// What a check by this script sees, without its name.
async fn plugin(script: &str) -> (&'static str, String) {
    let (outcome, words) = seen(&exec(script), "timeout = \"5s\"").await;
    (outcome, words.strip_prefix("/bin/sh: ").expect("the program comes first").to_owned())
}

fn exec(script: &str) -> String {
    format!("exec = {{ command = [\"/bin/sh\", \"-c\", {script:?}] }}")
}

#[tokio::test]
async fn exit_0_is_healthy_and_its_first_line_the_reason() {
    assert_eq!(plugin("exit 0").await, ("up", "exit 0".into()));
    let figures = "echo 'DISK OK - free space: / 3326 MB | /=2643MB;5948;5958;0;5968'; echo more";
    assert_eq!(plugin(figures).await, ("up", "DISK OK - free space: / 3326 MB".into()));
}

#[tokio::test]
async fn any_other_end_is_unhealthy() {
    let critical = "echo 'DISK CRITICAL - / 1 MB'; exit 2";
    assert_eq!(plugin(critical).await, ("down", "exit 2: DISK CRITICAL - / 1 MB".into()));
    assert_eq!(plugin("exit 1").await, ("down", "exit 1".into()));
    assert_eq!(plugin("echo inactive; exit 3").await, ("down", "exit 3: inactive".into()));
    assert_eq!(plugin("kill -9 $$").await, ("down", "killed by signal 9".into()));
}

#[tokio::test]
async fn garbage_is_shown_as_well_as_it_can_be() {
    let garbage = "printf '\\377\\0\\033[2J\\n'; exit 2";
    assert_eq!(plugin(garbage).await, ("down", "exit 2: \u{fffd}  [2J".into()));
}

#[tokio::test]
async fn a_program_that_is_not_there_proves_nothing() {
    let seen = seen("exec = { command = [\"/nonexistent/plugin\"] }", "").await;
    let told = "/nonexistent/plugin: cannot look: no such file or directory";
    assert_eq!(seen, ("unknown", told.into()));
}

#[tokio::test]
async fn at_the_timeout_it_is_killed_with_its_group_and_the_next_look_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("grandchild");
    let script = format!(
        "trap '' TERM; (trap '' TERM; yes) & echo $! >> {}; echo started; wait",
        file.display()
    );
    let mut looks = watch(&exec(&script), "timeout = \"300ms\"\ninterval = \"10ms\"");
    for _ in 0..3 {
        let (outcome, words) = next(&mut looks).await;
        assert_eq!((short(outcome), words.as_str()), ("down", "/bin/sh: timed out after 300ms"));
    }
    drop(looks);
    let started = std::fs::read_to_string(&file).unwrap();
    let started: Vec<u32> = started.lines().map(|line| line.parse().unwrap()).collect();
    assert!(started.len() >= 3, "{started:?}");
    eventually("all are dead", || started.iter().all(|id| is_dead(*id)).then_some(())).await;
}
