//! A new configuration for a running agent, against FRR: what changes in place, what comes and goes,
//! what is refused as a whole.

#[path = "../support/mod.rs"]
mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use support::config::{ANYCAST, Config};
use support::frr::Frr;
use support::herald::directory;
use support::peer::{Connecting, Meeting, Peer, Protection, Transport};
use support::scene::Scene;
use support::wait::{SOON, eventually, eventually_equals};

const OTHER: &str = "9.9.9.53/32";

fn usual(scene: &Scene<Frr>) -> Config {
    Config::usual(Meeting::USUAL, &scene.haproxy.socket())
}

/// What must not change when sessions are left alone: since when it is up, and how often it was.
fn session(scene: &Scene<Frr>) -> (String, u64) {
    (scene.herald.neighbor()["since"].to_string(), scene.peer.times_established())
}

#[test]
fn a_prepend_is_replaced_in_place_and_the_session_does_not_notice() {
    let scene = Scene::<Frr>::usual();
    assert_eq!(scene.route_arrives(ANYCAST).as_path, [65010; 3]);
    let before = session(&scene);
    let updates = scene.settled_updates();

    scene.herald.reconfigure(&usual(&scene).set("region.here", "prepend", "4"));
    eventually_equals("the longer path arrives", &vec![65010; 5], || {
        scene.peer.routes().remove(ANYCAST).map(|seen| seen.as_path).unwrap_or_default()
    });
    assert_eq!(scene.settled_updates(), updates + 1, "one UPDATE, and no withdrawal");
    assert_eq!(session(&scene), before);
    scene.herald.logs("region.here.prepend: 2 -> 4");
}

#[test]
fn services_come_and_go_and_the_others_stay() {
    let scene = Scene::<Frr>::usual();
    scene.route_arrives(ANYCAST);
    let before = session(&scene);
    let with_dns = usual(&scene).set("service.dns", "addresses", format!("[\"{OTHER}\"]")).set(
        "service.dns.check.backend",
        "haproxy",
        "{ backend = \"http_back\" }",
    );

    scene.herald.reconfigure(&with_dns);
    scene.route_arrives(OTHER);
    assert!(addresses(&scene).contains("9.9.9.53"));

    scene.herald.reconfigure(&usual(&scene));
    scene.routes_become(1);
    eventually("the address is released", SOON, || {
        let addresses = addresses(&scene);
        if addresses.contains("9.9.9.53") { Err(addresses) } else { Ok(()) }
    });
    assert!(addresses(&scene).contains("9.9.9.9"));
    assert!(scene.peer.routes().contains_key(ANYCAST));
    assert_eq!(session(&scene), before);
}

fn last_event(scene: &Scene<Frr>) -> serde_json::Value {
    let told = out(&scene.herald.ask(&["events", "--last", "1", "--json"]));
    serde_json::from_str(&told).expect("an event")
}

fn addresses(scene: &Scene<Frr>) -> String {
    scene.ours.ip(&["-4", "address", "show", "dev", "lo"])
}

#[test]
fn a_file_with_a_fault_changes_nothing_and_is_told() {
    let scene = Scene::<Frr>::usual();
    scene.route_arrives(ANYCAST);
    let before = session(&scene);
    let broken = usual(&scene).set("region.here", "prepend", "4").set("bgp", "hold-tme", "\"9s\"");
    scene.herald.reconfigure(&broken);
    scene.herald.logs("not reloaded");
    scene.herald.logs("hold-tme");
    let log = scene.herald.log();
    let told = log.lines().filter(|line| line.contains("not reloaded")).collect::<Vec<_>>();
    assert!(told.len() == 1 && told[0].contains("hold-tme"), "in one line: {log}");
    let event = last_event(&scene);
    assert_eq!((&event["kind"], &event["to"]), (&"reload".into(), &"refused".into()), "{event}");
    assert_eq!(event["by"], "SIGHUP");
    assert!(event["because"].as_str().is_some_and(|why| why.contains("hold-tme")), "{event}");
    assert_eq!(scene.route_arrives(ANYCAST).as_path, [65010; 3]);
    assert_eq!(session(&scene), before);
}

#[test]
fn what_needs_a_reset_or_a_restart_is_named_and_not_done() {
    let scene = Scene::<Frr>::usual();
    scene.route_arrives(ANYCAST);
    let before = session(&scene);
    let changed = usual(&scene).set("region.here", "prepend", "4");
    scene.herald.reconfigure(&changed.clone().set("bgp", "hold-time", "\"12s\""));
    scene.herald.logs("it would reset peer (hold-time)");
    for (table, key, value) in
        [("bgp", "listen", "\"127.0.0.1:1790\""), ("agent", "http", "\"127.0.0.1:9999\"")]
    {
        scene.herald.reconfigure(&changed.clone().set(table, key, value));
        scene
            .herald
            .logs(&format!("[{table}] {key} cannot be changed by a reload; restart herald"));
    }
    assert_eq!(scene.route_arrives(ANYCAST).as_path, [65010; 3], "nothing is half applied");
    assert_eq!(session(&scene), before);
}

