use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::table::table;
use super::{Exit, ask, print_json, socket};
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
    /// The control socket of the agent; without it, the one of the configuration.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Which {
    /// What neighbours have from us.
    Advertised,
    /// What we keep of neighbours; nothing of it is installed.
    Received,
}

pub(super) fn run(config: &Path, arguments: &Arguments) -> Exit {
    let socket = socket(arguments.socket.as_ref(), config);
    let routes: Vec<NeighborRoute> = match ask(&socket, &resource(arguments)) {
        Ok(routes) => routes,
        Err(exit) => return exit,
    };
    if arguments.json {
        return print_json(&routes);
    }
    let heading = ["PREFIX", "NEIGHBOR", "NEXT HOP", "MED", "PATH", "COMMUNITIES"];
    let rows: Vec<_> = routes.iter().map(row).collect();
    println!("{}", table(&heading, &rows));
    Exit::Done
}

fn resource(arguments: &Arguments) -> String {
    let path = match arguments.which {
        Which::Advertised => control::ADVERTISED,
        Which::Received => control::RECEIVED,
    };
    let neighbor = arguments.neighbor.as_ref().map(|name| format!("neighbor={}", escaped(name)));
    let prefix = arguments.prefix.map(|prefix| format!("prefix={}", escaped(&prefix.to_string())));
    let narrowed: Vec<_> = neighbor.into_iter().chain(prefix).collect();
    match narrowed.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", narrowed.join("&")),
    }
}

/// A query value with everything but unreserved characters percent-encoded (RFC 3986 §2.1, §2.3).
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|octet| match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(octet).to_string()
            }
            _ => format!("%{octet:02X}"),
        })
        .collect()
}

fn row(route: &NeighborRoute) -> Vec<String> {
    let path: Vec<_> = route.as_path.iter().map(ToString::to_string).collect();
    vec![
        route.prefix.clone(),
        route.neighbor.clone(),
        route.next_hop.map(|hop| hop.to_string()).unwrap_or_default(),
        route.med.map(|med| med.to_string()).unwrap_or_default(),
        path.join(" "),
        route.communities.join(" "),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_values_are_escaped() {
        assert_eq!(escaped("ars-0.a_b~c"), "ars-0.a_b~c");
        assert_eq!(escaped("2001:db8::1/128 &é"), "2001%3Adb8%3A%3A1%2F128%20%26%C3%A9");
    }
}
