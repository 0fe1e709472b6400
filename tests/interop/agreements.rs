//! What the two sides must agree on first: roles (RFC 9234), IPv4 routes over IPv6 (RFC 8950). FRR is
//! the daemon that has both.

use crate::support::config::ANYCAST;
use crate::support::frr::Frr;
use crate::support::peer::{Connecting, Meeting, Peer, Transport};
use crate::support::scene::Scene;
use crate::support::wait::{SOON, eventually, eventually_equals};

#[test]
fn a_provider_and_a_customer_agree_and_the_route_is_marked() {
    let scene = Scene::<Frr>::set(Meeting::USUAL, |config| {
        config.set("neighbor.peer", "role", "\"provider\"")
    });
    scene.peer.configure(&["local-role customer"]);
    eventually("FRR knows both roles", SOON, || {
        let neighbor = scene.peer.neighbor();
        let roles = [&neighbor["localRole"], &neighbor["remoteRole"]];
        if roles == ["customer", "provider"] { Ok(()) } else { Err(neighbor) }
    });
    scene.session_comes_up();
    scene.route_arrives(ANYCAST);
    eventually_equals("ONLY_TO_CUSTOMER of the route", &"65010".to_owned(), || {
        let route = scene.peer.show(&format!("show bgp ipv4 unicast {ANYCAST} json"));
        route["paths"][0]["otc"].to_string()
    });
}

#[test]
fn two_customers_do_not_agree_and_both_say_so() {
    let scene = Scene::<Frr>::set(Meeting::USUAL, |config| {
        config.set("neighbor.peer", "role", "\"customer\"")
    });
    scene.peer.configure(&["local-role customer"]);
    eventually("herald says that the roles do not fit", SOON, || {
        let neighbor = scene.herald.neighbor();
        let said = neighbor["last-error"].as_str().unwrap_or_default();
        let known = said.contains("its role must be provider") || said.contains("Role Mismatch");
        if known && neighbor["state"] != "established" { Ok(()) } else { Err(neighbor) }
    });
    assert!(!scene.peer.is_established());
}

#[test]
fn ipv4_routes_go_over_ipv6_once_the_neighbour_reads_them() {
    let meeting = Meeting { connecting: Connecting::HeraldDials, transport: Transport::V6 };
    let scene = Scene::<Frr>::set(meeting, |config| config.unset("neighbor.peer", "next-hop"));
    let service = scene.herald.service_becomes("up");
    assert_eq!(service["routes"][0]["announced"], false, "told what FRR cannot read: {service}");
    scene.peer.configure(&["capability extended-nexthop"]);
    scene.session_comes_up();
    assert_eq!(scene.route_arrives(ANYCAST).next_hop, "fd00:9::1");
    let route = scene.herald.service()["routes"][0].take();
    assert_eq!((&route["announced"], &route["next-hop"]), (&true.into(), &"fd00:9::1".into()));
}
