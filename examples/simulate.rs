//! Simulates herald and its world: `cargo run --release --example simulate -- --help`.

#![allow(clippy::print_stdout, reason = "a command of developers, not library code")]

#[path = "../tests/simulation/sim/mod.rs"]
mod sim;

use std::process::ExitCode;

use clap::Parser;
use sim::{Figures, Mutant, Plan, run, shrink};

/// Runs seeds of the simulation; a seed that goes wrong is shrunk and told as a story.
#[derive(Parser)]
struct Arguments {
    /// Only this seed, with all that happens.
    #[arg(long)]
    seed: Option<u64>,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// How many seeds.
    #[arg(long, default_value_t = 1000)]
    seeds: u64,
    /// Simulated hours of each seed.
    #[arg(long, default_value_t = 1)]
    hours: u32,
    /// Goes on after a seed that goes wrong, and says no more of it than what was wrong.
    #[arg(long)]
    all: bool,
    /// A fault put into the agent on purpose.
    #[arg(long)]
    mutant: Option<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let named = |name: &String| Mutant::ALL.into_iter().find(|m| m.to_string() == *name);
    let mutant = arguments.mutant.as_ref().and_then(named);
    let (from, count) = match arguments.seed {
        Some(seed) => (seed, 1),
        None => (arguments.from, arguments.seeds),
    };
    let (mut failed, mut total) = (0, Figures::default());
    for seed in from..from + count {
        let plan = Plan::new(seed, arguments.hours);
        let run = run(&plan, mutant, false);
        total.add(&run.figures);
        let Some((at, what)) = run.violation else { continue };
        println!("seed {seed}, after {at:?}: {what}\n");
        failed += 1;
        if arguments.all {
            mutant.iter().for_each(|mutant| println!("  expected: {}", mutant.breaks()));
            continue;
        }
        let small = shrink(&plan, mutant);
        println!("the least that does it:\n{small}\nwhat happens then:");
        let told = sim::run(&small, mutant, true);
        for (at, line) in told.story {
            println!("{:>10.4}s  {line}", at.as_secs_f64());
        }
        println!("{:?}", told.violation);
        return ExitCode::FAILURE;
    }
    println!("{count} seeds of {} simulated hours each: {failed} went wrong", arguments.hours);
    println!("{total:?}");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
