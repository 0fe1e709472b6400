//! What outlives `kill -9`, with `graceful-restart` and without; the other side's own table is asked.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::support::config::{ANYCAST, Config};
use crate::support::exabgp::Exabgp;
use crate::support::frr::Frr;
use crate::support::haproxy::Haproxy;
use crate::support::herald::Herald;
use crate::support::peer::{KeepsRoutes, Meeting};
use crate::support::scene::Scene;
use crate::support::wait::{SOON, eventually, eventually_equals, timed};

against_every_daemon! {
    that keeps routes:
    a_killed_agent_takes_its_routes_along_unless_it_has_asked_otherwise,
    a_route_stays_while_the_agent_is_killed_and_started_again,
    a_route_whose_servers_died_meanwhile_goes_once_health_is_known,
    an_orderly_stop_takes_the_routes_along,
}

// GoBGP (3.10) does not look at the F bit, and waits on after its own hold timer.
against_every_daemon! {
    that keeps routes to the letter:
    an_address_that_a_reboot_has_taken_takes_the_route_along_at_once,
    a_frozen_agent_is_waited_for_no_longer_than_the_hold_time,
}

/// Whether the route is there, and stale.
type Kept = BTreeMap<String, bool>;

fn fresh() -> Kept {
    BTreeMap::from([(ANYCAST.to_owned(), false)])
}

fn stale() -> Kept {
    BTreeMap::from([(ANYCAST.to_owned(), true)])
}

/// herald asks for two minutes, and is announcing.
fn asking<P: KeepsRoutes>() -> Scene<P> {
    let scene = Scene::<P>::set(Meeting::USUAL, asks);
    scene.route_arrives(ANYCAST);
    eventually_equals("a fresh route", &fresh(), || scene.peer.kept());
    scene
}

/// Killed, with the route now stale on the other side.
fn killed<P: KeepsRoutes>() -> Scene<P> {
    let mut scene = asking::<P>();
    scene.herald.signal(Signal::SIGKILL);
    scene.herald.ended();
    eventually_equals("the stale route", &stale(), || scene.peer.kept());
    assert!(!scene.peer.is_established());
    assert!(scene.ours.has_loopback(ANYCAST), "traffic is still answered");
    scene
}

fn asks(config: Config) -> Config {
    config.set("bgp", "graceful-restart", "\"120s\"")
}

/// The same herald, but that it needs some seconds to call the service healthy.
fn slow(haproxy: &Haproxy, seconds: u32) -> Config {
    let config = asks(Config::usual(Meeting::USUAL, &haproxy.socket()));
    config.set("service.web.check.backend", "rise", seconds * 20)
}

fn a_killed_agent_takes_its_routes_along_unless_it_has_asked_otherwise<P: KeepsRoutes>() {
    let mut scene = Scene::<P>::usual();
    scene.route_arrives(ANYCAST);
    let (took, ()) = timed(|| {
        scene.herald.signal(Signal::SIGKILL);
        eventually_equals("an empty table", &Kept::new(), || scene.peer.kept());
    });
    scene.herald.ended();
    assert!(took < Duration::from_secs(3), "{took:?}");
}

fn a_route_stays_while_the_agent_is_killed_and_started_again<P: KeepsRoutes>() {
    let mut scene = asking::<P>();
    let config = slow(&scene.haproxy, P::DEAF_FOR + 4);
    let (peer, herald) = (&scene.peer, &mut scene.herald);
    let over = AtomicBool::new(false);
    let looks = thread::scope(|scope| {
        let end = Over(&over);
        let watch = scope.spawn(|| {
            let mut looks = 0;
            while !over.load(Ordering::Relaxed) {
                let kept = peer.kept();
                assert!(kept.contains_key(ANYCAST), "{} lost the route: {kept:?}", P::NAME);
                looks += 1;
            }
            looks
        });
        herald.signal(Signal::SIGKILL);
        herald.ended();
        eventually_equals("the stale route", &stale(), || peer.kept());
        *herald = Herald::start(&scene.ours, &config);
        herald.session_comes_up();
        let pending = seen_while_pending(herald, || peer.kept());
        assert!(!pending.is_empty() && pending.iter().all(|kept| *kept == stale()), "{pending:?}");
        eventually_equals("a fresh route", &fresh(), || peer.kept());
        drop(end);
        watch.join().expect("the route never left")
    });
    assert!(looks > 0, "nobody has looked");
    assert_eq!(scene.peer.times_established(), 2);
    let log = scene.herald.log();
    assert!(!log.contains("removed from lo") && !log.contains("bound to lo"), "adopted: {log}");
    let capabilities = scene.herald.neighbor()["capabilities"].take();
    let shown = capabilities.as_array().into_iter().flatten();
    assert!(shown.clone().any(|name| name == "graceful-restart"), "{capabilities}");
}

