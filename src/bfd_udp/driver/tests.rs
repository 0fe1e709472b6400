use std::net::SocketAddr;
use std::num::NonZeroU8;
use std::time::Duration;

use super::*;
use crate::bfd::{Diagnostic, Packet, Params, State};
use crate::config::Ttl;

fn path(name: &str, address: &str, device: Option<&str>, multihop: bool) -> Path {
    let time = Duration::from_millis(300);
    let session = Params { min_tx: time, min_rx: time, multiplier: NonZeroU8::new(3).unwrap() };
    let silent = Session::new(session, 0, clock::now());
    Path {
        name: name.into(),
        transport: Transport {
            remote: SocketAddr::new(address.parse().unwrap(), 179),
            local_address: None,
            local_interface: device.map(str::to_owned),
            ttl: Ttl::Multihop(1),
            signature: None,
        },
        bfd: Bfd { multihop, session },
        // The same for all: sessions differ all the same.
        seed: 7,
        reports: watch::Sender::new(silent.report().clone()),
    }
}

fn packet(your_discriminator: Option<NonZeroU32>) -> [u8; 24] {
    let packet = Packet {
        diagnostic: Diagnostic::NONE,
        state: State::Down,
        poll: false,
        is_final: false,
        demand: false,
        multiplier: NonZeroU8::MIN,
        my_discriminator: NonZeroU32::MIN,
        your_discriminator,
        desired_min_tx: Duration::ZERO,
        required_min_rx: Duration::ZERO,
    };
    packet.encode()
}

fn driver() -> Driver {
    let mut driver = Driver::default();
    for path in [
        path("near", "192.0.2.1", None, false),
        path("far", "192.0.2.2", None, true),
        path("left", "fe80::1", Some("eth0"), false),
        path("right", "fe80::1", Some("eth1"), false),
    ] {
        driver.watch(path);
    }
    driver
}

fn meant(driver: &mut Driver, multihop: bool, from: &str, payload: &[u8]) -> Option<String> {
    let watched = driver.meant(multihop, from.parse().unwrap(), payload)?;
    Some(watched.name.to_string())
}

#[test]
fn a_packet_is_for_the_neighbour_it_comes_from() {
    let mut driver = driver();
    let nameless = packet(None);
    assert_eq!(meant(&mut driver, false, "192.0.2.1", &nameless).as_deref(), Some("near"));
    assert_eq!(meant(&mut driver, true, "192.0.2.2", &nameless).as_deref(), Some("far"));
    assert_eq!(meant(&mut driver, true, "192.0.2.1", &nameless), None, "the wrong port");
    assert_eq!(meant(&mut driver, false, "192.0.2.9", &nameless), None, "a stranger");
    let foreign = packet(Some(driver.watched["far"].session.discriminator()));
    assert_eq!(meant(&mut driver, false, "192.0.2.9", &foreign), None, "who knows a name");
    let named = meant(&mut driver, false, "192.0.2.1", &foreign);
    assert_eq!(named.as_deref(), Some("near"), "whose session discards and counts it");
    assert_eq!(meant(&mut driver, false, "192.0.2.1", b"noise").as_deref(), Some("near"));
}

#[test]
fn neighbours_that_share_an_address_are_told_apart_by_the_session_they_name() {
    let mut driver = driver();
    for name in ["left", "right"] {
        let named = packet(Some(driver.watched[name].session.discriminator()));
        assert_eq!(meant(&mut driver, false, "fe80::1", &named).as_deref(), Some(name));
    }
    let foreign = packet(Some(driver.watched["near"].session.discriminator()));
    for payload in [&packet(None)[..], &foreign, b"noise"] {
        assert_eq!(meant(&mut driver, false, "fe80::1", payload), None);
    }
}

#[test]
fn no_two_sessions_have_the_same_discriminator() {
    let driver = driver();
    let names: BTreeSet<_> =
        driver.watched.values().map(|watched| watched.session.discriminator()).collect();
    assert_eq!(names.len(), driver.watched.len());
}
