//! Somebody who sees the session forges its end: a reset with the very number that herald awaits.

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use crate::passwords::{PASSWORD, PasswordFile, SIGNED};
use crate::sniffer::{Segment, Sniffer};
use crate::support::bird::Bird;
use crate::support::config::Config;
use crate::support::netns::Namespace;
use crate::support::peer::{Meeting, Protection};
use crate::support::scene::Scene;
use crate::support::wait::{SOON, eventually};

const HERALD: [u8; 4] = [10, 9, 0, 1];
const PEER: [u8; 4] = [10, 9, 0, 2];
/// The TTL of the link, and that of one router further away.
const NEAR: u32 = 255;
const FAR: u32 = 254;

#[test]
fn without_protection_whoever_sees_the_session_can_reset_it() {
    let scene = scene(Protection::default(), |config| config);
    let sniffer = Sniffer::start(&scene.theirs);
    eventually("herald believes the reset", SOON, || {
        forge_reset(&scene.theirs, &sniffer, NEAR);
        let neighbor = scene.herald.neighbor();
        if neighbor["flaps"].as_u64() >= Some(1) { Ok(()) } else { Err(neighbor) }
    });
    scene.session_comes_up();
}

#[test]
fn a_signed_session_is_not_reset_by_who_has_no_password() {
    let file = PasswordFile::new(PASSWORD);
    let scene = scene(SIGNED, |config| file.given_to(config));
    is_dropped(&scene, NEAR, "TCPMD5NotFound");
}

#[test]
fn a_session_of_one_hop_is_not_reset_from_further_away() {
    let secured = Protection { password: None, ttl_security: true };
    let scene = scene(secured, |config| config.set("neighbor.peer", "ttl-security", 1));
    is_dropped(&scene, FAR, "TCPMinTTLDrop");
}

/// Keepalives go both ways every second, so that there is always something to see.
fn scene(protection: Protection, change: impl FnOnce(Config) -> Config) -> Scene<Bird> {
    Scene::set_protected(Meeting::USUAL, protection, |config| {
        change(config).set("bgp", "hold-time", "\"3s\"")
    })
}

/// The kernel counts the reset under this name, and herald never hears of it.
#[track_caller]
fn is_dropped(scene: &Scene<Bird>, ttl: u32, counter: &str) {
    let sniffer = Sniffer::start(&scene.theirs);
    let before = counted(&scene.ours, counter);
    for forged in 1..=3 {
        forge_reset(&scene.theirs, &sniffer, ttl);
        eventually("the kernel has counted it", SOON, || {
            let more = counted(&scene.ours, counter) - before;
            if more >= forged { Ok(()) } else { Err(more) }
        });
    }
    let neighbor = scene.herald.neighbor();
    assert_eq!((&neighbor["state"], &neighbor["flaps"]), (&"established".into(), &0.into()));
}

/// Waits for a segment of herald, and answers it with a reset in the neighbour's name.
#[track_caller]
fn forge_reset(from: &Namespace, sniffer: &Sniffer, ttl: u32) {
    // What was sent before is answered by now, and its numbers are old.
    sniffer.so_far();
    let seen = sniffer.next_from(HERALD, Duration::from_secs(10)).expect("a segment of herald");
    from.enter(|| {
        let socket = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::TCP));
        let socket = socket.expect("root may open a raw socket");
        socket.bind(&SocketAddr::from((PEER, 0)).into()).expect("the neighbour's address");
        socket.set_ttl_v4(ttl).expect("a TTL");
        let to = SocketAddr::from((HERALD, 0));
        socket.send_to(&reset(&seen), &to.into()).expect("a segment leaves");
    });
}

/// RFC 9293 §3.1: a header alone, with RST, numbered as `seen` awaits it (RFC 5961 §3.2).
fn reset(seen: &Segment) -> Vec<u8> {
    let (ours, theirs) = seen.ports;
    let ports = [theirs.to_be_bytes(), ours.to_be_bytes()].concat();
    let number = seen.awaited.to_be_bytes();
    let mut segment = [&ports[..], &number, &[0; 4], &[0x50, 0x04], &[0; 6]].concat();
    let checksum = checksum(&segment);
    segment[16..18].copy_from_slice(&checksum.to_be_bytes());
    segment
}

/// RFC 9293 §3.1: with the addresses, the protocol and the length before it.
fn checksum(segment: &[u8]) -> u16 {
    let length = u16::try_from(segment.len()).expect("a header is short").to_be_bytes();
    let all = [&PEER[..], &HERALD, &[0, 6], &length, segment].concat();
    let words = all.chunks_exact(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])));
    let sum: u32 = words.sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    !((folded & 0xffff) + (folded >> 16)) as u16
}

/// A counter of the kernel's TCP in this namespace: `TcpExt: NAME NAME …`, then `TcpExt: 1 2 …`.
#[track_caller]
fn counted(namespace: &Namespace, counter: &str) -> u64 {
    let text = namespace.enter(|| fs::read_to_string("/proc/thread-self/net/netstat"));
    let text = text.expect("the kernel's counters");
    let mut lines = text.lines().filter(|line| line.starts_with("TcpExt:"));
    let (names, values) = (lines.next().unwrap_or(""), lines.next().unwrap_or(""));
    let mut pairs = names.split(' ').zip(values.split(' '));
    let found = pairs.find(|(name, _)| *name == counter).and_then(|(_, value)| value.parse().ok());
    found.unwrap_or_else(|| panic!("the kernel counts no {counter}"))
}
