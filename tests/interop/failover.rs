//! The main job: announced while HAProxy's backend is healthy, withdrawn when it is not.

use crate::support::config::ANYCAST;
use crate::support::peer::{HERALD_AS, Meeting, Peer};
use crate::support::scene::Scene;
use crate::support::wait::{SOON, eventually};

against_every_daemon! {
    the_route_goes_with_the_last_server_and_returns_with_it_over_the_same_session,
    one_dead_server_of_two_changes_nothing,
    what_has_not_changed_is_not_sent_again,
    a_last_resort_replaces_the_route_in_place,
}

fn the_route_goes_with_the_last_server_and_returns_with_it_over_the_same_session<P: Peer>() {
    let mut scene = Scene::<P>::usual();
    let first = scene.route_arrives(ANYCAST);
    scene.servers_die();
    scene.routes_become(0);
    let service = scene.herald.service_becomes("down");
    let because = service["because"].as_str().unwrap_or_default();
    assert!(because.contains("http_back: 0 of 2 servers up"), "{because}");
    assert_eq!(service["routes"][0]["announced"], false);
    scene.servers_return();
    assert_eq!(scene.route_arrives(ANYCAST), first);
    assert_eq!(scene.peer.times_established(), 1);
    assert_eq!(scene.herald.neighbor()["flaps"], 0);
}

fn one_dead_server_of_two_changes_nothing<P: Peer>() {
    let mut scene = Scene::<P>::usual();
    scene.route_arrives(ANYCAST);
    let before = scene.settled_updates();
    scene.webs.pop();
    eventually("half the capacity", SOON, || {
        let service = scene.herald.service();
        if service["capacity-percent"] == 50 { Ok(()) } else { Err(service) }
    });
    scene.herald.asks_haproxy(10);
    assert_eq!(scene.herald.service()["state"], "up");
    assert_eq!(scene.peer.routes().len(), 1);
    assert_eq!(scene.peer.updates_received(), before);
}

fn what_has_not_changed_is_not_sent_again<P: Peer>() {
    let mut scene = Scene::<P>::set(Meeting::USUAL, |config| {
        config
            .set("service.fixed", "addresses", "[\"9.9.9.10/32\"]")
            .set("service.fixed.down", "announce", true)
            .set("service.fixed.check.backend", "haproxy", "{ backend = \"http_back\" }")
    });
    scene.routes_become(2);
    let before = scene.settled_updates();
    scene.herald.asks_haproxy(20);
    assert_eq!(scene.peer.updates_received(), before, "nothing changed");
    scene.servers_die();
    scene.routes_become(1);
    scene.herald.asks_haproxy(20);
    assert_eq!(scene.peer.updates_received(), before + 1, "one route of two was withdrawn");
}

fn a_last_resort_replaces_the_route_in_place<P: Peer>() {
    let mut scene = Scene::<P>::set(Meeting::USUAL, |config| {
        config.set("service.web.down", "announce", true).set("service.web.down", "prepend", 6)
    });
    assert_eq!(scene.route_arrives(ANYCAST).as_path, [HERALD_AS; 3]);
    let before = scene.settled_updates();
    scene.servers_die();
    eventually("the long path", SOON, || {
        let seen = scene.peer.routes().remove(ANYCAST).expect("the route never goes");
        if seen.as_path == [HERALD_AS; 9] { Ok(()) } else { Err(seen) }
    });
    assert_eq!(scene.peer.updates_received(), before + 1, "a replacement is one message");
    assert!(scene.ours.has_loopback(ANYCAST));
}
