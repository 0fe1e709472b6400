use std::path::Path;

use clap::Args;
use jiff::Timestamp;

use super::agent::Reach;
use super::table::{Cell, ago, colour, fitted};
use super::{Exit, print, print_json};
use crate::control;
use crate::status::{Service, Snapshot};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// As JSON: the `services` of `herald status --json`.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) fn run(config: &Path, arguments: &Arguments) -> Result<Exit, Exit> {
    let snapshot: Snapshot = arguments.reach.agent(config)?.ask(control::STATUS)?;
    if arguments.json {
        return print_json(&snapshot.services);
    }
    print(service_table(&snapshot.services, Timestamp::now(), colour(&std::io::stdout())));
    Ok(Exit::Done)
}

fn service_table(services: &[Service], now: Timestamp, colour: bool) -> String {
    let heading = ["SERVICE", "STATE", "SINCE", "HEALTH", "CAP", "ROUTES", "BECAUSE"];
    fitted(&heading, services.iter().map(|service| row(service, now)).collect(), colour)
}

fn row(service: &Service, now: Timestamp) -> Vec<Cell> {
    let announced = service.routes.iter().filter(|route| route.announced).count();
    vec![
        Cell::from(&service.name),
        Cell::state(&service.state),
        Cell::from(ago(service.since, now)),
        Cell::state(&service.health.verdict),
        Cell::from(format!("{}%", service.capacity_percent)),
        Cell::from(format!("{announced}/{}", service.routes.len())),
        Cell::from(&service.because),
    ]
}

/// Whether the service does what it is there for: up and healthy, or not meant to be. One that is
/// announced against its health is not.
pub(super) fn is_healthy(service: &Service) -> bool {
    match service.state.as_str() {
        "disabled" => true,
        state => state == "up" && service.health.verdict == "healthy",
    }
}
