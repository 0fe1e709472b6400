//! Network namespaces with unique names, linked by veth pairs, removed with the value that holds them.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{self, Command};
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use nix::sched::{CloneFlags, setns};
use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;

use super::process::{output, run};

/// Names are `ht<pid of the test process>-<n>-<role>`: the pid tells what an aborted run left.
const PREFIX: &str = "ht";

static NEXT: AtomicU32 = AtomicU32::new(0);
static SWEPT: Once = Once::new();

/// A network of namespaces of one test.
pub(crate) struct Net {
    number: u32,
    namespaces: Vec<Namespace>,
}

/// One namespace; a name that can be cloned freely. [`Net`] owns the thing itself.
#[derive(Debug, Clone)]
pub(crate) struct Namespace(String);

impl Net {
    /// An empty network.
    pub(crate) fn new() -> Self {
        SWEPT.call_once(sweep);
        Self { number: NEXT.fetch_add(1, Ordering::Relaxed), namespaces: Vec::new() }
    }

    /// Two namespaces, `herald` with .1 and `peer` with .2 of 10.9.0.0/24 and fd00:9::/64.
    pub(crate) fn pair() -> (Self, Namespace, Namespace) {
        let mut net = Self::new();
        let (herald, peer) = (net.namespace("herald"), net.namespace("peer"));
        link(
            &herald,
            "eth0",
            &["10.9.0.1/24", "fd00:9::1/64"],
            &peer,
            "eth0",
            &["10.9.0.2/24", "fd00:9::2/64"],
        );
        (net, herald, peer)
    }

    /// A new namespace with its loopback up.
    pub(crate) fn namespace(&mut self, role: &str) -> Namespace {
        let namespace = Namespace(format!("{PREFIX}{}-{}-{role}", process::id(), self.number));
        run(ip(&["netns", "add", namespace.name()]));
        self.namespaces.push(namespace.clone());
        namespace.ip(&["link", "set", "lo", "up"]);
        namespace
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        for namespace in &self.namespaces {
            remove(namespace.name());
        }
    }
}

impl Namespace {
    /// Its name, as `ip netns` knows it.
    pub(crate) fn name(&self) -> &str {
        &self.0
    }

    /// Runs `ip -n NAME arguments` and returns what it prints.
    pub(crate) fn ip(&self, arguments: &[&str]) -> String {
        let mut command = ip(&["-n", self.name()]);
        command.args(arguments);
        run(command)
    }

    /// Runs `work` on a thread inside the namespace; sockets made there stay there.
    pub(crate) fn enter<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        thread::scope(|scope| {
            let inside = scope.spawn(|| {
                self.move_thread_here();
                work()
            });
            inside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// Moves the calling thread, and only it, into the namespace for good.
    pub(crate) fn move_thread_here(&self) {
        let file = File::open(self.path()).expect("the namespace exists");
        setns(file, CloneFlags::CLONE_NEWNET).expect("root may enter a network namespace");
    }

    /// Addresses on the loopback besides 127.0.0.1 and ::1, as `ip -json address` shows them.
    pub(crate) fn loopback_addresses(&self) -> Vec<LoopbackEntry> {
        let text = self.ip(&["-json", "address", "show", "dev", "lo"]);
        let shown: serde_json::Value = serde_json::from_str(&text).expect("ip prints JSON");
        let entries = shown[0]["addr_info"].as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|entry| LoopbackEntry {
                address: format!(
                    "{}/{}",
                    entry["local"].as_str().unwrap_or("?"),
                    entry["prefixlen"]
                ),
                label: entry["label"].as_str().map(str::to_owned),
            })
            .filter(|entry| !matches!(entry.address.as_str(), "127.0.0.1/8" | "::1/128"))
            .collect()
    }

    /// Whether `address` (with its length) is on the loopback.
    pub(crate) fn has_loopback(&self, address: &str) -> bool {
        self.loopback_addresses().iter().any(|entry| entry.address == address)
    }

    /// How many TCP connections to or from port 179 are established here.
    pub(crate) fn bgp_connections(&self) -> usize {
        let mut command = ip(&["netns", "exec", self.name()]);
        command.args(["ss", "-Htn", "state", "established", "( sport = :179 or dport = :179 )"]);
        run(command).lines().count()
    }

    /// How many TCP sockets on port 179 are in `state` here, as ss(8) names states.
    pub(crate) fn tcp_sockets(&self, state: &str) -> usize {
        let mut command = ip(&["netns", "exec", self.name()]);
        command.args(["ss", "-Htan", "state", state, "( sport = :179 or dport = :179 )"]);
        run(command).lines().count()
    }

    fn path(&self) -> PathBuf {
        PathBuf::from("/var/run/netns").join(self.name())
    }
}

/// An address of the loopback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoopbackEntry {
    /// With its length.
    pub address: String,
    /// IPv4 only.
    pub label: Option<String>,
}

/// A veth pair with an end and addresses in each namespace. It never touches the machine's own.
pub(crate) fn link(
    a: &Namespace,
    a_device: &str,
    a_addresses: &[&str],
    b: &Namespace,
    b_device: &str,
    b_addresses: &[&str],
) {
    let ends = [(a, a_device, a_addresses), (b, b_device, b_addresses)];
    run(ip(&[
        "link",
        "add",
        a_device,
        "netns",
        a.name(),
        "type",
        "veth",
        "peer",
        "name",
        b_device,
        "netns",
        b.name(),
    ]));
    for (namespace, device, addresses) in ends {
        for address in addresses {
            // Duplicate address detection would keep an IPv6 address from being used for a second.
            let last = if address.contains(':') { &["nodad"][..] } else { &[] };
            namespace.ip(&[&["address", "add", address, "dev", device], last].concat());
        }
        namespace.ip(&["link", "set", device, "up"]);
    }
}

fn ip(arguments: &[&str]) -> Command {
    let mut command = Command::new("ip");
    command.args(arguments);
    command
}

/// Kills what still runs in a namespace, then deletes it.
fn remove(name: &str) {
    let pids = output(&mut ip(&["netns", "pids", name])).stdout;
    for pid in String::from_utf8_lossy(&pids).lines().filter_map(|line| line.trim().parse().ok()) {
        // A process that ended in the meantime is what is wanted.
        let _ = signal::kill(Pid::from_raw(pid), Signal::SIGKILL);
    }
    // Failing here must not hide the failure of a test; the next run tries again.
    let _ = output(&mut ip(&["netns", "delete", name]));
}

/// Removes the namespaces and directories of test processes that no longer exist.
fn sweep() {
    for name in entries("/var/run/netns") {
        if owner(&name, PREFIX).is_some_and(is_gone) {
            remove(&name);
        }
    }
    for name in entries(std::env::temp_dir()) {
        if owner(&name, super::herald::DIRECTORY_PREFIX).is_some_and(is_gone) {
            let _ = fs::remove_dir_all(std::env::temp_dir().join(name));
        }
    }
}

fn entries(directory: impl Into<PathBuf>) -> Vec<String> {
    let Ok(listing) = fs::read_dir(directory.into()) else { return Vec::new() };
    listing.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// The pid in a name made of `prefix`, a pid, a dash and something.
fn owner(name: &str, prefix: &str) -> Option<u32> {
    name.strip_prefix(prefix)?.split_once('-')?.0.parse().ok()
}

fn is_gone(pid: u32) -> bool {
    !PathBuf::from(format!("/proc/{pid}")).exists()
}
