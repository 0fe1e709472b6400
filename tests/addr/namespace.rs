//! A network namespace for one test, gone with the test.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::IpAddr;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use netlink_packet_route::address::AddressAttribute;

const PREFIX: &str = "herald-addr-";
/// How long a test waits for something that should happen at once.
pub(crate) const SOON: Duration = Duration::from_secs(10);

/// A network namespace with `lo` up.
#[derive(Debug)]
pub(crate) struct Namespace {
    name: String,
}

/// An address as `ip -j addr` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) length: u64,
    pub(crate) label: Option<String>,
    pub(crate) scope: String,
    pub(crate) tentative: bool,
}

impl Namespace {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // SAFETY: reads a number of this process, touches no memory.
        let uid = unsafe { libc::geteuid() };
        assert_eq!(uid, 0, "these tests make network namespaces and need root: run them with sudo");
        remove_orphans();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let namespace = Self { name: format!("{PREFIX}{}-{number}", std::process::id()) };
        run(&["netns", "add", &namespace.name]).expect("ip netns add");
        namespace.ip("link set lo up");
        namespace
    }

    /// Runs `ip` inside, with arguments separated by blanks.
    pub(crate) fn ip(&self, arguments: &str) -> String {
        let result = self.try_ip(arguments);
        result.unwrap_or_else(|error| panic!("`ip {arguments}` in {}: {error}", self.name))
    }

    /// The same, where a failure is part of the test.
    pub(crate) fn try_ip(&self, arguments: &str) -> Result<String, String> {
        let inside = ["-n", &self.name];
        run(&inside.into_iter().chain(arguments.split(' ')).collect::<Vec<_>>())
    }

    /// Runs many `ip` commands, one a line, at the speed of one process.
    pub(crate) fn ip_batch(&self, lines: &str) {
        let path = std::env::temp_dir().join(format!("{}.batch", self.name));
        fs::write(&path, lines).expect("a batch file");
        self.ip(&format!("-batch {}", path.display()));
        fs::remove_file(&path).expect("the batch file is ours");
    }

    /// One address on an interface; `None` when it is not there.
    pub(crate) fn shown(&self, interface: &str, address: &str) -> Option<Shown> {
        self.all(interface).into_iter().find(|(a, _)| a == address).map(|(_, shown)| shown)
    }

    /// How many addresses an interface has.
    pub(crate) fn count(&self, interface: &str) -> usize {
        self.all(interface).len()
    }

    fn all(&self, interface: &str) -> Vec<(String, Shown)> {
        let json = self.ip(&format!("-j addr show dev {interface}"));
        let links: serde_json::Value = serde_json::from_str(&json).expect("JSON of ip");
        let infos = links[0]["addr_info"].as_array().cloned().unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let shown = |info: serde_json::Value| {
            let shown = Shown {
                length: info["prefixlen"].as_u64().expect("a length"),
                label: text(&info["label"]),
                scope: text(&info["scope"]).expect("a scope"),
                tentative: info["tentative"].as_bool() == Some(true),
            };
            (text(&info["local"]).expect("an address"), shown)
        };
        infos.into_iter().map(shown).collect()
    }

    /// IFA_PROTO of an address, which `ip` may be too old to show.
    pub(crate) fn mark(&self, address: &str) -> Option<u8> {
        let wanted: IpAddr = address.parse().expect("an address");
        self.inside(move || {
            block_on(async move {
                let (connection, handle, _) = rtnetlink::new_connection().expect("netlink");
                tokio::spawn(connection);
                let dump: Vec<_> =
                    handle.address().get().execute().try_collect().await.expect("a dump");
                let attributes = dump
                    .into_iter()
                    .map(|message| message.attributes)
                    .find(|all| all.contains(&AddressAttribute::Address(wanted)))
                    .unwrap_or_else(|| panic!("{wanted} is on no interface"));
                attributes.into_iter().find_map(|attribute| {
                    if let AddressAttribute::Protocol(mark) = attribute {
                        Some(u8::from(mark))
                    } else {
                        None
                    }
                })
            })
        })
    }

    /// Runs something on a thread that has entered the namespace.
    pub(crate) fn inside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        self.spawn(work).join().expect("the thread in the namespace ends well")
    }

    /// The same, without waiting for the end.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> thread::JoinHandle<T> {
        let path = Path::new("/run/netns").join(&self.name);
        thread::spawn(move || {
            let file = File::open(&path).expect("the namespace exists");
            // SAFETY: the descriptor is open for the whole call; only this thread changes namespace.
            let done = unsafe { libc::setns(file.as_raw_fd(), libc::CLONE_NEWNET) };
            assert_eq!(done, 0, "setns: {}", std::io::Error::last_os_error());
            work()
        })
    }

    /// Records the changes of addresses from now on.
    pub(crate) fn monitor(&self) -> Monitor {
        Monitor::start(self)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = run(&["netns", "del", &self.name]);
    }
}

/// `ip monitor address`, and what it has said.
pub(crate) struct Monitor {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Monitor {
    fn start(namespace: &Namespace) -> Self {
        let mut child = Command::new("ip")
            .args(["-o", "-n", &namespace.name, "monitor", "address"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("ip monitor");
        let (lines, output) = (Arc::default(), child.stdout.take().expect("a pipe"));
        let monitor = Self { child, lines: Arc::clone(&lines) };
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                lines.lock().expect("no panic in between").push(line);
            }
        });
        // Until it listens, nothing is heard: knock until it answers.
        wait_for("ip monitor to listen", || {
            namespace.ip("addr replace 127.0.0.100/32 dev lo");
            namespace.ip("addr del 127.0.0.100/32 dev lo");
            monitor.has_heard("127.0.0.100")
        });
        monitor
    }

    fn has_heard(&self, address: &str) -> bool {
        self.lines.lock().expect("no panic in between").iter().any(|line| line.contains(address))
    }

    /// All lines about an address up to now.
    pub(crate) fn lines_about(&self, namespace: &Namespace, address: &str) -> Vec<String> {
        // What comes after everything else, and has not come before.
        let last = format!("127.0.1.{}/32", self.lines.lock().expect("no panic in between").len());
        namespace.ip(&format!("addr add {last} dev lo"));
        wait_for("ip monitor to catch up", || self.has_heard(&last));
        let lines = self.lines.lock().expect("no panic in between");
        lines.iter().filter(|line| line.contains(address)).cloned().collect()
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks until a condition holds, and says what was awaited when it does not.
pub(crate) fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    while !holds() {
        assert!(Instant::now() < deadline, "waited {SOON:?} in vain for {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

fn run(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("ip")
        .args(arguments)
        .output()
        .map_err(|error| format!("cannot run `ip` ({error}): install iproute2"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

/// Removes what a run of these tests that was killed has left.
fn remove_orphans() {
    let Ok(entries) = fs::read_dir("/run/netns") else { return };
    for name in entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()) {
        let pid = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = run(&["netns", "del", &name]);
        }
    }
}
