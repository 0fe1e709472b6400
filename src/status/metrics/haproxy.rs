use super::Family;
use crate::status::{EventStream, Haproxy, Snapshot};

/// The HAProxies that are asked, and their event streams.
pub(super) const FAMILIES: &[Family] = &[
    Family::gauge(
        "herald_haproxy_up",
        &["haproxy"],
        "Whether HAProxy answered when it was asked last",
        |snapshot, rows| {
            for haproxy in &snapshot.haproxy {
                let answered = haproxy.fault.is_none() && haproxy.last_answer_at.is_some();
                rows.flag(&[&haproxy.name], answered);
            }
        },
    ),
    Family::counter(
        "herald_haproxy_polls_total",
        &["haproxy"],
        "How often HAProxy was asked, at regular times and because of events",
        |snapshot, rows| {
            for haproxy in &snapshot.haproxy {
                rows.counter(&[&haproxy.name], haproxy.polls);
            }
        },
    ),
    Family::gauge(
        "herald_haproxy_last_answer_timestamp_seconds",
        &["haproxy"],
        "When HAProxy answered last, in seconds since 1970; not there before the first answer",
        |snapshot, rows| {
            for haproxy in &snapshot.haproxy {
                if let Some(at) = haproxy.last_answer_at {
                    rows.time(&[&haproxy.name], at);
                }
            }
        },
    ),
    Family::gauge(
        "herald_haproxy_event_stream_up",
        &["haproxy", "stream"],
        "Whether changes are told by this stream (`event-socket`, `event-ring`); at 0 they are seen \
         by polling alone",
        |snapshot, rows| {
            each(snapshot, |haproxy, stream| {
                let up = matches!(stream.state.as_str(), "listening" | "live");
                rows.flag(&[&haproxy.name, &stream.kind], up);
            });
        },
    ),
    Family::counter(
        "herald_haproxy_event_lines_total",
        &["haproxy", "stream", "use"],
        "Lines that the stream brought: an `event` was a reason to ask HAProxy, `other` were none, \
         such as requests",
        |snapshot, rows| {
            each(snapshot, |haproxy, stream| {
                rows.counter(&[&haproxy.name, &stream.kind, "event"], stream.events);
                rows.counter(&[&haproxy.name, &stream.kind, "other"], stream.other_lines);
            });
        },
    ),
];

fn each(snapshot: &Snapshot, mut visit: impl FnMut(&Haproxy, &EventStream)) {
    for haproxy in &snapshot.haproxy {
        haproxy.streams.iter().for_each(|stream| visit(haproxy, stream));
    }
}
