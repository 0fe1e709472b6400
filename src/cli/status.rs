use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;

use super::table::table;
use super::{Exit, ask, print_json, socket};
use crate::control;
use crate::status::{Bfd, Haproxy, Neighbor, Route, Service, Snapshot};

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
    parts.push(neighbor_table(&snapshot.neighbors, now));
    parts.extend(snapshot.neighbors.iter().filter_map(trouble));
    parts.extend(snapshot.neighbors.iter().filter_map(malformed));
    parts.extend(snapshot.neighbors.iter().filter_map(bfd_trouble));
    if !snapshot.haproxy.is_empty() {
        parts.push(haproxy_table(&snapshot.haproxy, now));
    }
    parts.extend(snapshot.haproxy.iter().flat_map(haproxy_trouble));
    for service in &snapshot.services {
        parts.push(service_text(service, now));
    }
    parts.join("\n\n")
}

/// The column for BFD is there when a neighbour has it.
fn neighbor_table(neighbors: &[Neighbor], now: Timestamp) -> String {
    let mut heading = vec!["NEIGHBOR", "ADDRESS", "AS", "STATE", "SINCE", "SENT", "RCVD", "FLAPS"];
    let mut rows: Vec<_> = neighbors.iter().map(|n| neighbor_row(n, now)).collect();
    if neighbors.iter().any(|neighbor| neighbor.bfd.is_some()) {
        heading.push("BFD");
        for (row, neighbor) in rows.iter_mut().zip(neighbors) {
            row.push(neighbor.bfd.as_ref().map_or("-".to_owned(), bfd_cell));
        }
    }
    table(&heading, &rows)
}