#[test]
fn the_command_shows_what_would_change_and_resets_only_when_allowed() {
    let scene = Scene::<Frr>::usual();
    scene.route_arrives(ANYCAST);
    let before = session(&scene);
    let nothing = scene.herald.ask(&["reload"]);
    assert_eq!((nothing.status.code(), out(&nothing)), (Some(0), "nothing has changed\n".into()));

    let event = last_event(&scene);
    assert_eq!(
        (&event["to"], &event["because"]),
        (&"applied".into(), &"no setting differs".into())
    );
    assert!(event["by"].as_str().is_some_and(|by| by.starts_with("root, uid 0")), "{event}");

    scene.herald.rewrite(&usual(&scene).set("bgp", "hold-time", "\"12s\""));
    let tried = scene.herald.ask(&["reload", "--dry-run"]);
    assert_eq!(tried.status.code(), Some(0), "{tried:?}");
    let change = "bgp.hold-time: \"9s\" -> \"12s\"\n";
    assert!(out(&tried).contains(change) && out(&tried).contains("not done"), "{tried:?}");
    assert!(out(&tried).contains("resets the session with peer (hold-time)"), "{tried:?}");
    let refused = scene.herald.ask(&["reload"]);
    assert_eq!(refused.status.code(), Some(4), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--allow-reset"), "{refused:?}");
    assert_eq!(session(&scene), before);

    let reset = scene.herald.ask(&["reload", "--allow-reset", "--json"]);
    assert!(out(&reset).contains("\"applied\": true"), "{reset:?}");
    let told = out(&scene.herald.ask(&["events"]));
    assert!(told.contains("reload refused: it would reset peer"), "{told}");
    assert!(told.contains("reload applied: changed bgp.hold-time (root, uid 0"), "{told}");
    eventually("the session is up with the new hold time", SOON, || {
        let neighbor = scene.herald.neighbor();
        let up = neighbor["state"] == "established" && neighbor["since"] != before.0;
        if up { Ok(()) } else { Err(neighbor) }
    });
    assert!(
        scene.peer.last_close().contains("Administrative Reset"),
        "{}",
        scene.peer.last_close()
    );
    scene.route_arrives(ANYCAST);
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_neighbour_that_is_gone_is_told_so_and_returns_with_the_configuration() {
    let scene = Scene::<Frr>::usual();
    scene.route_arrives(ANYCAST);
    let without = usual(&scene)
        .drop("neighbor.peer")
        .set("neighbor.other", "address", "\"10.9.0.77\"")
        .set("neighbor.other", "peer-as", "64999");
    scene.herald.reconfigure(&without);
    scene.routes_become(0);
    assert!(scene.peer.last_close().contains("Peer De-configured"), "{}", scene.peer.last_close());

    scene.herald.reconfigure(&usual(&scene));
    scene.route_arrives(ANYCAST);
    assert_eq!(scene.herald.status()["neighbors"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_password_is_changed_by_a_reload_whoever_dials() {
    for connecting in [Connecting::HeraldDials, Connecting::PeerDials] {
        let meeting = Meeting { connecting, transport: Transport::V4 };
        let keys = directory("password");
        let [first, second] = ["first", "second"].map(|word| password_file(keys.path(), word));
        let protection = Protection { password: Some("first"), ttl_security: false };
        let signed = |config: Config, file: &Path| {
            config.set("neighbor.peer", "password-file", format!("{file:?}"))
        };
        let scene =
            Scene::<Frr>::set_protected(meeting, protection, |config| signed(config, &first));
        scene.route_arrives(ANYCAST);

        // FRR begins a new session with its new password; herald's side must have it by then.
        let config = signed(Config::usual(meeting, &scene.haproxy.socket()), &second);
        scene.herald.reconfigure(&config);
        scene.herald.logs("neighbor.peer: another password or key");
        let established = scene.peer.times_established();
        scene.peer.configure(&["password second"]);
        eventually("a session with the new password", SOON, || {
            let times = scene.peer.times_established();
            if times > established && scene.peer.is_established() { Ok(()) } else { Err(times) }
        });
        scene.route_arrives(ANYCAST);
        assert!(!scene.herald.log().contains("second\n"), "the password itself is nowhere");
    }
}

fn password_file(directory: &Path, word: &str) -> PathBuf {
    let file = directory.join(word);
    fs::write(&file, format!("{word}\n")).expect("a file");
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("a mode");
    file
}
