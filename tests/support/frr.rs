//! FRRouting's bgpd, asked by vtysh.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::herald::directory;
use super::netns::Namespace;
use super::peer::{
    AsksForRefresh, HERALD_AS, KeepsRoutes, Meeting, PEER_AS, Peer, Protection, Seen, sorted,
};
use super::process::{Process, inside, output, program, run};
use super::wait::{SOON, eventually};

const BGPD: &str = "/usr/lib/frr/bgpd";

/// A bgpd without zebra: it learns routes and installs none.
pub(crate) struct Frr {
    namespace: Namespace,
    meeting: Meeting,
    vtysh: PathBuf,
    process: Process,
    directory: TempDir,
}

impl Peer for Frr {
    const NAME: &'static str = "FRR";
    const COUNTS_MESSAGES: bool = true;
    const ADMINISTRATIVE_SHUTDOWN: &'static str = "Cease/Administrative Shutdown";

    fn start_protected(namespace: &Namespace, meeting: Meeting, protection: Protection) -> Self {
        assert!(
            fs::exists(BGPD).unwrap_or(false),
            "{BGPD} is not installed: apt-get install frr, or tests/run"
        );
        let directory = directory("frr");
        let config = directory.path().join("bgpd.conf");
        fs::write(&config, configuration(meeting, protection)).expect("a configuration for bgpd");
        // vtysh complains without one.
        fs::write(directory.path().join("vtysh.conf"), "").expect("a configuration for vtysh");
        let process = Process::start(
            "bgpd",
            bgpd(namespace, meeting, &directory),
            &directory.path().join("log"),
        );
        let frr = Self {
            namespace: namespace.clone(),
            meeting,
            vtysh: program(&["vtysh"], "frr"),
            process,
            directory,
        };
        eventually("bgpd answers vtysh", SOON, || {
            let answer = output(&mut frr.command("show bgp summary json"));
            if answer.status.success() { Ok(()) } else { Err(answer) }
        });
        frr
    }

    fn is_established(&self) -> bool {
        self.neighbor()["bgpState"] == "Established"
    }

    fn times_established(&self) -> u64 {
        self.neighbor()["connectionsEstablished"].as_u64().unwrap_or(0)
    }

    fn routes(&self) -> BTreeMap<String, Seen> {
        let mut routes = BTreeMap::new();
        for family in ["ipv4", "ipv6"] {
            let table = self.show(&format!("show bgp {family} unicast json detail"));
            for (prefix, paths) in table["routes"].as_object().into_iter().flatten() {
                if let Some(path) = first_path(paths) {
                    routes.insert(prefix.clone(), seen(path));
                }
            }
        }
        routes
    }

    fn updates_received(&self) -> u64 {
        self.neighbor()["messageStats"]["updatesRecv"].as_u64().unwrap_or(0)
    }

    fn last_close(&self) -> String {
        let reason = self.neighbor()["lastNotificationReason"].take();
        let log = self.process.log();
        let of_interest = |line: &&str| line.contains("NOTIFICATION");
        let said = log.lines().filter(of_interest).collect::<Vec<_>>().join("\n");
        format!("{}\n{said}", reason.as_str().unwrap_or_default())
    }
}

impl KeepsRoutes for Frr {
    const DEAF_FOR: u32 = 0;

    fn kept(&self) -> BTreeMap<String, bool> {
        let table = self.show("show bgp ipv4 unicast json detail");
        let routes = table["routes"].as_object().into_iter().flatten();
        routes
            .filter_map(|(prefix, paths)| {
                Some((prefix.clone(), first_path(paths)?["stale"].as_bool().unwrap_or(false)))
            })
            .collect()
    }
}

impl AsksForRefresh for Frr {
    fn ask_for_refresh(&self) {
        run(self
            .command(&format!("clear bgp ipv4 unicast {} soft in", self.meeting.herald_address())));
    }
}

impl Frr {
    /// What vtysh prints for a `show … json`.
    pub(crate) fn show(&self, what: &str) -> Value {
        let text = run(self.command(what));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{what}: {error} in\n{text}"))
    }

    /// bgpd's view of herald.
    pub(crate) fn neighbor(&self) -> Value {
        let address = self.meeting.herald_address();
        self.show(&format!("show bgp neighbors {address} json"))[address.to_string()].take()
    }