/// `up 900ms`: the state, and in which time a failure is noticed.
fn bfd_cell(bfd: &Bfd) -> String {
    match bfd.detect_ms.filter(|_| bfd.state == "up") {
        Some(detect) => format!("{} {detect}ms", bfd.state),
        None => bfd.state.clone(),
    }
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

/// UPDATEs that had to be treated by RFC 7606: somebody should tell the neighbour's operator. The
/// octets are in the JSON.
fn malformed(neighbor: &Neighbor) -> Option<String> {
    let last = neighbor.last_malformed.as_ref()?;
    let count = neighbor.malformed;
    Some(format!("{}: {count} malformed UPDATEs, the last: {}", neighbor.name, last.because))
}

/// BFD that is not up keeps no session down, so nobody would notice that the path is not watched.
fn bfd_trouble(neighbor: &Neighbor) -> Option<String> {
    let established = neighbor.state == "established";
    let bfd = neighbor.bfd.as_ref().filter(|bfd| established && bfd.state != "up")?;
    let why = match (&bfd.diag, bfd.received, bfd.multihop) {
        (Some(diag), _, _) => diag,
        (None, 1.., _) => "the neighbour does not hear us",
        (None, 0, true) => "no packet yet: does the neighbour speak multihop BFD (port 4784)?",
        (None, 0, false) => {
            "no packet yet: does the neighbour speak BFD (port 3784), on the same link?"
        }
    };
    Some(format!("{}: BFD is {}: {why}", neighbor.name, bfd.state))
}

fn haproxy_table(instances: &[Haproxy], now: Timestamp) -> String {
    let heading = ["HAPROXY", "ADDRESS", "PID", "ASKED", "EVENTS", "LAST EVENT", "BY"];
    let rows: Vec<_> = instances.iter().map(|instance| haproxy_row(instance, now)).collect();
    table(&heading, &rows)
}

fn haproxy_row(instance: &Haproxy, now: Timestamp) -> Vec<String> {
    let streams = &instance.streams;
    let last = streams.iter().filter_map(|stream| stream.last_event_at).max();
    let by: Vec<_> = streams.iter().map(|s| format!("{} {}", s.kind, s.state)).collect();
    vec![
        instance.name.clone(),
        instance.address.clone(),
        instance.worker.map_or("-".to_owned(), |pid| pid.to_string()),
        instance.polls.to_string(),
        streams.iter().map(|stream| stream.events).sum::<u64>().to_string(),
        last.map_or("-".to_owned(), |last| format!("{} ago", ago(last, now))),
        if by.is_empty() { "polling".to_owned() } else { by.join(", ") },
    ]
}

/// What keeps HAProxy from answering, or from telling of changes.
fn haproxy_trouble(instance: &Haproxy) -> Vec<String> {
    let streams = instance.streams.iter();
    let untold =
        streams.filter_map(|s| Some(format!("{} {}: {}", s.kind, s.state, s.because.as_ref()?)));
    let fault = instance.fault.clone();
    fault.into_iter().chain(untold).map(|what| format!("{}: {what}", instance.name)).collect()
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

    fn neighbor(name: &str, bfd: Option<Bfd>) -> Neighbor {
        let text = format!(
            r#"{{"name":"{name}","address":"192.0.2.1","peer-as":65000,"state":"established",
            "since":"2026-01-01T00:00:00Z","hold-time-s":90,"capabilities":[],"advertised":1,
            "received":0,"flaps":0,"not-kept":0,"malformed":0}}"#
        );
        Neighbor { bfd, ..serde_json::from_str(&text).unwrap() }
    }

    fn bfd(state: &str, received: u64) -> Bfd {
        Bfd {
            state: state.to_owned(),
            since: Timestamp::UNIX_EPOCH,
            multihop: false,
            interval_ms: 300,
            detect_ms: (received > 0).then_some(900),
            diag: None,
            failures: 0,
            sent: 9,
            received,
            discarded: 0,
        }
    }

    #[test]
    fn bfd_has_a_column_where_a_neighbour_has_it() {
        let now = Timestamp::UNIX_EPOCH;
        let plain = neighbor_table(&[neighbor("a", None)], now);
        assert!(!plain.contains("BFD"), "{plain}");
        let watched = [neighbor("a", None), neighbor("b", Some(bfd("up", 5)))];
        let table = neighbor_table(&watched, now);
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[0].ends_with("BFD"), "{table}");
        assert!(lines[1].ends_with("  -"), "{table}");
        assert!(lines[2].ends_with("  up 900ms"), "{table}");
    }

    fn haproxy(streams: &str) -> Haproxy {
        let text = format!(
            r#"{{"name":"local","address":"/run/haproxy/admin.sock","worker":7,"polls":42,
            "last-answer-at":null,"fault":null,"streams":[{streams}]}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_haproxy_shows_by_what_it_is_watched() {
        let now = Timestamp::UNIX_EPOCH;
        let polled = haproxy_table(&[haproxy("")], now);
        assert!(
            polled.ends_with("/run/haproxy/admin.sock  7    42     0       -           polling")
        );
        let silent = haproxy(
            r#"{"kind":"event-ring","place":"herald","state":"lost","because":"no ring",
            "since":"1970-01-01T00:00:00Z","events":3,"other-lines":0,
            "last-event-at":"1970-01-01T00:00:00Z"}"#,
        );
        let table = haproxy_table(std::slice::from_ref(&silent), now);
        assert!(table.ends_with("3       0s ago      event-ring lost"), "{table}");
        assert_eq!(haproxy_trouble(&silent), ["local: event-ring lost: no ring"]);
        assert!(haproxy_trouble(&haproxy("")).is_empty());
    }

    #[test]
    fn a_session_that_bfd_does_not_watch_says_why() {
        let said = |bfd: Bfd| bfd_trouble(&neighbor("rs", Some(bfd)));
        assert_eq!(said(bfd("up", 5)), None);
        assert!(said(bfd("down", 0)).unwrap().starts_with("rs: BFD is down: no packet yet"));
        assert!(said(bfd("init", 5)).unwrap().contains("does not hear us"));
        let diag = Some("administratively down".to_owned());
        let held = said(Bfd { diag, ..bfd("down", 5) }).unwrap();
        assert_eq!(held, "rs: BFD is down: administratively down");
    }
}
