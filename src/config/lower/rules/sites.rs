//! Services that depend on what the neighbours show of other sites.
//!
//! Source: Azure Route Server FAQ (a route whose path has 65515 is dropped, and so is the address of
//! one region on its way to the other by ExpressRoute).

use super::profiles::azure;
use super::{neighbor, service};

pub(super) fn check(neighbors: &[neighbor::Draft<'_>], services: &[service::Draft<'_>]) {
    for service in services {
        for neighbor in neighbors {
            worry_about_blindness(service, neighbor);
        }
        worry_about_last_resort(service);
    }
}

/// A service that waits for what nobody will show it.
fn worry_about_blindness(service: &service::Draft<'_>, neighbor: &neighbor::Draft<'_>) {
    let Some(kind) = azure(neighbor) else { return };
    let sites = [("standby", &service.standby), ("last-site", &service.last_site)];
    let watching = sites.iter().filter_map(|(key, site)| Some((key, site.watch.as_ref()?)));
    for (key, _) in watching.filter(|(_, watch)| watch.neighbors.contains(&neighbor.name)) {
        service.section.notes.worry(
            &service.section.span_of(key),
            format!("{key} of service {} cannot rely on {}", service.name, neighbor.name),
            format!("{kind} does not show one region the address of another"),
            "watch neighbours that all sites announce to, for example routers on premises",
        );
    }
}

/// Whether anybody else is there makes no difference to what is announced anyway.
fn worry_about_last_resort(service: &service::Draft<'_>) {
    let site = &service.last_site;
    if site.given && service.down.is_announced() {
        service.section.notes.worry(
            &service.section.span_of("last-site"),
            format!("last-site of service {} changes nothing", service.name),
            "with down.announce = true it is announced at once, whoever else is there",
            "leave out one of the two",
        );
    }
}
