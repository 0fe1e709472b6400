use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::thread;

use super::support::config::Config;
use super::support::herald::Herald;
use super::support::netns::{Namespace, Net};
use super::support::peer::Meeting;
use super::support::wait::timed;
use super::{PAGE, curl, with_page};

/// More than the listener takes at a time.
const CROWD: usize = 500;

/// herald alone, with nobody to talk to but whoever asks.
fn alone() -> (Herald, Namespace, Net) {
    let (net, ours, _) = Net::pair();
    let config = Config::usual(Meeting::USUAL, "/nonexistent".as_ref());
    (Herald::start(&ours, &with_page(config)), ours, net)
}

fn status(namespace: &Namespace, arguments: &[&str]) -> String {
    curl(namespace, &[&["-o", "/dev/null", "-w", "%{http_code}"][..], arguments].concat())
}

#[test]
fn every_answer_says_what_a_browser_may_do_with_it() {
    let (_herald, ours, _net) = alone();
    for path in ["", "page/main.js", "api/v1/status", "metrics", "livez", "nothing"] {
        let head = curl(&ours, &["-D", "-", "-o", "/dev/null", &format!("{PAGE}{path}")]);
        let head = head.to_lowercase();
        for line in [
            "content-security-policy: default-src 'none'; script-src 'self'",
            "frame-ancestors 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cross-origin-resource-policy: same-origin",
            "cache-control: no-store",
        ] {
            assert!(head.contains(line), "{path}: {line} in\n{head}");
        }
        assert!(!head.contains("access-control"), "{path}: {head}");
    }
}

#[test]
fn it_is_read_only_and_answers_to_nobody_elses_name() {
    let (_herald, ours, _net) = alone();
    assert_eq!(status(&ours, &[PAGE]), "200");
    assert_eq!(status(&ours, &["-I", PAGE]), "200");
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        assert_eq!(status(&ours, &["-X", method, PAGE]), "405", "{method}");
    }
    for path in ["api/v1/drain", "page/../../etc/passwd", "page/"] {
        let url = format!("{PAGE}{path}");
        assert_eq!(status(&ours, &["--path-as-is", "-X", "POST", &url]), "404", "{path}");
    }
    for host in ["evil.example", "evil.example:9642", "127.0.0.1.evil.example"] {
        assert_eq!(status(&ours, &["-H", &format!("Host: {host}"), PAGE]), "421", "{host}");
    }
    assert_eq!(status(&ours, &["-H", "Host: localhost:1234", PAGE]), "200");
    assert_eq!(status(&ours, &["-0", "-H", "Host:", &format!("{PAGE}livez")]), "200");
}

#[test]
fn clients_that_hang_cost_little_and_hinder_nobody() {
    let (herald, ours, _net) = alone();
    let before = memory(&herald);
    let hanging: Vec<TcpStream> = ours.enter(|| (0..CROWD).map(|_| half_a_request()).collect());
    let (time, code) = timed(|| status(&ours, &[PAGE]));
    assert_eq!(code, "200");
    let grown = memory(&herald).saturating_sub(before);
    assert!(grown < 4 << 10, "{grown} KiB for {CROWD} clients that hang");
    println!("{CROWD} clients hang: the page after {time:?}, {grown} KiB more");
    drop(hanging);
}

#[test]
fn a_flood_of_connections_hinders_nobody() {
    let (herald, ours, _net) = alone();
    let before = memory(&herald);
    thread::scope(|scope| {
        let flood =
            scope.spawn(|| ours.enter(|| (0..4 * CROWD).for_each(|_| drop(half_a_request()))));
        let mut asked = 0;
        while !flood.is_finished() || asked == 0 {
            assert_eq!(status(&ours, &[&format!("{PAGE}livez")]), "200");
            asked += 1;
        }
        let grown = memory(&herald).saturating_sub(before);
        println!("{} connections, {asked} answers meanwhile, {grown} KiB more", 4 * CROWD);
        assert!(grown < 4 << 10, "{grown} KiB");
    });
}

fn half_a_request() -> TcpStream {
    let mut stream = TcpStream::connect("127.0.0.1:9642").expect("the listener accepts");
    // Whoever is cut off while he speaks is one of those who make room.
    let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-");
    stream
}

/// Resident memory in KiB (proc(5), VmRSS).
fn memory(herald: &Herald) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", herald.pid())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
