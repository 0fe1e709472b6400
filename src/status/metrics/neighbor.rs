use super::Family;
use crate::session::State;

/// Neighbours and their sessions.
pub(super) const FAMILIES: &[Family] = &[
    Family::histogram(
        "herald_reaction_seconds",
        &["neighbor"],
        "From the instant a sample was taken to the instant the UPDATE that follows from it was \
         written to the neighbour's socket; changes by operators, timers and sessions do not count",
        |snapshot, rows| {
            for neighbor in &snapshot.neighbors {
                rows.histogram(&[&neighbor.name], &neighbor.reaction);
            }
        },
    ),
    Family::gauge(
        "herald_neighbor_up",
        &["neighbor"],
        "Whether the session is established",
        |snapshot, rows| {
            for neighbor in &snapshot.neighbors {
                rows.flag(&[&neighbor.name], neighbor.state == State::Established.as_str());
            }
        },
    ),
    Family::gauge(
        "herald_neighbor_shutdown",
        &["neighbor"],
        "1 for a neighbour that is configured but held down (`shutdown = true`)",
        |snapshot, rows| {
            for neighbor in &snapshot.neighbors {
                rows.flag(&[&neighbor.name], neighbor.shutdown);
            }
        },
    ),
    Family::gauge(
        "herald_neighbor_state",
        &["neighbor", "state"],
        "1 for the state that the session is in (RFC 4271), 0 for every other",
        |snapshot, rows| {
            for neighbor in &snapshot.neighbors {
                for state in State::ALL.map(State::as_str) {
                    rows.flag(&[&neighbor.name, state], neighbor.state == state);
                }
            }
        },
    ),
    Family::gauge(
        "herald_neighbor_state_change_timestamp_seconds",
        &["neighbor"],
        "Since when the session is in its state, in seconds since 1970",
        |snapshot, rows| {
            for neighbor in &snapshot.neighbors {
                rows.time(&[&neighbor.name], neighbor.since);
            }
        },
    ),
    Family::gauge(
        "herald_neighbor_info",
        &["neighbor", "address", "peer_as"],
        "Always 1; who the neighbour is",
        |snapshot, rows| {
            for neighbor in &snapshot.neighbors {
                let (address, asn) = (neighbor.address.to_string(), neighbor.peer_as.to_string());
                rows.gauge(&[&neighbor.name, &address, &asn], 1.0);
            }
        },
    ),
    Family::counter(
        "herald_neighbor_flaps_total",
        &["neighbor"],
        "Established sessions that were lost",
        |snapshot, rows| {
            for neighbor in &snapshot.neighbors {
                rows.counter(&[&neighbor.name], neighbor.flaps);
            }
        },
    ),
    Family::counter(
        "herald_neighbor_failures_total",
        &["neighbor"],
        "Attempts and connections that did not become a session",
        |snapshot, rows| {
            for neighbor in &snapshot.neighbors {
                rows.counter(&[&neighbor.name], neighbor.failures);
            }
        },
    ),
    Family::gauge(
        "herald_neighbor_last_notification_info",
        &["neighbor", "direction", "code", "subcode"],
        "Always 1; the NOTIFICATION that ended a connection last, `sent` or `received`, by its error \
         code and subcode (RFC 4271, section 4.5); not there before the first",
        |snapshot, rows| {
            for neighbor in &snapshot.neighbors {
                if let Some(last) = &neighbor.last_notification {
                    let (code, subcode) = (last.code.to_string(), last.subcode.to_string());
                    rows.gauge(&[&neighbor.name, &last.direction, &code, &subcode], 1.0);
                }
            }
        },
    ),
    Family::gauge(
        "herald_neighbor_hold_time_seconds",
        &["neighbor"],
        "The hold time that both sides agreed on; there only while the session is established",
        |snapshot, rows| {
            for neighbor in &snapshot.neighbors {
                if let Some(seconds) = neighbor.hold_time_s {
                    rows.gauge(&[&neighbor.name], f64::from(seconds));
                }
            }
        },
    ),
    Family::counter(
        "herald_bgp_messages_total",
        &["neighbor", "direction", "type"],
        "BGP messages `sent` and `received`: `open`, `update`, `notification`, `keepalive` and \
         `route-refresh`",
        |snapshot, rows| {
            for neighbor in &snapshot.neighbors {
                let messages = neighbor.messages;
                for (direction, messages) in
                    [("sent", messages.sent), ("received", messages.received)]
                {
                    for (name, count) in messages.by_name() {
                        rows.counter(&[&neighbor.name, direction, name], count);
                    }
                }
            }
        },
    ),
    Family::gauge(
        "herald_neighbor_advertised_routes",
        &["neighbor"],
        "Routes that the neighbour has from us",
        |snapshot, rows| {
            for neighbor in &snapshot.neighbors {
                rows.gauge(&[&neighbor.name], neighbor.advertised as f64);
            }
        },
    ),
    Family::gauge(
        "herald_neighbor_received_routes",
        &["neighbor"],
        "Routes of the neighbour that are kept, at most `max-received`",
        |snapshot, rows| {
            for neighbor in &snapshot.neighbors {
                rows.gauge(&[&neighbor.name], neighbor.received as f64);
            }
        },
    ),
    Family::counter(
        "herald_neighbor_announcements_not_kept_total",
        &["neighbor"],
        "Announcements of the neighbour that were not kept because of `max-received`",
        |snapshot, rows| {
            for neighbor in &snapshot.neighbors {
                rows.counter(&[&neighbor.name], neighbor.not_kept);
            }
        },
    ),
    Family::counter(
        "herald_neighbor_malformed_updates_total",
        &["neighbor"],
        "UPDATEs whose attributes were malformed (RFC 7606), or could not be true on this session",
        |snapshot, rows| {
            for neighbor in &snapshot.neighbors {
                rows.counter(&[&neighbor.name], neighbor.malformed);
            }
        },
    ),
];
