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
    let heading = ["PREFIX", "NEIGHBOR", "NEXT HOP", "MED", "PATH", "COMMUNITIES"];
    let rows: Vec<_> = routes.iter().map(row).collect();
    print(table(&heading, &rows, colour(&std::io::stdout())));
    Ok(Exit::Done)
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
