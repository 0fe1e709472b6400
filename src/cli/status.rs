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
use crate::status::{NeighborRoute, Override, Route, Service, Snapshot, Withheld};

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
    let refused = snapshot.configuration.refused.as_ref();
    parts.extend(refused.map(|refused| format!("not reloaded, the file was refused: {refused}")));
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
        if check.unknown {
            lines.push("    an old verdict: the last sample proved nothing".to_owned());
        }
        if check.because != service.because {
            lines.push(format!("    {}", check.because));
        }
    }
    lines.extend(service.routes.iter().flat_map(route_lines));
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

/// A line for those who were sent the same.
fn route_lines(route: &Route) -> Vec<String> {
    let what = |sent: &NeighborRoute| {
        (sent.as_path.clone(), sent.next_hop, sent.med, sent.communities.clone())
    };
    let alike = route.sent.chunk_by(|one, other| what(one) == what(other));
    let mut told: Vec<String> = alike.map(told_to).collect();
    if told.is_empty() && route.withheld.is_empty() {
        told.push("not announced".to_owned());
    }
    let withheld = route.withheld.iter();
    told.extend(
        withheld
            .map(|Withheld { neighbor, because, .. }| format!("not sent to {neighbor}: {because}")),
    );
    let fault = route.fault.as_ref().map(|fault| format!(", {fault}")).unwrap_or_default();
    let troubles = match route.bound {
        true => String::new(),
        false => format!(", address not bound{fault}"),
    };
    told.into_iter().map(|told| format!("  {}, {told}{troubles}", route.prefix)).collect()
}

fn told_to(alike: &[NeighborRoute]) -> String {
    let neighbors: Vec<_> = alike.iter().map(|sent| sent.neighbor.as_str()).collect();
    let mut words = vec![format!("announced to {}", neighbors.join(", "))];
    if let Some(sent) = alike.first() {
        let path: Vec<_> = sent.as_path.iter().map(ToString::to_string).collect();
        words.push(format!("path {}", path.join(" ")));
        words.extend(sent.next_hop.map(|hop| format!("next hop {hop}")));
        words.extend(sent.med.map(|med| format!("MED {med}")));
        if !sent.communities.is_empty() {
            words.push(format!("communities {}", sent.communities.join(" ")));
        }
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(neighbor: &str, path: &str) -> String {
        format!(
            r#"{{"neighbor":"{neighbor}","prefix":"9.9.9.9/32","as-path":[{path}],
            "next-hop":"192.0.2.1","med":null,"communities":[]}}"#
        )
    }

    fn lines(sent: &[String], bound: bool) -> Vec<String> {
        let text = format!(
            r#"{{"prefix":"9.9.9.9/32","announced":{},"bound":{bound},"as-path":[],
            "communities":[],"med":null,"next-hop":null,"neighbors":[],"sent":[{}]}}"#,
            !sent.is_empty(),
            sent.join(",")
        );
        route_lines(&serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn neighbours_that_were_sent_the_same_share_a_line() {
        let same = lines(&[sent("a", "1"), sent("b", "1"), sent("c", "1,1")], true);
        assert_eq!(
            same,
            [
                "  9.9.9.9/32, announced to a, b, path 1, next hop 192.0.2.1",
                "  9.9.9.9/32, announced to c, path 1 1, next hop 192.0.2.1",
            ]
        );
        assert_eq!(lines(&[], false), ["  9.9.9.9/32, not announced, address not bound"]);
    }
}
