use super::line::Line;

/// A line longer than this, in octets, is taken in pieces.
const LONGEST: usize = 64 << 10;

/// Reads what comes on a connection that follows a worker:
///
/// ```text
/// set timeout cli 1d   ─▶ an empty line
/// show info            ─▶ Name: HAProxy ... Pid: 123 ... and an empty line
/// show events          ─▶ the rings, and an empty line          (with a ring)
/// show events R -w -n  ─▶ log lines for as long as it lives     (with a ring)
/// prompt               ─▶ "> ", and nothing more                (without one)
/// ```
#[derive(Debug)]
pub(in super::super) struct Transcript {
    partial: Vec<u8>,
    ring: Option<String>,
    phase: Phase,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// `show info`, and the worker once it was named.
    Info(Option<u32>),
    /// The rings, and whether ours was among them.
    Rings(u32, bool),
    Events,
}

/// Something of note in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Heard {
    /// From here on we hear of this worker.
    Following(u32),
    /// A log line.
    Line(Line),
    /// HAProxy does not give what was asked for.
    Refused(Refusal),
}

/// Why a ring cannot be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Refusal {
    /// There is none of that name.
    NoRing,
    /// `show events` is not for this socket.
    Level,
}

impl Transcript {
    /// Nothing has come yet.
    pub(in super::super) fn new(ring: Option<String>) -> Self {
        Self { partial: Vec::new(), ring, phase: Phase::Info(None) }
    }

    /// Takes in what was received, in pieces of any length.
    pub(in super::super) fn take(&mut self, mut octets: &[u8]) -> Vec<Heard> {
        let mut heard = Vec::new();
        while let Some(end) = octets.iter().position(|octet| *octet == b'\n') {
            self.partial.extend_from_slice(&octets[..end]);
            octets = &octets[end + 1..];
            heard.extend(self.line());
        }
        self.partial.extend_from_slice(octets);
        if self.partial.len() > LONGEST {
            heard.extend(self.line());
        }
        heard
    }

    fn line(&mut self) -> Option<Heard> {
        let line = std::mem::take(&mut self.partial);
        let text = String::from_utf8_lossy(&line);
        match self.phase {
            Phase::Info(worker) => self.info(worker, &text),
            Phase::Rings(worker, found) => self.rings(worker, found, &text),
            Phase::Events => (!text.is_empty()).then(|| Heard::Line(Line::read(&line))),
        }
    }

    fn info(&mut self, worker: Option<u32>, text: &str) -> Option<Heard> {
        match worker.filter(|_| text.is_empty()) {
            Some(worker) if self.ring.is_some() => self.phase = Phase::Rings(worker, false),
            Some(worker) => {
                self.phase = Phase::Events;
                return Some(Heard::Following(worker));
            }
            None => {
                let named = text.strip_prefix("Pid: ").and_then(|pid| pid.trim().parse().ok());
                self.phase = Phase::Info(worker.or(named));
            }
        }
        None
    }

    fn rings(&mut self, worker: u32, found: bool, text: &str) -> Option<Heard> {
        if text.starts_with("Permission denied") {
            return Some(Heard::Refused(Refusal::Level));
        }
        if !text.is_empty() {
            let ours = ring_of(text).is_some_and(|name| self.ring.as_deref() == Some(name));
            self.phase = Phase::Rings(worker, found || ours);
            return None;
        }
        self.phase = Phase::Events;
        Some(if found { Heard::Following(worker) } else { Heard::Refused(Refusal::NoRing) })
    }
}

/// The name in a line of `show events`: `    herald     : type=buffer, 0 dropped, ...`.
fn ring_of(text: &str) -> Option<&str> {
    let (name, about) = text.split_once(" : ")?;
    about.starts_with("type=").then(|| name.trim())
}
