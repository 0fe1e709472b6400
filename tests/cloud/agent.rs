use std::process::Command;

use serde_json::Value;

use crate::fake::{Fake, World, events, gmt};
use crate::support::config::{ANYCAST, Config};
use crate::support::frr::Frr;
use crate::support::haproxy::{BACKEND, Haproxy};
use crate::support::herald::{BINARY, Herald, directory, write_config};
use crate::support::netns::Net;
use crate::support::peer::{Meeting, Peer};
use crate::support::process::{inside, output};
use crate::support::scene::PORTS;
use crate::support::wait::{SOON, eventually};
use crate::support::web::Web;

fn in_the_cloud(config: Config, fake: &Fake) -> Config {
    config
        .set("agent", "region", "\"auto\"")
        .set("agent.metadata", "endpoint", format!("{:?}", fake.endpoint()))
        .set("region.northeurope", "prepend", "0")
        .set("region.westeurope", "prepend", "3")
}

#[test]
fn the_region_of_the_cloud_decides_the_path() {
    let (_net, ours, theirs) = Net::pair();
    let world = World { location: Some("westeurope".into()), ..World::default() };
    let fake = Fake::start(Some(&ours), world);
    let _webs = PORTS.map(|port| Web::start(&ours, port, "answer"));
    let haproxy = Haproxy::start(&ours, &PORTS);
    let frr = Frr::start(&theirs, Meeting::USUAL);
    let config = in_the_cloud(Config::usual(Meeting::USUAL, &haproxy.socket()), &fake);
    let herald = Herald::start(&ours, &config);
    herald.session_comes_up();
    assert_eq!(herald.status()["region"], "westeurope");
    let route =
        eventually("FRR has the route", SOON, || frr.routes().remove(ANYCAST).ok_or("no route"));
    assert_eq!(route.as_path, [65010; 4], "prepend = 3");
}

#[test]
fn a_region_that_nobody_knows_keeps_the_agent_from_starting() {
    let (_net, ours, _theirs) = Net::pair();
    let world = World { location: Some("norwayeast".into()), ..World::default() };
    let fake = Fake::start(Some(&ours), world);
    let socket = directory("unused").path().join("admin.sock");
    let config = in_the_cloud(Config::usual(Meeting::USUAL, &socket), &fake);
    let directory = directory("herald");
    let file = write_config(directory.path(), &config);
    let mut command: Command = inside(&ours, BINARY.as_ref());
    // A proxy of the environment is not asked: nobody listens on its port.
    command.arg("run").arg("--config").arg(&file).env("http_proxy", "http://127.0.0.1:9");
    let ended = output(&mut command);
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("the cloud says \"norwayeast\""), "{said}");
    assert!(said.contains("only here, northeurope, westeurope"), "{said}");
}

