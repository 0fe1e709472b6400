use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;

use super::table::table;
use super::{Exit, ask, print_json, socket};
use crate::control;
use crate::status::{Neighbor, Route, Service, Snapshot};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The whole snapshot as JSON.
    #[arg(long)]
    json: bool,
    /// Exit with 1 unless every enabled service is up and a session is established.
    #[arg(long)]
    exit_code: bool,
    /// The control socket of the agent; without it, the one of the configuration.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
}

pub(super) fn run(config: &Path, arguments: &Arguments) -> Exit {
    let socket = socket(arguments.socket.as_ref(), config);
    let snapshot: Snapshot = match ask(&socket, control::STATUS) {
        Ok(snapshot) => snapshot,
        Err(exit) => return exit,
    };
    if arguments.json {
        if let failed @ Exit::No = print_json(&snapshot) {
            return failed;
        }
    } else {
        println!("{}", human(&snapshot, Timestamp::now()));
    }
    if arguments.exit_code && !is_healthy(&snapshot) { Exit::No } else { Exit::Done }
}

fn is_healthy(snapshot: &Snapshot) -> bool {
    snapshot.services.iter().all(|service| matches!(service.state.as_str(), "up" | "disabled"))
        && snapshot.neighbors.iter().any(|neighbor| neighbor.state == "established")
}

fn human(snapshot: &Snapshot, now: Timestamp) -> String {
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
    let neighbors: Vec<_> = snapshot.neighbors.iter().map(|n| neighbor_row(n, now)).collect();
    let heading = ["NEIGHBOR", "ADDRESS", "AS", "STATE", "SINCE", "SENT", "RCVD", "FLAPS"];
    parts.push(table(&heading, &neighbors));
    parts.extend(snapshot.neighbors.iter().filter_map(trouble));
    for service in &snapshot.services {
        parts.push(service_text(service, now));
    }
    parts.join("\n\n")
}

fn neighbor_row(neighbor: &Neighbor, now: Timestamp) -> Vec<String> {
    vec![
        neighbor.name.clone(),
        neighbor.address.to_string(),
        neighbor.peer_as.to_string(),
        neighbor.state.clone(),
        ago(neighbor.since, now),
        neighbor.advertised.to_string(),
        neighbor.received.to_string(),
        neighbor.flaps.to_string(),
    ]
}

/// The last error, while it still explains why there is no session.
fn trouble(neighbor: &Neighbor) -> Option<String> {
    let error = neighbor.last_error.as_ref().filter(|_| neighbor.state != "established")?;
    Some(format!("{}: {error}", neighbor.name))
}

fn service_text(service: &Service, now: Timestamp) -> String {
    let mut lines = vec![format!(
        "service {}: {} for {}, {} % capacity\n  {}",
        service.name,
        service.state,
        ago(service.since, now),
        service.capacity_percent,
        service.because
    )];
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

/// The time from `then` to `now` in its two largest units: `3d 4h`, `12m 5s`, `0s`.
fn ago(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs().max(0);
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    let (minutes, seconds) = (seconds / 60 % 60, seconds % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m {seconds}s"),
        (0, _, _) => format!("{hours}h {minutes}m"),
        (_, _, _) => format!("{days}d {hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_show_their_two_largest_units() {
        let now = Timestamp::from_second(1_000_000_000).unwrap();
        let at = |seconds: i64| ago(Timestamp::from_second(1_000_000_000 - seconds).unwrap(), now);
        assert_eq!([at(0), at(59), at(61)], ["0s", "59s", "1m 1s"]);
        assert_eq!([at(3600), at(90_061), at(-5)], ["1h 0m", "1d 1h", "0s"]);
    }
}
