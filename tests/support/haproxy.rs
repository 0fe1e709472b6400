//! HAProxy with one frontend and a backend of local servers, and its runtime socket.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use nix::sys::signal::Signal;
use tempfile::TempDir;

use super::herald::directory;
use super::netns::Namespace;
use super::process::{Process, inside, program};
use super::wait::{SOON, eventually};

/// The backend that herald watches.
pub(crate) const BACKEND: &str = "http_back";

/// HAProxy in master-worker mode. Servers are `s<port>` on 127.0.0.1.
pub(crate) struct Haproxy {
    namespace: Namespace,
    directory: TempDir,
    process: Option<Process>,
}

impl Haproxy {
    /// Everything but the start: the place of its socket is known, nobody answers there.
    pub(crate) fn prepared(namespace: &Namespace, ports: &[u16]) -> Self {
        let haproxy =
            Self { namespace: namespace.clone(), directory: directory("haproxy"), process: None };
        haproxy.write_servers(&quick_checks(ports));
        haproxy
    }

    /// Prepared and running.
    pub(crate) fn start(namespace: &Namespace, ports: &[u16]) -> Self {
        let mut haproxy = Self::prepared(namespace, ports);
        haproxy.run();
        haproxy
    }

    /// Starts it and waits until it answers.
    pub(crate) fn run(&mut self) {
        let mut command = inside(&self.namespace, &program(&["haproxy"], "haproxy"));
        command.args(["-W", "-db", "-f"]).arg(self.file("haproxy.cfg"));
        self.process = Some(Process::start("haproxy", command, &self.file("log")));
        eventually("haproxy answers on its socket", SOON, || self.try_ask("show info").map(drop));
    }

    /// Kills master and workers at once.
    pub(crate) fn kill(&mut self) {
        self.process = None;
    }

    /// Reloads; returns when a new worker answers.
    pub(crate) fn reload(&self) {
        let before = self.worker();
        let process = self.process.as_ref().expect("it runs");
        process.signal(Signal::SIGUSR2);
        eventually("a new worker answers", SOON, || {
            let worker = self.worker();
            if worker.is_some() && worker != before { Ok(()) } else { Err(worker) }
        });
    }

    /// Writes the configuration with these `server` lines; a running HAProxy reads it at a reload.
    pub(crate) fn write_servers(&self, servers: &str) {
        let socket = self.socket();
        let text = format!(
            "global
    stats socket {} mode 600 level admin
    stats timeout 10s
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend web
    bind 127.0.0.1:80
    default_backend {BACKEND}
backend {BACKEND}
{servers}",
            socket.display()
        );
        fs::write(self.file("haproxy.cfg"), text).expect("a configuration for haproxy");
    }

    /// The stats socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.file("haproxy.sock")
    }

    /// What the runtime socket answers to one command.
    pub(crate) fn ask(&self, command: &str) -> String {
        self.try_ask(command).expect("haproxy answers")
    }

    /// The pid of the worker that answers, as it says itself.
    fn worker(&self) -> Option<String> {
        let info = self.try_ask("show info").ok()?;
        info.lines().find_map(|line| line.strip_prefix("Pid: ")).map(str::to_owned)
    }

    fn try_ask(&self, command: &str) -> std::io::Result<String> {
        let mut socket = UnixStream::connect(self.socket())?;
        socket.set_read_timeout(Some(Duration::from_secs(2)))?;
        socket.write_all(format!("{command}\n").as_bytes())?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer)?;
        Ok(answer)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

/// One line per server, checked ten times a second, one answer enough for either verdict.
pub(crate) fn quick_checks(ports: &[u16]) -> String {
    ports
        .iter()
        .map(|port| {
            format!("    server s{port} 127.0.0.1:{port} check inter 100ms fall 1 rise 1\n")
        })
        .collect()
}
