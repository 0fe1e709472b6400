use jiff::Timestamp;

use super::table::ago;
use crate::status::{EventStream, Haproxy};

/// A paragraph for each HAProxy: how it is asked, and how it tells of changes.
pub(super) fn paragraphs(haproxies: &[Haproxy], now: Timestamp) -> Vec<String> {
    haproxies.iter().map(|haproxy| paragraph(haproxy, now)).collect()
}

fn paragraph(haproxy: &Haproxy, now: Timestamp) -> String {
    let Haproxy { name, address, worker, polls, last_answer_at, fault, streams } = haproxy;
    let mut first = vec![format!("haproxy {name}: {address}")];
    first.extend(worker.map(|pid| format!("process {pid}")));
    first.push(format!("asked {polls} times"));
    first.extend(last_answer_at.map(|at| format!("answered {} ago", ago(at, now))));
    let mut lines = vec![first.join(", ")];
    lines.extend(fault.as_ref().map(|fault| format!("  {fault}")));
    if streams.is_empty() {
        lines.push("  no event stream: changes are seen by polling".to_owned());
    }
    lines.extend(streams.iter().map(|stream| stream_line(stream, now)));
    lines.join("\n")
}

fn stream_line(stream: &EventStream, now: Timestamp) -> String {
    let mut words = vec![format!("  {} {}: {}", stream.kind, stream.place, stream.state)];
    words.push(format!("{} events", stream.events));
    words.extend(stream.last_event_at.map(|at| format!("the last {} ago", ago(at, now))));
    if stream.other_lines > 0 {
        words.push(format!("{} other lines", stream.other_lines));
    }
    let line = words.join(", ");
    match &stream.because {
        Some(because) => format!("{line}\n    {because}"),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(streams: &str) -> String {
        let text = format!(
            r#"{{"name":"local","address":"/run/haproxy/admin.sock","worker":7,"polls":42,
            "last-answer-at":"1970-01-01T00:00:00Z","fault":null,"streams":[{streams}]}}"#
        );
        paragraphs(&[serde_json::from_str(&text).unwrap()], Timestamp::UNIX_EPOCH).join("\n\n")
    }

    #[test]
    fn a_haproxy_without_streams_is_polled() {
        assert_eq!(
            said(""),
            "haproxy local: /run/haproxy/admin.sock, process 7, asked 42 times, answered 0s ago\n  \
             no event stream: changes are seen by polling"
        );
    }

    #[test]
    fn a_stream_shows_its_state_and_what_is_wrong_with_it() {
        let stream = r#"{"kind":"event-socket","place":"/run/e","state":"silent",
            "because":"HAProxy tells nothing","since":"1970-01-01T00:00:00Z","events":3,
            "other-lines":9,"last-event-at":"1970-01-01T00:00:00Z"}"#;
        assert!(
            said(stream).ends_with(
                "\n  event-socket /run/e: silent, 3 events, the last 0s ago, 9 other lines\n    \
                 HAProxy tells nothing"
            ),
            "{}",
            said(stream)
        );
    }
}
