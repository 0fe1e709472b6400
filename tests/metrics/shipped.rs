use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use herald::status::metrics::{self, Family, Kind};
use serde_json::Value;

use crate::scrape::promtool;
use crate::support::golden::assert_golden;
use crate::support::herald::directory;

const RULES: &str = "packaging/prometheus/herald.rules.yml";
const RULE_TESTS: &str = "packaging/prometheus/herald.rules.test.yml";
const DASHBOARD: &str = "packaging/grafana/herald.json";

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The names under which a metric is found in a query.
fn names(family: &Family) -> Vec<String> {
    match family.kind {
        Kind::Gauge | Kind::Counter => vec![family.name.to_owned()],
        Kind::Histogram => {
            ["bucket", "sum", "count"].map(|part| format!("{}_{part}", family.name)).into()
        }
    }
}

/// The words of a text that begin like a metric.
fn mentioned(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("herald_")).collect()
}

#[test]
fn the_committed_page_is_what_the_code_shows() {
    assert_golden(&file("docs/metrics.md"), &metrics::reference());
}

#[test]
fn alerts_their_tests_and_the_dashboard_speak_of_metrics_that_are_there() {
    let known: BTreeSet<String> = metrics::families().flat_map(names).collect();
    for name in [RULES, RULE_TESTS, DASHBOARD] {
        let text = text(name);
        let mentioned = mentioned(&text);
        assert!(mentioned.len() > 10, "{name}: {mentioned:?}");
        let unknown: Vec<_> = mentioned.iter().filter(|word| !known.contains(**word)).collect();
        assert!(unknown.is_empty(), "{name} speaks of {unknown:?}");
    }
}

#[test]
fn promtool_accepts_the_alerts_and_their_tests_pass() {
    let path = |name| file(name).display().to_string();
    promtool(&["check", "rules", &path(RULES)]).unwrap_or_else(|said| panic!("{said}"));
    promtool(&["test", "rules", &path(RULE_TESTS)]).unwrap_or_else(|said| panic!("{said}"));
}

/// What stands behind `key:` in a line of its own, in order.
fn values<'a>(text: &'a str, key: &str) -> Vec<&'a str> {
    let lines = text.lines().map(|line| line.trim_start().trim_start_matches("- "));
    lines.filter_map(|line| Some(line.strip_prefix(key)?.strip_prefix(':')?.trim())).collect()
}

#[test]
fn every_alert_is_tested_firing_and_not_firing() {
    let (rules, tests) = (text(RULES), text(RULE_TESTS));
    let alerts = values(&rules, "alert");
    assert!(alerts.len() > 10, "{alerts:?}");
    // A test without `exp_alerts: []` lists what it expects in the lines below.
    let cases: Vec<_> =
        values(&tests, "alertname").into_iter().zip(values(&tests, "exp_alerts")).collect();
    for alert in alerts {
        for (quiet, how) in [(false, "firing"), (true, "quiet")] {
            let is_so =
                |(name, expected): &(&str, &str)| *name == alert && (*expected == "[]") == quiet;
            assert!(cases.iter().any(is_so), "{alert} is not tested {how}");
        }
    }
}

#[test]
fn every_alert_says_how_grave_it_is_and_what_to_run_next() {
    let rules = text(RULES);
    for alert in rules.split("- alert: ").skip(1) {
        let one = |key| match values(alert, key)[..] {
            [value] => value,
            _ => panic!("not one {key} in {alert}"),
        };
        one("for");
        assert!(["critical", "warning"].contains(&one("severity")), "{alert}");
        assert!(!one("summary").is_empty());
        let (_, next) = one("description").split_once("Next: ").expect("what to run next");
        assert!(next.contains("herald "), "{alert}");
    }
}

/// Every query of the dashboard, with the panel it is in.
fn queries(dashboard: &Value) -> Vec<(String, String)> {
    let panels = dashboard["panels"].as_array().expect("panels").iter();
    let queries = panels.flat_map(|panel| {
        let title = panel["title"].as_str().expect("a title").to_owned();
        let targets = panel["targets"].as_array().cloned().unwrap_or_default();
        targets.into_iter().map(move |target| {
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{title}");
            (title.clone(), target["expr"].as_str().expect("a query").to_owned())
        })
    });
    queries.collect()
}

#[test]
fn the_dashboard_can_be_imported() {
    let dashboard: Value = serde_json::from_str(&text(DASHBOARD)).expect("JSON");
    assert!(dashboard["schemaVersion"].as_u64().is_some_and(|version| version >= 36));
    assert!(dashboard["uid"].is_string() && dashboard["title"].is_string());
    let variables = dashboard["templating"]["list"].as_array().expect("variables");
    let kind = |name: &str| {
        let found = variables.iter().find(|variable| variable["name"] == name);
        found.map(|variable| variable["type"].as_str().expect("a type"))
    };
    assert_eq!(kind("datasource"), Some("datasource"));
    assert_eq!(kind("instance"), Some("query"));
    let panels = dashboard["panels"].as_array().expect("panels");
    let ids: BTreeSet<_> =
        panels.iter().map(|panel| panel["id"].as_u64().expect("an id")).collect();
    assert_eq!(ids.len(), panels.len(), "each panel has an id of its own");
    assert_panels_do_not_overlap(panels);
    assert!(
        queries(&dashboard).iter().filter(|(_, query)| query.contains("$instance")).count() > 10
    );
}

fn assert_panels_do_not_overlap(panels: &[Value]) {
    let mut taken = BTreeSet::new();
    for panel in panels {
        let of = |side: &str| panel["gridPos"][side].as_u64().expect("a place on the grid");
        assert!(of("x") + of("w") <= 24, "{panel}");
        for x in of("x")..of("x") + of("w") {
            for y in of("y")..of("y") + of("h") {
                assert!(taken.insert((x, y)), "{} lies over another panel", panel["title"]);
            }
        }
    }
}

/// promtool knows no dashboards, but a query can be made a rule.
#[test]
fn promtool_accepts_every_query_of_the_dashboard() {
    let dashboard: Value = serde_json::from_str(&text(DASHBOARD)).expect("JSON");
    let rules: String = queries(&dashboard)
        .iter()
        .enumerate()
        .map(|(number, (_, query))| {
            let query = query.replace("$__rate_interval", "5m").replace("$__range", "1h");
            format!("      - record: dashboard:query:{number}\n        expr: {query:?}\n")
        })
        .collect();
    let directory = directory("dashboard");
    let file = directory.path().join("rules.yml");
    fs::write(&file, format!("groups:\n  - name: dashboard\n    rules:\n{rules}")).expect("a file");
    let path = file.display().to_string();
    promtool(&["check", "rules", &path]).unwrap_or_else(|said| panic!("{said}"));
}
