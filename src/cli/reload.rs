use std::path::Path;

use clap::Args;

use super::agent::Reach;
use super::{Exit, print, print_json};
use crate::control::{self, AskReload};
use crate::status::Reload;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only show what would change.
    #[arg(long)]
    dry_run: bool,
    /// Reset the sessions that cannot go on with the new settings.
    #[arg(long)]
    allow_reset: bool,
    /// As JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) fn run(config: &Path, arguments: &Arguments) -> Result<Exit, Exit> {
    let Arguments { dry_run, allow_reset, json, reach } = arguments;
    let ask = AskReload { dry_run: *dry_run, allow_reset: *allow_reset };
    let reload: Reload = reach.agent(config)?.tell(control::RELOAD, &ask)?;
    if *json {
        print_json(&reload)?;
    } else {
        reload.changes.iter().for_each(print);
        reload.resets.iter().for_each(|reset| print(format!("session reset: {reset}")));
    }
    if let Some(refused) = &reload.refused {
        eprintln!("error: not reloaded, the configuration of before holds: {refused}");
        return Ok(Exit::Refused);
    }
    if !json {
        print(match (reload.applied, reload.changes.len()) {
            (false, _) => "nothing was changed: this was a trial",
            (true, 0) => "reloaded: nothing differs",
            (true, _) => "reloaded",
        });
    }
    Ok(Exit::Done)
}
