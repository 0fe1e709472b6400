use super::Family;
use crate::policy::State;

/// Services and their routes.
pub(super) const FAMILIES: &[Family] = &[
    Family::gauge(
        "herald_service_state",
        &["service", "state"],
        "1 for the state that the service is in, 0 for every other",
        |snapshot, rows| {
            for service in &snapshot.services {
                for state in State::ALL.map(State::as_str) {
                    rows.flag(&[&service.name, state], service.state == state);
                }
            }
        },
    ),
    Family::gauge(
        "herald_service_state_change_timestamp_seconds",
        &["service"],
        "Since when the service is in its state, in seconds since 1970",
        |snapshot, rows| {
            for service in &snapshot.services {
                rows.time(&[&service.name], service.since);
            }
        },
    ),
    Family::counter(
        "herald_transitions_total",
        &["service", "to"],
        "How often the service has come into the state `to` since it was configured",
        |snapshot, rows| {
            for service in &snapshot.services {
                for state in State::ALL.map(State::as_str) {
                    let count = service.transitions.get(state).copied().unwrap_or_default();
                    rows.counter(&[&service.name, state], count);
                }
            }
        },
    ),
    Family::gauge(
        "herald_service_capacity_ratio",
        &["service"],
        "Usable part of the service's capacity while it is healthy, from 0 to 1",
        |snapshot, rows| {
            for service in &snapshot.services {
                rows.gauge(&[&service.name], f64::from(service.capacity_percent) / 100.0);
            }
        },
    ),
    Family::gauge(
        "herald_service_override_timestamp_seconds",
        &["service", "word", "owner"],
        "When the word was given that outranks the service's health (drain, withdraw, announce), by \
         an operator, a maintenance notice or the stop; there only while it stands",
        |snapshot, rows| {
            for service in &snapshot.services {
                if let Some(word) = &service.r#override {
                    rows.time(&[&service.name, &word.word, &word.owner], word.since);
                }
            }
        },
    ),
    Family::gauge(
        "herald_service_suppressed",
        &["service"],
        "1 while damping keeps the service back after falls in quick succession; only for services \
         with `damping`",
        |snapshot, rows| {
            for service in &snapshot.services {
                if let Some(damping) = &service.damping {
                    rows.flag(&[&service.name], damping.suppressed);
                }
            }
        },
    ),
    Family::gauge(
        "herald_service_damping_penalty",
        &["service"],
        "The penalty of the service's falls, 1000 each, half of which decays in a half-life; only \
         for services with `damping`",
        |snapshot, rows| {
            for service in &snapshot.services {
                if let Some(damping) = &service.damping {
                    rows.gauge(&[&service.name], f64::from(damping.penalty));
                }
            }
        },
    ),
    Family::gauge(
        "herald_route_announced",
        &["service", "prefix", "neighbor"],
        "1 while the neighbour has the route from us, 0 while it does not; for every neighbour that \
         the service is for",
        |snapshot, rows| {
            for service in &snapshot.services {
                for route in &service.routes {
                    for neighbor in &service.neighbors {
                        let announced = route.neighbors.contains(neighbor);
                        rows.flag(&[&service.name, &route.prefix, neighbor], announced);
                    }
                }
            }
        },
    ),
    Family::gauge(
        "herald_route_bound",
        &["service", "prefix"],
        "Whether the address of the route is on its interface; 1 also for prefixes that herald is \
         not asked to bind",
        |snapshot, rows| {
            for service in &snapshot.services {
                for route in &service.routes {
                    rows.flag(&[&service.name, &route.prefix], route.bound);
                }
            }
        },
    ),
    Family::counter(
        "herald_hook_runs_total",
        &["service", "result"],
        "Hooks that `succeeded`, `failed` (badly ended, not run, or killed at their timeout) or were \
         `skipped` because the service changed faster than they run; only for services with hooks",
        |snapshot, rows| {
            for service in &snapshot.services {
                if let Some(runs) = service.hooks {
                    rows.counter(&[&service.name, "succeeded"], runs.succeeded);
                    rows.counter(&[&service.name, "failed"], runs.failed);
                    rows.counter(&[&service.name, "skipped"], runs.skipped);
                }
            }
        },
    ),
];
