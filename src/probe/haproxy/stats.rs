//! What HAProxy says, read by name: `show info` lines and the CSV of `show stat`.
//!
//! Columns are found by the header line, because versions add and move them (HAProxy management
//! guide §9.1). Only what a verdict needs is kept.

use csv::{ReaderBuilder, StringRecord};

use super::answer::{Answer, Malformed, Worker};
use super::columns::Columns;

const HEADER: &str = "# pxname,";

/// Reads the output of `show info;show stat`, or the CSV of the stats page alone.
pub(super) fn parse(text: &str) -> Result<Answer, Malformed> {
    let Some(start) = header_position(text) else {
        return Err(if text.trim_start().starts_with("Permission denied") {
            Malformed::Level
        } else {
            Malformed::NoHeader(text.trim_start().chars().take(40).collect())
        });
    };
    let (info, table) = text.split_at(start);
    let mut answer = Answer { worker: worker(info), ..Answer::default() };
    let table = table.strip_prefix("# ").unwrap_or(table);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(table.as_bytes());
    let columns = Columns::find(reader.headers().map_err(csv_fault)?)?;
    for record in reader.records() {
        add(&mut answer, &columns, &record.map_err(csv_fault)?);
    }
    Ok(answer)
}

fn add(answer: &mut Answer, columns: &Columns, record: &StringRecord) {
    let text = |column: usize| record.get(column).unwrap_or_default().to_owned();
    let proxy = text(columns.proxy);
    match record.get(columns.kind) {
        Some("0") => {
            answer.frontend_sessions.insert(proxy.clone(), columns.sessions(record));
            answer.frontends.insert(proxy, text(columns.status));
        }
        Some("1") => {
            let backend = answer.backends.entry(proxy).or_default();
            backend.status = text(columns.status);
            backend.sessions = columns.sessions(record);
        }
        Some("2") => answer.backends.entry(proxy).or_default().servers.push(columns.server(record)),
        // Listeners (3), and whatever kind a later version adds.
        Some(_) | None => {}
    }
}

fn csv_fault(error: csv::Error) -> Malformed {
    Malformed::Csv(error.to_string())
}

fn header_position(text: &str) -> Option<usize> {
    if text.starts_with(HEADER) {
        return Some(0);
    }
    text.find("\n# pxname,").map(|newline| newline + 1)
}

/// The worker that `show info` describes; `None` when its lines are not there.
fn worker(info: &str) -> Option<Worker> {
    let value = |key: &str| {
        info.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':').map(str::trim))
    };
    Some(Worker { pid: value("Pid")?.parse().ok()?, stopping: value("Stopping") == Some("1") })
}
