//! Services that depend on what the neighbours show of other sites.
//!
//! Source: Azure Route Server FAQ (a route whose path has 65515 is dropped, and so is the address of
//! one region on its way to the other by ExpressRoute).

use super::profiles::azure;
use super::{neighbor, service};

pub(super) fn check(neighbors: &[neighbor::Draft<'_>], services: &[service::Draft<'_>]) {
    for service in services {
        for (key, site) in [("standby", &service.standby), ("last-site", &service.last_site)] {
            let Some(watch) = &site.watch else { continue };
            let mut watched = neighbors.iter().filter(|n| watch.neighbors.contains(&n.name));
            if let Some(blind) = watched.find(|neighbor| azure(neighbor).is_some()) {
                worry_about_blindness(service, key, blind);
            }
        }
        worry_about_last_resort(service);
    }
}

/// A service that waits for what nobody will show it.
fn worry_about_blindness(service: &service::Draft<'_>, key: &str, neighbor: &neighbor::Draft<'_>) {
    service.section.notes.worry(
        &service.section.span_of(key),
        format!("{key} of service {} cannot rely on {}", service.name, neighbor.name),
        format!(
            "{} does not show one region the address of another",
            azure(neighbor).unwrap_or_default()
        ),
        "watch neighbours that all sites announce to, for example routers on premises",
    );
}

/// Whether anybody else is there makes no difference to what is announced anyway.
fn worry_about_last_resort(service: &service::Draft<'_>) {
    let site = &service.last_site;
    if site.given && service.down.is_announced() {
        service.section.notes.worry(
            &service.section.span_of("last-site"),
            format!("last-site of service {} changes nothing", service.name),
            "down.announce = true makes it a last resort already",
            "leave out one of the two",
        );
    }
}
