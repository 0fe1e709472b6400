//! Servers that die, come back, leave and return by an operator's hand.

use std::io::Write;
use std::net::TcpStream;

use herald::base::Percent;
use herald::config::{HaproxyAddress, HaproxyCheck};
use herald::health::{Outcome, Sample};
use herald::probe::haproxy::verify;

use crate::lab::{Haproxy, Mode, Server, free_port};
use crate::watch::{Watch, check, instance, is_healthy, never};

/// Backend `http_back` with servers `s1`, `s2`, ... on these ports.
fn backend(defaults: &str, servers: &[&Server]) -> String {
    let lines = servers.iter().enumerate().map(|(index, server)| {
        format!("  server s{} 127.0.0.1:{} check\n", index + 1, server.port)
    });
    format!("backend http_back\n  option httpchk\n  default-server {defaults}\n")
        + &lines.collect::<String>()
}

#[tokio::test]
async fn dead_servers_are_never_healthy_at_the_start() {
    let dead = [Server::dead(), Server::dead(), Server::dead(), Server::dead()];
    let servers = dead.iter().collect::<Vec<_>>();
    let mut haproxy = Haproxy::with_config(&backend("inter 800ms rise 1 fall 2", &servers));
    let mut watch = Watch::socket(&haproxy.socket(), check("http_back"));
    assert_eq!(watch.next().await.outcome, Outcome::Gone, "not started yet");
    haproxy.start(Mode::Alone);
    let seen = watch.unhealthy().await;
    never(&seen, "dead servers were believed", is_healthy);
    let unproven = seen.iter().find(|sample| sample.outcome == Outcome::Unknown);
    let because = &unproven.expect("HAProxy calls them UP at first").because;
    assert!(because.as_str().contains("not checked yet"), "{because}");
}

#[tokio::test]
async fn the_death_and_the_return_of_servers_are_seen_with_their_reason() {
    let (mut one, mut two) = (Server::live(), Server::live());
    let haproxy = Haproxy::started(&backend("inter 50ms rise 1 fall 1", &[&one, &two]));
    let mut watch = Watch::socket(&haproxy.socket(), check("http_back"));
    watch.because("http_back: 2 of 2 servers up").await;
    one.kill();
    let half = watch.because("http_back: 1 of 2 servers up (s1: L4CON").await;
    assert_eq!(half.outcome, Outcome::Healthy { capacity: Percent::new(50).unwrap() });
    two.kill();
    let none = watch.unhealthy().await.pop().unwrap();
    assert!(none.because.as_str().contains("http_back: 0 of 2 servers up"), "{none:?}");
    // A check under way while it died may have found something else first.
    watch.because("s2: L4CON Connection refused").await;
    one.revive();
    watch.healthy().await;
}

/// A server goes into maintenance, dies there, and is made ready: HAProxy calls it UP on an old
/// result until its next check. That check may come at once, so the window is tried a few times.
async fn dead_server_leaves_maintenance(fall: u32) {
    let mut server = Server::live();
    let defaults = format!("inter 500ms rise 1 fall {fall}");
    let haproxy = Haproxy::started(&backend(&defaults, &[&server]));
    let mut watch = Watch::socket(&haproxy.socket(), check("http_back"));
    let doubted = |s: &Sample| s.because.as_str().contains("not checked since maintenance");
    for _ in 0..5 {
        watch.healthy().await;
        haproxy.say("set server http_back/s1 state maint");
        watch.because("s1: MAINT").await;
        server.kill();
        haproxy.say("set server http_back/s1 state ready");
        let seen = watch.until("s1 down", |s| s.because.as_str().contains("s1: L4")).await;
        never(&seen, "an old result was believed", is_healthy);
        if seen.iter().any(doubted) {
            return;
        }
        server.revive();
    }
    panic!("in five tries no answer fell between READY and the next check");
}

#[tokio::test]
async fn a_dead_server_that_leaves_maintenance_is_never_healthy_with_fall_1() {
    dead_server_leaves_maintenance(1).await;
}

#[tokio::test]
async fn a_dead_server_that_leaves_maintenance_is_never_healthy_with_fall_3() {
    dead_server_leaves_maintenance(3).await;
}

/// Maintenance that begins and ends between two polls.
async fn unseen_maintenance(fall: u32) {
    let mut server = Server::live();
    let defaults = format!("inter 800ms rise 1 fall {fall}");
    let haproxy = Haproxy::started(&backend(&defaults, &[&server]));
    let mut watch = Watch::socket(&haproxy.socket(), check("http_back"));
    watch.healthy().await;
    server.kill();
    haproxy.say("set server http_back/s1 state maint;set server http_back/s1 state ready");
    // One sample may wait in the channel, one before it, and one answer may be on its way.
    for _ in 0..3 {
        watch.next().await;
    }
    let seen = watch.unhealthy().await;
    never(&seen, "an old result was believed", is_healthy);
}

#[tokio::test]
async fn maintenance_between_two_polls_is_noticed_with_fall_1() {
    unseen_maintenance(1).await;
}

#[tokio::test]
async fn maintenance_between_two_polls_is_noticed_with_fall_3() {
    unseen_maintenance(3).await;
}

