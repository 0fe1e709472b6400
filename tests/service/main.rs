//! herald as a service: what it tells the service manager, what it may do, and its unit.
//!
//! | file | claims |
//! |---|---|
//! | `environment.rs` | whom herald asks, whatever the environment says of proxies |
//! | `manager.rs` | READY, STATUS, RELOADING, STOPPING and the watchdog, as a service manager hears them |
//! | `privileges.rs` | which capabilities which thread and child has, for root and for a user of its own |
//! | `sandbox.rs` | the unit's filter of system calls is enough for herald, and holds for what it starts |
//! | `secrets.rs` | no password leaves the process, and nobody looks into it |
//! | `unit.rs` | what systemd says of the unit |
//!
//! The package and the unit under a real systemd: `packaging/test-deb`.

mod environment;
mod manager;
mod privileges;
mod sandbox;
mod secrets;
#[path = "../support/mod.rs"]
mod support;
mod unit;

use std::fs;
use std::path::PathBuf;

use support::config::Config;
use support::herald::directory;
use support::netns::{Namespace, Net};
use support::peer::{Meeting, PEER_AS};
use support::speaker::{Listening, Speaker, open};
use tempfile::TempDir;

/// A user without any name.
const NOBODY: u32 = 65534;
/// As the unit starts herald: two capabilities, and no way to more.
const AS_THE_UNIT: [&str; 8] = [
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    "--inh-caps=-all,+net_admin,+net_bind_service",
    "--ambient-caps=+net_admin,+net_bind_service",
    "--bounding-set=-all,+net_admin,+net_bind_service",
    "--no-new-privs",
];

/// Two namespaces, and a file that the service follows; nobody listens on the other side yet.
struct Stage {
    directory: TempDir,
    ours: Namespace,
    theirs: Namespace,
    _net: Net,
}

impl Stage {
    fn new() -> Self {
        let (net, ours, theirs) = Net::pair();
        let directory = directory("service");
        fs::write(directory.path().join("ready"), "").expect("a writable directory");
        Self { directory, ours, theirs, _net: net }
    }

    /// The usual configuration with a service that is up as long as [`Self::ready`] is there.
    fn config(&self) -> Config {
        Config::usual(Meeting::USUAL, "/nonexistent".as_ref())
            .drop("haproxy.local")
            .drop("service.web.check.backend")
            .set("bgp", "hold-time", "\"90s\"")
            .set("service.web.check.own", "file", format!("{{ path = {:?} }}", self.ready()))
            .set("service.web.check.own", "interval", "\"20ms\"")
            .set("service.web.check.own", "rise", 1)
            .set("service.web.check.own", "fall", 1)
    }

    fn ready(&self) -> PathBuf {
        self.directory.path().join("ready")
    }

    fn listen(&self) -> Listening {
        Listening::on(&self.theirs, Meeting::USUAL.peer_address())
    }
}

/// Takes herald's connection and establishes the session.
fn establish(listening: &Listening) -> Speaker {
    let mut neighbor = listening.accept();
    neighbor.establish(&open(PEER_AS, 90, [10, 9, 0, 2]));
    neighbor
}
