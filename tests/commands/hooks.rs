use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use herald::base::ServiceName;
use herald::config::Config;
use herald::engine::Transition;
use herald::hook::{self, Changes};
use herald::policy::State;
use herald::status::{HookRuns, HooksRun};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{LONG, config, eventually, is_dead, number_in};

/// Hooks that run, and where they write to.
struct Runner {
    config: Config,
    changes: watch::Sender<Changes>,
    /// What became of the hooks.
    board: watch::Receiver<HooksRun>,
    running: JoinHandle<()>,
    directory: TempDir,
}

impl Runner {
    /// With these hooks of the service `web`: the states and the script of each, which begins in
    /// a directory of its own.
    fn start(hooks: &[(&str, &str)]) -> Self {
        Self::with_timeout(hooks, "10s")
    }

    fn with_timeout(hooks: &[(&str, &str)], timeout: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let tables = hooks.iter().map(|(on, script)| {
            let script = format!("cd {}; {script}", directory.path().display());
            format!(
                "[[service.web.hook]]\non = {on}\ntimeout = {timeout:?}\n\
                 command = [\"/bin/sh\", \"-c\", {script:?}]\n"
            )
        });
        let config = config(&tables.collect::<String>());
        let (changes, told) = watch::channel(Changes::default());
        let (counts, board) = watch::channel(HooksRun::default());
        let running = tokio::spawn(hook::run(told, counts));
        Self { config, changes, board, running, directory }
    }

    fn change(&self, from: State, to: State) {
        self.change_because(from, to, "told by the test");
    }

