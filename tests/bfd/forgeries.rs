//! What somebody who is not the neighbour can do to a session, and what not.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::detector::{Detector, Setup, becomes, comes_up};
use crate::failures::scene;
use crate::frr::Bfdd;
use crate::sessions::herald;
use crate::support::config::ANYCAST;
use crate::support::netns::Net;
use crate::support::wait::{SOON, during, eventually, timed};

/// What the other side's packets allow is 900 ms; the machine is busy with a flood.
const NOTICED: Duration = Duration::from_secs(2);

#[test]
fn strangers_and_forgeries_change_nothing() {
    let (_net, ours, theirs) = Net::pair();
    let setup = Setup::new("10.9.0.2", "10.9.0.1", false);
    let detector = Bfdd::start(&theirs, setup);
    let herald = herald(&ours, setup);
    comes_up(&herald, &detector);
    let before = herald.neighbor()["bfd"].take();
    theirs.ip(&["address", "add", "10.9.0.3/24", "dev", "eth0"]);
    theirs.enter(|| {
        // From the right address, and not from the link.
        send(&socket("10.9.0.2", 254), &goodbye(0));
        let (stranger, neighbour) = (socket("10.9.0.3", 255), socket("10.9.0.2", 255));
        for _ in 0..2000 {
            send(&stranger, &goodbye(0));
            send(&neighbour, &goodbye(1));
            send(&neighbour, &authenticated());
            send(&neighbour, b"not a packet");
        }
    });
    let after = eventually("the forgeries are counted", SOON, || {
        let bfd = herald.neighbor()["bfd"].take();
        if bfd["discarded"].as_u64() > Some(0) { Ok(bfd) } else { Err(bfd) }
    });
    assert_eq!((&after["state"], &after["since"]), (&"up".into(), &before["since"]));
    let expired = detector.peer().unwrap_or_default();
    assert_eq!(expired["diagnostic"], "ok", "herald went on sending");
}

/// "I am Down", as the neighbour would say it to this discriminator (RFC 5880 §4.1).
fn goodbye(your_discriminator: u32) -> Vec<u8> {
    let [interval, none] = [300_000_u32.to_be_bytes(), [0; 4]];
    let head = [0x20, 0x40, 3, 24];
    let own = 77_u32.to_be_bytes();
    [head, own, your_discriminator.to_be_bytes(), interval, interval, none].concat()
}

/// The same with a password of one octet (RFC 5880 §4.2), which nobody has agreed upon.
fn authenticated() -> Vec<u8> {
    let mut packet = goodbye(0);
    packet[1] |= 0x04;
    packet[3] += 4;
    [packet, vec![1, 4, 1, b'x']].concat()
}

/// RFC 5880 §6.8.6: a sender that is down may name no session, so that its address is all that has to
/// be forged. It costs the session, and no more than that.
#[test]
fn whoever_has_the_neighbours_address_can_end_the_session_and_it_comes_back() {
    let (scene, detector) = scene::<Bfdd>();
    scene.theirs.enter(|| send(&socket("10.9.0.2", 255), &goodbye(0)));
    eventually("the session has ended", SOON, || {
        let neighbor = scene.herald.neighbor();
        if neighbor["flaps"] == 1 { Ok(()) } else { Err(neighbor) }
    });
    scene.herald.logs("BFD: the neighbour signals down");
    comes_up(&scene.herald, &detector);
    scene.session_comes_up();
    scene.route_arrives(ANYCAST);
}

#[test]
fn a_flood_stops_no_timer() {
    let (scene, detector) = scene::<Bfdd>();
    scene.theirs.ip(&["address", "add", "10.9.0.3/24", "dev", "eth0"]);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            scene.theirs.enter(|| {
                let (stranger, neighbour) = (socket("10.9.0.3", 255), socket("10.9.0.2", 255));
                while !over.load(Ordering::Relaxed) {
                    send(&stranger, &goodbye(0));
                    send(&neighbour, &goodbye(1));
                }
            });
        });
        // Longer than either side waits for the other.
        during(Duration::from_secs(3), || scene.herald.asks_haproxy(1));
        assert_eq!(scene.herald.neighbor()["flaps"], 0, "ours go out, and theirs are heard");
        drop(detector);
        let (took, bfd) = timed(|| becomes(&scene.herald, "down"));
        over.store(true, Ordering::Relaxed);
        assert_eq!(bfd["diag"], "control detection time expired");
        assert!(took < NOTICED, "{took:?}");
    });
}

/// Whoever has heard one session cannot keep the next one alive.
#[test]
fn each_start_draws_another_discriminator() {
    let (_net, ours, theirs) = Net::pair();
    let heard = theirs.enter(|| UdpSocket::bind(("10.9.0.2", 3784)).expect("the port of BFD"));
    heard.set_read_timeout(Some(SOON)).expect("a read timeout");
    let discriminator = || {
        let mut packet = [0; 64];
        heard.recv(&mut packet).expect("a packet of herald");
        packet[4..8].to_vec()
    };
    let mut herald = herald(&ours, Setup::new("10.9.0.2", "10.9.0.1", false));
    let first = discriminator();
    herald.signal(Signal::SIGTERM);
    assert!(herald.ended().success());
    heard.set_nonblocking(true).expect("a socket may be non-blocking");
    while heard.recv(&mut [0; 64]).is_ok() {}
    heard.set_nonblocking(false).expect("a socket may block");
    herald.restart();
    assert_ne!(first, discriminator());
}

/// Where forgeries leave from, with the TTL of the link or another.
fn socket(source: &str, ttl: u32) -> UdpSocket {
    let socket = UdpSocket::bind((source, 0)).expect("an address of this namespace");
    socket.set_ttl(ttl).expect("a TTL");
    socket
}

/// To herald. A full queue loses some; so does any network.
fn send(from: &UdpSocket, packet: &[u8]) {
    let _ = from.send_to(packet, ("10.9.0.1", 3784));
}
