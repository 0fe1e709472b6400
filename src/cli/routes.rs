use clap::{Args, ValueEnum};

use super::agent::{Reach, query};
use super::table::{Cell, Gives, Screen, table};
use super::{Exit, Places, print, print_json};
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

pub(super) fn run(places: &Places, arguments: &Arguments) -> Result<Exit, Exit> {
    let path = match arguments.which {
        Which::Advertised => control::ADVERTISED,
        Which::Received => control::RECEIVED,
    };
    let prefix = arguments.prefix.map(|prefix| prefix.to_string());
    let narrowed = [("neighbor", arguments.neighbor.clone()), ("prefix", prefix)];
    let routes: Vec<NeighborRoute> = arguments.reach.agent(places)?.ask(&query(path, &narrowed))?;
    if arguments.json {
        return print_json(&routes);
    }
    if routes.is_empty() {
        print(nothing(arguments));
    } else {
        print(route_table(&routes, Screen::of_output()));
    }
    Ok(Exit::Done)
}

/// `no neighbour shows 192.0.2.1/32`: that nothing was found is an answer.
fn nothing(arguments: &Arguments) -> String {
    let what = arguments.prefix.map_or("a route".to_owned(), |prefix| prefix.to_string());
    let (has, lacks, whence) = match arguments.which {
        Which::Advertised => ("has", "does not have", " from us"),
        Which::Received => ("shows", "does not show", ""),
    };
    match &arguments.neighbor {
        Some(name) => format!("{name} {lacks} {what}{whence}"),
        None => format!("no neighbour {has} {what}{whence}"),
    }
}

/// Of what a route is, its path gives last: who looks for it wants all of it.
fn route_table(routes: &[NeighborRoute], screen: Screen) -> String {
    let heading = ["PREFIX", "NEIGHBOR", "NEXT HOP", "MED", "PATH", "COMMUNITIES"];
    let giving = [
        ("COMMUNITIES", Gives::Ends(11)),
        ("NEIGHBOR", Gives::Middles(8)),
        ("PATH", Gives::Ends(11)),
        ("NEXT HOP", Gives::Middles(12)),
        ("PREFIX", Gives::Middles(18)),
    ];
    table(&heading, routes.iter().map(row).collect(), &giving, screen)
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
    fn the_usual_table_keeps_to_eighty_columns_and_every_table_on_a_terminal() {
        let route = r#"{"neighbor":"ars-0","prefix":"198.51.100.1/32","next-hop":"172.16.156.70",
            "med":100,"as-path":[65010,65010,65010],"communities":["65535:0"]}"#;
        let usual: NeighborRoute = serde_json::from_str(route).unwrap();
        let text =
            route_table(std::slice::from_ref(&usual), Screen { colour: false, columns: None });
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("65010 65010 65010  65535:0"), "{text}");
        let long = NeighborRoute {
            neighbor: "n".repeat(64),
            prefix: "2001:db8:1234:5678:9abc:def0:1234:5678/128".to_owned(),
            next_hop: Some("2001:db8:1234:5678:9abc:def0:1234:5678".parse().unwrap()),
            med: Some(u32::MAX),
            as_path: vec![4_200_000_000; 9],
            communities: vec!["65535:65281".to_owned(); 9],
        };
        let text = route_table(&[usual, long], Screen { colour: false, columns: Some(80) });
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn that_nothing_was_found_is_said() {
        let said = |words: &[&str]| {
            #[derive(clap::Parser)]
            struct Line {
                #[command(flatten)]
                arguments: Arguments,
            }
            nothing(&<Line as clap::Parser>::parse_from([&["routes"], words].concat()).arguments)
        };
        assert_eq!(said(&["received", "192.0.2.1"]), "no neighbour shows 192.0.2.1/32");
        let advertised = said(&["advertised", "--neighbor", "rs"]);
        assert_eq!(advertised, "rs does not have a route from us");
    }
}
