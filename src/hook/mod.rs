//! F5: commands that run after a service has changed its state.
//!
//! ```text
//! decider ─watch Changes▶ run ─▶ one task per service: hook, hook, … of its newest change
//! ```
//!
//! A change is told once the routes have been laid out, and telling it never waits. The hooks of one
//! service run one after the other, those of different services side by side. When a service changes
//! while its hooks run, they end first; then those of its newest change run. Changes in between are
//! left out: their hooks would act on a state that is over, and a service that flaps faster than its
//! hooks run must not queue them up. The log says how many were left out, and all of them are counted.
//!
//! [`run`] ends when nobody tells it anything any more and the last hooks have ended. It may be dropped
//! at any await; what still runs then is killed.

mod change;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::process::ExitStatus;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;

use crate::aside::Aside;
use crate::base::{CommandLine, ServiceName};
use crate::process::{self, Output, Running};
use crate::status::{HookRuns, HooksRun};

pub use change::Changes;
use change::{Change, Count};

/// Runs the hooks of what changes, and counts them on `board`.
pub async fn run(mut changes: watch::Receiver<Changes>, board: watch::Sender<HooksRun>) {
    let mut told = true;
    let mut runner = Runner::new(board);
    loop {
        runner.start(&changes.borrow_and_update());
        tokio::select! {
            heard = changes.changed(), if told => told = heard.is_ok(),
            Some(ended) = runner.tasks.join_next() => runner.end(ended),
            else => return,
        }
    }
}

struct Runner {
    board: watch::Sender<HooksRun>,
    tasks: JoinSet<ServiceName>,
    /// The services whose hooks run.
    busy: BTreeSet<ServiceName>,
    /// The newest change of each service that has been looked at.
    seen: BTreeMap<ServiceName, Count>,
}

impl Runner {
    fn new(board: watch::Sender<HooksRun>) -> Self {
        Self { board, tasks: JoinSet::new(), busy: BTreeSet::new(), seen: BTreeMap::new() }
    }

    fn start(&mut self, changes: &Changes) {
        for (service, change) in changes.newest() {
            let seen = self.seen.get(service).copied().unwrap_or_default();
            if self.busy.contains(service) || seen == change.count {
                continue;
            }
            let left_out = change.left_out_since(seen);
            if left_out > 0 {
                count(&self.board, service, |runs| runs.skipped += left_out);
                tracing::warn!(
                    %service, left_out,
                    "changed while its hooks ran; only those of the newest change are run"
                );
            }
            self.seen.insert(service.clone(), change.count);
            if !change.hooks.is_empty() {
                self.busy.insert(service.clone());
                let follow = follow(service.clone(), change.clone(), self.board.clone());
                self.tasks.spawn(follow);
            }
        }
    }

    fn end(&mut self, ended: Result<ServiceName, JoinError>) {
        match ended {
            Ok(service) => self.busy.remove(&service),
            // Nobody cancels these tasks.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
    }
}

/// Runs the hooks of one change, one after the other.
async fn follow(
    service: ServiceName,
    change: Change,
    board: watch::Sender<HooksRun>,
) -> ServiceName {
    let mut aside = Aside::default();
    for hook in &change.hooks {
        let mut output = Output::default();
        let run = run_one(&hook.command, &change.variables, &mut aside, &mut output);
        let how = match timeout(hook.timeout, run).await {
            Ok(Ok(status)) if status.success() => None,
            Ok(Ok(status)) => Some(process::ended(status)),
            Ok(Err(error)) => Some(format!("it cannot be run: {error}")),
            Err(_) => Some(format!("killed, as it took longer than {:?}", hook.timeout)),
        };
        let (state, command) = (change.state, hook.command.program.display());
        let said = output.last_line();
        let said = said.as_deref().map(tracing::field::display);
        match how {
            None => {
                count(&board, &service, |runs| runs.succeeded += 1);
                tracing::info!(%service, %state, %command, said, "hook done");
            }
            Some(how) => {
                count(&board, &service, |runs| runs.failed += 1);
                tracing::warn!(%service, %state, %command, %how, said, "hook failed");
            }
        }
    }
    service
}

async fn run_one(
    command: &CommandLine,
    variables: &[(&'static str, String)],
    aside: &mut Aside,
    output: &mut Output,
) -> io::Result<ExitStatus> {
    let (command, variables) = (command.clone(), variables.to_vec());
    let started = aside.ask(move || Running::start(&command, &variables)).await;
    started.flatten()?.ended(output).await
}

fn count(
    board: &watch::Sender<HooksRun>,
    service: &ServiceName,
    change: impl FnOnce(&mut HookRuns),
) {
    board.send_modify(|known| change(known.entry(service.clone()).or_default()));
}
