//! Peers that say nothing, and peers that never read.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

use crate::field::{Bounds, Field, Reached, everything_is_read, now, throw};
use crate::octets::ROUTE_REFRESH;
use crate::support::config::Config;
use crate::support::peer::PEER_AS;
use crate::support::speaker::{KEEPALIVE, OPEN, Speaker, message, open};
use crate::support::wait::{SOON, eventually, eventually_equals};

/// How much longer a withdrawal may take because of a neighbour that is stuck: the noise of a busy
/// machine, far below anything that waits for the neighbour.
const NOISE: Duration = Duration::from_millis(250);

#[test]
fn those_that_connect_and_say_nothing_cost_one_descriptor_each_and_keep_nobody_out() {
    let mut field = Field::with(20);
    let silent: Vec<Speaker> =
        (0..20).flat_map(|number| [number; 5]).map(|number| field.dial(number)).collect();
    eventually_equals("open-sent", &"open-sent".into(), || field.shown(19)["state"].clone());
    field.stands(Bounds { files: 24, ..Bounds::USUAL });
    everything_is_read(&mut field.reach(7, Reached::Established));
    drop(silent);
    field.stands(Bounds::USUAL);
}

#[test]
fn an_open_and_then_nothing_ends_with_the_hold_time() {
    let mut field = Field::with(8);
    let started = now();
    let mut speakers: Vec<Speaker> =
        (0..8).map(|number| field.reach(number, Reached::OpenSent)).collect();
    for speaker in &mut speakers {
        speaker.say(OPEN, &open(PEER_AS, 3, [10, 9, 0, 2]));
        speaker.hears(KEEPALIVE);
    }
    for (number, speaker) in speakers.iter_mut().enumerate() {
        assert_eq!(speaker.hears_notification(), (4, 0));
        field.shows_error(number, "hold timer expired");
    }
    assert!(started.elapsed() > Duration::from_millis(2900));
    field.stands(Bounds::USUAL);
}

#[test]
fn a_peer_that_never_reads_delays_nobody_and_is_given_up() {
    let mut field = Field::set(1, with_many_routes);
    let undisturbed = field.slowest_withdrawal(5);
    let stuck = never_reading(&field);
    let asking = thread::spawn(move || {
        let flood = message(ROUTE_REFRESH, &[0, 1, 0, 1]).repeat(20);
        for _ in 0..1000 {
            throw(&stuck, &flood);
            thread::park_timeout(Duration::from_millis(10));
            if stuck.stream().take_error().ok().flatten().is_some() {
                return;
            }
        }
    });
    eventually("octets wait for the peer that never reads", SOON, || {
        let waiting = field.waiting_octets(0);
        if waiting > 10_000 { Ok(()) } else { Err(waiting) }
    });
    let disturbed = field.slowest_withdrawal(10);
    assert_eq!(field.shown(0)["state"], "established", "it is stuck all the while");
    assert!(disturbed < undisturbed + NOISE, "{disturbed:?}, undisturbed {undisturbed:?}");
    // New connections of the stuck neighbour are refused, and nothing piles up behind the old one.
    (0..200).for_each(|_| drop(field.dial(0)));
    field.stands(Bounds::USUAL);
    eventually("the peer that never reads is given up", SOON, || {
        let shown = field.shown(0);
        if shown["flaps"] == 1 { Ok(()) } else { Err(shown) }
    });
    asking.join().expect("it has asked");
    println!("slowest withdrawal {undisturbed:?}, beside a peer that never reads {disturbed:?}");
    field.stands(Bounds::USUAL);
}

/// A second service whose addresses are announced to the hostile neighbour.
fn with_many_routes(config: Config) -> Config {
    let hosts = (0..1000).map(|n| format!("\"198.18.{}.{}\"", n / 250, n % 250 + 1));
    config
        .set("service.bulk", "addresses", format!("[{}]", hosts.collect::<Vec<_>>().join(", ")))
        .set("service.bulk", "neighbors", "[\"h0\"]")
        .set("service.bulk.loopback", "bind", false)
        .set("service.bulk.check.backend", "haproxy", "{ backend = \"http_back\", min-up = 1 }")
}

/// An established session of a peer whose receive window is as small as the kernel lets it be.
fn never_reading(field: &Field) -> Speaker {
    let speaker = field.theirs.enter(|| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_recv_buffer_size(1)?;
        socket.bind(&SocketAddr::from(([10, 9, 0, 20], 0)).into())?;
        socket.connect(&SocketAddr::from(([10, 9, 0, 1], 179)).into())?;
        std::io::Result::Ok(Speaker::over(socket.into()))
    });
    let mut speaker = speaker.expect("herald listens");
    speaker.establish(&open(PEER_AS, 90, [10, 9, 0, 2]));
    SockRef::from(speaker.stream()).set_nonblocking(true).expect("it never waits either");
    speaker
}
