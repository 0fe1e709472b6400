use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::status::{HookRuns, Snapshot, Timing};

/// One of everything that can be shown; as JSON, because that is what people know of it.
fn snapshot() -> Snapshot {
    let mut snapshot: Snapshot = serde_json::from_value(serde_json::json!({
        "version": "1.2.3", "pid": 7, "router-id": "10.0.0.1", "local-as": 65010,
        "region": "here", "started-at": "1970-01-01T00:16:40.5Z",
        "neighbors": [{
            "name": "rs-0", "address": "10.0.0.2", "peer-as": 65515, "state": "established",
            "since": "1970-01-01T00:00:02Z", "hold-time-s": 180, "capabilities": [],
            "advertised": 1, "received": 2, "flaps": 3, "not-kept": 0, "malformed": 0,
            "last-notification":
                {"direction": "received", "code": 6, "subcode": 4, "because": "reset"},
            "bfd": {
                "state": "up", "since": "1970-01-01T00:00:02Z", "multihop": false,
                "interval-ms": 100, "failures": 1, "sent": 2, "received": 3, "discarded": 4,
            },
        }],
        "services": [{
            "name": "we\"b\\", "state": "drained", "since": "1970-01-01T00:00:03Z",
            "because": "", "capacity-percent": 50,
            "health": {"verdict": "healthy", "because": ""},
            "damping": {"penalty": 1500, "suppressed": false},
            "override": {"word": "drain", "owner": "operator", "by": "root", "because": "kernel",
                "since": "1970-01-01T00:00:04Z"},
            "checks": [{"name": "backend", "kind": "haproxy", "verdict": "healthy", "because": "",
                "last-sample-at": "1970-01-01T00:00:05Z", "unknown": true}],
            "routes": [{"prefix": "9.9.9.9/32", "announced": true, "bound": true, "as-path": [],
                "communities": [], "neighbors": ["rs-0"]}],
            "neighbors": ["rs-0", "rs-1"], "transitions": {"drained": 2},
        }],
        "haproxy": [{
            "name": "local", "address": "/run/haproxy.sock", "polls": 9,
            "last-answer-at": "1970-01-01T00:00:06Z",
            "streams": [{"kind": "event-ring", "place": "changes", "state": "lost",
                "since": "1970-01-01T00:00:06Z", "events": 1, "other-lines": 2}],
        }],
        "persistence": {"directory": "/var/lib/herald"},
    }))
    .unwrap();
    let buckets = vec![(0.001, 1), (0.0025, 2)];
    snapshot.neighbors[0].reaction = Timing { count: 4, sum_s: 0.5, buckets };
    snapshot.services[0].hooks = Some(HookRuns { succeeded: 1, failed: 2, skipped: 3 });
    snapshot
}

fn shown(format: Format, snapshot: Snapshot) -> String {
    let (mut text, snapshot) = (String::new(), Arc::new(snapshot));
    families().for_each(|family| format.write(&mut text, family, &snapshot).unwrap());
    format.finish(&mut text).unwrap();
    text
}

#[track_caller]
fn assert_has(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|known| known == *line), "not there: {line}\n{text}");
    }
}

