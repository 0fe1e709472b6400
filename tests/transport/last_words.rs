//! The end of a session with a neighbour that goes on talking: it hears why.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::sys::signal::Signal;

use crate::support::config::Config;
use crate::support::herald::{Herald, directory};
use crate::support::netns::Net;
use crate::support::peer::{Meeting, PEER_AS};
use crate::support::process::{inside, run};
use crate::support::speaker::{KEEPALIVE, Listening, message, open};
use crate::support::wait::{SOON, eventually};

#[test]
fn a_neighbour_that_still_sends_hears_the_cease_and_then_the_end() {
    let (_net, ours, theirs) = Net::pair();
    let socket = directory("no-haproxy").path().join("admin.sock");
    let listening = Listening::on(&theirs, Meeting::USUAL.peer_address());
    let mut herald = Herald::start(&ours, &Config::usual(Meeting::USUAL, &socket));
    let mut speaker = listening.accept();
    speaker.establish(&open(PEER_AS, 90, [10, 9, 0, 2]));
    herald.session_comes_up();

    let over = Arc::new(AtomicBool::new(false));
    let mut stream = speaker.stream().try_clone().expect("a second handle");
    let talking = {
        let over = Arc::clone(&over);
        // More than herald reads: something is always on its way.
        let much = message(KEEPALIVE, &[]).repeat(1000);
        thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                stream.write_all(&much)?;
            }
            Ok::<_, std::io::Error>(())
        })
    };
    herald.signal(Signal::SIGTERM);
    assert_eq!(speaker.hears_notification(), (6, 2));
    let end = speaker.stream().read(&mut [0; 64]);
    over.store(true, Ordering::Relaxed);
    assert_eq!(end.expect("an end, and no reset"), 0);
    // Only one of both directions is told of a reset.
    talking.join().expect("no panic").expect("no reset");
    drop(speaker);
    assert!(herald.ended().success(), "{}", herald.log());
}

#[test]
fn tcp_asks_a_neighbour_without_a_hold_time_whether_it_is_still_there() {
    let (_net, ours, theirs) = Net::pair();
    let socket = directory("no-haproxy").path().join("admin.sock");
    let listening = Listening::on(&theirs, Meeting::USUAL.peer_address());
    let herald = Herald::start(&ours, &Config::usual(Meeting::USUAL, &socket));
    let mut speaker = listening.accept();
    speaker.establish(&open(PEER_AS, 0, [10, 9, 0, 2]));
    assert_eq!(herald.session_comes_up()["hold-time-s"], 0);
    eventually("the socket waits to ask", SOON, || {
        let mut command = inside(&ours, "ss".as_ref());
        command.args(["-tnoH", "state", "established", "dport", "=", ":179"]);
        // While octets of ours are under way, the timer is theirs.
        let sockets = run(command);
        if sockets.contains("timer:(keepalive,") { Ok(()) } else { Err(sockets) }
    });
}