    fn change_because(&self, from: State, to: State, because: &str) {
        let service = ServiceName::from("web");
        let at = herald::clock::now();
        let transition = Transition { service, from, to, because: because.into(), at };
        self.changes.send_modify(|changes| changes.note(&transition, &self.config));
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// What the hooks have written into `log`.
    fn log(&self) -> String {
        text(&self.file("log"))
    }

    async fn logs(&self, wanted: &str) {
        eventually(&format!("the log is {wanted:?}"), || (self.log() == wanted).then_some(()))
            .await;
    }

    /// Nothing is told any more; gives the log once the last hooks have ended.
    async fn ended(self) -> String {
        drop(self.changes);
        timeout(LONG, self.running).await.expect("the last hooks end").expect("no panic");
        text(&self.directory.path().join("log"))
    }
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

const NOTE: &str = "echo \"$HERALD_PREVIOUS_STATE>$HERALD_STATE\" >> log";
/// Says when it begins and ends, and takes its time between them.
const SLOW: &str = "echo begin $HERALD_STATE >> log; while ! [ -e go-$HERALD_STATE ]; do sleep 0.01; done; \
                    echo end $HERALD_STATE >> log";

#[tokio::test]
async fn a_hook_is_told_what_has_changed() {
    let runner = Runner::start(&[(
        "[\"down\"]",
        "env | grep ^HERALD_ | grep -v ^HERALD_TEST_ | sort > log",
    )]);
    let because = "http_back: 0 of 2 servers up\n(a\0b: $(id) `id`)";
    runner.change_because(State::Degraded, State::Down, because);
    let log = runner.ended().await;
    assert_eq!(
        log,
        "HERALD_ADDRESSES=198.51.100.1\n\
         HERALD_PREFIXES=198.51.100.1/32 203.0.113.0/24\n\
         HERALD_PREVIOUS_STATE=degraded\n\
         HERALD_REASON=http_back: 0 of 2 servers up (a b: $(id) `id`)\n\
         HERALD_REGION=north\n\
         HERALD_SERVICE=web\n\
         HERALD_STATE=down\n"
    );
}

#[tokio::test]
async fn what_becomes_of_hooks_is_counted() {
    let runner =
        Runner::start(&[("[\"up\"]", SLOW), ("[\"down\"]", "exit 3"), ("[\"drained\"]", "true")]);
    runner.change(State::Down, State::Up);
    runner.logs("begin up\n").await;
    // While the hook runs, one change is overtaken by the next.
    runner.change(State::Up, State::Down);
    runner.change(State::Down, State::Drained);
    fs::write(runner.file("go-up"), "").expect("a file");
    let mut board = runner.board.clone();
    let expected = HookRuns { succeeded: 2, failed: 0, skipped: 1 };
    let counted = |runs: &HooksRun, expected| runs.get("web") == Some(&expected);
    let wait = board.wait_for(|runs| counted(runs, expected));
    drop(timeout(LONG, wait).await.expect("two have succeeded").expect("it runs"));
    runner.change(State::Drained, State::Down);
    let wait = board.wait_for(|runs| counted(runs, HookRuns { failed: 1, ..expected }));
    drop(timeout(LONG, wait).await.expect("one has failed").expect("it runs"));
    runner.ended().await;
}

#[tokio::test]
async fn only_the_states_that_are_named_run_a_hook() {
    let runner = Runner::start(&[("[\"up\", \"drained\"]", NOTE)]);
    let mut log = String::new();
    let mut from = State::Pending;
    for to in State::ALL {
        runner.change(from, to);
        if matches!(to, State::Up | State::Drained) {
            log += &format!("{from}>{to}\n");
        }
        runner.logs(&log).await;
        from = to;
    }
    assert_eq!(runner.ended().await, log);
}

#[tokio::test]
async fn hooks_of_a_change_run_in_the_order_of_the_file_and_never_overlap() {
    let one = "echo 1 begin >> log; sleep 0.2; echo 1 end >> log";
    let runner = Runner::start(&[("[\"up\"]", one), ("[\"up\"]", "echo 2 >> log")]);
    runner.change(State::Down, State::Up);
    assert_eq!(runner.ended().await, "1 begin\n1 end\n2\n");
}

#[tokio::test]
async fn while_hooks_run_only_the_newest_change_waits() {
    let runner = Runner::start(&[("[\"up\", \"down\", \"drained\"]", SLOW)]);
    runner.change(State::Pending, State::Up);
    runner.logs("begin up\n").await;
    for (from, to) in
        [(State::Up, State::Down), (State::Down, State::Up), (State::Up, State::Drained)]
    {
        runner.change(from, to);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(runner.log(), "begin up\n", "they do not overlap");
    fs::write(runner.file("go-up"), "").unwrap();
    fs::write(runner.file("go-drained"), "").unwrap();
    assert_eq!(runner.ended().await, "begin up\nend up\nbegin drained\nend drained\n");
}

#[tokio::test]
async fn a_newest_change_without_hooks_leaves_the_one_before_it_out() {
    let runner = Runner::start(&[("[\"up\"]", SLOW)]);
    runner.change(State::Pending, State::Up);
    runner.logs("begin up\n").await;
    runner.change(State::Up, State::Down);
    runner.change(State::Down, State::Up);
    runner.change(State::Up, State::Withdrawn);
    fs::write(runner.file("go-up"), "").unwrap();
    assert_eq!(runner.ended().await, "begin up\nend up\n");
}

#[tokio::test]
async fn a_hook_that_fails_or_is_late_does_not_stop_the_next() {
    let stuck = "trap '' TERM; (trap '' TERM; sleep 1000) & echo $! > child; wait";
    let hooks = [("[\"up\"]", "exit 7"), ("[\"up\"]", stuck), ("[\"up\"]", NOTE)];
    let runner = Runner::with_timeout(&hooks, "500ms");
    runner.change(State::Down, State::Up);
    runner.logs("down>up\n").await;
    let child = number_in(&runner.file("child")).expect("it has started");
    eventually("the late hook is dead with its group", || is_dead(child).then_some(())).await;
    runner.ended().await;
}

#[tokio::test]
async fn hooks_that_are_dropped_are_killed() {
    let runner = Runner::start(&[("[\"up\"]", "sleep 1000 & echo $! > child; wait")]);
    runner.change(State::Down, State::Up);
    let child = eventually("it has started", || number_in(&runner.file("child"))).await;
    runner.running.abort();
    eventually("the hook is dead with its group", || is_dead(child).then_some(())).await;
}

#[tokio::test]
async fn services_do_not_wait_for_each_other() {
    let runner = Runner::start(&[("[\"up\"]", "sleep 1000")]);
    runner.change(State::Down, State::Up);
    let other =
        "[service.dns]\naddresses = [\"198.51.100.2\"]\n[[service.dns.hook]]\non = [\"up\"]\n";
    let file = runner.file("log");
    let command =
        format!("command = [\"/bin/sh\", \"-c\", \"echo $HERALD_SERVICE > {}\"]", file.display());
    let config = config(&format!("{other}{command}\n"));
    let (from, to, at) = (State::Down, State::Up, herald::clock::now());
    let transition =
        Transition { service: ServiceName::from("dns"), from, to, because: "told".into(), at };
    runner.changes.send_modify(|changes| changes.note(&transition, &config));
    runner.logs("dns\n").await;
    runner.running.abort();
}
