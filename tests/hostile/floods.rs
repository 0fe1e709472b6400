//! Many messages, many connections.

use std::io::Read;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::field::{Bounds, Field, Reached, everything_is_read, now, second_handle, throw};
use crate::octets::{END_OF_RIB, ROUTE_REFRESH, beside, routes};
use crate::support::netns::Namespace;
use crate::support::speaker::{KEEPALIVE, NOTIFICATION, Speaker, UPDATE, message};
use crate::support::wait::{SOON, timed};

const MANY: usize = 100_000;
const CONNECTIONS: usize = 2000;
/// For a withdrawal beside a flood: a poll of HAProxy, and a fair share of a busy machine.
const BESIDE: Duration = Duration::from_millis(500);

#[test]
fn a_hundred_thousand_keepalives() {
    let mut field = Field::with(1);
    let mut speaker = field.reach(0, Reached::Established);
    let flood = message(KEEPALIVE, &[]).repeat(MANY / 100);
    (0..100).for_each(|_| speaker.send(&flood));
    everything_is_read(&mut speaker);
    field.stands(Bounds::USUAL);
}

#[test]
fn a_hundred_thousand_updates() {
    let mut field = Field::with(1);
    let mut speaker = field.reach(0, Reached::Established);
    let (sender, slowest) = thread::scope(|scope| {
        let sender = scope.spawn(|| {
            for first in 0..100 {
                let flood: Vec<u8> =
                    (0..MANY as u32 / 100).flat_map(|n| routes(first * 1000 + n, 1)).collect();
                speaker.send(&flood);
            }
            speaker
        });
        let slowest = field.slowest_withdrawal(5);
        (sender.join(), slowest)
    });
    let mut speaker = sender.expect("all is sent");
    everything_is_read(&mut speaker);
    let shown = field.shown(0);
    assert_eq!((&shown["received"], &shown["not-kept"]), (&10_000.into(), &90_000.into()));
    assert!(slowest < BESIDE, "a withdrawal took {slowest:?} beside the flood");
    field.stands(Bounds::USUAL);
}

#[test]
fn a_hundred_thousand_malformed_updates_are_counted_and_fill_no_log() {
    let mut field = Field::with(1);
    let mut speaker = field.reach(0, Reached::Established);
    let started = now();
    let flood = message(UPDATE, &beside(&[0x80, 4, 0])).repeat(MANY / 100);
    (0..100).for_each(|_| speaker.send(&flood));
    everything_is_read(&mut speaker);
    assert_eq!(field.shown(0)["malformed"], MANY);
    let lines = field.herald.logs("malformed UPDATE").matches("malformed UPDATE").count() as u64;
    assert!((1..=started.elapsed().as_secs() + 1).contains(&lines), "{lines} lines");
    field.stands(Bounds::USUAL);
}

#[test]
fn a_hundred_thousand_route_refreshes_of_a_peer_that_reads_the_answers() {
    let mut field = Field::with(1);
    let mut speaker = field.reach(0, Reached::Established);
    let reader = second_handle(&speaker);
    let reader = thread::spawn(move || read_for(&reader, Duration::from_millis(500)));
    let flood = message(ROUTE_REFRESH, &[0, 1, 0, 1]).repeat(MANY / 100);
    (0..100).for_each(|_| speaker.send(&flood));
    let answered = reader.join().expect("it reads").len() / message(UPDATE, &END_OF_RIB).len();
    assert!((1..=MANY).contains(&answered), "{answered} answers");
    everything_is_read(&mut speaker);
    field.stands(Bounds::USUAL);
}

#[test]
fn two_thousand_connections_each_from_the_neighbour_and_from_a_stranger() {
    let mut field = Field::with(1);
    field.theirs.ip(&["address", "add", "10.9.0.250/24", "dev", "eth0"]);
    let (neighbour, stranger, to) = ([10, 9, 0, 20], [10, 9, 0, 250], [10, 9, 0, 1]);
    let (undisturbed, started) = (field.slowest_withdrawal(5), now());
    let slowest = thread::scope(|scope| {
        for from in [neighbour, stranger] {
            let theirs: &Namespace = &field.theirs;
            scope.spawn(move || {
                for _ in 0..CONNECTIONS {
                    // Refused, reset or taken: all the same to a flood.
                    let _ = Speaker::dial_from(theirs, from.into(), to.into());
                }
            });
        }
        field.slowest_withdrawal(5)
    });
    println!(
        "slowest withdrawal {undisturbed:?}, beside {CONNECTIONS} connections each {slowest:?}"
    );
    assert!(slowest < undisturbed + BESIDE, "a withdrawal took {slowest:?} beside the flood");
    let mut speaker = field.reach(0, Reached::Established);
    everything_is_read(&mut speaker);
    fills_no_log(&field, started.elapsed());
    field.stands(Bounds::USUAL);
}

