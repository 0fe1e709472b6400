//! `drain`, `withdraw`, `announce` and `resume`: what an operator says to the agent.

use std::path::Path;

use clap::Args;
use jiff::{SignedDuration, Timestamp};

use super::agent::{Agent, Reach, escaped};
use super::table::ago;
use super::{Exit, print, print_json, say, wait};
use crate::config;
use crate::control::{self, Answer, Ask};
use crate::status::Service;

#[derive(Debug, Args)]
pub(super) struct DrainArguments {
    #[command(flatten)]
    target: Target,
    /// How long it is announced by the drain table before it is withdrawn, for example 30s or 5m;
    /// without it, as the configuration says.
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    lasts: Option<String>,
    /// Wait until it is withdrawn and HAProxy's sessions have ended; exit with 1 when they have not
    /// within `wait-sessions`.
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct ResumeArguments {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct WithdrawArguments {
    /// The service.
    service: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct AnnounceArguments {
    /// The service.
    service: String,
    /// How long, for example 10m; then its health counts again.
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    lasts: String,
    #[command(flatten)]
    common: Common,
}

/// One service or all.
#[derive(Debug, Args)]
struct Target {
    /// The service.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    service: Option<String>,
    /// Every service that is not disabled.
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Args)]
struct Common {
    /// Why; it is shown wherever the state is.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The services afterwards as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) fn drain(config: &Path, arguments: &DrainArguments) -> Result<Exit, Exit> {
    let agent = arguments.common.reach.agent(config)?;
    let resource = arguments.target.resource("drain", control::DRAIN);
    let answer = arguments.common.say(&agent, &resource, arguments.lasts.clone())?;
    match arguments.wait {
        true => wait::until_drained(&agent, &answer.services),
        false => Ok(Exit::Done),
    }
}

pub(super) fn resume(config: &Path, arguments: &ResumeArguments) -> Result<Exit, Exit> {
    let agent = arguments.common.reach.agent(config)?;
    let resource = arguments.target.resource("resume", control::RESUME);
    arguments.common.say(&agent, &resource, None).map(|_| Exit::Done)
}

pub(super) fn withdraw(config: &Path, arguments: &WithdrawArguments) -> Result<Exit, Exit> {
    let agent = arguments.common.reach.agent(config)?;
    let resource = of_service(&arguments.service, "withdraw");
    arguments.common.say(&agent, &resource, None).map(|_| Exit::Done)
}

pub(super) fn announce(config: &Path, arguments: &AnnounceArguments) -> Result<Exit, Exit> {
    let agent = arguments.common.reach.agent(config)?;
    let resource = of_service(&arguments.service, "announce");
    arguments.common.say(&agent, &resource, Some(arguments.lasts.clone())).map(|_| Exit::Done)
}

impl Target {
    fn resource(&self, word: &str, all: &str) -> String {
        self.service.as_ref().map_or(all.to_owned(), |name| of_service(name, word))
    }
}

impl Common {
    fn say(&self, agent: &Agent, resource: &str, lasts: Option<String>) -> Result<Answer, Exit> {
        let ask = Ask { lasts, reason: self.reason.clone() };
        let answer: Answer = agent.tell(resource, &ask)?;
        if self.json {
            print_json(&answer)?;
        } else {
            let now = Timestamp::now();
            answer.services.iter().for_each(|service| print(line(service, now)));
        }
        if !answer.survives_restart {
            say("warning: the agent could not write this down: a restart will forget it");
        }
        Ok(answer)
    }
}

/// Rounds what is left to the nearest second.
const HALF: SignedDuration = SignedDuration::from_millis(500);

fn of_service(name: &str, word: &str) -> String {
    format!("{}/{}/{word}", control::SERVICES, escaped(name))
}

/// `web: draining: drain ordered by root; withdrawn in 30s`.
fn line(service: &Service, now: Timestamp) -> String {
    let until = service.r#override.as_ref().and_then(|word| word.until);
    let next = until.map(|until| {
        let left = ago(now, until + HALF);
        match service.state.as_str() {
            "draining" => format!("; withdrawn in {left}"),
            _ => format!("; for {left}"),
        }
    });
    let Service { name, state, because, .. } = service;
    format!("{name}: {state}: {because}{}", next.unwrap_or_default())
}

fn duration(text: &str) -> Result<String, String> {
    match config::parse_duration(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("a time is written like 90s, 5m or 1h30m".to_owned()),
    }
}
