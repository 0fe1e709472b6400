//! Sessions that come up, and those that must not.

use std::fs;
use std::path::Path;

use nix::sys::signal::Signal;

use crate::bird::Bird;
use crate::detector::{Detector, Setup, against_both, comes_up, watched};
use crate::frr::Bfdd;
use crate::support::config::Config;
use crate::support::herald::Herald;
use crate::support::netns::{Namespace, Net, link};
use crate::support::peer::Meeting;
use crate::support::wait::{SOON, eventually};

against_both! {
    both_sides_agree_on_one_link,
    both_sides_agree_over_ipv6,
    both_sides_agree_across_a_router,
    a_late_other_side_is_found,
}

fn both_sides_agree_on_one_link<D: Detector>() {
    let (_net, ours, theirs) = Net::pair();
    let setup = Setup::new("10.9.0.2", "10.9.0.1", false);
    let detector = D::start(&theirs, setup);
    let herald = herald(&ours, setup);
    comes_up(&herald, &detector);
    let bfd = herald.neighbor()["bfd"].take();
    assert_eq!((&bfd["interval-ms"], &bfd["multihop"]), (&300.into(), &false.into()));
    assert_eq!((&bfd["discarded"], &bfd["failures"]), (&0.into(), &0.into()));
    assert_eq!(bfd["diag"], serde_json::Value::Null);
    let human = herald.ask(&["status"]).stdout;
    let human = String::from_utf8_lossy(&human);
    assert!(human.contains("up 900ms"), "{human}");
}

fn both_sides_agree_over_ipv6<D: Detector>() {
    let (_net, ours, theirs) = Net::pair();
    let setup = Setup::new("fd00:9::2", "fd00:9::1", false);
    let detector = D::start(&theirs, setup);
    let herald = herald(&ours, setup);
    comes_up(&herald, &detector);
}

/// FRR's bfdd knows no devices without zebra, so this is for BIRD alone.
#[test]
fn both_sides_agree_between_link_local_addresses() {
    let (_net, ours, theirs) = Net::pair();
    ours.ip(&["address", "add", "fe80::9:1/64", "dev", "eth0", "nodad"]);
    theirs.ip(&["address", "add", "fe80::9:2/64", "dev", "eth0", "nodad"]);
    let setup = Setup::new("fe80::9:2", "fe80::9:1", false);
    let detector = Bird::start(&theirs, setup);
    let config = configuration(setup).set("neighbor.peer", "local-interface", "\"eth0\"");
    comes_up(&Herald::start(&ours, &config), &detector);
}

fn both_sides_agree_across_a_router<D: Detector>() {
    let (_net, ours, theirs) = routed();
    let setup = Setup::new("10.9.2.2", "10.9.1.2", true);
    let detector = D::start(&theirs, setup);
    let herald = herald(&ours, setup);
    comes_up(&herald, &detector);
}

fn a_late_other_side_is_found<D: Detector>() {
    let (_net, ours, theirs) = Net::pair();
    let setup = Setup::new("10.9.0.2", "10.9.0.1", false);
    let herald = herald(&ours, setup);
    eventually("packets that nobody answers", SOON, || {
        let bfd = herald.neighbor()["bfd"].take();
        if bfd["sent"].as_u64() >= Some(2) { Ok(()) } else { Err(bfd) }
    });
    let detector = D::start(&theirs, setup);
    comes_up(&herald, &detector);
}

/// RFC 5881 §5: what has crossed a router is not from the link.
#[test]
fn on_one_link_means_that_nothing_across_a_router_is_heard() {
    let (_net, ours, theirs) = routed();
    let setup = Setup::new("10.9.2.2", "10.9.1.2", false);
    let detector = Bfdd::start(&theirs, setup);
    let herald = herald(&ours, setup);
    eventually("bfdd has called often enough", SOON, || {
        let sent = detector.packets_sent();
        if sent >= 5 { Ok(()) } else { Err(sent) }
    });
    let bfd = herald.neighbor()["bfd"].take();
    assert_eq!((&bfd["state"], &bfd["received"]), (&"down".into(), &0.into()));
    assert!(detector.session().is_some_and(|seen| !seen.is_up));
}

#[test]
fn a_stopped_herald_says_admin_down() {
    let (_net, ours, theirs) = Net::pair();
    let setup = Setup::new("10.9.0.2", "10.9.0.1", false);
    let detector = Bfdd::start(&theirs, setup);
    let mut herald = herald(&ours, setup);
    comes_up(&herald, &detector);
    herald.signal(Signal::SIGTERM);
    let status = herald.ended();
    assert!(status.success(), "{status}\n{}", herald.log());
    eventually("bfdd was told", SOON, || {
        let peer = detector.peer().unwrap_or_default();
        let told = peer["diagnostic"] == "neighbor signaled session down"
            && peer["remote-diagnostic"] == "administratively down";
        if told { Ok(()) } else { Err(peer) }
    });
}

#[test]
fn a_taken_port_is_named_and_refuses_the_start() {
    let (_net, ours, _theirs) = Net::pair();
    let _other = Bfdd::start(&ours, Setup::new("10.9.0.1", "10.9.0.2", false));
    let config = configuration(Setup::new("10.9.0.2", "10.9.0.1", false));
    let mut herald = Herald::spawn(&ours, &config);
    assert!(!herald.ended().success());
    let log = herald.log();
    assert!(log.contains("cannot receive BFD on 0.0.0.0:3784: the port is taken"), "{log}");
}

/// herald whose neighbour speaks BFD alone: it is watched whether BGP comes up or not.
pub(crate) fn herald(namespace: &Namespace, setup: Setup) -> Herald {
    Herald::start(namespace, &configuration(setup))
}

fn configuration(setup: Setup) -> Config {
    let config = Config::usual(Meeting::USUAL, Path::new("/nonexistent/haproxy.sock"))
        .set("neighbor.peer", "address", format!("\"{}\"", setup.own))
        .set("neighbor.peer", "local-address", format!("\"{}\"", setup.herald))
        .set("neighbor.peer", "next-hop", "\"10.9.0.1\"");
    watched(config, setup.multihop)
}

/// 10.9.1.2 and 10.9.2.2 with a router between them.
fn routed() -> (Net, Namespace, Namespace) {
    let mut net = Net::new();
    let (ours, router, theirs) =
        (net.namespace("herald"), net.namespace("router"), net.namespace("peer"));
    link(&ours, "eth0", &["10.9.1.2/24"], &router, "eth1", &["10.9.1.1/24"]);
    link(&theirs, "eth0", &["10.9.2.2/24"], &router, "eth2", &["10.9.2.1/24"]);
    ours.ip(&["route", "add", "default", "via", "10.9.1.1"]);
    theirs.ip(&["route", "add", "default", "via", "10.9.2.1"]);
    router.enter(|| {
        fs::write("/proc/sys/net/ipv4/ip_forward", "1").expect("a namespace has its own switch");
    });
    (net, ours, theirs)
}