#[test]
fn announced_maintenance_drains_is_acknowledged_and_ends() {
    let (_net, ours, theirs) = Net::pair();
    let none = r#"{"DocumentIncarnation":1,"Events":[]}"#.to_owned();
    let world = World { name: "nva-1".into(), events: Some(none.clone()), ..World::default() };
    let fake = Fake::start(Some(&ours), world);
    let _webs = PORTS.map(|port| Web::start(&ours, port, "answer"));
    let haproxy = Haproxy::start(&ours, &PORTS);
    let frr = Frr::start(&theirs, Meeting::USUAL);
    let config = Config::usual(Meeting::USUAL, &haproxy.socket())
        .set("agent.metadata", "endpoint", format!("{:?}", fake.endpoint()))
        .set("agent.maintenance", "source", "\"azure-scheduled-events\"")
        .set("agent.maintenance", "acknowledge", "true")
        .set("service.web.drain", "for", "\"1s\"");
    let herald = Herald::start(&ours, &config);
    herald.session_comes_up();
    herald.service_becomes("up");

    let reboot = r#"{"DocumentIncarnation":2,"Events":[{"EventId":"602d9444","EventType":"Reboot",
        "ResourceType":"VirtualMachine","Resources":["nva-1"],"EventStatus":"Scheduled",
        "NotBefore":"","Description":"","EventSource":"Platform","DurationInSeconds":-1}]}"#;
    fake.change(|world| world.events = Some(reboot.to_owned()));
    let service = herald.service_becomes("drained");
    let because = service["because"].as_str().unwrap_or_default();
    assert!(because.contains("Azure announces Reboot"), "{service}");
    assert_eq!(service["override"]["owner"], "maintenance");
    eventually("the route is gone", SOON, || {
        let routes = frr.routes();
        if routes.is_empty() { Ok(()) } else { Err(routes) }
    });
    let posted = eventually("the event is acknowledged", SOON, || {
        let posted = fake.world().posted;
        if posted.is_empty() { Err("nothing posted") } else { Ok(posted) }
    });
    assert_eq!(posted, [r#"{"StartRequests":[{"EventId":"602d9444"}]}"#]);

    fake.change(|world| world.events = Some(none));
    herald.service_becomes("up");
    assert_eq!(fake.world().posted.len(), 1, "acknowledged once");
}

/// What `status` says of a service; `null` while there is none of this name.
fn state_of(herald: &Herald, service: &str) -> Value {
    let status = herald.status();
    let services = status["services"].as_array().cloned().unwrap_or_default();
    let found = services.into_iter().find(|known| known["name"] == service);
    found.map_or(Value::Null, |mut found| found["state"].take())
}

fn becomes(herald: &Herald, service: &str, state: &str) {
    eventually(&format!("{service} is {state}"), SOON, || match state_of(herald, service) {
        found if found == state => Ok(()),
        other => Err(other),
    });
}

#[test]
fn a_service_that_a_reload_adds_is_drained_and_a_resumed_one_is_left_alone() {
    let (_net, ours, _theirs) = Net::pair();
    let none = r#"{"DocumentIncarnation":1,"Events":[]}"#.to_owned();
    let world = World { name: "nva-1".into(), events: Some(none.clone()), ..World::default() };
    let fake = Fake::start(Some(&ours), world);
    let _webs = PORTS.map(|port| Web::start(&ours, port, "answer"));
    let haproxy = Haproxy::start(&ours, &PORTS);
    let config = Config::usual(Meeting::USUAL, &haproxy.socket())
        .set("agent.metadata", "endpoint", format!("{:?}", fake.endpoint()))
        .set("agent.maintenance", "source", "\"azure-scheduled-events\"")
        .set("agent.maintenance", "poll-interval", "\"1s\"")
        .set("agent.maintenance", "lead", "\"10m\"")
        .set("service.web.drain", "for", "\"1s\"");
    let herald = Herald::start(&ours, &config);
    herald.service_becomes("up");
    fake.change(|world| world.events = Some(events("nva-1", &gmt(300))));
    herald.service_becomes("drained");

    let check = format!("{{ backend = \"{BACKEND}\", min-up = 1 }}");
    let with_dns = config.set("service.dns", "addresses", "[\"9.9.9.10/32\"]").set(
        "service.dns.check.backend",
        "haproxy",
        check,
    );
    herald.reconfigure(&with_dns);
    becomes(&herald, "dns", "drained");
    assert_eq!(state_of(&herald, "web"), "drained");

    assert!(herald.ask(&["resume", "web"]).status.success());
    herald.service_becomes("up");
    herald.reconfigure(&with_dns.set("region.here", "prepend", "1"));
    // It has started, and says so in other words.
    fake.change(|world| world.events = Some(events("nva-1", "")));
    herald.logs("said anew");
    assert_eq!(state_of(&herald, "web"), "up", "an operator knows better");
    assert_eq!(state_of(&herald, "dns"), "drained");

    fake.change(|world| world.events = Some(none));
    becomes(&herald, "dns", "up");
}
