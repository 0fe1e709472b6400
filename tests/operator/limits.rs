//! What a caller at the control socket may do, and what he may cost.

use std::fs::{self, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::process::{Command, Output};

use super::support::config::Config;
use super::support::herald::{BINARY, Herald};
use super::support::netns::Net;
use super::support::peer::Meeting;
use super::support::process::output;
use super::support::wait::{SOON, eventually, eventually_equals};

/// herald alone, with nobody to talk to but whoever calls.
struct Alone {
    herald: Herald,
    _net: Net,
}

impl Alone {
    fn start() -> Self {
        let (net, ours, _) = Net::pair();
        let config = Config::usual(Meeting::USUAL, "/nonexistent".as_ref());
        Self { herald: Herald::start(&ours, &config), _net: net }
    }

    /// A caller who has said this so far.
    fn caller(&self, said: &str) -> UnixStream {
        let mut stream = UnixStream::connect(self.herald.control_socket()).expect("it listens");
        stream.set_read_timeout(Some(SOON)).expect("a read timeout");
        // Whoever says too much is hung up on before the end.
        let _ = stream.write_all(said.as_bytes());
        stream
    }

    /// The status code that a request is answered with, 0 for none.
    fn code(&self, request: &str) -> u16 {
        let mut answer = Vec::new();
        let _ = self.caller(request).read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let code = answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        code.unwrap_or(0)
    }

    fn post(&self, resource: &str, body: &str) -> u16 {
        let length = body.len();
        self.code(&format!(
            "POST /api/v1/{resource} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    }

    fn descriptors(&self) -> usize {
        let all = fs::read_dir(format!("/proc/{}/fd", self.herald.pid())).expect("it runs");
        all.count()
    }
}

#[test]
fn who_is_not_in_its_group_is_not_heard() {
    let Alone { herald, _net } = Alone::start();
    let socket = herald.control_socket();
    let around = socket.parent().expect("a directory");
    fs::set_permissions(around, Permissions::from_mode(0o755)).expect("a directory of ours");
    let as_nobody = |groups: &str| -> Output {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", groups, BINARY, "withdraw", "web"]);
        output(command.arg("--socket").arg(&socket))
    };
    let refused = as_nobody("--clear-groups");
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("no permission to use") && said.contains("run as root"), "{said}");
    assert_eq!(refused.status.code(), Some(3));
    chown(&socket, None, Some(1)).expect("a socket of ours");
    let said = String::from_utf8_lossy(&as_nobody("--clear-groups").stderr).into_owned();
    assert!(said.contains("its group is daemon: adduser nobody daemon"), "{said}");
    chown(&socket, None, Some(0)).expect("a socket of ours");
    assert!(herald.service()["override"].is_null());
    // The socket of this herald is the group root's.
    let granted = as_nobody("--groups=0");
    assert!(granted.status.success(), "{granted:?}");
    assert_eq!(herald.service()["state"], "withdrawn");
}

#[test]
fn of_those_who_say_nothing_64_are_kept() {
    let alone = Alone::start();
    let before = alone.descriptors();
    let silent: Vec<UnixStream> = (0..200).map(|_| alone.caller("GET /api/v1/st")).collect();
    eventually_equals("the oldest are hung up on", &64, || {
        silent.iter().filter(|caller| is_open(caller)).count()
    });
    let more = alone.descriptors() - before;
    assert!(more <= 64, "{more} descriptors");
    assert!(is_open(&silent[199]) && !is_open(&silent[0]));
    assert!(alone.herald.ask(&["status"]).status.success());
}

fn is_open(mut caller: &UnixStream) -> bool {
    caller.set_nonblocking(true).expect("a socket may be non-blocking");
    matches!(caller.read(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock)
}

#[test]
fn of_what_a_caller_says_16_kib_are_read() {
    let alone = Alone::start();
    let head = |octets: usize| {
        let long = "x".repeat(octets);
        alone.code(&format!("GET /api/v1/status HTTP/1.1\r\nHost: x\r\nX-Long: {long}\r\n\r\n"))
    };
    assert_eq!(head(15 << 10), 200);
    assert_ne!(head(17 << 10), 200);
    let body = |octets: usize| alone.post("resume", &format!("{{{}}}", " ".repeat(octets)));
    assert_eq!((body(15 << 10), body(17 << 10)), (200, 413));
}

#[test]
fn a_reason_is_one_line_of_200_characters() {
    let alone = Alone::start();
    let withdraw = |reason: &str| {
        let body = serde_json::json!({ "reason": reason }).to_string();
        alone.post("services/web/withdraw", &body)
    };
    for wrong in ["two\nlines", "\u{1b}[31mred", &"x".repeat(201)] {
        assert_eq!(withdraw(wrong), 400, "{wrong:?}");
    }
    assert!(alone.herald.service()["override"].is_null());
    assert_eq!(withdraw(&"ü".repeat(200)), 200);
}

/// Whoever may ask for a reload may not choose what is read, and no other word takes a path or a program.
#[test]
fn no_caller_names_a_file_or_a_program() {
    let alone = Alone::start();
    for body in
        [r#"{"file":"/etc/shadow"}"#, r#"{"config":"/tmp/x"}"#, r#"{"command":["/bin/sh"]}"#]
    {
        for resource in ["reload", "drain", "services/web/withdraw"] {
            assert_eq!(alone.post(resource, body), 400, "{resource} {body}");
        }
    }
    assert_eq!(alone.post("reload", r#"{"dry-run":true}"#), 200);
    for path in ["/etc/shadow", "/../../etc/shadow", "/api/v1/../../etc/shadow"] {
        let answer = alone.code(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_eq!(answer, 404, "{path}");
    }
    assert!(alone.herald.service()["override"].is_null());
}

#[test]
fn of_those_who_follow_events_32_are_served() {
    let alone = Alone::start();
    let request = "GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n";
    let followers: Vec<UnixStream> = (0..32).map(|_| alone.caller(request)).collect();
    for mut follower in &followers {
        let mut head = [0; 12];
        follower.read_exact(&mut head).expect("an answer");
        assert_eq!(&head, b"HTTP/1.1 200");
    }
    assert_eq!(alone.code(request), 503);
    drop(followers);
    eventually("there is a place again", SOON, || {
        let mut head = [0; 12];
        alone.caller(request).read_exact(&mut head).map_err(|error| error.to_string())?;
        if &head == b"HTTP/1.1 200" { Ok(()) } else { Err(format!("{head:?}")) }
    });
}
