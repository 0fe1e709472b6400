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
    #[arg(long, value_parser = mutant)]
    mutant: Option<Mutant>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (mutant, hours) = (arguments.mutant, arguments.hours);
    if let Some(seed) = arguments.seed {
        let told = run(&Plan::new(seed, hours), mutant, true);
        tell(&told);
        return if told.violation.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let begun = herald::clock::now();
    let (mut failed, mut total) = (0, Figures::default());
    for seed in arguments.from..arguments.from + arguments.seeds {
        let plan = Plan::new(seed, hours);
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
        tell(&sim::run(&small, mutant, true));
        return ExitCode::FAILURE;
    }
    let speed = arguments.seeds as f64 / begun.elapsed().as_secs_f64();
    println!(
        "{} seeds of {hours} simulated hours each, {speed:.0} seeds a second: {failed} went wrong",
        arguments.seeds
    );
    println!("{total:?}");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// All that happened in a run, and what was wrong in the end.
fn tell(run: &sim::Run) {
    for (at, line) in &run.story {
        println!("{:>10.4}s  {line}", at.as_secs_f64());
    }
    match &run.violation {
        Some((at, what)) => println!("after {at:?}: {what}"),
        None => println!("nothing went wrong: {:?}", run.figures),
    }
}

fn mutant(name: &str) -> Result<Mutant, String> {
    let named = Mutant::ALL.into_iter().find(|mutant| mutant.to_string() == name);
    let all = || Mutant::ALL.map(|mutant| mutant.to_string()).join(", ");
    named.ok_or_else(|| format!("one of: {}", all()))
}
