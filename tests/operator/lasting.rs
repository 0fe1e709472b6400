use std::fs;
use std::os::unix::fs::PermissionsExt;

use nix::sys::signal::Signal;

use super::support::config::{ANYCAST, Config};
use super::support::frr::Frr;
use super::support::peer::{Meeting, Peer};
use super::support::scene::Scene;
use super::support::wait::{SOON, eventually};
use super::{errors, json, said, scene, short_drain};

fn crash(scene: &mut Scene<Frr>) {
    scene.herald.signal(Signal::SIGKILL);
    scene.herald.ended();
    scene.herald.restart();
    scene.session_comes_up();
}

#[test]
fn a_withdrawal_survives_kill_9_and_its_history_too() {
    let mut scene = scene();
    let answer = json(&scene, &["withdraw", "web", "--reason", "wrong certificate", "--json"]);
    assert_eq!(answer["survives-restart"], true);
    let word = scene.herald.service()["override"].take();
    crash(&mut scene);
    let service = scene.herald.service_becomes("withdrawn");
    assert_eq!(service["override"], word, "with who gave it, when and why");
    scene.herald.asks_haproxy(10);
    assert!(scene.peer.routes().is_empty());
    said(&scene, &["resume", "web"]);
    scene.route_arrives(ANYCAST);
    crash(&mut scene);
    scene.route_arrives(ANYCAST);
}

#[test]
fn an_orderly_restart_keeps_the_history_and_its_numbers_go_on() {
    let mut scene = scene();
    said(&scene, &["drain", "web", "--for", "0s", "--reason", "new kernel"]);
    let last = |scene: &Scene<Frr>| {
        let text = said(scene, &["events", "--json", "-n", "1000"]);
        let lines = text.lines().map(|line| serde_json::from_str(line).expect("JSON a line"));
        lines.collect::<Vec<serde_json::Value>>()
    };
    let before = last(&scene);
    scene.herald.signal(Signal::SIGTERM);
    scene.herald.ended();
    scene.herald.restart();
    scene.herald.service_becomes("drained");
    let after = last(&scene);
    assert_eq!(after[..before.len()], before, "what was known is known");
    let ids: Vec<_> = after.iter().map(|event| event["id"].as_u64().expect("an id")).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    let stop = after.iter().find(|event| event["kind"] == "agent" && event["to"] == "stopping");
    assert_eq!(stop.expect("the stop is remembered")["because"], "SIGTERM received");
}

#[test]
fn a_drain_under_way_is_over_after_a_crash() {
    let mut scene = scene();
    said(&scene, &["drain", "web", "--for", "60s"]);
    scene.herald.service_becomes("draining");
    crash(&mut scene);
    scene.herald.service_becomes("drained");
    scene.herald.asks_haproxy(10);
    assert!(scene.peer.routes().is_empty());
}

#[test]
fn an_announcement_keeps_its_end_over_a_crash() {
    let mut scene = scene();
    scene.servers_die();
    scene.herald.service_becomes("down");
    said(&scene, &["announce", "web", "--for", "6s"]);
    let until = scene.herald.service()["override"]["until"].take();
    crash(&mut scene);
    let service = scene.herald.service_becomes("up");
    assert_eq!(service["override"]["until"], until);
    scene.herald.service_becomes("down");
}

#[test]
fn a_word_survives_a_reload_and_goes_with_its_service() {
    let scene = scene();
    let config = short_drain(Config::usual(Meeting::USUAL, &scene.haproxy.socket()));
    said(&scene, &["withdraw", "web"]);
    scene.herald.reconfigure(&config.clone().set("service.web.up", "med", 7));
    scene.herald.logs("reloaded");
    assert_eq!(scene.herald.service()["state"], "withdrawn");

    let file = scene.herald.state_directory().join("overrides.json");
    let kept = || fs::read_to_string(&file).unwrap_or_default();
    assert!(kept().contains("withdraw"), "{}", kept());
    let renamed = config.to_string().replace("service.web", "service.other");
    let path = scene.herald.control_socket().with_file_name("herald.toml");
    let head: String = fs::read_to_string(&path).expect("its file");
    let agent = head.split("[bgp]").next().expect("the first table").to_owned();
    let rest = renamed.split_once("[bgp]").expect("the others").1;
    fs::write(&path, format!("{agent}[bgp]{rest}")).expect("its file");
    said(&scene, &["reload"]);
    eventually("the word is forgotten", SOON, || {
        let kept = kept();
        if kept.contains("withdraw") { Err(kept) } else { Ok(()) }
    });
    scene.route_arrives(ANYCAST);
}

#[test]
fn a_damaged_state_is_set_aside_and_said_and_keeps_nothing_from_working() {
    let mut scene = scene();
    said(&scene, &["withdraw", "web"]);
    scene.herald.signal(Signal::SIGKILL);
    scene.herald.ended();
    let file = scene.herald.state_directory().join("overrides.json");
    fs::write(&file, "{\"format\":1,\"content\":{\"web\":{\"wo").expect("a file of herald's");
    scene.herald.restart();
    scene.route_arrives(ANYCAST);
    scene.herald.logs("the words of operators are lost");
    assert!(file.with_file_name("overrides.json.damaged").exists());
    said(&scene, &["withdraw", "web"]);
    crash(&mut scene);
    scene.herald.service_becomes("withdrawn");
}

#[test]
fn without_a_state_directory_it_works_and_says_what_is_missing() {
    let mut scene = scene();
    let directory = scene.herald.state_directory();
    scene.herald.signal(Signal::SIGTERM);
    scene.herald.ended();
    fs::remove_dir_all(&directory).expect("a directory of herald's");
    scene.herald.restart();
    let fault = eventually("the fault is shown", SOON, || {
        let fault = scene.herald.status()["persistence"]["fault"].take();
        fault.as_str().map(str::to_owned).ok_or(fault)
    });
    assert_eq!(fault, format!("{} does not exist", directory.display()));
    assert!(said(&scene, &["status"]).contains(&fault));
    let answer = scene.herald.ask(&["withdraw", "web"]);
    assert!(answer.status.success());
    assert!(errors(&answer).contains("a restart will forget it"), "{}", errors(&answer));
    scene.routes_become(0);
}

#[test]
fn what_is_kept_is_nobody_elses_business() {
    let scene = scene();
    said(&scene, &["withdraw", "web"]);
    let file = scene.herald.state_directory().join("overrides.json");
    let mode = fs::metadata(file).expect("the words").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
