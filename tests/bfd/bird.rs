//! BIRD 2 with its bfd protocol and nothing else.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use crate::detector::{Detector, Seen, Setup, THEIR_MIN_RX_MS, THEIR_MIN_TX_MS, THEIR_MULTIPLIER};
use crate::support::herald::directory;
use crate::support::netns::Namespace;
use crate::support::process::{Process, inside, output, program, run};
use crate::support::wait::{SOON, eventually};

pub(crate) struct Bird {
    namespace: Namespace,
    setup: Setup,
    process: Process,
    directory: TempDir,
}

impl Detector for Bird {
    const NAME: &'static str = "BIRD";

    fn start(namespace: &Namespace, setup: Setup) -> Self {
        let directory = directory("bird-bfd");
        let file = |name: &str| directory.path().join(name);
        fs::write(file("bird.conf"), configuration(setup)).expect("a configuration for bird");
        let mut command = inside(namespace, &program(&["bird"], "bird2"));
        command.arg("-f").arg("-c").arg(file("bird.conf"));
        command.arg("-s").arg(file("bird.ctl")).arg("-P").arg(file("bird.pid"));
        let process = Process::start("bird", command, &file("log"));
        let bird = Self { namespace: namespace.clone(), setup, process, directory };
        eventually("bird answers birdc", SOON, || {
            let answer = output(&mut bird.command("show status"));
            if answer.status.success() { Ok(()) } else { Err((answer, bird.process.log())) }
        });
        bird
    }

    /// A row is address, interface, state, since, interval, timeout; the last two in seconds.
    fn session(&self) -> Option<Seen> {
        let shown = run(self.command("show bfd sessions"));
        let herald = self.setup.herald.to_string();
        let row = shown.lines().find(|line| line.split_whitespace().next() == Some(&herald))?;
        let cells: Vec<&str> = row.split_whitespace().collect();
        let timeout: f64 = cells.last()?.parse().ok()?;
        Some(Seen { is_up: cells[2] == "Up", detect_ms: (timeout * 1000.0).round() as u64 })
    }
}

impl Bird {
    fn command(&self, what: &str) -> Command {
        let mut command = inside(&self.namespace, &program(&["birdc"], "bird2"));
        command.arg("-s").arg(self.directory.path().join("bird.ctl")).args(what.split(' '));
        command
    }
}

fn configuration(setup: Setup) -> String {
    let Setup { own, herald, multihop } = setup;
    let multihop = if multihop { "on" } else { "off" };
    let intervals = format!(
        "min tx interval {THEIR_MIN_TX_MS} ms; min rx interval {THEIR_MIN_RX_MS} ms; \
         idle tx interval 1 s; multiplier {THEIR_MULTIPLIER};"
    );
    format!(
        "log stderr all;
router id 10.9.0.2;
protocol device {{}}
protocol bfd {{
  interface \"*\" {{ {intervals} }};
  multihop {{ {intervals} }};
  neighbor {herald} local {own} multihop {multihop};
}}
"
    )
}
