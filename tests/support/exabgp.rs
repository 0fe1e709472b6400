//! ExaBGP: it keeps no table, so one is made from the events that it hands to a helper process.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use serde_json::Value;
use tempfile::TempDir;

use super::herald::directory;
use super::netns::Namespace;
use super::peer::{AsksForRefresh, HERALD_AS, Meeting, PEER_AS, Peer, Protection, Seen, sorted};
use super::process::{Process, inside, program};
use super::wait::{SOON, eventually};

/// An exabgp with two helpers: one writes its events to a file, one passes on our commands.
pub(crate) struct Exabgp {
    process: Process,
    meeting: Meeting,
    directory: TempDir,
}

impl Peer for Exabgp {
    const NAME: &'static str = "ExaBGP";
    const COUNTS_MESSAGES: bool = true;
    const ADMINISTRATIVE_SHUTDOWN: &'static str = "NOTIFICATION 6/2";

    fn start_protected(namespace: &Namespace, meeting: Meeting, protection: Protection) -> Self {
        let directory = directory("exabgp");
        write_files(directory.path(), meeting, protection);
        let mut command = inside(namespace, "/usr/bin/env".as_ref());
        command.args([
            "exabgp.log.all=true",
            "exabgp.daemon.user=root",
            "exabgp.daemon.drop=false",
            "exabgp.api.cli=false",
        ]);
        if meeting.peer_dials() {
            command.arg("exabgp.tcp.once=false");
        }
        command.arg(format!("exabgp.tcp.bind={}", meeting.peer_address()));
        command.arg("exabgp.tcp.port=179").arg("exabgp.log.level=DEBUG");
        command.arg(program(&["exabgp"], "exabgp")).arg(directory.path().join("exabgp.conf"));
        let process = Process::start("exabgp", command, &directory.path().join("log"));
        let exabgp = Self { process, meeting, directory };
        eventually("exabgp has read its configuration", SOON, || {
            let log = exabgp.process.log();
            if log.contains("loaded new configuration successfully") { Ok(()) } else { Err(log) }
        });
        exabgp
    }

    fn is_established(&self) -> bool {
        let events = self.events();
        let states = events.iter().rev().find(|event| event["type"] == "state");
        states.is_some_and(|event| event["neighbor"]["state"] == "up")
    }

    fn times_established(&self) -> u64 {
        let events = self.events();
        events.iter().filter(|event| event["neighbor"]["state"] == "up").count() as u64
    }

    fn routes(&self) -> BTreeMap<String, Seen> {
        let mut routes = BTreeMap::new();
        for event in self.events() {
            if event["neighbor"]["state"] == "down" {
                routes.clear();
            }
            apply(&event["neighbor"]["message"]["update"], &mut routes);
        }
        routes
    }

    fn updates_received(&self) -> u64 {
        self.events().iter().filter(|event| event["type"] == "update").count() as u64
    }

    fn last_close(&self) -> String {
        notifications(&self.process.log()).join("\n")
    }
}

impl AsksForRefresh for Exabgp {
    fn ask_for_refresh(&self) {
        let command = format!(
            "neighbor {} announce route-refresh ipv4 unicast\n",
            self.meeting.herald_address()
        );
        let mut fifo = File::options().write(true).open(self.directory.path().join("commands"));
        let fifo = fifo.as_mut().expect("the helper reads the other end");
        fifo.write_all(command.as_bytes()).expect("a command for exabgp");
    }
}

impl Exabgp {
    /// How many End-of-RIB markers it has received since the session came up.
    pub(crate) fn ends_of_rib(&self) -> usize {
        let events = self.events();
        let of_session = events.iter().rev().take_while(|event| event["type"] != "state");
        of_session.filter(|event| !event["neighbor"]["message"]["eor"].is_null()).count()
    }

