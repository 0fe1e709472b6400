//! What herald is built of: licences that anybody may ship, one registry, one TLS, and how much it is.

#[path = "support/count.rs"]
mod count;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Licences (SPDX identifiers) under which a binary may be passed on with its notices and nothing else.
const ALLOWED: [&str; 9] = [
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates that would bring a second way of doing what another does: TLS is rustls on ring.
const BANNED: [&str; 5] = ["aws-lc-rs", "native-tls", "openssl", "openssl-sys", "async-std"];

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What cargo knows of the packages and of who needs whom.
fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo prints JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// The packages that end in the binary, by their id: those that herald needs to run, and what these need.
fn shipped(metadata: &Value) -> BTreeSet<&str> {
    let nodes: BTreeMap<_, _> =
        list(&metadata["resolve"]["nodes"]).iter().map(|node| (text(&node["id"]), node)).collect();
    let mut found = BTreeSet::new();
    let mut open = vec![text(&metadata["resolve"]["root"])];
    while let Some(id) = open.pop() {
        if found.insert(id) {
            let needs = list(&nodes[id]["deps"]).iter();
            let at_run_time = needs
                .filter(|dep| list(&dep["dep_kinds"]).iter().any(|kind| kind["kind"].is_null()));
            open.extend(at_run_time.map(|dep| text(&dep["pkg"])));
        }
    }
    found
}

/// Whether one of the ways that an SPDX expression leaves open is allowed. `/` is how it was written once.
fn allowed(expression: &str) -> bool {
    let plain = expression.replace('/', " OR ").replace("(MIT OR Apache-2.0)", "MIT");
    assert!(!plain.contains('('), "brackets that this reader does not know: {expression}");
    plain
        .split(" OR ")
        .any(|way| way.split(" AND ").all(|licence| ALLOWED.contains(&licence.trim())))
}

#[test]
fn every_licence_may_be_shipped() {
    let metadata = metadata();
    for package in list(&metadata["packages"]) {
        let (name, licence) = (text(&package["name"]), &package["license"]);
        assert!(licence.as_str().is_some_and(allowed), "{name}: {licence}");
    }
}

#[test]
fn the_reader_of_licences_can_say_no() {
    for no in ["GPL-3.0-only", "MIT AND GPL-2.0", "LGPL-2.1 OR MPL-2.0", ""] {
        assert!(!allowed(no), "{no}");
    }
    for yes in
        ["MIT", "GPL-3.0-only OR MIT", "MIT/Apache-2.0", "(MIT OR Apache-2.0) AND Unicode-3.0"]
    {
        assert!(allowed(yes), "{yes}");
    }
}

#[test]
fn everything_comes_from_one_registry_and_nothing_twice_for_one_purpose() {
    let metadata = metadata();
    for package in list(&metadata["packages"]) {
        let name = text(&package["name"]);
        let source = package["source"].as_str();
        assert!(source.is_none_or(|source| source == REGISTRY), "{name} comes from {source:?}");
        assert!(!BANNED.contains(&name), "{name} is not wanted");
    }
}

#[test]
fn how_much_it_is() {
    let metadata = metadata();
    let (all, shipped) = (list(&metadata["packages"]).len() - 1, shipped(&metadata).len() - 1);
    assert!(shipped > 30, "the graph was not read: {shipped}");
    count::counted("packages that end in the binary", shipped);
    count::counted("packages with those for tests", all);
}