fn a_route_whose_servers_died_meanwhile_goes_once_health_is_known<P: KeepsRoutes>() {
    let mut scene = killed::<P>();
    scene.servers_die();
    eventually("HAProxy has noticed", SOON, || {
        let stats = scene.haproxy.ask("show stat");
        if stats.contains(",UP,") { Err(stats) } else { Ok(()) }
    });
    assert_eq!(scene.peer.kept(), stale(), "nobody has said anything");
    scene.herald.restart();
    eventually_equals("an empty table", &Kept::new(), || scene.peer.kept());
    assert_eq!(scene.herald.service()["state"], "down");
    assert!(scene.peer.is_established());
}

fn an_address_that_a_reboot_has_taken_takes_the_route_along_at_once<P: KeepsRoutes>() {
    let mut scene = killed::<P>();
    scene.ours.ip(&["address", "del", ANYCAST, "dev", "lo"]);
    scene.herald = Herald::start(&scene.ours, &slow(&scene.haproxy, P::DEAF_FOR + 4));
    let pending = seen_while_pending(&scene.herald, || scene.peer.kept());
    assert_eq!(pending.last(), Some(&Kept::new()), "{} sends to a machine that lost it", P::NAME);
    eventually_equals("a fresh route", &fresh(), || scene.peer.kept());
}

fn an_orderly_stop_takes_the_routes_along<P: KeepsRoutes>() {
    let mut scene = asking::<P>();
    scene.herald.signal(Signal::SIGTERM);
    assert!(scene.herald.ended().success());
    eventually_equals("an empty table", &Kept::new(), || scene.peer.kept());
    let said = scene.peer.last_close();
    assert!(said.contains(P::ADMINISTRATIVE_SHUTDOWN), "{said}");
}

/// Without the N bit (RFC 8538) a NOTIFICATION takes the routes along, the neighbour's own included.
fn a_frozen_agent_is_waited_for_no_longer_than_the_hold_time<P: KeepsRoutes>() {
    let scene = asking::<P>();
    scene.herald.signal(Signal::SIGSTOP);
    eventually_equals("an empty table", &Kept::new(), || scene.peer.kept());
    scene.herald.signal(Signal::SIGCONT);
    eventually_equals("a fresh route", &fresh(), || scene.peer.kept());
}

#[test]
fn frr_reads_the_restart_time_and_that_forwarding_went_on() {
    let mut scene = killed::<Frr>();
    scene.herald.restart();
    scene.session_comes_up();
    let info = scene.peer.neighbor()["gracefulRestartInfo"].take();
    assert_eq!(info["timers"]["receivedRestartTimer"], 120, "{info:#}");
    assert_eq!(info["rBit"], true, "{info:#}");
    assert_eq!(info["ipv4Unicast"]["fBit"], true, "{info:#}");
}

#[test]
fn exabgp_hears_the_end_of_the_table_once_health_is_known() {
    let mut scene = Scene::<Exabgp>::set(Meeting::USUAL, |config| {
        asks(config).set("service.web.check.backend", "rise", 40)
    });
    let pending = seen_while_pending(&scene.herald, || scene.peer.ends_of_rib());
    assert!(!pending.is_empty() && pending.iter().all(|ends| *ends == 0), "{pending:?}");
    eventually_equals("End-of-RIB", &1, || scene.peer.ends_of_rib());
    scene.route_arrives(ANYCAST);
    scene.servers_die();
    scene.routes_become(0);
}

/// Ends the watch, also when the test fails: a scope waits for its threads.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What is seen while the service is pending: herald is asked after each look, so that none of them
/// is too late.
fn seen_while_pending<T>(herald: &Herald, look: impl Fn() -> T) -> Vec<T> {
    let mut all = Vec::new();
    loop {
        let seen = look();
        if herald.service()["state"] != "pending" {
            return all;
        }
        all.push(seen);
    }
}