#[test]
fn every_part_of_the_snapshot_has_its_series() {
    let text = shown(Format::Classic, snapshot());
    assert_has(
        &text,
        &[
            r#"herald_build_info{version="1.2.3"} 1.0"#,
            r#"herald_agent_info{router_id="10.0.0.1",local_as="65010",region="here"} 1.0"#,
            "herald_start_time_seconds 1000.5",
            r#"herald_service_state{service="we\"b\\",state="drained"} 1.0"#,
            r#"herald_service_state{service="we\"b\\",state="up"} 0.0"#,
            r#"herald_service_capacity_ratio{service="we\"b\\"} 0.5"#,
            r#"herald_transitions_total{service="we\"b\\",to="drained"} 2"#,
            r#"herald_transitions_total{service="we\"b\\",to="up"} 0"#,
            r#"herald_route_announced{service="we\"b\\",prefix="9.9.9.9/32",neighbor="rs-0"} 1.0"#,
            r#"herald_route_announced{service="we\"b\\",prefix="9.9.9.9/32",neighbor="rs-1"} 0.0"#,
            r#"herald_hook_runs_total{service="we\"b\\",result="failed"} 2"#,
            r#"herald_check_unknown{service="we\"b\\",check="backend"} 1.0"#,
            r#"herald_neighbor_up{neighbor="rs-0"} 1.0"#,
            r#"herald_neighbor_flaps_total{neighbor="rs-0"} 3"#,
            r#"herald_bfd_packets_total{neighbor="rs-0",direction="discarded"} 4"#,
            r#"herald_haproxy_up{haproxy="local"} 1.0"#,
            r#"herald_haproxy_event_stream_up{haproxy="local",stream="event-ring"} 0.0"#,
        ],
    );
    let word = r#"service="we\"b\\",word="drain",owner="operator""#;
    assert_has(&text, &[&format!("herald_service_override_timestamp_seconds{{{word}}} 4.0")]);
    let code = r#"neighbor="rs-0",direction="received",code="6",subcode="4""#;
    assert_has(&text, &[&format!("herald_neighbor_last_notification_info{{{code}}} 1.0")]);
    assert_eq!(text.matches("herald_service_state{").count(), 9);
}

#[test]
fn buckets_add_up_to_all_that_were_counted() {
    let text = shown(Format::OpenMetrics, snapshot());
    let lines: Vec<_> = text.lines().filter(|line| line.starts_with("herald_reaction_")).collect();
    let expected = [
        r#"herald_reaction_seconds_sum{neighbor="rs-0"} 0.5"#,
        r#"herald_reaction_seconds_count{neighbor="rs-0"} 4"#,
        r#"herald_reaction_seconds_bucket{le="0.001",neighbor="rs-0"} 1"#,
        r#"herald_reaction_seconds_bucket{le="0.0025",neighbor="rs-0"} 3"#,
        r#"herald_reaction_seconds_bucket{le="+Inf",neighbor="rs-0"} 4"#,
    ];
    assert_eq!(lines, expected);
}

#[test]
fn the_formats_differ_in_how_counters_are_described_and_in_their_end() {
    let (open, classic) =
        (shown(Format::OpenMetrics, snapshot()), shown(Format::Classic, snapshot()));
    assert_has(&open, &["# TYPE herald_neighbor_flaps counter"]);
    assert_has(&classic, &["# TYPE herald_neighbor_flaps_total counter"]);
    assert!(open.ends_with("\n# EOF\n") && !classic.contains("# EOF"));
    let series = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(series(&open), series(&classic));
}

#[test]
fn whoever_does_not_ask_for_openmetrics_gets_what_everybody_reads() {
    let prometheus = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
    assert_eq!(Format::accepted(Some(prometheus)), Format::OpenMetrics);
    assert_eq!(Format::accepted(Some("text/plain;version=0.0.4")), Format::Classic);
    assert_eq!(Format::accepted(Some("*/*")), Format::Classic);
    assert_eq!(Format::accepted(None), Format::Classic);
}

#[test]
fn what_is_gone_from_the_snapshot_is_gone_from_the_metrics() {
    let mut snapshot = snapshot();
    snapshot.services.clear();
    snapshot.neighbors.clear();
    let text = shown(Format::Classic, snapshot);
    assert!(!text.contains("rs-0") && !text.contains("we\\\"b"), "{text}");
}

/// The conventions of Prometheus, as far as a name can follow them.
#[test]
fn names_say_what_they_count_and_in_which_unit() {
    let mut names = BTreeSet::new();
    for Family { name, kind, labels, help, .. } in families() {
        assert!(names.insert(name), "{name} is there twice");
        assert!(name.starts_with("herald_"), "{name}");
        assert_eq!(name.ends_with("_total"), *kind == Kind::Counter, "{name}");
        assert!(*kind != Kind::Histogram || name.ends_with("_seconds"), "{name}");
        let reserved = ["_count", "_sum", "_bucket", "_created"];
        assert!(!reserved.iter().any(|suffix| name.ends_with(suffix)), "{name}");
        assert!(!labels.contains(&"instance") && !labels.contains(&"job"), "{name}");
        assert!(!help.ends_with('.') && !help.contains('\n'), "{name}: {help}");
    }
}
