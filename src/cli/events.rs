use clap::Args;
use jiff::Timestamp;

use super::agent::{Reach, query};
use super::{Exit, Places, print};
use crate::control;
use crate::status::Event;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Go on with those to come.
    #[arg(long, short)]
    follow: bool,
    /// Only those of this service.
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// How many of those that have happened.
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    last: usize,
    /// As JSON, one object a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) fn run(places: &Places, arguments: &Arguments) -> Result<Exit, Exit> {
    let last = Some(arguments.last.to_string());
    let resource =
        query(control::EVENTS, &[("last", last), ("service", arguments.service.clone())]);
    let agent = arguments.reach.agent(places)?;
    let show = |event: &Event| match arguments.json {
        true => print(serde_json::to_string(event).unwrap_or_default()),
        false => print(line(event)),
    };
    if arguments.follow {
        return Ok(agent.follow(&resource, |event| show(&event)));
    }
    let events: Vec<Event> = agent.ask(&resource)?;
    events.iter().for_each(show);
    Ok(Exit::Done)
}

/// `2026-01-31T12:00:00Z  service web: up → down: http_back: 0 of 2 servers up`.
pub(super) fn line(event: &Event) -> String {
    format!("{}  {}", time(event.at), event.what)
}

/// To the second, in UTC, as the log has it.
fn time(at: Timestamp) -> String {
    format!("{at:.0}")
}
