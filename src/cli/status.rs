use std::path::Path;
use std::thread;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;

use super::agent::{Agent, Reach};
use super::services::is_healthy;
use super::table::{Tone, ago, colour};
use super::{Exit, complain, haproxies, neighbors, print, print_json};
use crate::control::{self, ClientError};
use crate::status::{Override, Route, Service, Snapshot};

/// The time between two pictures of `--watch`.
const PERIOD: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The whole snapshot as JSON; with --watch, one a line.
    #[arg(long)]
    json: bool,
    /// Show it anew every second until interrupted.
    #[arg(long, conflicts_with = "exit_code")]
    watch: bool,
    /// Exit with 1 unless every enabled service is up or degraded, and healthy, and a session is
    /// established.
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) fn run(config: &Path, arguments: &Arguments) -> Result<Exit, Exit> {
    let agent = arguments.reach.agent(config)?;
    if arguments.watch {
        watch(&agent, arguments.json);
    }
    let snapshot: Snapshot = agent.ask(control::STATUS)?;
    if arguments.json {
        print_json(&snapshot)?;
    } else {
        print(human(&snapshot, Timestamp::now(), colour(&std::io::stdout())));
    }
    Ok(if arguments.exit_code && !all_healthy(&snapshot) { Exit::No } else { Exit::Done })
}

/// Goes on while the agent is away: whoever watches a restart wants to see it come back.
fn watch(agent: &Agent, json: bool) -> ! {
    let colour = colour(&std::io::stdout());
    loop {
        let snapshot: Result<Snapshot, ClientError> = agent.try_ask(control::STATUS);
        match snapshot {
            Ok(snapshot) if json => print(serde_json::to_string(&snapshot).unwrap_or_default()),
            Ok(snapshot) => {
                print(format!("{}{}", fresh_page(), human(&snapshot, Timestamp::now(), colour)));
            }
            Err(error) => complain(&error),
        }
        thread::sleep(PERIOD);
    }
}

/// Clears a terminal (ECMA-48 CUP and ED); elsewhere a blank line parts the pictures.
fn fresh_page() -> &'static str {
    if std::io::IsTerminal::is_terminal(&std::io::stdout()) { "\x1b[H\x1b[2J" } else { "\n" }
}

fn all_healthy(snapshot: &Snapshot) -> bool {
    snapshot.services.iter().all(is_healthy)
        && snapshot.neighbors.iter().any(|neighbor| neighbor.state == "established")
}

fn human(snapshot: &Snapshot, now: Timestamp, colour: bool) -> String {
    let region = snapshot.region.as_ref().map(|region| format!(", region {region}"));
    let mut parts = vec![format!(
        "herald {}, AS {}, router ID {}{}, pid {}, running for {}",
        snapshot.version,
        snapshot.local_as,
        snapshot.router_id,
        region.unwrap_or_default(),
        snapshot.pid,
        ago(snapshot.started_at, now),
    )];
    let fault = snapshot.persistence.fault.as_ref();
    parts
        .extend(fault.map(|fault| format!("operators' words will not survive a restart: {fault}")));
    parts.extend(neighbors::paragraphs(&snapshot.neighbors, now, colour));
    parts.extend(haproxies::paragraphs(&snapshot.haproxy, now));
    parts.extend(snapshot.services.iter().map(|service| service_text(service, now, colour)));
    parts.join("\n\n")
}

fn service_text(service: &Service, now: Timestamp, colour: bool) -> String {
    let mut lines = vec![format!(
        "service {}: {} for {}, {} % capacity\n  {}",
        service.name,
        Tone::of(&service.state).paint(&service.state, colour),
        ago(service.since, now),
        service.capacity_percent,
        service.because
    )];
    lines.extend(service.r#override.as_ref().map(|word| format!("  {}", override_text(word, now))));
    for check in &service.checks {
        let when = check.last_sample_at.map(|at| format!(", sampled {} ago", ago(at, now)));
        let when = when.unwrap_or_default();
        lines.push(format!("  check {} ({}): {}{when}", check.name, check.kind, check.verdict));
        if check.because != service.because {
            lines.push(format!("    {}", check.because));
        }
    }
    lines.extend(service.routes.iter().map(route_line));
    lines.join("\n")
}

/// `drain by root, uid 0, pid 4711 for 12s, until 2026-01-31T12:00:00Z`.
pub(super) fn override_text(word: &Override, now: Timestamp) -> String {
    let until = match (&word.until, word.owner.as_str()) {
        (Some(until), _) => format!("until {until}"),
        (None, "operator") => "until herald resume".to_owned(),
        (None, _) => "until it is taken back".to_owned(),
    };
    let (said, by, since) = (&word.word, &word.by, ago(word.since, now));
    format!("override: {said} by {by}, given {since} ago, {until}")
}

fn route_line(route: &Route) -> String {
    let mut words = vec![format!("  {}", route.prefix)];
    if route.announced {
        let path: Vec<_> = route.as_path.iter().map(ToString::to_string).collect();
        words.push(format!("announced to {}", route.neighbors.join(", ")));
        words.push(format!("path {}", path.join(" ")));
        words.extend(route.next_hop.map(|hop| format!("next hop {hop}")));
        words.extend(route.med.map(|med| format!("MED {med}")));
        if !route.communities.is_empty() {
            words.push(format!("communities {}", route.communities.join(" ")));
        }
    } else {
        words.push("not announced".to_owned());
    }
    if !route.bound {
        words.push("address not bound".to_owned());
    }
    words.extend(route.fault.clone());
    words.join(", ")
}
