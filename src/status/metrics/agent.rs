use super::Family;

/// The agent itself and its file.
pub(super) const FAMILIES: &[Family] = &[
    Family::gauge(
        "herald_build_info",
        &["version"],
        "Always 1; the version is in the label",
        |snapshot, rows| rows.gauge(&[&snapshot.version], 1.0),
    ),
    Family::gauge(
        "herald_agent_info",
        &["router_id", "local_as", "region"],
        "Always 1; who the agent is, the region empty when none is configured",
        |snapshot, rows| {
            let region = snapshot.region.as_deref().unwrap_or_default();
            let (id, asn) = (snapshot.router_id.to_string(), snapshot.local_as.to_string());
            rows.gauge(&[&id, &asn, region], 1.0);
        },
    ),
    Family::gauge(
        "herald_start_time_seconds",
        &[],
        "When the agent started, in seconds since 1970",
        |snapshot, rows| rows.time(&[], snapshot.started_at),
    ),
    Family::gauge(
        "herald_config_last_reload_successful",
        &[],
        "Whether the last reload was taken over; 0 while the file on disk is refused and what was \
         there before holds",
        |snapshot, rows| rows.flag(&[], snapshot.configuration.refused.is_none()),
    ),
    Family::gauge(
        "herald_config_last_reload_success_timestamp_seconds",
        &[],
        "When the configuration that holds was taken over, at the start or by a reload",
        |snapshot, rows| rows.time(&[], snapshot.configuration.taken_over_at),
    ),
    Family::gauge(
        "herald_persistence_up",
        &[],
        "Whether operators' words and the history survive a restart; 0 when the state directory \
         cannot be written",
        |snapshot, rows| rows.flag(&[], snapshot.persistence.fault.is_none()),
    ),
    Family::counter(
        "herald_log_lines_lost_total",
        &[],
        "Log lines that standard error did not take, because its reader stalled or it cannot be \
         written to",
        |snapshot, rows| rows.counter(&[], snapshot.log_lines_lost),
    ),
];
