//! The two configurations of the Azure design, in the words of ExaBGP, beside the files that herald
//! ships for them.

use herald::base::{Asn, Family, NextHop};
use herald::config::{self, Loaded};
use herald::convert::{Format, Request};
use herald::policy::{State, attributes};

use super::{converted, input, loaded, text};

/// The conversion of one region, and the file that ships for it.
fn region(name: &str) -> (Loaded, Loaded) {
    let request = Request {
        files: vec![input(&format!("azure-{name}.conf"))],
        region: Some(name.to_owned()),
        label: Some("lo:9".to_owned()),
        ..Request::default()
    };
    let conversion = converted(Format::Exabgp, request);
    assert!(conversion.faults.is_none(), "{}", conversion.toml);
    assert!(conversion.toml.contains("# haproxy = { backend = "), "it says what to add");
    let shipped = text(&format!("configs/azure-{name}.toml"));
    let shipped = config::read("shipped.toml", &shipped, &|_| None).expect("a file without faults");
    (loaded(&conversion.toml), shipped)
}

/// The AS paths that both route servers get while the service is healthy.
fn paths(loaded: &Loaded) -> Vec<Vec<Asn>> {
    let policy = &loaded.config.policy;
    let (_, service) = policy.services.first_key_value().expect("a service");
    let path = |neighbor| {
        let route = attributes(policy, service, State::Up, neighbor, Family::Ipv4Unicast);
        let route = route.expect("a route");
        assert_eq!(route.next_hop, NextHop::SelfAddress);
        route.as_path
    };
    policy.neighbors.values().map(path).collect()
}

#[test]
fn both_regions_become_the_files_that_ship() {
    for (name, length) in [("northeurope", 1), ("westeurope", 3)] {
        let (own, shipped) = region(name);
        assert_eq!(paths(&own), vec![vec![Asn(65010); length]; 2]);
        assert_eq!(paths(&own), paths(&shipped));
        assert_eq!(own.config.agent.region, shipped.config.agent.region);
        assert_eq!(own.config.bgp, shipped.config.bgp);
        assert_eq!(own.config.neighbors, shipped.config.neighbors);
        let bound = |loaded: &Loaded| {
            let (_, service) = loaded.config.services.first_key_value().expect("a service");
            service.loopback.clone()
        };
        assert_eq!(bound(&own), bound(&shipped));
    }
}

/// The source knows nothing of HAProxy, of the other region, or of what the service is called.
#[test]
fn every_difference_to_the_files_that_ship_is_one_of_these() {
    let other = |name: &str| if name == "northeurope" { "westeurope" } else { "northeurope" };
    for name in ["northeurope", "westeurope"] {
        let (own, shipped) = region(name);
        let prepend = if name == "northeurope" { 2 } else { 0 };
        let expected = [
            "haproxy.local.socket: added, \"/run/haproxy/admin.sock\"".to_owned(),
            format!("region.{}.prepend: added, {prepend}", other(name)),
            "service.static.addresses: removed, was [\"9.9.9.9\"]".to_owned(),
            "service.static.loopback.label: removed, was \"lo:9\"".to_owned(),
            "service.web.addresses: added, [\"9.9.9.9/32\"]".to_owned(),
            "service.web.check.backend.haproxy.backend: added, \"http_back\"".to_owned(),
            "service.web.check.backend.haproxy.min-up: added, 1".to_owned(),
            "service.web.health.hold-up: added, \"5s\"".to_owned(),
            "service.web.loopback.label: added, \"lo:9\"".to_owned(),
        ];
        assert_eq!(own.settings.changes(&shipped.settings), expected);
    }
}
