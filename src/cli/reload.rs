//! `reload`: the agent reads its file again.

use std::path::Path;

use clap::Args;

use super::agent::Reach;
use super::{Exit, print, print_json, say};
use crate::control::{self, AskReload};
use crate::status::Reload;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only show what would change.
    #[arg(long)]
    dry_run: bool,
    /// Also make changes that reset a session.
    #[arg(long)]
    allow_reset: bool,
    /// The answer as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) fn run(config: &Path, arguments: &Arguments) -> Result<Exit, Exit> {
    let agent = arguments.reach.agent(config)?;
    let ask = AskReload { dry_run: arguments.dry_run, allow_reset: arguments.allow_reset };
    let reload: Reload = agent.tell(control::RELOAD, &ask)?;
    if arguments.json {
        print_json(&reload)?;
    } else {
        show(&reload, arguments.dry_run);
    }
    Ok(if reload.refused.is_some() { Exit::Refused } else { Exit::Done })
}

fn show(reload: &Reload, dry_run: bool) {
    reload.changes.iter().for_each(print);
    for neighbor in &reload.resets {
        print(format!("resets the session with {neighbor}"));
    }
    match &reload.refused {
        Some(refused) => say(format_args!("error: not reloaded: {refused}")),
        None if reload.changes.is_empty() => print("nothing has changed"),
        None if dry_run => print("not done: --dry-run"),
        None => print("reloaded"),
    }
}
