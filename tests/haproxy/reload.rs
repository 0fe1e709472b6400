//! Workers that come and go: reloads, orderly stops, sudden deaths.

use std::net::TcpStream;
use std::time::Duration;

use herald::health::{Outcome, Sample};

use crate::lab::{Haproxy, Mode, Server, free_port};
use crate::watch::{Watch, check, is_healthy, never};

/// A frontend, for connections that keep an old worker alive, and a backend of these servers.
fn config(front: u16, defaults: &str, servers: &[Server]) -> String {
    let lines = servers
        .iter()
        .enumerate()
        .map(|(index, server)| format!("  server s{index} 127.0.0.1:{} check\n", server.port));
    format!(
        "frontend in\n  bind 127.0.0.1:{front}\n  default_backend http_back\n\
         backend http_back\n  default-server {defaults}\n{}",
        lines.collect::<String>()
    )
}

/// Reloads a few times, with polling alone; each old worker is kept alive by a connection.
async fn reloads(haproxy: &Haproxy, front: u16, watch: &mut Watch) -> Vec<Sample> {
    let reloads = async {
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(TcpStream::connect(("127.0.0.1", front)).expect("the frontend listens"));
            haproxy.reload().await;
            // The window in which HAProxy is wrong: its checks are spread over `inter`.
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
    };
    watch.samples_during(reloads).await
}

#[tokio::test]
async fn dead_servers_are_never_healthy_over_reloads() {
    let front = free_port();
    let servers = [Server::dead(), Server::dead(), Server::dead(), Server::dead()];
    let mut haproxy = Haproxy::with_config(&config(front, "inter 300ms rise 1 fall 3", &servers));
    haproxy.start(Mode::MasterWorker);
    let mut watch = Watch::socket(&haproxy.socket(), check("http_back"));
    let before = watch.unhealthy().await;
    never(&before, "dead servers were believed at the start", is_healthy);
    let seen = reloads(&haproxy, front, &mut watch).await;
    never(&seen, "dead servers were believed after a reload", is_healthy);
    let doubted = |sample: &Sample| sample.because.as_str().contains("not checked yet");
    assert!(seen.iter().any(doubted), "the window after a reload was not seen");
}

#[tokio::test]
async fn live_servers_are_never_unhealthy_over_reloads() {
    let front = free_port();
    let servers = [Server::live(), Server::live()];
    let mut haproxy = Haproxy::with_config(&config(front, "inter 200ms rise 2 fall 3", &servers));
    haproxy.start(Mode::MasterWorker);
    let mut watch = Watch::socket(&haproxy.socket(), check("http_back"));
    watch.healthy().await;
    let seen = reloads(&haproxy, front, &mut watch).await;
    never(&seen, "a reload was taken for a failure", |sample| {
        matches!(sample.outcome, Outcome::Unhealthy | Outcome::Gone)
    });
    watch.healthy().await;
}

#[tokio::test]
async fn an_orderly_stop_is_seen_while_old_connections_drain() {
    let front = free_port();
    let servers = [Server::live()];
    let haproxy = Haproxy::started(&config(front, "inter 50ms rise 1 fall 1", &servers));
    let mut watch = Watch::socket(&haproxy.socket(), check("http_back"));
    watch.healthy().await;
    let held = TcpStream::connect(("127.0.0.1", front)).expect("the frontend listens");
    haproxy.signal("USR1");
    let seen = watch.until("HAProxy gone", |sample| sample.outcome == Outcome::Gone).await;
    let because = &seen.last().unwrap().because;
    assert!(because.as_str().starts_with("HAProxy is gone: "), "{because}");
    drop(held);
}

#[tokio::test]
async fn a_killed_haproxy_is_gone_at_the_next_question() {
    let servers = [Server::live()];
    let haproxy = Haproxy::started(&config(free_port(), "inter 50ms rise 1 fall 1", &servers));
    let mut watch = Watch::socket(&haproxy.socket(), check("http_back"));
    watch.healthy().await;
    haproxy.signal("KILL");
    let seen = watch.until("HAProxy gone", |sample| sample.outcome == Outcome::Gone).await;
    never(&seen, "a death is no unhealthy answer", |s| s.outcome == Outcome::Unhealthy);
    let because = &seen.last().unwrap().because;
    assert!(because.as_str().starts_with("HAProxy is gone: "), "{because}");
}

#[tokio::test]
async fn a_restarted_haproxy_begins_without_credit() {
    let mut servers = [Server::live()];
    let config = config(free_port(), "inter 800ms rise 1 fall 1", &servers);
    let mut haproxy = Haproxy::started(&config);
    let mut watch = Watch::socket(&haproxy.socket(), check("http_back"));
    watch.healthy().await;
    haproxy.signal("KILL");
    watch.until("HAProxy gone", |sample| sample.outcome == Outcome::Gone).await;
    servers[0].kill();
    haproxy.start(Mode::Alone);
    let seen = watch.unhealthy().await;
    never(&seen, "the memory of the old process was believed", is_healthy);
}
