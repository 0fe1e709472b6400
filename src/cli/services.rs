use clap::Args;
use jiff::Timestamp;

use super::agent::Reach;
use super::table::{Cell, Gives, Screen, ago, table};
use super::{Exit, Places, print, print_json};
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

pub(super) fn run(places: &Places, arguments: &Arguments) -> Result<Exit, Exit> {
    let snapshot: Snapshot = arguments.reach.agent(places)?.ask(control::STATUS)?;
    if arguments.json {
        return print_json(&snapshot.services);
    }
    print(service_table(&snapshot.services, Timestamp::now(), Screen::of_output()));
    Ok(Exit::Done)
}

fn service_table(services: &[Service], now: Timestamp, screen: Screen) -> String {
    let heading = ["SERVICE", "STATE", "SINCE", "HEALTH", "CAP", "ROUTES", "BECAUSE"];
    let giving = [("BECAUSE", Gives::Ends(20)), ("SERVICE", Gives::Middles(10))];
    let rows = services.iter().map(|service| row(service, now)).collect();
    table(&heading, rows, &giving, screen)
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

/// Whether the service does what it is there for: announced and healthy, ready behind another that
/// is, or not meant to be. Degraded is healthy with less capacity; what is announced against its
/// health is not healthy.
pub(super) fn is_healthy(service: &Service) -> bool {
    match service.state.as_str() {
        "disabled" => true,
        "up" | "degraded" | "standby" => service.health.verdict == "healthy",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(state: &str, verdict: &str) -> Service {
        let text = format!(
            r#"{{"name":"web","state":"{state}","since":"2026-01-01T00:00:00Z","because":"{}",
            "capacity-percent":100,"health":{{"verdict":"{verdict}","because":""}},
            "override":null,"checks":[],"routes":[]}}"#,
            "long ".repeat(40)
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn healthy_is_what_is_announced_with_reason_or_not_meant_to_be() {
        for state in ["up", "degraded", "standby"] {
            assert!(is_healthy(&service(state, "healthy")), "{state}");
            assert!(!is_healthy(&service(state, "unhealthy")), "{state} against its health");
        }
        assert!(is_healthy(&service("disabled", "pending")));
        for state in ["pending", "down", "draining", "drained", "withdrawn"] {
            assert!(!is_healthy(&service(state, "healthy")), "{state}");
        }
    }

    #[test]
    fn the_table_keeps_to_eighty_columns_of_a_terminal_and_is_whole_in_a_pipe() {
        let long = Service { name: "n".repeat(64), ..service("up", "healthy") };
        let services = [service("withdrawn", "unhealthy"), long];
        let shown = |columns| {
            let screen = Screen { colour: false, columns };
            service_table(&services, Timestamp::now(), screen)
        };
        let text = shown(Some(80));
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("0/0") && text.contains("n…n"), "{text}");
        let whole = shown(None);
        assert!(whole.contains(&services[1].name) && !whole.contains('…'), "{whole}");
    }
}
