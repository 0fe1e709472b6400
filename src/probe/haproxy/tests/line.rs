use super::super::events::Line;

/// Changes, as HAProxy 2.6 and 3.2 wrote them to a datagram socket and to a ring.
const CHANGES: [&str; 22] = [
    "Server be/s1 is DOWN, reason: Layer4 connection problem, info: \"Connection refused\", check duration: 0ms. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.",
    "Server be/s1 is DOWN, changed from CLI. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.",
    "Server be/s1 is DOWN via other/s1. 0 active and 0 backup servers left. Running on backup. 0 sessions active, 0 requeued, 0 remaining in queue.",
    "Server be/s1 is UP. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.",
    "Server be/s1 is UP, reason: Layer4 check passed, check duration: 0ms. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.",
    "Backup Server be/s9 is UP via other/s1. 1 active and 1 backup servers online. 0 sessions requeued, 0 total in queue.",
    "Server be/s1 is going DOWN for maintenance. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.",
    "Server be/s1 is going DOWN for maintenance (No IP for server ). 0 active and 0 backup servers left.",
    "Server be/s1 was DOWN and now enters maintenance.",
    "Server be/s1 is UP/READY (leaving forced maintenance).",
    "Server be/s1 is UP/DRAIN (leaving forced maintenance).",
    "Server be/s1 is UP (leaving forced drain).",
    "Server be/s1 remains in forced drain mode.",
    "Server be/s1 enters drain state. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.",
    "Server be/s1 is stopping, changed from CLI. 0 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.",
    "backend be has no server available!",
    "Proxy fe stopped (cumulated conns: FE: 1, BE: 0).",
    "Proxy be started.",
    "Health check for server be/s1 succeeded, reason: Layer4 check passed, check duration: 0ms, status: 3/3 UP.",
    "Health check for backup server be/s1 failed, reason: Layer4 connection problem, info: \"Connection refused\", check duration: 0ms, status: 2/3 UP.",
    "Health check for server be/s1 conditionally succeeded, reason: Layer7 check conditionally passed, code: 404, check duration: 1ms, status: 3/3 UP.",
    "Server be/s1 is UP, reason: Layer7 check passed, code: 200, check duration: 1ms. 2 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.",
];

/// Requests and connections.
const TRAFFIC: [&str; 4] = [
    "127.0.0.1:41866 [20/Nov/2026:15:00:48.123] front be/s1 0/0/0/1/1 200 100 - - ---- 1/1/0/0/0 0/0 \"GET / HTTP/1.1\"",
    "127.0.0.1:41866 [20/Nov/2026:15:00:48.123] front be/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/0 \"GET / HTTP/1.1\"",
    "127.0.0.1:41866 [20/Nov/2026:15:00:48.123] front be/s1 1/0/5 12 -- 1/1/0/0/0 0/0",
    "127.0.0.1:41866 [20/Nov/2026:15:00:48.123] front/1: SSL handshake failure",
];

/// The headers that HAProxy puts in front (`format` of its `log` line): none, RFC 3164 as a file and
/// as a datagram, RFC 5424, `priority`, `short`, `timed` and `iso`.
fn dressed(text: &str, severity: u32) -> [String; 8] {
    let priority = 16 * 8 + severity;
    [
        format!("{text}\n"),
        format!("<{priority}>Nov 20 15:00:48 haproxy[22676]: {text}\n"),
        format!("<{priority}>Nov 20 15:00:48 host haproxy[22676]: {text}\n"),
        format!("<{priority}>1 2026-11-20T15:00:48.123456+01:00 host haproxy 22676 - - {text}\n"),
        format!("<{priority}>{text}\n"),
        format!("<{severity}>{text}\n"),
        format!("<{severity}>2026-11-20T15:00:48.123456+01:00 {text}\n"),
        format!("2026-11-20T15:00:48.123456+01:00 {text}\n"),
    ]
}

#[test]
fn changes_are_known_in_every_format() {
    for text in CHANGES {
        for line in dressed(text, 1).iter().chain(&dressed(text, 6)) {
            assert_eq!(Line::read(line.as_bytes()), Line::Change, "{line}");
        }
    }
}

#[test]
fn requests_are_traffic_in_every_format() {
    for text in TRAFFIC {
        for line in dressed(text, 6).iter().chain(&dressed(text, 3)) {
            assert_eq!(Line::read(line.as_bytes()), Line::Traffic, "{line}");
        }
    }
}

#[test]
fn a_format_of_somebody_s_own_is_traffic_by_its_severity_and_unheard_of_without() {
    let request = r#"{"client":"192.0.2.1","status":200,"uri":"/"}"#;
    assert_eq!(Line::read(format!("<134>{request}").as_bytes()), Line::Traffic);
    assert_eq!(Line::read(format!("<135>{request}").as_bytes()), Line::Traffic);
    assert_eq!(Line::read(format!("<133>{request}").as_bytes()), Line::Unheard);
    assert_eq!(Line::read(request.as_bytes()), Line::Unheard);
}

#[test]
fn words_of_a_later_version_are_unheard_of_rather_than_traffic() {
    for line in ["<129>haproxy[7]: serveur be/s1 hors service", "be/s1: operational -> stopped"] {
        assert_eq!(Line::read(line.as_bytes()), Line::Unheard, "{line}");
    }
}

#[test]
fn octets_that_are_no_text_do_no_harm() {
    for line in [&b""[..], b"\n", b"\xff\xfe\x00", b"<", b"<>", b"<99999999999>", b" [", b" [1"] {
        assert_ne!(Line::read(line), Line::Change, "{line:?}");
    }
}
