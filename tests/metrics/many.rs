use crate::scrape::{Scrape, URL, curl, served};
use crate::support::config::Config;
use crate::support::frr::Frr;
use crate::support::peer::Meeting;
use crate::support::scene::Scene;
use crate::support::wait::{SOON, eventually, timed};

const SERVICES: usize = 1000;
const NEIGHBORS: usize = 8;

/// A thousand services with a check and an address each, for eight neighbours of which one is there.
fn many(config: Config) -> Config {
    // A thousand samples at a time keep a debug build busy for a while.
    let config = served(config).set("haproxy.local", "poll-interval", "\"2s\"");
    let services = (1..SERVICES).fold(config, |config, number| {
        let address = format!("[\"9.8.{}.{}/32\"]", number / 250, number % 250 + 1);
        config.set(&format!("service.s{number}"), "addresses", address).set(
            &format!("service.s{number}.check.backend"),
            "haproxy",
            "{ backend = \"http_back\" }",
        )
    });
    (1..NEIGHBORS).fold(services, |config, number| {
        let section = format!("neighbor.n{number}");
        let address = format!("\"10.9.0.{}\"", 100 + number);
        config.set(&section, "address", address).set(&section, "peer-as", 65100 + number)
    })
}

#[test]
fn a_thousand_services_are_scraped_and_withdrawn_meanwhile() {
    let mut scene = Scene::<Frr>::set(Meeting::USUAL, many);
    scene.routes_become(SERVICES);
    let scrape = Scrape::of(&scene.ours);
    assert!(scrape.len() > SERVICES * (9 + 9 + NEIGHBORS), "{}", scrape.len());
    let (took, text) = timed(|| curl(&scene.ours, &[URL]));
    println!("{} series, {} KiB: scraped in {took:?}", scrape.len(), text.len() / 1024);

    scene.servers_die();
    eventually("all are withdrawn under scrapes", SOON, || {
        let scrape = Scrape::of(&scene.ours);
        let down = scrape.value(r#"herald_service_state{service="web",state="down"}"#);
        let left = scrape.value(r#"herald_neighbor_advertised_routes{neighbor="peer"}"#);
        if down == 1.0 && left == 0.0 { Ok(()) } else { Err((down, left)) }
    });
    let after = Scrape::of(&scene.ours);
    let reactions = after.value(r#"herald_reaction_seconds_count{neighbor="peer"}"#);
    let sum = after.value(r#"herald_reaction_seconds_sum{neighbor="peer"}"#);
    assert!(reactions >= 1.0);
    println!("{reactions} reactions to the loss of {SERVICES} services, {sum:.4} s in all");
    scene.routes_become(0);
}
