use clap::Args;
use jiff::Timestamp;

use super::agent::Reach;
use super::table::{Cell, Gives, Screen, ago, count, table};
use super::{Exit, Places, print, print_json};
use crate::control;
use crate::status::{Bfd, Neighbor, Snapshot};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// As JSON: the `neighbors` of `herald status --json`.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) fn run(places: &Places, arguments: &Arguments) -> Result<Exit, Exit> {
    let snapshot: Snapshot = arguments.reach.agent(places)?.ask(control::STATUS)?;
    if arguments.json {
        return print_json(&snapshot.neighbors);
    }
    let screen = Screen::of_output();
    print(paragraphs(&snapshot.neighbors, Timestamp::now(), screen).join("\n\n"));
    Ok(Exit::Done)
}

/// The table, then what is to be said of single neighbours.
pub(super) fn paragraphs(neighbors: &[Neighbor], now: Timestamp, screen: Screen) -> Vec<String> {
    let notes = neighbors.iter().map(notes).filter(|notes| !notes.is_empty());
    let notes = notes.map(|notes| notes.join("\n"));
    std::iter::once(neighbor_table(neighbors, now, screen)).chain(notes).collect()
}

/// The column for BFD is there when a neighbour has it.
fn neighbor_table(neighbors: &[Neighbor], now: Timestamp, screen: Screen) -> String {
    let mut heading = vec!["NEIGHBOR", "ADDRESS", "AS", "STATE", "SINCE", "SENT", "RCVD", "FLAPS"];
    let mut rows: Vec<_> = neighbors.iter().map(|n| neighbor_row(n, now)).collect();
    if neighbors.iter().any(|neighbor| neighbor.bfd.is_some()) {
        heading.push("BFD");
        for (row, neighbor) in rows.iter_mut().zip(neighbors) {
            row.push(neighbor.bfd.as_ref().map_or("-".to_owned(), bfd_cell).into());
        }
    }
    // That BFD is not up is said below.
    let giving = [
        ("FLAPS", Gives::All),
        ("NEIGHBOR", Gives::Middles(16)),
        ("BFD", Gives::All),
        ("ADDRESS", Gives::Middles(20)),
        ("NEIGHBOR", Gives::Middles(8)),
    ];
    table(&heading, rows, &giving, screen)
}

/// `up 900ms`: the state, and in which time a failure is noticed.
fn bfd_cell(bfd: &Bfd) -> String {
    match bfd.detect_ms.filter(|_| bfd.state == "up") {
        Some(detect) => format!("{} {detect}ms", bfd.state),
        None => bfd.state.clone(),
    }
}

fn neighbor_row(neighbor: &Neighbor, now: Timestamp) -> Vec<Cell> {
    // One that is held down is idle as it should be.
    let state = match neighbor.shutdown {
        true => Cell::from(&neighbor.state),
        false => Cell::state(&neighbor.state),
    };
    vec![
        Cell::from(&neighbor.name),
        Cell::from(neighbor.address),
        Cell::from(neighbor.peer_as),
        state,
        Cell::from(ago(neighbor.since, now)),
        Cell::from(neighbor.advertised),
        Cell::from(neighbor.received),
        Cell::from(neighbor.flaps),
    ]
}

/// What the page says beneath a neighbour, each in a line of its own.
fn notes(neighbor: &Neighbor) -> Vec<String> {
    let held =
        neighbor.shutdown.then(|| "held down by the configuration: shutdown = true".to_owned());
    let notes = [
        neighbor.description.clone(),
        held,
        trouble(neighbor),
        malformed(neighbor),
        not_kept(neighbor),
        bfd_trouble(neighbor),
    ];
    notes.into_iter().flatten().map(|note| format!("{}: {note}", neighbor.name)).collect()
}

/// The last error, while it still explains why there is no session.
fn trouble(neighbor: &Neighbor) -> Option<String> {
    neighbor.last_error.clone().filter(|_| neighbor.state != "established")
}

/// UPDATEs that had to be treated by RFC 7606: somebody should tell the neighbour's operator. The
/// octets are in the JSON.
fn malformed(neighbor: &Neighbor) -> Option<String> {
    let last = neighbor.last_malformed.as_ref()?;
    let updates = count(neighbor.malformed, "malformed UPDATE");
    Some(format!("{updates}, the last: {}", last.because))
}

