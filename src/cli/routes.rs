use std::path::Path;

use clap::{Args, ValueEnum};

use super::agent::{Reach, query};
use super::table::{Cell, colour, table};
use super::{Exit, print, print_json};
use crate::base::Prefix;
use crate::control;
use crate::status::NeighborRoute;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Which routes.
    which: Which,
    /// Only this prefix; an address stands for its /32 or /128.
    prefix: Option<Prefix>,
    /// Only this neighbour.
    #[arg(long, value_name = "NAME")]
    neighbor: Option<String>,
    /// As JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Which {
    /// What neighbours have from us.
    Advertised,
    /// What we keep of neighbours; nothing of it is installed.
    Received,
}

pub(super) fn run(config: &Path, arguments: &Arguments) -> Result<Exit, Exit> {
    let path = match arguments.which {
        Which::Advertised => control::ADVERTISED,
        Which::Received => control::RECEIVED,
    };
    let prefix = arguments.prefix.map(|prefix| prefix.to_string());
    let narrowed = [("neighbor", arguments.neighbor.clone()), ("prefix", prefix)];
    let routes: Vec<NeighborRoute> = arguments.reach.agent(config)?.ask(&query(path, &narrowed))?;
    if arguments.json {
        return print_json(&routes);
    }
    print(route_table(&routes, colour(&std::io::stdout())));
    Ok(Exit::Done)
}

/// Wide where a route is: who looks for a path or a community wants all of it.
fn route_table(routes: &[NeighborRoute], colour: bool) -> String {
    let heading = ["PREFIX", "NEIGHBOR", "NEXT HOP", "MED", "PATH", "COMMUNITIES"];
    table(&heading, &routes.iter().map(row).collect::<Vec<_>>(), colour)
}

fn row(route: &NeighborRoute) -> Vec<Cell> {
    let path: Vec<_> = route.as_path.iter().map(ToString::to_string).collect();
    vec![
        Cell::from(&route.prefix),
        Cell::from(&route.neighbor),
        Cell::from(route.next_hop.map(|hop| hop.to_string()).unwrap_or_default()),
        Cell::from(route.med.map(|med| med.to_string()).unwrap_or_default()),
        Cell::from(path.join(" ")),
        Cell::from(route.communities.join(" ")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_table_keeps_to_eighty_columns() {
        let route = r#"{"neighbor":"ars-0","prefix":"198.51.100.1/32","next-hop":"172.16.156.70",
            "med":100,"as-path":[65010,65010,65010],"communities":["65535:0"]}"#;
        let text = route_table(&[serde_json::from_str(route).unwrap()], false);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("65010 65010 65010  65535:0"), "{text}");
    }
}
