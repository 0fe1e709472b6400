use super::line::Line;

/// A line longer than this, in octets, is taken in pieces.
const LONGEST: usize = 64 << 10;

/// Reads what comes on a connection that follows a worker:
///
/// ```text
/// set timeout cli 1d   ─▶ an empty line
/// show info            ─▶ Name: HAProxy ... Pid: 123 ... and an empty line
/// show events R -n     ─▶ an empty line, or why not              (with a ring)
/// show events R -w -n  ─▶ log lines for as long as it lives      (with a ring)
/// prompt               ─▶ "> ", and nothing more                 (without one)
/// ```
///
/// The first `show events` reads nothing and ends at once: without it, HAProxy would say nothing when
/// all is well.
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
    /// Whether the ring can be read.
    Trial(u32),
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

impl Refusal {
    /// What is wrong with this ring, and the way out.
    pub(in super::super) fn words(self, ring: &str) -> String {
        match self {
            Self::NoRing => format!(
                "HAProxy has no ring {ring}: it needs a section `ring {ring}` and \
                 `log ring@{ring} local0 notice`"
            ),
            Self::Level => "permission denied: a ring is followed with `level operator` on the \
                            stats socket"
                .to_owned(),
        }
    }
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
            Phase::Trial(worker) => Some(self.trial(worker, &text)),
            Phase::Events => (!text.is_empty()).then(|| Heard::Line(Line::read(&line))),
        }
    }

    fn info(&mut self, worker: Option<u32>, text: &str) -> Option<Heard> {
        match worker.filter(|_| text.is_empty()) {
            Some(worker) if self.ring.is_some() => self.phase = Phase::Trial(worker),
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

    fn trial(&mut self, worker: u32, text: &str) -> Heard {
        match text {
            "" => {
                self.phase = Phase::Events;
                Heard::Following(worker)
            }
            "No such event sink" | "Nothing to report for this sink" => {
                Heard::Refused(Refusal::NoRing)
            }
            "Permission denied" => Heard::Refused(Refusal::Level),
            // Something happened between the two commands.
            line => Heard::Line(Line::read(line.as_bytes())),
        }
    }
}