/// What is received and not shown.
fn not_kept(neighbor: &Neighbor) -> Option<String> {
    let routes = count(neighbor.not_kept, "route");
    (neighbor.not_kept > 0).then(|| format!("{routes} not kept because of max-received"))
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
    Some(format!("BFD is {}: {why}", bfd.state))
}

#[cfg(test)]
mod tests {
    use super::*;

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

    const PIPE: Screen = Screen { colour: false, columns: None };
    const TERMINAL: Screen = Screen { colour: false, columns: Some(80) };

    #[test]
    fn bfd_has_a_column_where_a_neighbour_has_it() {
        let now = Timestamp::UNIX_EPOCH;
        let plain = neighbor_table(&[neighbor("a", None)], now, PIPE);
        assert!(!plain.contains("BFD"), "{plain}");
        let watched = [neighbor("a", None), neighbor("b", Some(bfd("up", 5)))];
        let table = neighbor_table(&watched, now, PIPE);
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[0].ends_with("BFD"), "{table}");
        assert!(lines[1].ends_with("  -"), "{table}");
        assert!(lines[2].ends_with("  up 900ms"), "{table}");
    }

    #[test]
    fn the_usual_table_keeps_to_eighty_columns() {
        let address = "172.16.159.4".parse().unwrap();
        let neighbor = Neighbor { address, ..neighbor("ars-0", Some(bfd("up", 5))) };
        for now in ["2026-01-01T00:00:59Z", "2026-01-13T23:00:00Z", "2027-12-31T00:00:00Z"] {
            let now = now.parse().unwrap();
            let table = neighbor_table(std::slice::from_ref(&neighbor), now, PIPE);
            assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
        }
    }

    #[test]
    fn every_table_keeps_to_eighty_columns_of_a_terminal() {
        let now = "2026-01-13T23:00:00Z".parse().unwrap();
        let shown = |name: &str, address: &str, screen| {
            let (address, peer_as) = (address.parse().unwrap(), u32::MAX);
            let state = "open-confirm".to_owned();
            let (advertised, received) = (1000, 10_000);
            let common = neighbor(name, Some(bfd("up", 5)));
            let one = Neighbor { address, peer_as, state, advertised, received, ..common };
            neighbor_table(&[one], now, screen)
        };
        let long = "2001:db8:1234:5678:9abc:def0:1234:5678";
        for (name, address) in [("ars-0", "2001:db8:fe::4"), (&"n".repeat(64), long)] {
            let table = shown(name, address, TERMINAL);
            assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
            let whole = shown(name, address, PIPE);
            assert!(whole.contains("FLAPS") && whole.contains(address), "{whole}");
        }
        assert!(shown("ars-0", "2001:db8:fe::4", TERMINAL).contains("2001:db8:fe::4"));
    }

    #[test]
    fn what_the_page_says_of_a_neighbour_is_said_beneath_the_table() {
        let quiet = neighbor("rs", None);
        assert!(notes(&quiet).is_empty());
        let state = "idle".to_owned();
        let description = Some("rack 4".to_owned());
        let held = Neighbor { shutdown: true, not_kept: 1, state, description, ..quiet };
        let expected = [
            "rs: rack 4",
            "rs: held down by the configuration: shutdown = true",
            "rs: 1 route not kept because of max-received",
        ];
        assert_eq!(notes(&held), expected);
        let paragraphs = paragraphs(&[neighbor("a", None), held], Timestamp::UNIX_EPOCH, PIPE);
        assert_eq!(paragraphs[1..], [expected.join("\n")]);
    }

    #[test]
    fn a_session_that_bfd_does_not_watch_says_why() {
        let said = |bfd: Bfd| bfd_trouble(&neighbor("rs", Some(bfd)));
        assert_eq!(said(bfd("up", 5)), None);
        assert!(said(bfd("down", 0)).unwrap().starts_with("BFD is down: no packet yet"));
        assert!(said(bfd("init", 5)).unwrap().contains("does not hear us"));
        let diag = Some("administratively down".to_owned());
        let held = said(Bfd { diag, ..bfd("down", 5) }).unwrap();
        assert_eq!(held, "BFD is down: administratively down");
    }
}
