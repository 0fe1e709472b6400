//! Simulates a fleet and its route servers: `cargo run --release --example fleet -- --help`.

#![allow(clippy::print_stdout, reason = "a command of developers, not library code")]

#[path = "../tests/fleet/model/mod.rs"]
mod model;

use std::path::PathBuf;
use std::process::ExitCode;
use std::{fs, io};

use clap::Parser;
use model::{Guard, Settings, Story, Table};

/// Plays what happens to a fleet of agents, and counts what its route servers get.
///
/// Every site has an agent, HAProxy and one anycast address, the same everywhere; every region has two
/// route servers. The columns:
///
/// changes of state: of services, by all agents.
/// UPDATEs in: at the route server that gets most of them, and the most within one second.
/// UPDATEs out: of the route server that sends most of them, to its own agents.
/// dead, but routed: how long route servers had a site's route though its servers were dead, of all sites.
/// well, not routed: how long a route server lacked a site's route though its servers were well.
/// clients led to a dead site, without a route: by the best route of a route server, of the worst one.
#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    sites: u32,
    /// Regions, each with an equal part of the sites.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    regions: u32,
    /// The same seed is the same run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only this story, or these; without it all of them.
    #[arg(long)]
    story: Vec<String>,
    /// Says what happens in each story, and plays none.
    #[arg(long)]
    stories: bool,
    /// Writes the table for a document.
    #[arg(long)]
    markdown: bool,
    /// Compares with a document: each line of the table must stand there.
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let settings = Settings {
        sites: arguments.sites as usize,
        regions: arguments.regions.min(arguments.sites) as usize,
        seed: arguments.seed,
        damping: false,
        guard: Guard::Nothing,
        heard: None,
    };
    let mut stories = Story::all(&settings);
    let known: Vec<_> = stories.iter().map(|story| story.name).collect();
    if let Some(name) = arguments.story.iter().find(|name| !known.contains(&name.as_str())) {
        println!("there is no story {name}; there are {}", known.join(", "));
        return ExitCode::from(2);
    }
    stories.retain(|story| {
        arguments.story.is_empty() || arguments.story.iter().any(|name| name == story.name)
    });
    if arguments.stories {
        stories.iter().for_each(|story| println!("{:<20} {}", story.name, story.says));
        return ExitCode::SUCCESS;
    }
    let table = Table::of(&settings, &stories);
    if arguments.markdown {
        print!("{}", table.markdown());
    } else {
        print!("{table}");
    }
    match arguments.check.map(|file| missing(&file, &table.markdown())).transpose() {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(lines)) if lines.is_empty() => ExitCode::SUCCESS,
        Ok(Some(lines)) => {
            println!("\nnot in the document:\n{}", lines.join("\n"));
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("the document cannot be read: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The lines of the table that the document does not have.
fn missing(document: &PathBuf, table: &str) -> io::Result<Vec<String>> {
    let text = fs::read_to_string(document)?;
    let there = |line: &&str| !text.lines().any(|known| known == *line);
    Ok(table.lines().filter(there).map(str::to_owned).collect())
}
