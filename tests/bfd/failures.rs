//! What ends the BGP session, how soon, and what does not.

use std::time::Duration;

use jiff::Timestamp;

use crate::bird::Bird;
use crate::detector::{Detector, Setup, against_both, becomes, comes_up, watched};
use crate::frr::Bfdd;
use crate::support::config::ANYCAST;
use crate::support::frr::Frr;
use crate::support::herald::Herald;
use crate::support::peer::{Meeting, Peer};
use crate::support::scene::Scene;
use crate::support::wait::{SOON, eventually, eventually_equals};

/// What the other side's packets allow: 3 × 300 ms.
const DETECTION: Duration = Duration::from_millis(900);
/// On a quiet machine it is 100 ms; tests run beside others.
const SLACK: Duration = Duration::from_millis(400);

against_both! {
    a_dead_link_ends_the_session_in_the_detection_time,
    a_dead_path_ends_the_session_in_the_detection_time,
    a_dead_daemon_ends_the_session_with_bfd_down_and_bgp_comes_back_without_it,
}

fn a_dead_link_ends_the_session_in_the_detection_time<D: Detector>() {
    ends_in_time::<D>("link down", |scene| {
        scene.theirs.ip(&["link", "set", "eth0", "down"]);
    });
}

fn a_dead_path_ends_the_session_in_the_detection_time<D: Detector>() {
    ends_in_time::<D>("blackhole", cut);
}

#[expect(clippy::print_stdout, reason = "the measured time is worth reading")]
fn ends_in_time<D: Detector>(name: &str, cut: impl FnOnce(&Scene<Frr>)) {
    let (scene, _detector) = scene::<D>();
    let before = Timestamp::now();
    cut(&scene);
    let bfd = becomes(&scene.herald, "down");
    let lost = lost_at(&scene.herald);
    let took = Duration::try_from(lost.duration_since(before)).expect("the cut came first");
    println!(
        "{name} with {}: BGP session closed after {took:?}, detection time {DETECTION:?}",
        D::NAME
    );
    assert!(took < DETECTION + SLACK, "{took:?}");
    assert!(took > DETECTION / 2, "nothing but silence can have told: {took:?}");
    assert_eq!(bfd["diag"], "control detection time expired");
    assert_eq!(bfd["failures"], 1);
    let neighbor = scene.herald.neighbor();
    assert_ne!(neighbor["state"], "established");
    assert_eq!(neighbor["flaps"], 1);
    scene.herald.logs("BFD: no packet for 900 ms");
    assert_eq!(scene.herald.service()["routes"][0]["announced"], false);
}

fn a_dead_daemon_ends_the_session_with_bfd_down_and_bgp_comes_back_without_it<D: Detector>() {
    let (scene, detector) = scene::<D>();
    drop(detector);
    becomes(&scene.herald, "down");
    eventually("the other side reads why", SOON, || {
        let said = scene.peer.last_close();
        if said.contains("6/10") { Ok(()) } else { Err(said) }
    });
    scene.session_comes_up();
    scene.route_arrives(ANYCAST);
    assert_eq!(scene.herald.neighbor()["bfd"]["state"], "down", "BGP does not wait for BFD");
    let human = scene.herald.ask(&["status"]).stdout;
    let human = String::from_utf8_lossy(&human);
    assert!(human.contains("peer: BFD is down: control detection time expired"), "{human}");
}

#[test]
fn the_neighbour_holding_bfd_down_is_no_reason_to_end_the_session() {
    let (scene, detector) = scene::<Bfdd>();
    detector.hold_down(true);
    let bfd = becomes(&scene.herald, "down");
    assert_eq!(bfd["diag"], "neighbor signaled session down");
    assert_eq!(bfd["failures"], 0);
    scene.herald.asks_haproxy(10);
    assert_eq!(scene.peer.times_established(), 1);
    assert_eq!(scene.herald.neighbor()["flaps"], 0);
    detector.hold_down(false);
    comes_up(&scene.herald, &detector);
    assert_eq!(scene.peer.times_established(), 1);
}

#[test]
fn a_path_that_heals_has_bfd_and_bgp_again() {
    let (scene, detector) = scene::<Bird>();
    cut(&scene);
    becomes(&scene.herald, "down");
    heal(&scene);
    comes_up(&scene.herald, &detector);
    scene.session_comes_up();
    scene.route_arrives(ANYCAST);
}

#[test]
fn a_neighbour_without_bfd_is_served_all_the_same() {
    let scene = Scene::<Frr>::set(Meeting::USUAL, |config| watched(config, false));
    scene.route_arrives(ANYCAST);
    eventually_equals("nobody answers BFD", &"down".into(), || {
        scene.herald.neighbor()["bfd"]["state"].take()
    });
    let human = scene.herald.ask(&["status"]).stdout;
    let human = String::from_utf8_lossy(&human);
    assert!(human.contains("peer: BFD is down: no packet yet"), "{human}");
}

/// The usual scene with FRR's BGP, watched by `D`, with BFD up and the route announced.
pub(crate) fn scene<D: Detector>() -> (Scene<Frr>, D) {
    let scene = Scene::<Frr>::set(Meeting::USUAL, |config| watched(config, false));
    let detector = D::start(&scene.theirs, Setup::new("10.9.0.2", "10.9.0.1", false));
    comes_up(&scene.herald, &detector);
    scene.route_arrives(ANYCAST);
    (scene, detector)
}

/// What is sent goes to an Ethernet address that nobody has. The link stays up, so that no carrier
/// tells anybody anything.
fn cut(scene: &Scene<Frr>) {
    for (from, to) in [(&scene.theirs, "10.9.0.1"), (&scene.ours, "10.9.0.2")] {
        let nobody = ["lladdr", "02:00:00:00:00:99", "dev", "eth0", "nud", "permanent"];
        from.ip(&[&["neigh", "replace", to], &nobody[..]].concat());
    }
}

fn heal(scene: &Scene<Frr>) {
    for (from, to) in [(&scene.theirs, "10.9.0.1"), (&scene.ours, "10.9.0.2")] {
        from.ip(&["neigh", "del", to, "dev", "eth0"]);
    }
}

/// When the log says that the session was lost.
fn lost_at(herald: &Herald) -> Timestamp {
    eventually("the session is lost", SOON, || {
        let log = herald.log();
        let line = log.lines().find(|line| line.contains("session lost"));
        let stamp = line.and_then(|line| line.split_whitespace().next()).map(str::to_owned);
        stamp.ok_or(log)
    })
    .parse()
    .expect("log lines begin with a timestamp")
}
