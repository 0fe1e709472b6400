//! What herald is built of: licences that anybody may ship, one registry, one TLS, and how much it is.

#[path = "support/count.rs"]
mod count;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

/// The rules of `deny.toml`, as far as they can be held without asking anybody.
#[derive(Deserialize)]
struct Rules {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

/// By their SPDX identifiers.
#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Banned {
    #[serde(rename = "crate")]
    name: String,
    use_instead: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    unknown_registry: String,
    unknown_git: String,
    allow_registry: Vec<String>,
}

fn rules() -> Rules {
    let text = fs::read_to_string(root().join("deny.toml")).expect("the rules");
    toml::from_str(&text).unwrap_or_else(|fault| panic!("deny.toml: {fault}"))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What cargo knows of the packages and of who needs whom.
fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .arg("--manifest-path")
        .arg(root().join("Cargo.toml"))
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

impl Licenses {
    /// Whether one of the ways that an SPDX expression leaves open is allowed. `/` is how it was
    /// written once.
    fn allow(&self, expression: &str) -> bool {
        let plain = expression.replace('/', " OR ").replace("(MIT OR Apache-2.0)", "MIT");
        assert!(!plain.contains('('), "brackets that this reader does not know: {expression}");
        plain
            .split(" OR ")
            .any(|way| way.split(" AND ").all(|licence| self.allow.contains(licence.trim())))
    }
}

#[test]
fn every_licence_may_be_shipped() {
    let (metadata, licenses) = (metadata(), rules().licenses);
    for package in list(&metadata["packages"]) {
        let (name, licence) = (text(&package["name"]), &package["license"]);
        assert!(licence.as_str().is_some_and(|said| licenses.allow(said)), "{name}: {licence}");
    }
}

#[test]
fn the_reader_of_licences_can_say_no() {
    let licenses = rules().licenses;
    for no in ["GPL-3.0-only", "MIT AND GPL-2.0", "LGPL-2.1 OR MPL-2.0", ""] {
        assert!(!licenses.allow(no), "{no}");
    }
    for yes in
        ["MIT", "GPL-3.0-only OR MIT", "MIT/Apache-2.0", "(MIT OR Apache-2.0) AND Unicode-3.0"]
    {
        assert!(licenses.allow(yes), "{yes}");
    }
}

#[test]
fn everything_comes_from_one_registry_and_nothing_twice_for_one_purpose() {
    let (metadata, Rules { sources, bans, .. }) = (metadata(), rules());
    assert_eq!((&*sources.unknown_registry, &*sources.unknown_git), ("deny", "deny"));
    let [registry] = sources.allow_registry.as_slice() else {
        panic!("one registry: {:?}", sources.allow_registry)
    };
    let registry = format!("registry+{registry}");
    for package in list(&metadata["packages"]) {
        let name = text(&package["name"]);
        let source = package["source"].as_str();
        assert!(source.is_none_or(|source| source == registry), "{name} comes from {source:?}");
        if let Some(banned) = bans.deny.iter().find(|banned| banned.name == name) {
            panic!("{name} is not wanted: {} does the same", banned.use_instead);
        }
    }
    assert!(bans.deny.iter().any(|banned| banned.name == "openssl"), "TLS is one");
}

/// What is written down is what is built: every package by its version and the digest of its octets.
#[test]
fn the_lock_names_each_package_by_its_digest() {
    let text = fs::read_to_string(root().join("Cargo.lock")).expect("a committed Cargo.lock");
    let lock: toml::Table = toml::from_str(&text).expect("TOML");
    let packages = lock["package"].as_array().expect("a list");
    let undigested = packages.iter().filter(|package| {
        let digest = package.get("checksum").and_then(toml::Value::as_str);
        digest.is_none_or(|digest| digest.len() != 64)
    });
    let names: Vec<_> = undigested.filter_map(|package| package["name"].as_str()).collect();
    assert_eq!(names, [env!("CARGO_PKG_NAME")], "only our own has none");
}

/// Without `--locked`, cargo may take newer versions than those that were looked at.
#[test]
fn whatever_is_released_or_tested_is_built_by_the_lock() {
    let mut built = 0;
    for script in [".ci/run", "tests/run", "lab/run", "packaging/build-deb", "docs/operations.md"] {
        let text = fs::read_to_string(root().join(script)).expect("a script");
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            if ["build", "test", "install", "clippy"].iter().any(|word| runs_cargo(line, word)) {
                built += 1;
                assert!(line.contains("--locked"), "{script}: {line}");
            }
        }
    }
    assert!(built >= 6, "only {built} lines that build were found");
}

/// The kernel then closes the sessions, and neighbours withdraw: nobody announces without deciding.
#[test]
fn a_panic_in_any_task_ends_the_released_process() {
    let text = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    let manifest: toml::Table = toml::from_str(&text).expect("TOML");
    assert_eq!(manifest["profile"]["release"]["panic"].as_str(), Some("abort"));
}

fn runs_cargo(line: &str, word: &str) -> bool {
    line.contains(&format!("cargo {word} ")) || line.ends_with(&format!("cargo {word}"))
}

#[test]
fn how_much_it_is() {
    let metadata = metadata();
    let (all, shipped) = (list(&metadata["packages"]).len() - 1, shipped(&metadata).len() - 1);
    assert!(shipped > 30, "the graph was not read: {shipped}");
    count::counted("packages that end in the binary", shipped);
    count::counted("packages with those for tests", all);
}
