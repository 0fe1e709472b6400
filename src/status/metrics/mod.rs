//! The snapshot as metrics, for Prometheus and whoever reads its format.
//!
//! ```text
//! Snapshot ─▶ Family (name, labels, meaning, rows) × all of them ─▶ prometheus-client ─▶ text, in pieces
//!                        └─────▶ docs/metrics.md
//! ```
//!
//! Nothing is kept between two scrapes: what a scrape shows is what [`Snapshot`](super::Snapshot) shows
//! at that moment, so a service or neighbour that a reload takes away is gone with the next scrape.

mod agent;
mod bfd;
mod check;
mod encode;
mod family;
mod haproxy;
mod http;
mod neighbor;
mod reference;
mod service;

#[cfg(test)]
mod tests;

pub use encode::Format;
pub use family::{Family, Kind};
pub use http::scrape;
pub use reference::reference;

/// Every metric, in the order in which they are shown.
pub fn families() -> impl Iterator<Item = &'static Family> {
    let parts = [
        agent::FAMILIES,
        service::FAMILIES,
        check::FAMILIES,
        neighbor::FAMILIES,
        bfd::FAMILIES,
        haproxy::FAMILIES,
    ];
    parts.into_iter().flatten()
}
