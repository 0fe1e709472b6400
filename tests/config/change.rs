//! What a running agent can take over, and at which price.

use herald::config::Config;

use super::config;

const BEFORE: &str = r#"
[agent]
control-socket = "/run/herald/control.sock"
http = "127.0.0.1:9642"
state-directory = "/var/lib/herald"
[bgp]
local-as = 65010
router-id = "192.0.2.10"
listen = "192.0.2.10:179"
[neighbor.rs-0]
address = "192.0.2.1"
port = 179
peer-as = 65000
local-address = "192.0.2.10"
hold-time = "90s"
multihop = 1
description = "first"
[haproxy.local]
socket = "/run/haproxy/admin.sock"
[service.web]
addresses = ["198.51.100.1"]
check.backend.haproxy = { backend = "http_back" }
"#;

/// The configuration with one line replaced.
fn with(old: &str, new: &str) -> Config {
    assert_eq!(BEFORE.matches(old).count(), 1, "{old}");
    config(&BEFORE.replace(old, new))
}

#[test]
fn what_is_opened_once_needs_a_restart() {
    for (old, new, key) in [
        ("/run/herald/control.sock", "/run/other.sock", "[agent] control-socket"),
        ("127.0.0.1:9642", "127.0.0.1:9643", "[agent] http"),
        ("/var/lib/herald", "/var/lib/other", "[agent] state-directory"),
        ("192.0.2.10:179", "192.0.2.10:1179", "[bgp] listen"),
    ] {
        assert_eq!(config(BEFORE).restarting(&with(old, new)), [key]);
    }
}

#[test]
fn what_a_session_has_settled_needs_another_session() {
    for (old, new, key) in [
        ("address = \"192.0.2.1\"", "address = \"192.0.2.2\"", "address"),
        ("port = 179", "port = 1179", "port"),
        ("local-address = \"192.0.2.10\"", "local-address = \"192.0.2.11\"", "local-address"),
        ("multihop = 1", "multihop = 2", "multihop or ttl-security"),
        ("hold-time = \"90s\"", "hold-time = \"30s\"", "hold-time"),
        ("peer-as = 65000", "peer-as = 65001", "peer-as"),
        ("router-id = \"192.0.2.10\"", "router-id = \"192.0.2.11\"", "router-id"),
    ] {
        let (before, after) = (config(BEFORE), with(old, new));
        let keys: Vec<_> = before.resetting(&after).flat_map(|(_, keys)| keys).collect();
        assert_eq!(keys, [key]);
        assert!(before.restarting(&after).is_empty(), "{key}");
    }
}

#[test]
fn the_rest_is_taken_over_in_place() {
    for (old, new) in [
        ("description = \"first\"", "description = \"second\"\nprepend = 2\nmed = 5"),
        ("/run/haproxy/admin.sock", "/run/haproxy/other.sock"),
        ("198.51.100.1", "198.51.100.2"),
    ] {
        let (before, after) = (config(BEFORE), with(old, new));
        assert_ne!(before, after);
        assert!(before.restarting(&after).is_empty());
        assert_eq!(before.resetting(&after).count(), 0);
    }
}
