//! FRRouting's bfdd, alone: without zebra it knows no interfaces and needs none.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::detector::{Detector, Seen, Setup, THEIR_MIN_RX_MS, THEIR_MIN_TX_MS, THEIR_MULTIPLIER};
use crate::support::herald::directory;
use crate::support::netns::Namespace;
use crate::support::process::{Process, inside, output, program, run};
use crate::support::wait::{SOON, eventually};

const BFDD: &str = "/usr/lib/frr/bfdd";

pub(crate) struct Bfdd {
    namespace: Namespace,
    setup: Setup,
    process: Process,
    directory: TempDir,
}

impl Detector for Bfdd {
    const NAME: &'static str = "FRR";

    fn start(namespace: &Namespace, setup: Setup) -> Self {
        assert!(
            fs::exists(BFDD).unwrap_or(false),
            "{BFDD} is not installed: apt-get install frr, or tests/run"
        );
        let directory = directory("bfdd");
        let file = |name: &str| directory.path().join(name);
        fs::write(file("bfdd.conf"), configuration(setup)).expect("a configuration for bfdd");
        // vtysh complains without one.
        fs::write(file("vtysh.conf"), "").expect("a configuration for vtysh");
        // bfdd, unlike bgpd, always changes to its user, and then writes beside its configuration.
        let mut owner = Command::new("chown");
        owner.arg("-R").arg("frr:frr").arg(directory.path());
        run(owner);
        let process = Process::start("bfdd", bfdd(namespace, &directory), &file("log"));
        let bfdd = Self { namespace: namespace.clone(), setup, process, directory };
        eventually("bfdd answers vtysh", SOON, || {
            let answer = output(&mut bfdd.command(&["show bfd peers json"]));
            if answer.status.success() { Ok(()) } else { Err((answer, bfdd.process.log())) }
        });
        bfdd
    }

    fn session(&self) -> Option<Seen> {
        let peer = self.peer()?;
        let number = |key: &str| peer[key].as_u64().unwrap_or(0);
        let slower = number("receive-interval").max(number("remote-transmit-interval"));
        Some(Seen {
            is_up: peer["status"] == "up",
            detect_ms: number("remote-detect-multiplier") * slower,
        })
    }
}

impl Bfdd {
    /// herald in `show bfd peers json`.
    pub(crate) fn peer(&self) -> Option<Value> {
        let text = run(self.command(&["show bfd peers json"]));
        let peers: Value = serde_json::from_str(&text).expect("vtysh prints JSON");
        peers.as_array()?.iter().find(|peer| peer["multihop"] == self.setup.multihop).cloned()
    }

    /// Control packets that were sent to herald.
    pub(crate) fn packets_sent(&self) -> u64 {
        let text = run(self.command(&["show bfd peers counters json"]));
        let peers: Value = serde_json::from_str(&text).expect("vtysh prints JSON");
        peers[0]["control-packet-output"].as_u64().unwrap_or(0)
    }

    /// Sets or lifts AdminDown.
    pub(crate) fn hold_down(&self, held: bool) {
        let verb = if held { "shutdown" } else { "no shutdown" };
        let peer = peer_line(self.setup);
        run(self.command(&["configure terminal", "bfd", &peer, verb]));
    }

    fn command(&self, lines: &[&str]) -> Command {
        let mut command = inside(&self.namespace, &program(&["vtysh"], "frr"));
        command.arg("--vty_socket").arg(self.directory.path());
        command.arg("--config_dir").arg(self.directory.path());
        for line in lines {
            command.args(["-c", line]);
        }
        command
    }
}

fn bfdd(namespace: &Namespace, directory: &TempDir) -> Command {
    let file = |name: &str| directory.path().join(name);
    let mut command = inside(namespace, Path::new(BFDD));
    command.arg("-f").arg(file("bfdd.conf")).arg("-i").arg(file("bfdd.pid"));
    command.arg("-z").arg(file("zserv.api")).arg("--bfdctl").arg(file("bfdd.sock"));
    command.arg("--vty_socket").arg(directory.path()).args(["-P", "0", "--log", "stdout"]);
    command
}

fn peer_line(setup: Setup) -> String {
    let multihop = if setup.multihop { "multihop " } else { "" };
    format!("peer {} {multihop}local-address {}", setup.herald, setup.own)
}

fn configuration(setup: Setup) -> String {
    format!(
        "bfd
 {}
  receive-interval {THEIR_MIN_RX_MS}
  transmit-interval {THEIR_MIN_TX_MS}
  detect-multiplier {THEIR_MULTIPLIER}
  no shutdown
 !
!
",
        peer_line(setup)
    )
}