#[tokio::test]
async fn a_live_server_is_healthy_again_after_maintenance() {
    for fall in [1, 3] {
        let server = Server::live();
        let defaults = format!("inter 100ms rise 1 fall {fall}");
        let haproxy = Haproxy::started(&backend(&defaults, &[&server]));
        let mut watch = Watch::socket(&haproxy.socket(), check("http_back"));
        watch.healthy().await;
        haproxy.say("set server http_back/s1 state maint");
        watch.unhealthy().await;
        haproxy.say("set server http_back/s1 state ready");
        let seen = watch.healthy().await;
        never(&seen[1..], "it is up", |sample| {
            sample.outcome == Outcome::Gone || sample.because.as_str().contains("s1: L")
        });
    }
}

#[tokio::test]
async fn drain_and_weight_0_take_a_server_out_and_back() {
    let server = Server::live();
    let haproxy = Haproxy::started(&backend("inter 100ms rise 1 fall 3", &[&server]));
    let mut watch = Watch::socket(&haproxy.socket(), check("http_back"));
    watch.healthy().await;
    haproxy.say("set server http_back/s1 state drain");
    assert_eq!(watch.because("s1: DRAIN").await.outcome, Outcome::Unhealthy);
    haproxy.say("set server http_back/s1 state ready");
    watch.healthy().await;
    haproxy.say("set server http_back/s1 weight 0");
    watch.unhealthy().await;
    haproxy.say("set server http_back/s1 weight 100%");
    watch.healthy().await;
}

#[tokio::test]
async fn a_failed_request_takes_a_server_down_long_before_its_next_check() {
    let mut server = Server::live();
    let port = free_port();
    let front = format!("frontend in\n  bind 127.0.0.1:{port}\n  default_backend http_back\n");
    // A first check that fails on a busy machine is repeated soon.
    let observed =
        "inter 60s downinter 1s rise 1 fall 2 observe layer4 error-limit 1 on-error mark-down";
    let haproxy = Haproxy::started(&(front + &backend(observed, &[&server])));
    let mut watch = Watch::socket(&haproxy.socket(), check("http_back"));
    watch.healthy().await;
    server.kill();
    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    client.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let down = watch.unhealthy().await.pop().unwrap();
    assert!(down.because.as_str().contains("s1: HANA Detected 1"), "{down:?}");
}

#[tokio::test]
async fn unchecked_backup_tracking_and_absent_servers_count_as_the_manual_says() {
    let (live, dead) = (Server::live(), Server::dead());
    let (up, down) = (live.port, dead.port);
    let haproxy = Haproxy::started(&format!(
        "backend root\n  server r 127.0.0.1:{up} check inter 50ms\n\
         backend unchecked\n  server a 127.0.0.1:{down}\n\
         backend spare\n  default-server inter 50ms rise 1 fall 1\n  \
         server a 127.0.0.1:{down} check\n  server z 127.0.0.1:{up} check backup\n\
         backend tracking\n  server t 127.0.0.1:{down} track root/r\n\
         backend empty\n"
    ));
    let socket = haproxy.socket();

    let sample = Watch::socket(&socket, check("unchecked")).healthy().await.pop().unwrap();
    assert_eq!(sample.because.as_str(), "unchecked: 1 of 1 server up (a: unproven: no check)");

    let seen = Watch::socket(&socket, check("spare")).unhealthy().await;
    never(&seen, "the backup server was counted", is_healthy);
    let counting = HaproxyCheck { count_backup: true, ..check("spare") };
    Watch::socket(&socket, counting).because("spare: 1 of 2 servers up (a: L4CON").await;

    Watch::socket(&socket, check("tracking")).because("tracking: 1 of 1 server up").await;

    let empty = Watch::socket(&socket, check("empty")).next().await;
    assert_eq!(empty.outcome, Outcome::Unhealthy);
    assert_eq!(empty.because.as_str(), "empty: no servers");

    let missing = Watch::socket(&socket, check("http_back")).next().await;
    assert_eq!(missing.outcome, Outcome::Unknown);
    assert_eq!(
        missing.because.as_str(),
        "HAProxy has no backend http_back; it has empty, root, spare, tracking and 1 more"
    );

    let named =
        HaproxyCheck { servers: Some(["a".into(), "b".into()].into()), ..check("unchecked") };
    let absent = Watch::socket(&socket, named.clone()).next().await;
    assert_eq!(
        absent.because.as_str(),
        "unchecked: 1 of 2 servers up (a: unproven: no check, b: not in this backend)"
    );
    let asked = instance(HaproxyAddress::Unix(socket), named);
    assert_eq!(
        verify(&asked).await.unwrap_err(),
        [
            "service web, check backend: haproxy local has no server b in backend unchecked; it has a"
        ]
    );
}

#[tokio::test]
async fn a_paused_frontend_takes_the_service_down() {
    let server = Server::live();
    let port = free_port();
    let front = format!("frontend in\n  bind 127.0.0.1:{port}\n  default_backend http_back\n");
    let haproxy = Haproxy::started(&(front + &backend("inter 50ms rise 1 fall 1", &[&server])));
    let check = HaproxyCheck { frontend: Some("in".to_owned()), ..check("http_back") };
    let mut watch = Watch::socket(&haproxy.socket(), check);
    watch.healthy().await;
    haproxy.say("disable frontend in");
    let closed = watch.unhealthy().await.pop().unwrap();
    assert!(closed.because.as_str().starts_with("frontend in is "), "{closed:?}");
    haproxy.say("enable frontend in");
    watch.healthy().await;
}
