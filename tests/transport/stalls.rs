//! A moment without CPU: the machine was frozen, moved or overloaded, and the neighbour was not.

use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::support::config::Config;
use crate::support::herald::{Herald, directory};
use crate::support::netns::Net;
use crate::support::peer::{Meeting, PEER_AS};
use crate::support::speaker::{KEEPALIVE, Listening, Speaker, open};
use crate::support::wait::during;

/// The hold time that both propose.
const HOLD: Duration = Duration::from_secs(3);
const BETWEEN: Duration = Duration::from_millis(250);

#[test]
fn keepalives_that_waited_in_the_socket_are_heard_before_the_hold_timer_is() {
    let (_net, ours, theirs) = Net::pair();
    let socket = directory("no-haproxy").path().join("admin.sock");
    let config = Config::usual(Meeting::USUAL, &socket).set("bgp", "hold-time", "\"3s\"");
    let listening = Listening::on(&theirs, Meeting::USUAL.peer_address());
    let herald = Herald::start(&ours, &config);
    let mut speaker = listening.accept();
    speaker.establish(&open(PEER_AS, 3, [10, 9, 0, 2]));
    herald.session_comes_up();
    for _ in 0..3 {
        herald.signal(Signal::SIGSTOP);
        keeps_alive_for(&mut speaker, HOLD + Duration::from_millis(100));
        herald.signal(Signal::SIGCONT);
        // What it thinks of the time that has passed, it says at once.
        keeps_alive_for(&mut speaker, Duration::from_secs(1));
        let neighbor = herald.neighbor();
        let seen = (&neighbor["state"], &neighbor["flaps"]);
        assert_eq!(seen, (&"established".into(), &0.into()), "{neighbor}");
    }
}

fn keeps_alive_for(speaker: &mut Speaker, time: Duration) {
    during(time, || {
        speaker.say(KEEPALIVE, &[]);
        thread::sleep(BETWEEN);
    });
}
