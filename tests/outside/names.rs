//! A resolver that never answers.

use std::fs;
use std::net::UdpSocket;
use std::time::Duration;

use crate::support::config::Config;
use crate::support::herald::{Herald, directory};
use crate::support::netns::Net;
use crate::support::peer::Meeting;
use crate::support::wait::{SOON, during, eventually};

/// Names that are looked up, each of them by a check of its own.
const NAMES: usize = 12;
/// Threads: the one that decides, that of the log, one for each name, and some for files.
const THREADS: usize = 2 + NAMES + 4;

/// A service with a check of a file, which is there, and one for each name.
fn config(file: &str) -> Config {
    let config = Config::usual(Meeting::USUAL, "/nonexistent".as_ref())
        .drop("haproxy.local")
        .drop("service.web.check.backend")
        .set("service.web.check.file", "file", format!("{{ path = {file:?} }}"))
        .set("service.web.check.file", "interval", "\"200ms\"");
    (0..NAMES).fold(config, |config, number| {
        let (service, host) = (format!("service.s{number}"), format!("s{number}.example"));
        let (check, haproxy) = (format!("{service}.check.named"), format!("haproxy.s{number}"));
        let config = config.set(&service, "addresses", format!("[\"9.9.8.{number}/32\"]"));
        let asked = format!("{{ instance = \"s{number}\", backend = \"any\" }}");
        let timed = |config: Config, section: &str, interval: &str| {
            config.set(section, interval, "\"200ms\"").set(section, "timeout", "\"150ms\"")
        };
        match number % 4 {
            0 => timed(config, &check, "interval").set(
                &check,
                "tcp",
                format!("{{ address = \"{host}:80\" }}"),
            ),
            1 => timed(config, &check, "interval").set(
                &check,
                "http",
                format!("{{ url = \"http://{host}/\" }}"),
            ),
            2 => timed(config, &haproxy, "poll-interval")
                .set(&haproxy, "socket", format!("\"tcp:{host}:9999\""))
                .set(&check, "haproxy", asked),
            _ => timed(config, &haproxy, "poll-interval")
                .set(&haproxy, "url", format!("\"http://{host}/stats\""))
                .set(&check, "haproxy", asked),
        }
    })
}

#[test]
fn a_silent_resolver_takes_a_thread_for_each_name_and_no_more() {
    let (_net, ours, theirs) = Net::pair();
    let directory = directory("resolver");
    let (resolv, file) = (directory.path().join("resolv.conf"), directory.path().join("there"));
    fs::write(&resolv, "nameserver 10.9.0.2\noptions timeout:30\n").expect("a resolv.conf");
    fs::write(&file, "").expect("a file");
    let resolver = theirs.enter(|| UdpSocket::bind("10.9.0.2:53")).expect("a silent resolver");
    resolver.set_read_timeout(Some(SOON)).expect("a timeout");

    // `ip netns exec` has given it a mount namespace of its own.
    let mounted = format!("mount --bind {} /etc/resolv.conf && exec \"$@\"", resolv.display());
    let launcher = ["sh", "-c", &mounted, "sh"];
    let config = config(&file.display().to_string());
    let herald = Herald::spawn_by(&ours, &config, None, &launcher);
    eventually("herald answers", SOON, || {
        let answer = herald.ask(&["status"]);
        if answer.status.success() { Ok(()) } else { Err(answer) }
    });
    herald.service_becomes("up");
    resolver.recv(&mut [0; 512]).expect("a question");
    let mut most = 0;
    during(Duration::from_secs(8), || {
        assert_eq!(herald.service()["state"], "up", "{}", herald.service());
        let threads = fs::read_dir(format!("/proc/{}/task", herald.pid())).expect("it runs");
        most = most.max(threads.count());
    });
    assert!((NAMES..=THREADS).contains(&most), "{most} threads");
    let status = herald.status();
    let named = status["services"].as_array().into_iter().flatten();
    let named: Vec<_> = named.filter(|service| service["name"] != "web").collect();
    assert_eq!(named.len(), NAMES);
    for service in named {
        let because = service["checks"][0]["because"].as_str().unwrap_or_default();
        assert!(because.contains("150ms"), "{service}");
    }
}
