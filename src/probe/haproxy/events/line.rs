/// What a log line of HAProxy means for somebody who waits for changes of its servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Line {
    /// A server, backend or proxy has changed.
    Change,
    /// Nothing we know: it may be the way in which another version tells of a change.
    Unheard,
    /// About traffic.
    Traffic,
}

/// What HAProxy's words for changes begin with, and what must follow. The words have been the same
/// from 1.5 to 3.x (`srv_update_status` in server.c, `set_backend_down` in backend.c, proxy.c, and
/// `set_server_check_status` in check.c, which with `option log-health-checks` tells of the very
/// check that proves a server).
const CHANGES: [(&str, &[&str]); 5] = [
    (
        "Server ",
        &[" is DOWN", " is UP", " is going DOWN", " is stopping", " enters ", " remains in "],
    ),
    ("ackend ", &[" has no server", " is DOWN", " is UP"]),
    ("Proxy ", &[" started", " stopped", " paused", " resumed"]),
    ("Health check for ", &[" succeeded", " failed", " conditionally"]),
    ("Running on backup", &[""]),
];

/// Severities 6 and 7 of RFC 5424: HAProxy logs requests at `info` and changes above.
const INFO: u32 = 6;

impl Line {
    /// Reads a line in any of HAProxy's formats: raw, or behind the header of RFC 3164, RFC 5424,
    /// `timed`, `iso`, `short` or `priority`. Who can log may write what he likes, requests of
    /// clients included, so nothing is concluded from a line but when to look.
    pub(in super::super) fn read(line: &[u8]) -> Self {
        let line = String::from_utf8_lossy(line);
        if CHANGES.iter().any(|(begin, rest)| tells(&line, begin, rest)) {
            Self::Change
        } else if severity(&line).is_some_and(|severity| severity >= INFO) || is_request(&line) {
            Self::Traffic
        } else {
            Self::Unheard
        }
    }
}

fn tells(line: &str, begin: &str, rest: &[&str]) -> bool {
    line.split_once(begin).is_some_and(|(_, said)| rest.iter().any(|word| said.contains(word)))
}

/// The severity in the priority that syslog lines begin with: `<134>` is facility 16, severity 6.
fn severity(line: &str) -> Option<u32> {
    let (priority, _) = line.strip_prefix('<')?.split_once('>')?;
    Some(priority.parse::<u32>().ok()? % 8)
}

/// HAProxy's own formats for requests and connections (`option httplog`, `option tcplog`) hold the
/// time of acceptance in brackets: `10.0.0.1:3344 [20/Nov/2026:15:00:48.123] front back/s1 ...`.
fn is_request(line: &str) -> bool {
    line.split_once(" [").is_some_and(|(_, accepted)| match accepted.as_bytes() {
        [d1, d2, b'/', _, _, _, b'/', ..] => d1.is_ascii_digit() && d2.is_ascii_digit(),
        _ => false,
    })
}