    /// Adds lines about herald to the running configuration: `local-role customer` becomes
    /// `neighbor ADDRESS local-role customer`. The session begins anew.
    pub(crate) fn configure(&self, lines: &[&str]) {
        let herald = self.meeting.herald_address();
        let mut command = self.command("configure terminal");
        command.arg("-c").arg(format!("router bgp {PEER_AS}"));
        for line in lines {
            command.arg("-c").arg(format!("neighbor {herald} {line}"));
        }
        run(command);
        run(self.command(&format!("clear bgp {herald}")));
    }

    /// Announces an IPv4 prefix itself, or stops doing so.
    pub(crate) fn originate(&self, prefix: &str, announced: bool) {
        let no = if announced { "" } else { "no " };
        let mut command = self.command("configure terminal");
        command.arg("-c").arg(format!("router bgp {PEER_AS}"));
        command.args(["-c", "no bgp network import-check", "-c", "address-family ipv4 unicast"]);
        command.arg("-c").arg(format!("{no}network {prefix}"));
        run(command);
    }

    fn command(&self, what: &str) -> Command {
        let mut command = inside(&self.namespace, &self.vtysh);
        command.arg("--vty_socket").arg(self.directory.path());
        command.arg("--config_dir").arg(self.directory.path()).args(["-c", what]);
        command
    }
}

fn bgpd(namespace: &Namespace, meeting: Meeting, directory: &TempDir) -> Command {
    let file = |name: &str| directory.path().join(name);
    let mut command = inside(namespace, BGPD.as_ref());
    // -S keeps the user, so that it can write to a directory of ours instead of /var/run/frr.
    command.args(["-S", "-Z", "-n", "-P", "0", "-l", &meeting.peer_address().to_string()]);
    command.arg("-f").arg(file("bgpd.conf")).arg("-i").arg(file("bgpd.pid"));
    command.arg("-z").arg(file("zserv.api")).arg("--vty_socket").arg(directory.path());
    command.args(["--log", "stdout"]);
    command
}

fn configuration(meeting: Meeting, protection: Protection) -> String {
    let herald = meeting.herald_address();
    let passive = if meeting.peer_dials() { "" } else { "no-dial" };
    let password = protection.password.map(|word| format!("neighbor {herald} password {word}"));
    let password = password.unwrap_or_default();
    let ttl = match protection.ttl_security {
        true => format!("neighbor {herald} ttl-security hops 1"),
        false => String::new(),
    };
    let lines = format!(
        "router bgp {PEER_AS}
 bgp router-id 10.9.0.2
 bgp log-neighbor-changes
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 neighbor {herald} remote-as {HERALD_AS}
 neighbor {herald} timers 3 9
 neighbor {herald} timers connect 1
 {passive}
 {password}
 {ttl}
 address-family ipv4 unicast
  neighbor {herald} activate
 exit-address-family
 address-family ipv6 unicast
  neighbor {herald} activate
 exit-address-family
"
    );
    lines.replace("no-dial", &format!("neighbor {herald} passive"))
}

/// The first path of a prefix: FRR 8 lists it behind an entry about the prefix, later versions have
/// the paths under a name.
fn first_path(paths: &Value) -> Option<&Value> {
    let list = paths.get("paths").unwrap_or(paths).as_array()?;
    list.iter().find(|entry| entry.get("aspath").is_some())
}

fn seen(path: &Value) -> Seen {
    let strings = |list: &Value| -> Vec<String> {
        let list = list["string"].as_str().unwrap_or_default();
        sorted(list.split_whitespace().map(plain_community).collect())
    };
    let segments = path["aspath"]["segments"].as_array().cloned().unwrap_or_default();
    let as_path = segments
        .iter()
        .flat_map(|segment| segment["list"].as_array().cloned().unwrap_or_default())
        .filter_map(|asn| asn.as_u64().and_then(|asn| u32::try_from(asn).ok()))
        .collect();
    let next_hops = path["nexthops"].as_array().cloned().unwrap_or_default();
    let global = next_hops.iter().find(|hop| hop["scope"] != "link-local");
    Seen {
        as_path,
        next_hop: global.and_then(|hop| hop["ip"].as_str()).unwrap_or_default().to_owned(),
        med: path["metric"].as_u64().and_then(|med| u32::try_from(med).ok()).unwrap_or(0),
        communities: strings(&path["community"]),
        large_communities: strings(&path["largeCommunity"]),
    }
}

/// FRR prints well-known communities by name.
fn plain_community(text: &str) -> String {
    match text {
        "graceful-shutdown" => "65535:0",
        "no-export" => "65535:65281",
        "no-advertise" => "65535:65282",
        other => other,
    }
    .to_owned()
}
