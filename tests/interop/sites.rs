//! One active site at a time, seen through a router that announces the address itself.

use crate::support::config::{ANYCAST, Config};
use crate::support::frr::Frr;
use crate::support::haproxy::BACKEND;
use crate::support::peer::{HERALD_AS, Meeting, Peer};
use crate::support::scene::Scene;
use crate::support::wait::{SOON, eventually};

/// Waits until herald announces the address or not; gives the words of the state.
#[track_caller]
fn service_is(scene: &Scene<Frr>, state: &str, announced: bool) -> String {
    let service = eventually(&format!("{state}, announced: {announced}"), SOON, || {
        let service = scene.herald.service();
        let told = &service["routes"][0]["announced"];
        if service["state"] == state && *told == announced { Ok(service) } else { Err(service) }
    });
    service["because"].as_str().unwrap_or_default().to_owned()
}

fn sites(rule: &'static str, key: &'static str) -> impl FnOnce(Config) -> Config {
    move |config| {
        config.set(&format!("service.web.{rule}"), "watch", "[\"peer\"]").set(
            &format!("service.web.{rule}"),
            key,
            "\"300ms\"",
        )
    }
}

#[test]
fn a_standby_takes_over_when_the_primary_goes_and_yields_when_it_returns() {
    let scene = Scene::<Frr>::set(Meeting::USUAL, sites("standby", "absent-for"));
    let seen = scene.route_arrives(ANYCAST);
    assert_eq!(seen.as_path, [HERALD_AS; 3]);
    assert_eq!(seen.large_communities, ["65010:1212502529:168361985"], "marked as 10.9.0.1");

    scene.peer.originate(ANYCAST, true);
    let because = service_is(&scene, "standby", false);
    assert!(
        because.contains("peer has 9.9.9.9/32 of another speaker (AS path 65515)"),
        "{because}"
    );
    scene.peer.originate(ANYCAST, false);
    service_is(&scene, "up", true);
    assert_eq!(scene.herald.neighbor()["flaps"], 0);
}

/// The table was cut off before anybody asked for the prefix.
#[test]
fn who_becomes_a_standby_asks_for_the_route_that_was_refused_before() {
    const OTHER: &str = "9.9.9.10/32";
    // FRR answers no ROUTE-REFRESH before its End-of-RIB, which it sends to who knows restarts.
    let limited = |config: Config| {
        let config = config.set("neighbor.peer", "max-received", 0);
        config.set("bgp", "graceful-restart", "\"10s\"")
    };
    let scene = Scene::<Frr>::set(Meeting::USUAL, limited);
    scene.peer.originate(OTHER, true);
    eventually("the route is refused", SOON, || {
        let neighbor = scene.herald.neighbor();
        let refused = neighbor["not-kept"].as_u64();
        if refused > Some(0) { Ok(()) } else { Err(neighbor) }
    });

    let check = format!("{{ backend = \"{BACKEND}\", min-up = 1 }}");
    let config = limited(Config::usual(Meeting::USUAL, &scene.haproxy.socket()))
        .set("service.other", "addresses", format!("[\"{OTHER}\"]"))
        .set("service.other.check.backend", "haproxy", check)
        .set("service.other.standby", "watch", "[\"peer\"]")
        .set("service.other.standby", "absent-for", "\"300ms\"");
    scene.herald.reconfigure(&config);
    let seen = "peer has 9.9.9.10/32 of another speaker (AS path 65515)";
    let other = eventually("the standby sees the active site", SOON, || {
        let mut services = scene.herald.status()["services"].take();
        let services = services.as_array_mut().map(std::mem::take).unwrap_or_default();
        let other = services.into_iter().find(|service| service["name"] == "other");
        let because = other.as_ref().and_then(|other| other["because"].as_str());
        match &other {
            Some(known) if because.is_some_and(|words| words.contains(seen)) => Ok(known.clone()),
            Some(_) | None => Err(other),
        }
    });
    assert_eq!(other["state"], "standby");
    let log = scene.herald.log();
    let up = |line: &&str| line.contains("service=other") && line.contains("to=up");
    assert_eq!(log.lines().find(up), None, "it was active beside the other");
}

#[test]
fn the_last_site_answers_although_it_is_sick_until_somebody_else_does() {
    let mut scene = Scene::<Frr>::set(Meeting::USUAL, |config| {
        sites("last-site", "wait")(config).set("service.web.down", "prepend", 4)
    });
    scene.route_arrives(ANYCAST);
    scene.servers_die();
    let because = service_is(&scene, "down", true);
    assert!(because.contains("0 of 2 servers up"), "{because}");
    assert!(because.contains("announced as last resort"), "{because}");
    assert_eq!(scene.route_arrives(ANYCAST).as_path, [HERALD_AS; 7]);

    scene.peer.originate(ANYCAST, true);
    service_is(&scene, "down", false);
    scene.peer.originate(ANYCAST, false);
    service_is(&scene, "down", true);
    scene.servers_return();
    service_is(&scene, "up", true);
    eventually("the short path", SOON, || {
        let seen = scene.peer.routes().remove(ANYCAST);
        match seen {
            Some(seen) if seen.as_path == [HERALD_AS; 3] => Ok(()),
            other => Err(other),
        }
    });
}
