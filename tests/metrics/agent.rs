use std::fs;

use serde_json::Value;

use crate::scrape::{Scrape, URL, check_metrics, curl, promtool, served};
use crate::support::config::{ANYCAST, Config};
use crate::support::frr::Frr;
use crate::support::herald::directory;
use crate::support::peer::Meeting;
use crate::support::process::{Process, inside, program};
use crate::support::scene::Scene;
use crate::support::wait::{SOON, eventually};

const REACTIONS: &str = r#"herald_reaction_seconds_count{neighbor="peer"}"#;
const REACTION_SUM: &str = r#"herald_reaction_seconds_sum{neighbor="peer"}"#;
const ROUTE: &str = r#"herald_route_announced{service="web",prefix="9.9.9.9/32",neighbor="peer"}"#;

fn state(name: &str) -> String {
    format!(r#"herald_service_state{{service="web",state="{name}"}}"#)
}

fn transitions(to: &str) -> String {
    format!(r#"herald_transitions_total{{service="web",to="{to}"}}"#)
}

fn messages(direction: &str, kind: &str) -> String {
    format!(r#"herald_bgp_messages_total{{neighbor="peer",direction="{direction}",type="{kind}"}}"#)
}

fn set() -> Scene<Frr> {
    let scene = Scene::<Frr>::set(Meeting::USUAL, served);
    scene.route_arrives(ANYCAST);
    scene
}

fn usual(scene: &Scene<Frr>) -> Config {
    served(Config::usual(Meeting::USUAL, &scene.haproxy.socket()))
}

#[track_caller]
fn eventually_scraped(
    scene: &Scene<Frr>,
    awaited: &str,
    is_so: impl Fn(&Scrape) -> bool,
) -> Scrape {
    eventually(awaited, SOON, || {
        let scrape = Scrape::of(&scene.ours);
        if is_so(&scrape) { Ok(scrape) } else { Err(scrape) }
    })
}

#[test]
fn a_withdrawal_shows_in_state_route_transition_and_reaction_time() {
    let mut scene = set();
    let before = Scrape::of(&scene.ours);
    assert_eq!(before.value(&state("up")), 1.0);
    assert_eq!(before.value(&state("down")), 0.0);
    assert_eq!(before.value(ROUTE), 1.0);
    assert_eq!(before.value(r#"herald_neighbor_up{neighbor="peer"}"#), 1.0);
    assert_eq!(before.value(r#"herald_check_up{service="web",check="backend"}"#), 1.0);
    assert_eq!(before.value(r#"herald_haproxy_up{haproxy="local"}"#), 1.0);
    assert_eq!(before.value(&transitions("down")), 0.0);
    assert!(before.value(&messages("sent", "open")) >= 1.0);

    scene.servers_die();
    scene.routes_become(0);
    let after =
        eventually_scraped(&scene, "the service is down", |now| now.value(&state("down")) == 1.0);
    assert_eq!(after.value(&state("up")), 0.0);
    assert_eq!(after.value(ROUTE), 0.0);
    assert_eq!(after.value(r#"herald_check_up{service="web",check="backend"}"#), 0.0);
    assert_eq!(after.value(&transitions("down")), 1.0);
    assert_eq!(after.value(REACTIONS), before.value(REACTIONS) + 1.0);
    let took = after.value(REACTION_SUM) - before.value(REACTION_SUM);
    assert!(took > 0.0 && took < 0.5, "{took} s");
    println!("from the sample to the UPDATE: {:.0} µs", took * 1e6);
    let updates = messages("sent", "update");
    assert_eq!(after.value(&updates), before.value(&updates) + 1.0);
    let looks = r#"herald_check_duration_seconds_count{service="web",check="backend"}"#;
    assert!(after.value(looks) > before.value(looks));
}

#[test]
fn a_word_of_an_operator_is_shown_and_is_no_reaction() {
    let scene = set();
    let before = Scrape::of(&scene.ours);
    assert!(scene.herald.ask(&["withdraw", "web"]).status.success());
    scene.routes_become(0);
    let after = Scrape::of(&scene.ours);
    assert_eq!(after.value(&state("withdrawn")), 1.0);
    assert_eq!(after.value(REACTIONS), before.value(REACTIONS));
    let word = r#"herald_service_override_timestamp_seconds{service="web",word="withdraw",owner="operator"}"#;
    assert!(after.value(word) > before.value("herald_start_time_seconds"));
    assert!(scene.herald.ask(&["resume", "web"]).status.success());
    assert!(!Scrape::of(&scene.ours).mentions("herald_service_override"));
}

#[test]
fn what_a_reload_takes_away_is_gone_and_a_refused_one_is_told() {
    const RELOADED: &str = "herald_config_last_reload_successful";
    let scene = set();
    let more = usual(&scene)
        .set("service.dns", "addresses", "[\"9.9.9.53/32\"]")
        .set("service.dns.check.backend", "haproxy", "{ backend = \"http_back\" }")
        .set("neighbor.other", "address", "\"10.9.0.77\"")
        .set("neighbor.other", "peer-as", 65099);
    scene.herald.reconfigure(&more);
    eventually_scraped(&scene, "the new service is there", |now| {
        now.mentions(r#"service="dns""#) && now.mentions(r#"neighbor="other""#)
    });
    scene.herald.reconfigure(&usual(&scene));
    let after = eventually_scraped(&scene, "the service is gone", |now| !now.mentions("dns"));
    assert!(!after.mentions("other"), "{after:#?}");
    assert_eq!(after.value(RELOADED), 1.0);

    scene.herald.reconfigure(&usual(&scene).set("bgp", "hold-time", "\"2s\""));
    let refused = eventually_scraped(&scene, "the refusal", |now| now.value(RELOADED) == 0.0);
    let at = "herald_config_last_reload_success_timestamp_seconds";
    assert_eq!(refused.value(at), after.value(at), "what holds is as old as before");
    scene.herald.reconfigure(&usual(&scene));
    let again = eventually_scraped(&scene, "the reload", |now| now.value(RELOADED) == 1.0);
    assert!(again.value(at) > after.value(at));
}

#[test]
fn promtool_has_nothing_to_say_about_a_scrape() {
    let scene = set();
    check_metrics(&curl(&scene.ours, &[URL])).unwrap_or_else(|said| panic!("{said}"));
    // It would say something.
    let wrong = "# TYPE wrong_total counter\nwrong_total 1\n";
    assert!(check_metrics(wrong).is_err(), "a metric without help");
}

#[test]
fn whoever_asks_for_openmetrics_gets_it() {
    let scene = set();
    let accept =
        "Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
    let head = |arguments: &[&str]| curl(&scene.ours, &[&["-D", "-", URL], arguments].concat());
    let open = head(&["-H", accept]).to_lowercase();
    assert!(open.contains("content-type: application/openmetrics-text; version=1.0.0"), "{open}");
    assert!(open.ends_with("# eof\n"), "{open}");
    let classic = head(&[]).to_lowercase();
    assert!(classic.contains("content-type: text/plain; version=0.0.4"), "{classic}");
}

#[test]
fn a_real_prometheus_scrapes_it_and_loads_the_alerts() {
    let scene = set();
    let directory = directory("prometheus");
    let file = directory.path().join("prometheus.yml");
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/prometheus/herald.rules.yml");
    let text = format!(
        "global:\n  scrape_interval: 1s\n  evaluation_interval: 1s\nrule_files: [{rules:?}]\n\
         scrape_configs:\n  - job_name: herald\n    static_configs:\n      \
         - targets: [\"127.0.0.1:9642\"]\n"
    );
    fs::write(&file, text).expect("a configuration for Prometheus");
    let path = file.display().to_string();
    promtool(&["check", "config", &path]).unwrap_or_else(|said| panic!("{said}"));
    let mut command = inside(&scene.ours, &program(&["prometheus"], "prometheus"));
    command
        .arg("--web.listen-address=127.0.0.1:9090")
        .arg(format!("--config.file={path}"))
        .arg(format!("--storage.tsdb.path={}", directory.path().join("data").display()));
    let log = directory.path().join("log");
    let _prometheus = Process::start("prometheus", command, &log);

    let ask = |question: &str| -> Value {
        let url = format!("http://127.0.0.1:9090/api/v1/{question}");
        let mut command = inside(&scene.ours, "curl".as_ref());
        command.args(["-sS", "--noproxy", "*", "--max-time", "5"]).arg(url);
        let answer = crate::support::process::output(&mut command);
        serde_json::from_slice(&answer.stdout).unwrap_or_default()
    };
    let query = "query?query=herald_service_state{state=\"up\"}==1".replace('{', "%7B");
    let query = query.replace('}', "%7D").replace('"', "%22").replace("==", "%3D%3D");
    eventually("Prometheus has the state of the service", SOON, || {
        let answer = ask(&query);
        let found = answer["data"]["result"][0]["metric"]["service"] == "web";
        if found { Ok(()) } else { Err((answer, ask("targets")["data"]["activeTargets"].clone())) }
    });
    // Metadata come with the format: that of a counter is known by its name without the ending.
    let described = ask("metadata?metric=herald_neighbor_flaps");
    assert_eq!(described["data"]["herald_neighbor_flaps"][0]["type"], "counter", "{described}");
    eventually("the alerts have been evaluated and are in order", SOON, || {
        let groups = ask("rules")["data"]["groups"].clone();
        let rules = groups[0]["rules"].as_array().cloned().unwrap_or_default();
        let fine = rules.iter().all(|rule| rule["health"] == "ok" && rule["state"] == "inactive");
        if rules.len() > 10 && fine { Ok(()) } else { Err(rules) }
    });
}
