//! What the other side's own tables say about the routes.

use std::fmt::Write;

use crate::support::config::ANYCAST;
use crate::support::gobgp::Gobgp;
use crate::support::peer::{AsksForRefresh, Connecting, HERALD_AS, Meeting, Peer, Transport};
use crate::support::scene::Scene;
use crate::support::wait::{SOON, eventually, eventually_equals};

against_every_daemon! {
    a_route_carries_the_prepend_of_its_region,
    prepends_of_region_neighbour_and_state_add_up,
    a_route_carries_communities_and_med,
    an_ipv6_route_travels_over_an_ipv4_session,
    an_ipv6_route_travels_over_an_ipv6_session,
    two_services_arrive_each_with_its_own_attributes,
    a_thousand_addresses_come_and_go,
}

against_every_daemon! {
    that can ask for a refresh:
    a_refresh_is_answered_without_a_reset,
}

const ANYCAST_V6: &str = "2001:db8:9::9/128";

fn a_route_carries_the_prepend_of_its_region<P: Peer>() {
    let scene = Scene::<P>::usual();
    let seen = scene.route_arrives(ANYCAST);
    assert_eq!(seen.as_path, [HERALD_AS; 3]);
    assert_eq!(seen.next_hop, "10.9.0.1");
    assert_eq!((seen.med, seen.communities.len(), seen.large_communities.len()), (0, 0, 0));
    let route = &scene.herald.service()["routes"][0];
    assert_eq!(route["prefix"], ANYCAST);
    assert_eq!(route["as-path"], serde_json::json!([HERALD_AS, HERALD_AS, HERALD_AS]));
    assert_eq!(route["neighbors"], serde_json::json!(["peer"]));
}

fn prepends_of_region_neighbour_and_state_add_up<P: Peer>() {
    let scene = Scene::<P>::set(Meeting::USUAL, |config| {
        config.set("neighbor.peer", "prepend", 1).set("service.web.up", "prepend", 3)
    });
    assert_eq!(scene.route_arrives(ANYCAST).as_path, [HERALD_AS; 1 + 2 + 1 + 3]);
}

fn a_route_carries_communities_and_med<P: Peer>() {
    let scene = Scene::<P>::set(Meeting::USUAL, |config| {
        config
            .set("region.here", "communities", "[\"65010:100\"]")
            .set("neighbor.peer", "communities", "[\"65010:200\"]")
            .set("neighbor.peer", "large-communities", "[\"65010:1:2\"]")
            .set("service.web.up", "med", 50)
    });
    let seen = scene.route_arrives(ANYCAST);
    assert_eq!(seen.communities, ["65010:100", "65010:200"]);
    assert_eq!(seen.large_communities, ["65010:1:2"]);
    assert_eq!(seen.med, 50);
}

fn an_ipv6_route_travels_over_an_ipv4_session<P: Peer>() {
    let scene =
        Scene::<P>::set(Meeting::USUAL, |config| {
            config
                .set("service.web", "addresses", format!("[\"{ANYCAST}\", \"{ANYCAST_V6}\"]"))
                .set("neighbor.peer", "next-hop-ipv6", "\"fd00:9::1\"")
        });
    let seen = scene.route_arrives(ANYCAST_V6);
    assert_eq!((seen.as_path, seen.next_hop.as_str()), (vec![HERALD_AS; 3], "fd00:9::1"));
    scene.route_arrives(ANYCAST);
    assert!(scene.ours.has_loopback(ANYCAST_V6));
}

fn an_ipv6_route_travels_over_an_ipv6_session<P: Peer>() {
    let meeting = Meeting { connecting: Connecting::HeraldDials, transport: Transport::V6 };
    let mut scene = Scene::<P>::set(meeting, |config| {
        config
            .set("service.web", "addresses", format!("[\"{ANYCAST_V6}\"]"))
            .unset("service.web.loopback", "label")
    });
    let seen = scene.route_arrives(ANYCAST_V6);
    assert_eq!((seen.as_path, seen.next_hop.as_str()), (vec![HERALD_AS; 3], "fd00:9::1"));
    scene.servers_die();
    scene.routes_become(0);
    assert!(scene.peer.is_established());
}

fn two_services_arrive_each_with_its_own_attributes<P: Peer>() {
    let scene = Scene::<P>::set(Meeting::USUAL, |config| {
        config
            .set("service.api", "addresses", "[\"9.9.9.10/32\"]")
            .set("service.api.up", "prepend", 1)
            .set("service.api.up", "communities", "[\"65010:7\"]")
            .set("service.api.check.backend", "haproxy", "{ backend = \"http_back\" }")
    });
    let (web, api) = (scene.route_arrives(ANYCAST), scene.route_arrives("9.9.9.10/32"));
    assert_eq!((web.as_path.len(), web.communities.len()), (3, 0));
    assert_eq!((api.as_path.len(), api.communities), (4, vec!["65010:7".to_owned()]));
}

fn a_thousand_addresses_come_and_go<P: Peer>() {
    let mut scene = Scene::<P>::set(Meeting::USUAL, |config| {
        config.set("service.web", "addresses", thousand()).unset("service.web.loopback", "label")
    });
    scene.routes_become(1000);
    scene.servers_die();
    scene.routes_become(0);
    let before = scene.settled_updates();
    scene.servers_return();
    scene.routes_become(1000);
    let between = scene.settled_updates();
    scene.servers_die();
    scene.routes_become(0);
    // 4096 octets hold 800 and some addresses with these attributes: two UPDATEs each way.
    let wanted = if P::COUNTS_MESSAGES { 2 } else { 1000 };
    assert_eq!(between - before, wanted, "to announce 1000 addresses");
    assert_eq!(scene.peer.updates_received() - between, wanted, "to withdraw 1000 addresses");
    assert_eq!(scene.peer.times_established(), 1);
}

/// GoBGP never asks for a refresh: what can be asserted on its side is that it could.
#[test]
fn gobgp_knows_that_herald_answers_a_refresh() {
    let scene = Scene::<Gobgp>::usual();
    assert!(scene.peer.knows_route_refresh());
    let capabilities = scene.herald.neighbor()["capabilities"].clone();
    assert!(capabilities.to_string().contains("\"route-refresh\""), "{capabilities}");
}

fn a_refresh_is_answered_without_a_reset<P: AsksForRefresh>() {
    let scene = Scene::<P>::usual();
    scene.route_arrives(ANYCAST);
    let before = scene.settled_updates();
    scene.peer.ask_for_refresh();
    eventually("the answer to the refresh", SOON, || {
        let received = scene.peer.updates_received();
        if received > before { Ok(()) } else { Err(received) }
    });
    eventually_equals("the same table", &1, || scene.peer.routes().len());
    assert_eq!(scene.peer.times_established(), 1);
}

/// 1000 host addresses as a TOML list.
fn thousand() -> String {
    let mut list = String::from("[");
    for number in 0..1000 {
        write!(list, "\"10.100.{}.{}/32\",", number / 250, number % 250 + 1)
            .expect("a string grows");
    }
    list + "]"
}