/// Ten lines in ten seconds for a neighbour, five in a minute for all strangers; the rest is counted.
fn fills_no_log(field: &Field, took: Duration) {
    let log = field.herald.logs("no session");
    let failed = log.lines().filter(|l| l.contains("no session") && l.contains("h0")).count();
    let strangers = log.matches("the address is no neighbour's").count();
    let spans = usize::try_from(took.as_secs()).unwrap_or(usize::MAX);
    assert!((1..=10 * (spans / 10 + 1)).contains(&failed), "{failed} lines in {took:?}");
    assert!((1..=5 * (spans / 60 + 1)).contains(&strangers), "{strangers} lines in {took:?}");
    let counted = field.shown(0)["failures"].as_u64().unwrap_or_default();
    assert!(counted > failed as u64, "{counted} counted, {failed} said");
}

#[test]
fn a_storm_of_notifications() {
    let mut field = Field::with(2);
    let long = [&[6, 2, 255][..], &[b'\n'; 255]].concat();
    let texts: [&[u8]; 4] = [&[6, 2], &[6, 4, 9, 0xff, 0xfe], &[6, 9, 6, 9, 6, 9], &long];
    for round in 0..60 {
        let reached = [Reached::OpenSent, Reached::OpenConfirm, Reached::Established][round % 3];
        let speaker = field.reach(0, reached);
        throw(&speaker, &message(NOTIFICATION, texts[round % 4]).repeat(50));
    }
    field.shows_error(0, "the neighbour closed: Cease");
    let said = field.shown(0)["last-error"].to_string();
    assert!(said.len() < 1200 && !said.contains("\\n"), "{said}");
    everything_is_read(&mut field.reach(0, Reached::Established));
    field.stands(Bounds::USUAL);
}

#[test]
fn a_flood_without_end_stops_neither_our_keepalives_nor_an_orderly_stop() {
    let mut field = Field::set(1, |config| config.set("neighbor.h0", "hold-time", "\"3s\""));
    let speaker = field.reach(0, Reached::Established);
    let (speaker, reader) = (&speaker, second_handle(&speaker));
    reader.set_write_timeout(Some(SOON)).expect("a write timeout");
    let flood: &[u8] = &(0..1000).flat_map(|n| routes(n, 1)).collect::<Vec<_>>();
    thread::scope(|scope| {
        // Ends with the connection, or with the patience of the test.
        let started = now();
        scope.spawn(move || while started.elapsed() < SOON && throw(speaker, flood) {});
        let (gap, slowest) = (longest_silence(&reader, Duration::from_secs(4)), field.withdrawal());
        assert!(gap < Duration::from_millis(2500), "no KEEPALIVE for {gap:?} of 3 s");
        assert!(slowest < BESIDE, "a withdrawal took {slowest:?} beside the flood");
        field.stands(Bounds::USUAL);
        field.herald.signal(Signal::SIGTERM);
        let (took, status) = timed(|| field.herald.ended());
        assert!(status.success() && took < Duration::from_secs(6), "{status} after {took:?}");
    });
}

/// The longest time without a single octet.
fn longest_silence(mut stream: &TcpStream, during: Duration) -> Duration {
    let started = now();
    let (mut last, mut longest) = (started, Duration::ZERO);
    stream.set_read_timeout(Some(Duration::from_millis(50))).expect("a read timeout");
    while started.elapsed() < during {
        let heard: Instant = now();
        if matches!(stream.read(&mut [0; 4096]), Ok(1..)) {
            last = heard;
        }
        longest = longest.max(last.elapsed());
    }
    longest
}

/// Everything that arrives until nothing has come for `pause`.
fn read_for(mut stream: &TcpStream, pause: Duration) -> Vec<u8> {
    stream.set_read_timeout(Some(pause)).expect("a read timeout");
    let (mut all, mut buffer) = (Vec::new(), [0; 65536]);
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        all.extend_from_slice(&buffer[..read]);
    }
    stream.set_read_timeout(Some(SOON)).expect("a read timeout");
    all
}
