//! A million routes from one peer.

use std::thread;
use std::time::Duration;

use crate::field::{Bounds, Field, Reached, everything_is_read, now};
use crate::octets::routes;

const ROUTES: u32 = 1_000_000;
/// What fits an UPDATE of 4096 octets.
const TOGETHER: u32 = 800;
/// What may be kept by default.
const KEPT: u32 = 10_000;
/// The bar of the project: below 32 MiB.
const MEMORY: u64 = 32 * 1024;

#[test]
fn a_million_routes_cost_bounded_memory_and_delay_no_withdrawal() {
    let mut field = Field::with(1);
    let undisturbed = field.slowest_withdrawal(5);
    let mut speaker = field.reach(0, Reached::Established);
    let (mut withdrawals, started) = (Vec::new(), now());
    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            for first in (0..ROUTES).step_by(TOGETHER as usize) {
                speaker.send(&routes(first, TOGETHER));
            }
            everything_is_read(&mut speaker);
        });
        while !sending.is_finished() {
            withdrawals.push(field.withdrawal());
            field.answers();
        }
        sending.join().expect("all is sent and read");
    });
    let took = started.elapsed();
    withdrawals.sort();
    let (median, slowest) =
        (withdrawals[withdrawals.len() / 2], withdrawals[withdrawals.len() - 1]);
    let shown = field.shown(0);
    assert_eq!(shown["state"], "established");
    assert_eq!((&shown["received"], &shown["not-kept"]), (&KEPT.into(), &(ROUTES - KEPT).into()));
    println!(
        "{ROUTES} routes in {took:?}: RSS grew by {} KiB at its highest; {} withdrawals to another \
         neighbour meanwhile, median {median:?}, slowest {slowest:?} (before: slowest {undisturbed:?})",
        field.growth(),
        withdrawals.len(),
    );
    assert!(slowest < undisturbed + Duration::from_millis(500), "{withdrawals:?}");
    field.stands(Bounds { memory: MEMORY, ..Bounds::USUAL });
}
