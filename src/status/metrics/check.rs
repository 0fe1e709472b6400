use super::Family;
use super::encode::Rows;
use crate::status::{Check, Service, Snapshot};

/// The checks of services.
pub(super) const FAMILIES: &[Family] = &[
    Family::gauge(
        "herald_check_up",
        &["service", "check"],
        "Whether the check's verdict is healthy; 0 also before its first verdict",
        |snapshot, rows| {
            each(snapshot, |service, check| {
                rows.flag(&[&service.name, &check.name], check.verdict == "healthy");
            });
        },
    ),
    Family::gauge(
        "herald_check_unknown",
        &["service", "check"],
        "1 while the last sample proved nothing, so that the verdict is an old one and ends after \
         `unknown-for`",
        |snapshot, rows| {
            each(snapshot, |service, check| {
                rows.flag(&[&service.name, &check.name], check.unknown);
            });
        },
    ),
    Family::counter(
        "herald_check_samples_total",
        &["service", "check", "outcome"],
        "Samples by what they said: `healthy`, `unhealthy` or `unknown`",
        |snapshot, rows| each(snapshot, |service, check| samples(service, check, rows)),
    ),
    Family::gauge(
        "herald_check_last_sample_timestamp_seconds",
        &["service", "check"],
        "When the check was last sampled, in seconds since 1970; not there before the first sample",
        |snapshot, rows| {
            each(snapshot, |service, check| {
                if let Some(at) = check.last_sample_at {
                    rows.time(&[&service.name, &check.name], at);
                }
            });
        },
    ),
    Family::histogram(
        "herald_check_duration_seconds",
        &["service", "check"],
        "How long the looks of the check took, those that ended at its timeout included",
        |snapshot, rows| {
            each(snapshot, |service, check| {
                rows.histogram(&[&service.name, &check.name], &check.duration);
            });
        },
    ),
];

fn each(snapshot: &Snapshot, mut visit: impl FnMut(&Service, &Check)) {
    for service in &snapshot.services {
        service.checks.iter().for_each(|check| visit(service, check));
    }
}

fn samples(service: &Service, check: &Check, rows: &mut Rows<'_>) {
    let (service, samples) = (&service.name, check.samples);
    rows.counter(&[service, &check.name, "healthy"], samples.healthy);
    rows.counter(&[service, &check.name, "unhealthy"], samples.unhealthy);
    rows.counter(&[service, &check.name, "unknown"], samples.unknown);
}
