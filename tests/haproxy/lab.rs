//! A real HAProxy in a directory of its own, and servers behind it.

use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::support::wait;

/// How long anything may take that is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// Whether HAProxy runs alone, or as a master that replaces its worker at a reload.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Alone,
    MasterWorker,
}

/// A directory for one HAProxy, and the process while it runs.
pub(crate) struct Haproxy {
    directory: TempDir,
    process: Option<Child>,
}

impl Haproxy {
    /// Nothing runs yet; `body` is put below a `global` section with an admin socket.
    pub(crate) fn with_config(body: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        let haproxy = Self { directory, process: None };
        haproxy.configure(body);
        haproxy
    }

    /// `with_config` and `start` in one.
    pub(crate) fn started(body: &str) -> Self {
        let mut haproxy = Self::with_config(body);
        haproxy.start(Mode::Alone);
        haproxy
    }

    /// Puts `body` below the usual `global` section; a running HAProxy reads it at a reload.
    pub(crate) fn configure(&self, body: &str) {
        let global = format!(
            "global\n  stats socket {} mode 660 level admin\n  hard-stop-after 30s\n\
             defaults\n  mode http\n  timeout connect 1s\n  timeout client 20s\n  \
             timeout server 20s\n",
            self.socket().display()
        );
        fs::write(self.directory.path().join("haproxy.cfg"), global + body).unwrap();
    }

    /// The stats socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.directory.path().join("admin.sock")
    }

    /// A path beside the socket.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Starts the process; it answers a little later.
    pub(crate) fn start(&mut self, mode: Mode) {
        let mut command = Command::new("haproxy");
        command.arg("-f").arg(self.path("haproxy.cfg")).stdin(Stdio::null());
        command.arg(match mode {
            Mode::Alone => "-db",
            Mode::MasterWorker => "-W",
        });
        let log = fs::File::create(self.path("log")).unwrap();
        let started = command.stdout(Stdio::null()).stderr(log).process_group(0).spawn();
        self.process = Some(started.unwrap_or_else(|error| {
            panic!("haproxy cannot be started ({error}): apt-get install --no-install-recommends haproxy")
        }));
    }

    /// The process that was started: the only one, or the master.
    pub(crate) fn pid(&self) -> u32 {
        self.process.as_ref().expect("haproxy was started").id()
    }

    /// Sends a signal, named as kill(1) does, to the process that was started.
    pub(crate) fn signal(&self, name: &str) {
        kill(name, &self.pid().to_string());
    }

    /// Has the master replace its worker, and waits until the new one answers.
    pub(crate) async fn reload(&self) {
        let old = self.worker();
        let another = || self.worker().is_some_and(|pid| Some(pid) != old);
        // A signal that comes before the master has settled is lost.
        for _ in 0..PATIENCE.as_secs() {
            self.signal("USR2");
            if timeout(Duration::from_secs(1), until(another)).await.is_ok() {
                return;
            }
        }
        panic!("no new worker within {PATIENCE:?}");
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Puts one line on the socket and returns what comes.
    pub(crate) fn say(&self, line: &str) -> String {
        let mut stream = UnixStream::connect(self.socket()).expect("the stats socket answers");
        stream.write_all(format!("{line}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Waits until it answers.
    pub(crate) async fn answers(&self) {
        eventually("haproxy answers", || self.worker().is_some()).await;
    }

    /// Waits for the end of the process that was started.
    pub(crate) async fn ends(&mut self) {
        let pid = self.pid();
        let process = self.process.as_mut().expect("haproxy was started");
        for _ in 0..PATIENCE.as_millis() / 5 {
            if matches!(process.try_wait(), Ok(Some(_))) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("haproxy {pid} still runs after {PATIENCE:?}");
    }

    /// Waits until somebody beside the one who asks holds a connection to the stats socket.
    pub(crate) async fn is_followed(&self) {
        let conversations = || self.say("show sess").matches("proto=unix_stream").count();
        eventually("a connection that stays", || conversations() >= 2).await;
    }

    /// The worker that answers now, if one does.
    pub(crate) fn worker(&self) -> Option<u32> {
        let mut stream = UnixStream::connect(self.socket()).ok()?;
        stream.write_all(b"show info\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.lines().find_map(|line| line.strip_prefix("Pid: ")?.parse().ok())
    }
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Asked to end, a master takes its workers along; the group is what we started.
            kill("TERM", &process.id().to_string());
            let ended = (0..200).any(|_| {
                std::thread::sleep(Duration::from_millis(5));
                matches!(process.try_wait(), Ok(Some(_)))
            });
            if !ended {
                kill("KILL", &format!("-{}", process.id()));
                drop(process.wait());
            }
        }
        if std::thread::panicking() {
            eprintln!("haproxy said:\n{}", self.log());
        }
    }
}

/// Looks every few milliseconds until `done`, with patience.
pub(crate) async fn eventually(what: &str, done: impl Fn() -> bool) {
    let waited = timeout(PATIENCE, until(done)).await;
    assert!(waited.is_ok(), "waited {PATIENCE:?} for: {what}");
}

async fn until(done: impl Fn() -> bool) {
    while !done() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn kill(signal: &str, target: &str) {
    // A process that has already ended is no fault: kill(1) says so and nobody needs to read it.
    let quiet =
        Command::new("kill").args(["-s", signal, "--", target]).stderr(Stdio::null()).status();
    quiet.expect("kill(1) can be run");
}

/// A small HTTP server that answers 200 to anything, on a port of its own.
pub(crate) struct Server {
    pub(crate) port: u16,
    running: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl Server {
    /// A server that answers.
    pub(crate) fn live() -> Self {
        let mut server = Self { port: free_port(), running: None };
        server.revive();
        server
    }

    /// A port on which connections are refused.
    pub(crate) fn dead() -> Self {
        Self { port: free_port(), running: None }
    }

    /// Answers (again).
    pub(crate) fn revive(&mut self) {
        // A program that is being started may hold a copy of the listener before for a moment.
        let listener = wait::eventually("a port to listen on", PATIENCE, || {
            TcpListener::bind((Ipv4Addr::LOCALHOST, self.port))
        });
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                drop(stream.map(answer));
            }
        });
        self.running = Some((stop, thread));
    }

    /// Refuses connections from here on.
    pub(crate) fn kill(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            stop.store(true, Ordering::SeqCst);
            drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
            thread.join().expect("the server thread ends");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn answer(mut stream: TcpStream) {
    let mut request = [0; 1024];
    drop(stream.set_read_timeout(Some(Duration::from_millis(500))));
    if matches!(stream.read(&mut request), Ok(length) if length > 0) {
        // Who checks may have closed already.
        drop(stream.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    }
}

/// A port of which this process hands out each only once. The kernel's own choice for port 0 would
/// not do: it may give the same port to a connection of another test in the next moment.
pub(crate) fn free_port() -> u16 {
    /// Below 32768, where Linux begins to choose ports for connections.
    const PORTS: u32 = 20_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id().wrapping_mul(101);
    (0..PORTS)
        .map(|_| start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS + 12_000)
        .map(|port| u16::try_from(port).unwrap())
        .find(|port| is_free(*port))
        .expect("a free port below 32000")
}

/// Nothing listens there. Looked at without listening: a program that is being started holds a copy of
/// all our sockets until it runs, and two may be bound to a port, but only one may listen.
fn is_free(port: u16) -> bool {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_reuse_address(true).expect("an option of every socket");
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into()).is_ok()
}
