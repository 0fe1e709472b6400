//! BIRD 2, asked by birdc.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::herald::directory;
use super::netns::Namespace;
use super::peer::{
    AsksForRefresh, HERALD_AS, KeepsRoutes, Meeting, PEER_AS, Peer, Protection, Seen, Transport,
    sorted,
};
use super::process::{Process, inside, output, program, run};
use super::wait::{SOON, eventually};

/// A bird without a kernel protocol: it learns routes and installs none.
pub(crate) struct Bird {
    namespace: Namespace,
    process: Process,
    directory: TempDir,
}

impl Peer for Bird {
    const NAME: &'static str = "BIRD";
    const COUNTS_MESSAGES: bool = false;
    const ADMINISTRATIVE_SHUTDOWN: &'static str = "Received: Administrative shutdown";

    fn start_protected(namespace: &Namespace, meeting: Meeting, protection: Protection) -> Self {
        let directory = directory("bird");
        let file = |name: &str| directory.path().join(name);
        fs::write(file("bird.conf"), configuration(meeting, protection))
            .expect("a configuration for bird");
        let mut command = inside(namespace, &program(&["bird"], "bird2"));
        command.arg("-f").arg("-c").arg(file("bird.conf"));
        command.arg("-s").arg(file("bird.ctl")).arg("-P").arg(file("bird.pid"));
        let process = Process::start("bird", command, &file("log"));
        let bird = Self { namespace: namespace.clone(), process, directory };
        eventually("bird answers birdc", SOON, || {
            let answer = output(&mut bird.command("show status"));
            if answer.status.success() { Ok(()) } else { Err(answer) }
        });
        bird
    }

    fn is_established(&self) -> bool {
        self.ask("show protocols all herald").contains("BGP state:          Established")
    }

    fn times_established(&self) -> u64 {
        self.process.log().matches("BGP session established").count() as u64
    }

    fn routes(&self) -> BTreeMap<String, Seen> {
        ["master4", "master6"]
            .iter()
            .flat_map(|table| routes(&self.ask(&format!("show route all table {table}"))))
            .collect()
    }

    fn updates_received(&self) -> u64 {
        let shown = self.ask("show protocols all herald");
        let counters = shown.lines().filter_map(|line| {
            let line = line.trim();
            line.strip_prefix("Import updates:").or_else(|| line.strip_prefix("Import withdraws:"))
        });
        counters.filter_map(|line| line.split_whitespace().next()?.parse::<u64>().ok()).sum()
    }

    fn last_close(&self) -> String {
        let log = self.process.log();
        log.lines().filter(|line| line.contains("<RMT>")).collect::<Vec<_>>().join("\n")
    }
}

impl KeepsRoutes for Bird {
    const DEAF_FOR: u32 = 0;

    /// BIRD does not mark the routes but the protocol, until all that is stale has been removed.
    fn kept(&self) -> BTreeMap<String, bool> {
        let routes = self.routes().into_keys();
        let stale = self.ask("show protocols all herald").contains("graceful restart active");
        routes.map(|prefix| (prefix, stale)).collect()
    }
}

impl AsksForRefresh for Bird {
    fn ask_for_refresh(&self) {
        self.ask("reload in herald");
    }
}

impl Bird {
    /// What birdc prints for a command.
    pub(crate) fn ask(&self, what: &str) -> String {
        run(self.command(what))
    }

    fn command(&self, what: &str) -> Command {
        let mut command = inside(&self.namespace, &program(&["birdc"], "bird2"));
        command.arg("-s").arg(self.directory.path().join("bird.ctl")).args(what.split(' '));
        command
    }
}

fn configuration(meeting: Meeting, protection: Protection) -> String {
    let (herald, own) = (meeting.herald_address(), meeting.peer_address());
    let passive = if meeting.peer_dials() { "off" } else { "on" };
    let zone = match meeting.transport {
        Transport::LinkLocal(device) => format!("interface {device:?};"),
        Transport::V4 | Transport::V6 => String::new(),
    };
    let password = protection.password.map(|word| format!("password {word:?};"));
    let password = password.unwrap_or_default();
    let ttl = if protection.ttl_security { "on" } else { "off" };
    format!(
        "log stderr all;
router id 10.9.0.2;
debug protocols {{ states, events }};
protocol device {{}}
protocol bgp herald {{
  local {own} as {PEER_AS};
  neighbor {herald} as {HERALD_AS};
  direct;
  {zone} {password}
  ttl security {ttl};
  passive {passive};
  strict bind yes;
  connect delay time 1;
  connect retry time 1;
  error wait time 1, 2;
  hold time 9;
  keepalive time 3;
  ipv4 {{ import all; export none; }};
  ipv6 {{ import all; export none; }};
}}
"
    )
}

/// The blocks of `show route all`: a line that begins with the prefix, indented lines below it.
fn routes(text: &str) -> Vec<(String, Seen)> {
    let mut found: Vec<(String, Seen)> = Vec::new();
    for line in text.lines() {
        let first = line.split_whitespace().next().unwrap_or_default();
        if !line.starts_with(char::is_whitespace) && first.contains('/') {
            found.push((first.to_owned(), nothing()));
        } else if let (Some((_, seen)), Some((key, value))) =
            (found.last_mut(), line.trim().split_once(": "))
        {
            learn(seen, key, value);
        }
    }
    found
}

fn nothing() -> Seen {
    Seen {
        as_path: Vec::new(),
        next_hop: String::new(),
        med: 0,
        communities: Vec::new(),
        large_communities: Vec::new(),
    }
}

fn learn(seen: &mut Seen, key: &str, value: &str) {
    match key {
        "BGP.as_path" => {
            seen.as_path = value.split(' ').filter_map(|asn| asn.parse().ok()).collect()
        }
        "BGP.next_hop" => {
            value.split(' ').next().unwrap_or_default().clone_into(&mut seen.next_hop)
        }
        "BGP.med" => seen.med = value.parse().expect("a number"),
        "BGP.community" => seen.communities = tuples(value),
        "BGP.large_community" => seen.large_communities = tuples(value),
        _ => {}
    }
}

/// `(65010,100) (65535, 0)` as `65010:100` and `65535:0`.
fn tuples(text: &str) -> Vec<String> {
    let inside = text.split(['(', ')']).map(str::trim).filter(|part| !part.is_empty());
    sorted(inside.map(|part| part.replace(", ", ":").replace(',', ":")).collect())
}
