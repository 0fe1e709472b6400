//! What is there and does nothing, or is missing and would be expected.

use super::{haproxy, neighbor, service};
use crate::config::lower::check::Kind;
use crate::config::reader::Section;

pub(super) fn check(
    root: &Section<'_>,
    neighbors: &[neighbor::Draft<'_>],
    services: &[service::Draft<'_>],
    instances: &[haproxy::Draft],
) {
    if neighbors.is_empty() && !root.has("neighbor") {
        worry_about_missing(root, "neighbor", "nobody is told about any service");
    }
    if services.is_empty() && !root.has("service") {
        worry_about_missing(root, "service", "there is nothing to announce");
    }
    // Who writes an empty table means it.
    let unchecked = |service: &&service::Draft<'_>| !service.section.has("check");
    for service in services.iter().filter(unchecked) {
        if service.enabled.as_ref().is_none_or(|enabled| enabled.value) {
            service.section.notes.worry(
                service.section.span(),
                format!("service {} has no check", service.name),
                "it is announced whether it works or not",
                format!(
                    "add [service.{}.check.backend] with haproxy = {{ backend = \"http_back\" }}; or \
                     write check = {{}} when it is meant so",
                    service.name
                ),
            );
        }
    }
    services.iter().for_each(worry_about_full_capacity);
    for instance in instances {
        let mut checks = services.iter().flat_map(|service| &service.checks);
        let asked = checks.any(|check| match &check.kind {
            Some(Kind::Haproxy(check)) => check.instance == instance.name,
            Some(Kind::Own(_)) => false,
            // A check with a fault may have meant any instance.
            None => true,
        });
        if !asked {
            root.notes.worry(
                &instance.span,
                format!("HAProxy instance {} is not asked by any check", instance.name),
                "it does nothing",
                "name it in a check by instance, or remove it",
            );
        }
    }
}

/// Only HAProxy says how much of its capacity is left.
fn worry_about_full_capacity(service: &service::Draft<'_>) {
    let told = service.checks.iter().any(|check| match &check.kind {
        Some(Kind::Own(_)) => false,
        // A check with a fault may have meant any kind.
        Some(Kind::Haproxy(_)) | None => true,
    });
    if service.degraded.given && !told {
        service.section.notes.worry(
            &service.section.span_of("degraded"),
            format!("service {} is never degraded", service.name),
            "only haproxy checks know of less than the full capacity",
            "leave degraded out, or add a haproxy check",
        );
    }
}

fn worry_about_missing(root: &Section<'_>, table: &str, rule: &str) {
    let help = format!(
        "add a table [{table}.NAME]; configs/reference.toml shows its keys (below \
         /usr/share/doc/herald where herald is installed)"
    );
    root.notes.worry(root.span(), format!("the file has no [{table}.NAME]"), rule, help);
}
