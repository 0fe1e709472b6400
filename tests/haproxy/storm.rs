//! Reloads in quick succession, with an event stream and with the fastest polling at once: nothing
//! that is dead is ever believed, nothing that lives is ever given up.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use herald::config::HaproxyInstance;
use herald::health::{Outcome, Sample};
use tokio::time::sleep;

use crate::events::{By, Scene};
use crate::lab::{Haproxy, Mode, Server, free_port};
use crate::watch::{Watch, is_healthy, never};

const RELOADS: usize = 10;
const APART: Duration = Duration::from_millis(700);

/// A frontend on this port, and its servers.
fn body(front: u16, defaults: &str, servers: &[Server]) -> String {
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

/// HAProxy in master-worker mode, and the probe with an eye on it every 5 ms.
async fn watched(by: By, body: &str) -> (Scene, Watch) {
    let mut scene = Scene::new(body);
    scene.haproxy.start(Mode::MasterWorker);
    scene.haproxy.answers().await;
    let poll_interval = Duration::from_millis(5);
    let watch = Watch::of(HaproxyInstance { poll_interval, ..scene.hearing(by) });
    (scene, watch)
}

/// Reloads again and again; each old worker is kept alive by a connection for a while. Gives every
/// sample of that time.
async fn storm(haproxy: &Haproxy, front: u16, watch: &mut Watch) -> Vec<Sample> {
    let reloads = async {
        let mut held = Vec::new();
        for _ in 0..RELOADS {
            held.push(TcpStream::connect(("127.0.0.1", front)).expect("the frontend listens"));
            haproxy.reload().await;
            sleep(APART).await;
        }
    };
    watch.samples_during(reloads).await
}

/// A client that asks `front` until it is dropped.
struct Load {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicU32>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Load {
    fn on(front: u16) -> Self {
        let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let (stopped, counted) = (Arc::clone(&stop), Arc::clone(&answered));
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::SeqCst) {
                if request(front).is_ok_and(|answer| answer.starts_with("HTTP/1.")) {
                    counted.fetch_add(1, Ordering::SeqCst);
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        Self { stop, answered, thread: Some(thread) }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the client ends");
        }
    }
}

fn request(front: u16) -> std::io::Result<String> {
    let mut client = TcpStream::connect(("127.0.0.1", front))?;
    client.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    client.read_to_string(&mut answer)?;
    Ok(answer)
}

async fn dead(by: By, servers: usize, defaults: &str) {
    let front = free_port();
    let servers: Vec<_> = (0..servers).map(|_| Server::dead()).collect();
    let (scene, mut watch) = watched(by, &body(front, defaults, &servers)).await;
    let before = watch.unhealthy().await;
    never(&before, "dead servers were believed at the start", is_healthy);
    let seen = storm(&scene.haproxy, front, &mut watch).await;
    never(&seen, "dead servers were believed after a reload", is_healthy);
    assert!(seen.len() > RELOADS * 20, "too few samples to tell: {}", seen.len());
}

#[tokio::test]
async fn one_dead_server_with_quick_checks_is_never_believed() {
    dead(By::Socket, 1, "inter 200ms fall 1").await;
}

#[tokio::test]
async fn four_dead_servers_with_quick_checks_are_never_believed() {
    dead(By::Ring, 4, "inter 200ms fall 1").await;
}

#[tokio::test]
async fn one_dead_server_with_slow_checks_is_never_believed() {
    dead(By::Ring, 1, "inter 2s fall 3 rise 2").await;
}

#[tokio::test]
async fn four_dead_servers_with_slow_checks_are_never_believed() {
    dead(By::Socket, 4, "inter 2s fall 3 rise 2").await;
}

async fn alive(by: By, defaults: &str) {
    let front = free_port();
    let servers = [Server::live(), Server::live()];
    let (scene, mut watch) = watched(by, &body(front, defaults, &servers)).await;
    watch.healthy().await;
    let load = Load::on(front);
    let seen = storm(&scene.haproxy, front, &mut watch).await;
    never(&seen, "a reload was taken for a failure", |sample| {
        matches!(sample.outcome, Outcome::Unhealthy | Outcome::Gone)
    });
    assert!(load.answered.load(Ordering::SeqCst) > 100, "there was no load");
    watch.healthy().await;
}

#[tokio::test]
async fn loaded_servers_with_quick_checks_are_never_given_up() {
    alive(By::Ring, "inter 200ms fall 1").await;
}

#[tokio::test]
async fn loaded_servers_with_slow_checks_are_never_given_up() {
    alive(By::Socket, "inter 2s fall 3 rise 2").await;
}

#[tokio::test]
async fn a_backend_that_a_reload_takes_away_is_unknown_until_it_returns() {
    let front = free_port();
    let servers = [Server::live()];
    let whole = body(front, "inter 200ms fall 1", &servers);
    let (scene, mut watch) = watched(By::Ring, &whole).await;
    watch.healthy().await;
    scene.configure(&whole.replace("http_back", "other"));
    let reload = scene.haproxy.reload();
    let seen = watch.samples_during(reload).await;
    let missing = watch.because("HAProxy has no backend http_back; it has other").await;
    assert_eq!(missing.outcome, Outcome::Unknown);
    scene.configure(&whole);
    let seen = [seen, watch.samples_during(scene.haproxy.reload()).await].concat();
    never(&seen, "it was taken for a failure", |sample| {
        matches!(sample.outcome, Outcome::Unhealthy | Outcome::Gone)
    });
    watch.healthy().await;
}

#[tokio::test]
async fn a_reload_that_haproxy_refuses_changes_nothing() {
    let front = free_port();
    let mut servers = [Server::live()];
    let (scene, mut watch) =
        watched(By::Socket, &body(front, "inter 100ms fall 1", &servers)).await;
    watch.healthy().await;
    let worker = scene.haproxy.worker();
    scene.configure("frontend broken\n  no such keyword\n");
    scene.haproxy.signal("USR2");
    let seen = watch.samples_during(sleep(Duration::from_secs(1))).await;
    never(&seen, "the old worker goes on", |sample| !is_healthy(sample));
    assert_eq!(scene.haproxy.worker(), worker);
    servers[0].kill();
    watch.because("s0: L4CON").await;
}
