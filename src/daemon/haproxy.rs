//! What is shown of a HAProxy.

use crate::clock::WallClock;
use crate::status::{EventStream, Haproxy, HaproxyStatus, StreamStatus};

/// What its probe knows, in wall time.
pub(super) fn shown(clock: &WallClock, known: &HaproxyStatus) -> Haproxy {
    let stream = |stream: &StreamStatus| EventStream {
        kind: stream.kind.to_string(),
        place: stream.place.clone(),
        state: stream.state.to_string(),
        since: clock.timestamp(stream.since),
        because: stream.because.as_ref().map(ToString::to_string),
        events: stream.events,
        other_lines: stream.other_lines,
        last_event_at: stream.last_event.map(|at| clock.timestamp(at)),
    };
    Haproxy {
        name: known.name.to_string(),
        address: known.address.clone(),
        worker: known.worker,
        polls: known.polls,
        last_answer_at: known.answered.map(|at| clock.timestamp(at)),
        fault: known.silence.as_ref().map(ToString::to_string),
        streams: known.streams.iter().map(stream).collect(),
    }
}
