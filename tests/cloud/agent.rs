use std::process::Command;

use crate::fake::{Fake, World};
use crate::support::config::{ANYCAST, Config};
use crate::support::frr::Frr;
use crate::support::haproxy::Haproxy;
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
