//! GoBGP, asked by its client.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::herald::directory;
use super::netns::Namespace;
use super::peer::{
    HERALD_AS, KeepsRoutes, Meeting, PEER_AS, Peer, Protection, Seen, community, sorted,
};
use super::process::{Process, inside, output, program, run};
use super::wait::{SOON, eventually};

/// A `session_state` of the API: established.
const ESTABLISHED: u64 = 6;

/// A gobgpd; its API listens on the loopback of its own namespace.
pub(crate) struct Gobgp {
    namespace: Namespace,
    meeting: Meeting,
    client: PathBuf,
    process: Process,
    _directory: TempDir,
}

impl Peer for Gobgp {
    const NAME: &'static str = "GoBGP";
    const COUNTS_MESSAGES: bool = true;
    const ADMINISTRATIVE_SHUTDOWN: &'static str =
        "code 6(cease) subcode 2(administrative shutdown)";

    fn start_protected(namespace: &Namespace, meeting: Meeting, protection: Protection) -> Self {
        let directory = directory("gobgp");
        let config = directory.path().join("gobgpd.toml");
        fs::write(&config, configuration(meeting, protection)).expect("a configuration for gobgpd");
        let mut command = inside(namespace, &program(&["gobgpd"], "gobgpd"));
        command
            .args(["-t", "toml", "-p", "--pprof-disable", "--api-hosts", "127.0.0.1:50051", "-f"])
            .arg(&config);
        let process = Process::start("gobgpd", command, &directory.path().join("log"));
        let gobgp = Self {
            namespace: namespace.clone(),
            meeting,
            client: program(&["gobgp"], "gobgpd"),
            process,
            _directory: directory,
        };
        eventually("gobgpd answers gobgp", SOON, || {
            let answer = output(&mut gobgp.command(&["neighbor"]));
            if answer.status.success() { Ok(()) } else { Err(answer) }
        });
        gobgp
    }

    fn is_established(&self) -> bool {
        self.neighbor()["state"]["session_state"].as_u64() == Some(ESTABLISHED)
    }

    fn times_established(&self) -> u64 {
        self.process.log().matches("msg=\"Peer Up\"").count() as u64
    }

    fn routes(&self) -> BTreeMap<String, Seen> {
        let mut routes = BTreeMap::new();
        for family in ["ipv4", "ipv6"] {
            let herald = self.meeting.herald_address().to_string();
            let arguments = ["-j", "neighbor", &herald, "adj-in", "-a", family];
            let answer = output(&mut self.command(&arguments));
            let table: Value = serde_json::from_slice(&answer.stdout).expect("gobgp prints JSON");
            // The routes of a neighbour that is down are an error to it, not an empty table.
            if !answer.status.success() && table["error"].is_string() {
                continue;
            }
            for (prefix, paths) in table.as_object().into_iter().flatten() {
                routes.insert(prefix.clone(), seen(&paths[0]["attrs"]));
            }
        }
        routes
    }

    fn updates_received(&self) -> u64 {
        self.neighbor()["state"]["messages"]["received"]["update"].as_u64().unwrap_or(0)
    }

    fn last_close(&self) -> String {
        let log = self.process.log();
        let of_interest =
            |line: &&str| line.contains("received notification") || line.contains("Peer Down");
        log.lines().filter(of_interest).collect::<Vec<_>>().join("\n")
    }
}

impl KeepsRoutes for Gobgp {
    /// Its state Idle lasts 5 s, whatever `idle-hold-time-after-reset` says.
    const DEAF_FOR: u32 = 6;

    fn kept(&self) -> BTreeMap<String, bool> {
        let table = self.ask(&["global", "rib", "-a", "ipv4"]);
        let routes = table.as_object().into_iter().flatten();
        routes.map(|(prefix, paths)| (prefix.clone(), paths[0]["stale"] == true)).collect()
    }
}

impl Gobgp {
    /// Whether herald has announced the capability of RFC 2918, code 2.
    pub(crate) fn knows_route_refresh(&self) -> bool {
        let capabilities = self.neighbor()["state"]["remote_cap"].take();
        let mut capabilities = capabilities.as_array().into_iter().flatten();
        capabilities.any(|capability| capability.to_string().contains("RouteRefreshCapability"))
    }

    fn neighbor(&self) -> Value {
        self.ask(&["neighbor"])[0].take()
    }

    fn ask(&self, arguments: &[&str]) -> Value {
        let mut command = self.command(&["-j"]);
        command.args(arguments);
        let text = run(command);
        serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error} in\n{text}"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = inside(&self.namespace, &self.client);
        command.args(arguments);
        command
    }
}

fn configuration(meeting: Meeting, protection: Protection) -> String {
    let (herald, own) = (meeting.herald_address(), meeting.peer_address());
    let passive = !meeting.peer_dials();
    let password = protection.password.map(|word| format!("auth-password = {word:?}"));
    let password = password.unwrap_or_default();
    let ttl_security = protection.ttl_security;
    format!(
        r#"[global.config]
  as = {PEER_AS}
  router-id = "10.9.0.2"
  local-address-list = ["{own}"]
[[neighbors]]
  [neighbors.config]
    neighbor-address = "{herald}"
    peer-as = {HERALD_AS}
    {password}
  [neighbors.timers.config]
    hold-time = 9
    keepalive-interval = 3
    connect-retry = 1
    idle-hold-time-after-reset = 1
  [neighbors.graceful-restart.config]
    enabled = true
    helper-only = true
    restart-time = 120
  [neighbors.ttl-security.config]
    enabled = {ttl_security}
    ttl-min = 255
  [neighbors.transport.config]
    passive-mode = {passive}
    local-address = "{own}"
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
    [neighbors.afi-safis.mp-graceful-restart.config]
      enabled = true
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv6-unicast"
"#
    )
}

/// A list of attributes by type code; a missing one stays at nothing.
fn seen(attributes: &Value) -> Seen {
    let by_type = |code: u64| {
        let list = attributes.as_array().into_iter().flatten();
        list.clone().find(|attribute| attribute["type"] == code).cloned().unwrap_or_default()
    };
    let numbers = |list: &Value| -> Vec<u64> {
        list.as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
    };
    let number = |value: u64| u32::try_from(value).expect("32 bits");
    let segments = by_type(2)["as_paths"].as_array().cloned().unwrap_or_default();
    let large = by_type(32)["value"].as_array().cloned().unwrap_or_default();
    let next_hop = [by_type(3)["nexthop"].clone(), by_type(14)["nexthop"].clone()];
    Seen {
        as_path: segments
            .iter()
            .flat_map(|segment| numbers(&segment["asns"]))
            .map(number)
            .collect(),
        next_hop: next_hop.iter().find_map(Value::as_str).unwrap_or_default().to_owned(),
        med: number(by_type(4)["metric"].as_u64().unwrap_or(0)),
        communities: sorted(
            numbers(&by_type(8)["communities"]).into_iter().map(community).collect(),
        ),
        large_communities: sorted(
            large
                .iter()
                .map(|part| {
                    format!("{}:{}:{}", part["ASN"], part["LocalData1"], part["LocalData2"])
                })
                .collect(),
        ),
    }
}
