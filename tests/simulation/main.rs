//! Thousands of simulated hours of faults, and rules that hold after every step. A seed that goes wrong
//! is shrunk to a short story; `cargo run --example simulate -- --seed N` tells it again.

mod sim;

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use sim::{Figures, Mutant, Plan, run, shrink};

/// Each seed is one simulated hour.
const SEEDS: u64 = 2000;

#[test]
fn nothing_goes_wrong_in_thousands_of_hours() {
    let next = AtomicU64::new(0);
    let work = || {
        let mut total = Figures::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= SEEDS {
                return total;
            }
            let plan = Plan::new(seed, 1);
            let run = run(&plan, None, false);
            total.add(&run.figures);
            if let Some((at, what)) = run.violation {
                let small = shrink(&plan, None);
                panic!("seed {seed}, after {at:?}: {what}\nthe least that does it:\n{small}");
            }
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        let mut total = Figures::default();
        for worker in workers {
            match worker.join() {
                Ok(figures) => total.add(&figures),
                Err(failed) => std::panic::resume_unwind(failed),
            }
        }
        println!("{SEEDS} simulated hours: {total:?}");
        assert!(total.compared > SEEDS, "the rules had something to compare");
    });
}

#[test]
fn the_same_seed_is_the_same_run() {
    let plan = Plan::new(7, 1);
    assert_eq!(run(&plan, None, true), run(&plan, None, true));
}

#[test]
fn every_mutant_is_caught_by_its_rule() {
    for mutant in Mutant::ALL {
        let rule = mutant.breaks();
        let caught = (0..50).any(|seed| {
            let found = run(&Plan::new(seed, 1), Some(mutant), false).violation;
            found.is_some_and(|(_, what)| what.starts_with(rule))
        });
        assert!(caught, "{mutant} breaks no rule in 50 hours; expected: {rule}");
    }
}
