//! `drain`, `withdraw`, `announce` and `resume`: what an operator says to the agent.

use clap::Args;
use jiff::{SignedDuration, Timestamp};

use super::agent::{Agent, Reach, escaped};
use super::table::ago;
use super::wait::{self, Waited};
use super::{Exit, Places, print, print_json, say};
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
    #[command(flatten)]
    target: Target,
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
    /// The services afterwards as JSON; what is said meanwhile goes to standard error.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) fn drain(places: &Places, arguments: &DrainArguments) -> Result<Exit, Exit> {
    let agent = arguments.common.reach.agent(places)?;
    let resource = arguments.target.resource("drain", control::DRAIN);
    let mut answer = arguments.common.tell(&agent, &resource, arguments.lasts.clone())?;
    if !arguments.wait {
        return arguments.common.show(&answer);
    }
    let json = arguments.common.json;
    if !json {
        arguments.common.show(&answer)?;
    }
    let tell = |news: String| if json { say(news) } else { print(news) };
    let Waited { exit, services } = wait::until_drained(&agent, &answer.services, tell)?;
    answer.services = services;
    if json {
        arguments.common.show(&answer)?;
    }
    Ok(exit)
}

pub(super) fn resume(places: &Places, arguments: &ResumeArguments) -> Result<Exit, Exit> {
    let agent = arguments.common.reach.agent(places)?;
    let resource = arguments.target.resource("resume", control::RESUME);
    arguments.common.say(&agent, &resource, None)
}

pub(super) fn withdraw(places: &Places, arguments: &WithdrawArguments) -> Result<Exit, Exit> {
    let agent = arguments.common.reach.agent(places)?;
    let resource = arguments.target.resource("withdraw", control::WITHDRAW);
    arguments.common.say(&agent, &resource, None)
}

pub(super) fn announce(places: &Places, arguments: &AnnounceArguments) -> Result<Exit, Exit> {
    let agent = arguments.common.reach.agent(places)?;
    let resource = of_service(&arguments.service, "announce");
    arguments.common.say(&agent, &resource, Some(arguments.lasts.clone()))
}

impl Target {
    fn resource(&self, word: &str, all: &str) -> String {
        self.service.as_ref().map_or(all.to_owned(), |name| of_service(name, word))
    }
}

impl Common {
    /// Tells the agent, and shows what came of it.
    fn say(&self, agent: &Agent, resource: &str, lasts: Option<String>) -> Result<Exit, Exit> {
        self.show(&self.tell(agent, resource, lasts)?)
    }

    fn tell(&self, agent: &Agent, resource: &str, lasts: Option<String>) -> Result<Answer, Exit> {
        let ask = Ask { lasts, reason: self.reason.clone() };
        let answer: Answer = agent.tell(resource, &ask)?;
        if !answer.survives_restart {
            say("warning: the agent could not write this down: a restart will forget it");
        }
        Ok(answer)
    }

    fn show(&self, answer: &Answer) -> Result<Exit, Exit> {
        if self.json {
            return print_json(answer);
        }
        let now = Timestamp::now();
        answer.services.iter().for_each(|service| print(line(service, now)));
        Ok(Exit::Done)
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
