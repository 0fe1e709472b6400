//! Thousands of simulated hours of faults, and rules that hold after every step. A seed that goes wrong
//! is shrunk to a short story; `cargo run --example simulate -- --seed N` tells it again.

#[path = "../support/count.rs"]
mod count;
mod sim;

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use sim::{Change, Fault, Figures, Mutant, Plan, Seen, run, shrink};

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
        count::counted("simulated hours", SEEDS as usize);
        count::counted("faults in them", total.faults as usize);
        assert!(total.compared > SEEDS, "the rules had something to compare");
        assert!(total.turns > SEEDS / 2, "whose turn it is was seldom a question: {total:?}");
    });
}

/// One neighbour that is near, one service whose address goes when it is down, and nothing planned.
fn quiet() -> Plan {
    let mut plan = Plan::new(1, 1);
    plan.scenery.neighbors.truncate(1);
    plan.scenery.services.truncate(1);
    let neighbor = &mut plan.scenery.neighbors[0];
    (neighbor.delay, neighbor.window) = (Duration::from_micros(50), 65_536);
    (neighbor.bfd, neighbor.passive, neighbor.dials) = (None, false, true);
    let service = &mut plan.scenery.services[0];
    (service.remove_on_down, service.last_resort) = (true, false);
    (service.standby, service.last_site, service.checks) = (None, None, 1);
    (service.rise, service.fall, service.hold_up, service.damping) = (1, 1, Duration::ZERO, false);
    (plan.calm, plan.end) = (Duration::from_secs(300), Duration::from_secs(700));
    plan.faults.clear();
    plan
}

fn sees(seen: Seen) -> Fault {
    Fault::Health { service: 0, check: 0, seen }
}

/// Health comes back while the address that it needs is on its way out.
#[test]
fn an_address_that_is_being_released_counts_as_gone() {
    let mut plan = quiet();
    let fall = Duration::from_secs(100);
    for seed in 0..300 {
        plan.seed = seed;
        let back = fall + Duration::from_micros(20 * (seed + 1));
        plan.faults = vec![(fall, sees(Seen::Unhealthy)), (back, sees(Seen::Healthy(100)))];
        assert_eq!(run(&plan, None, false).violation, None, "seed {seed}\n{plan}");
    }
}

/// The agent is told to stop while an address that it has just asked for is on its way in.
#[test]
fn a_stop_takes_back_what_was_asked_for_last() {
    let mut plan = quiet();
    let (fall, back) = (Duration::from_secs(100), Duration::from_secs(110));
    for seed in 0..300 {
        plan.seed = seed;
        let stop = back + Duration::from_micros(20 * (seed + 1));
        plan.faults = vec![
            (fall, sees(Seen::Unhealthy)),
            (back, Fault::Reload(Change::OnDown(0))),
            (stop, Fault::Stop { away: Duration::from_secs(30), hurry: true }),
        ];
        assert_eq!(run(&plan, None, false).violation, None, "seed {seed}\n{plan}");
    }
}

/// A peer is back, far away, and takes the table in small portions; while it does, health falls. The
/// story is told for many moments of the fall, for only some are in time.
#[test]
fn an_address_waits_for_a_withdrawal_behind_a_slow_table() {
    let mut plan = quiet();
    let neighbor = &mut plan.scenery.neighbors[0];
    (neighbor.delay, neighbor.window) = (Duration::from_millis(40), 64);
    let (gone, away) = (Duration::from_secs(100), Duration::from_secs(1));
    for moment in 0..40 {
        let fall = gone + away + Duration::from_millis(100 + 10 * moment);
        plan.faults =
            vec![(gone, Fault::Restart { neighbor: 0, away }), (fall, sees(Seen::Unhealthy))];
        assert_eq!(run(&plan, None, false).violation, None, "{plan}");
    }
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
