//! A million routes from one peer, and routes as large as they can be.

use std::thread;
use std::time::Duration;

use crate::field::{Bounds, Field, Reached, everything_is_read, now};
use crate::octets::{NEXT_HOP, ORIGIN, routes, update};
use crate::support::peer::PEER_AS;
use crate::support::speaker::{UPDATE, message};

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

#[test]
fn routes_as_large_as_can_be_cost_bounded_memory() {
    let mut field = Field::with(1);
    let mut speaker = field.reach(0, Reached::Established);
    for number in 0..KEPT + 100 {
        speaker.send(&large(number));
    }
    everything_is_read(&mut speaker);
    let shown = field.shown(0);
    assert_eq!((&shown["received"], &shown["malformed"]), (&KEPT.into(), &0.into()));
    println!("{KEPT} large routes: RSS grew by {} KiB at its highest", field.growth());
    field.stands(Bounds { memory: MEMORY, ..Bounds::USUAL });
}

/// A host route that shares nothing with another: long path, many communities of each kind.
fn large(number: u32) -> Vec<u8> {
    let numbers: Vec<u8> = (0..240).flat_map(|n| (number * 240 + n + 1).to_be_bytes()).collect();
    let path = [&[2, 241][..], &PEER_AS.to_be_bytes(), &numbers].concat();
    let attributes = [
        ORIGIN.to_vec(),
        long(0x50, 2, &path),
        NEXT_HOP.to_vec(),
        long(0xd0, 8, &numbers),
        long(0xd0, 16, &numbers),
        long(0xd0, 32, &numbers),
    ];
    let host = [&[32][..], &(0x0b00_0000 + number).to_be_bytes()].concat();
    message(UPDATE, &update(&[], &attributes.concat(), &host))
}

/// An attribute with a length of two octets.
fn long(flags: u8, code: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).expect("an attribute fits its length").to_be_bytes();
    [&[flags, code][..], &length, value].concat()
}