    /// The events so far; a line that is still being written does not count yet.
    fn events(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.directory.path().join("events")).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

fn write_files(directory: &Path, meeting: Meeting, protection: Protection) {
    let place = directory.display();
    // exabgp hands over a non-blocking pipe: `cat` would end at once, the shell's `read` waits.
    let watch =
        format!("while IFS= read -r line; do printf '%s\\n' \"$line\" >>'{place}/events'; done\n");
    // Opened for both, the pipe never ends for want of a writer.
    let obey = format!("exec cat <>'{place}/commands'\n");
    fs::write(directory.join("watch.sh"), watch).expect("a helper");
    fs::write(directory.join("obey.sh"), obey).expect("a helper");
    fs::write(directory.join("exabgp.conf"), configuration(directory, meeting, protection))
        .expect("a configuration");
    mkfifo(&directory.join("commands"), Mode::S_IRWXU).expect("a named pipe");
}

fn configuration(directory: &Path, meeting: Meeting, protection: Protection) -> String {
    let (herald, own, place) =
        (meeting.herald_address(), meeting.peer_address(), directory.display());
    let passive = if meeting.peer_dials() { "" } else { "passive;" };
    let password = protection.password.map(|word| format!("md5-password {word:?};"));
    let password = password.unwrap_or_default();
    let ttl = if protection.ttl_security { "outgoing-ttl 255; incoming-ttl 255;" } else { "" };
    format!(
        "process watch {{ run /bin/sh {place}/watch.sh; encoder json; }}
process obey {{ run /bin/sh {place}/obey.sh; encoder text; }}
neighbor {herald} {{
  router-id 10.9.0.2;
  local-address {own};
  local-as {PEER_AS};
  peer-as {HERALD_AS};
  hold-time 9;
  {passive} {password} {ttl}
  family {{ ipv4 unicast; ipv6 unicast; }}
  capability {{ route-refresh; graceful-restart 120; }}
  api {{ processes [ watch ]; neighbor-changes; receive {{ parsed; update; }} }}
  api {{ processes [ obey ]; }}
}}
"
    )
}

/// Applies one UPDATE event to a table.
fn apply(update: &Value, routes: &mut BTreeMap<String, Seen>) {
    for (_, prefixes) in update["withdraw"].as_object().into_iter().flatten() {
        for prefix in prefixes.as_array().into_iter().flatten() {
            routes.remove(prefix["nlri"].as_str().unwrap_or_default());
        }
    }
    for (_, next_hops) in update["announce"].as_object().into_iter().flatten() {
        for (next_hop, prefixes) in next_hops.as_object().into_iter().flatten() {
            for prefix in prefixes.as_array().into_iter().flatten() {
                if let Some(prefix) = prefix["nlri"].as_str() {
                    routes.insert(prefix.to_owned(), seen(&update["attribute"], next_hop));
                }
            }
        }
    }
}

fn seen(attributes: &Value, next_hop: &str) -> Seen {
    let numbers = |list: &Value| -> Vec<u32> {
        let list = list.as_array().into_iter().flatten();
        list.filter_map(|number| number.as_u64().and_then(|n| u32::try_from(n).ok())).collect()
    };
    let parts = |list: &Value| -> Vec<String> {
        let written =
            |tuple: &Value| numbers(tuple).iter().map(u32::to_string).collect::<Vec<_>>().join(":");
        sorted(list.as_array().into_iter().flatten().map(written).collect())
    };
    Seen {
        as_path: numbers(&attributes["as-path"]),
        next_hop: next_hop.to_owned(),
        med: attributes["med"].as_u64().and_then(|med| u32::try_from(med).ok()).unwrap_or(0),
        communities: parts(&attributes["community"]),
        large_communities: parts(&attributes["large-community"]),
    }
}

/// The NOTIFICATIONs in a debug log, as `NOTIFICATION 6/2 text`.
///
/// Taken from the octets: version 4.2 fails over the text of RFC 9003 while decoding it.
fn notifications(log: &str) -> Vec<String> {
    let payloads = log.lines().filter_map(|line| {
        let octets = line.split_once("received complete TCP payload")?.1.split_once(") ")?.1;
        Some(octets.replace(' ', ""))
    });
    let payloads: Vec<String> = payloads.collect();
    payloads
        .windows(2)
        .filter(|pair| pair[0].starts_with("FFFFFFFF") && pair[0].ends_with("03"))
        .filter_map(|pair| {
            let body = octets(&pair[1]);
            let (code, text) = body.split_at_checked(2)?;
            let text = String::from_utf8_lossy(text.get(1..).unwrap_or_default()).into_owned();
            Some(format!("NOTIFICATION {}/{} {text}", code[0], code[1]))
        })
        .collect()
}

/// The octets of a hexadecimal text.
fn octets(hexadecimal: &str) -> Vec<u8> {
    let digits = |at: usize| hexadecimal.get(at..at + 2);
    (0..hexadecimal.len())
        .step_by(2)
        .filter_map(|at| u8::from_str_radix(digits(at)?, 16).ok())
        .collect()
}
