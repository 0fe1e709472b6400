use std::path::Path;

use clap::Args;
use jiff::Timestamp;

use super::agent::{Reach, escaped};
use super::events;
use super::services::is_healthy;
use super::status::override_text;
use super::table::{Tone, ago, colour};
use super::{Exit, print, print_json};
use crate::control;
use crate::status::{Explanation, Layer, NeighborRoute, Recipient, Service, Withheld};

/// How many prefixes a list shows.
const SHOWN: usize = 8;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The service.
    service: String,
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// Exit with 1 unless it is up or degraded, and healthy, and a session is established.
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) fn run(config: &Path, arguments: &Arguments) -> Result<Exit, Exit> {
    let resource = format!("{}/{}/explain", control::SERVICES, escaped(&arguments.service));
    let explanation: Explanation = arguments.reach.agent(config)?.ask(&resource)?;
    if arguments.json {
        print_json(&explanation)?;
    } else {
        print(human(&explanation, Timestamp::now(), colour(&std::io::stdout())));
    }
    let connected = explanation.neighbors.iter().any(|n| n.state == "established");
    let good =
        is_healthy(&explanation.service) && (connected || explanation.service.state == "disabled");
    Ok(if arguments.exit_code && !good { Exit::No } else { Exit::Done })
}

/// From the checks down to the wire, in the order in which one follows from the other.
fn human(explanation: &Explanation, now: Timestamp, colour: bool) -> String {
    let Explanation { service, rule, table, region, neighbors, events } = explanation;
    let state = Tone::of(&service.state).paint(&service.state, colour);
    let mut lines = vec![
        format!("service {}: {state} for {}", service.name, ago(service.since, now)),
        format!("  {}", service.because),
        String::new(),
    ];
    lines.extend(service.checks.iter().flat_map(|check| {
        let kind = &check.kind;
        let when = check
            .last_sample_at
            .map_or("never sampled".to_owned(), |at| format!("sampled {} ago", ago(at, now)));
        let verdict = Tone::of(&check.verdict).paint(&check.verdict, colour);
        [
            format!("check     {} ({kind}): {verdict}, {when}", check.name),
            format!("            {}", check.because),
        ]
    }));
    lines.push(format!("rule      {rule}"));
    lines.push(health(service, colour));
    lines.extend(
        service.r#override.as_ref().map(|word| override_text(word, now).replacen(": ", "  ", 1)),
    );
    lines.push(format!("state     {state}"));
    lines.push(match table {
        Some(table) => format!("table     {}", layer(table)),
        None => format!("table     none: {} is never announced", service.state),
    });
    lines.extend(region.iter().map(|region| format!("region    {}", layer(region))));
    lines.extend(faults(service));
    for neighbor in neighbors {
        lines.extend(recipient(neighbor, now, colour));
    }
    if !events.is_empty() {
        lines.push(String::new());
        lines.extend(
            events.iter().map(|event| format!("{}  {}", events::time(event.at), event.what)),
        );
    }
    lines.join("\n")
}

fn health(service: &Service, colour: bool) -> String {
    let verdict = Tone::of(&service.health.verdict).paint(&service.health.verdict, colour);
    let line = format!("health    {verdict}, {} % capacity", service.capacity_percent);
    // The words of a single check are the words of health; what is added to them is news.
    match service.checks.iter().any(|check| check.because == service.health.because) {
        true => line,
        false => format!("{line}\n            {}", service.health.because),
    }
}

/// `service.web.drain: prepend 3, communities graceful-shutdown`.
fn layer(layer: &Layer) -> String {
    let mut words = Vec::new();
    if !layer.announce {
        words.push("not announced".to_owned());
    }
    if layer.prepend > 0 {
        words.push(format!("prepend {}", layer.prepend));
    }
    words.extend(layer.next_hop.iter().map(|hop| format!("next hop {hop}")));
    words.extend(layer.med.map(|med| format!("MED {med}")));
    if !layer.communities.is_empty() {
        words.push(format!("communities {}", layer.communities.join(" ")));
    }
    match words.is_empty() {
        true => format!("{}: adds nothing", layer.name),
        false => format!("{}: {}", layer.name, words.join(", ")),
    }
}

/// Why a prefix is not announced though the state asks for it.
fn faults(service: &Service) -> Vec<String> {
    let unbound: Vec<_> = service.routes.iter().filter(|route| !route.bound).collect();
    let lines = unbound.iter().take(SHOWN).map(|route| {
        let why = route.fault.as_deref().unwrap_or("waiting for the kernel");
        format!("address   {} is not bound: {why}", route.prefix)
    });
    lines.chain(more(unbound.len())).collect()
}

/// What is left of a list whose first entries are shown.
fn more(count: usize) -> Option<String> {
    let rest = count.checked_sub(SHOWN).filter(|rest| *rest > 0)?;
    Some(format!("            and {rest} more; --json has them all"))
}

fn recipient(neighbor: &Recipient, now: Timestamp, colour: bool) -> Vec<String> {
    let state = Tone::of(&neighbor.state).paint(&neighbor.state, colour);
    let mut lines = vec![
        format!("neighbour {}: {state} for {}", neighbor.name, ago(neighbor.since, now)),
        format!("            {}", layer(&neighbor.layer)),
    ];
    lines.extend(neighbor.last_error.as_ref().map(|error| format!("            {error}")));
    lines.extend(neighbor.sent.iter().take(SHOWN).map(sent));
    lines.extend(more(neighbor.sent.len()));
    lines.extend(neighbor.withheld.iter().take(SHOWN).map(|route| {
        let Withheld { prefix, because, .. } = route;
        format!("            not sent {prefix}: {because}")
    }));
    lines.extend(more(neighbor.withheld.len()));
    if neighbor.sent.is_empty() && neighbor.withheld.is_empty() {
        lines.push("            has no route of this service from us".to_owned());
    }
    lines
}

fn sent(route: &NeighborRoute) -> String {
    let path: Vec<_> = route.as_path.iter().map(ToString::to_string).collect();
    let mut words = vec![format!("path {}", path.join(" "))];
    words.extend(route.next_hop.map(|hop| format!("next hop {hop}")));
    words.extend(route.med.map(|med| format!("MED {med}")));
    if !route.communities.is_empty() {
        words.push(format!("communities {}", route.communities.join(" ")));
    }
    format!("            sent {}: {}", route.prefix, words.join(", "))
}
