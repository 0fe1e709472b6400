//! Changes that HAProxy tells of: by its log datagrams, by a ring, and by its end. Unless a test says
//! otherwise the regular questions are an hour apart, so whatever is seen here was seen by an event.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use herald::config::{EventSocket, HaproxyAddress, HaproxyCheck, HaproxyInstance, MinUp};
use herald::health::Outcome;
use herald::probe::haproxy::ring_fault;
use herald::status::{StreamState, StreamStatus};

use crate::lab::{Haproxy, Mode, Server, eventually, free_port};
use crate::watch::{Watch, check, instance};

const HOUR: Duration = Duration::from_secs(3600);

/// One of the ways in which an instance hears of changes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum By {
    Socket,
    Udp,
    Ring,
}

const ALL: [By; 3] = [By::Socket, By::Udp, By::Ring];

/// A HAProxy that logs in every way.
pub(crate) struct Scene {
    pub(crate) haproxy: Haproxy,
    port: u16,
}

impl Scene {
    /// Nothing runs yet.
    pub(crate) fn new(body: &str) -> Self {
        let scene = Self { haproxy: Haproxy::with_config(""), port: free_port() };
        scene.configure(body);
        scene
    }

    /// With one process that answers.
    async fn started(body: &str) -> Self {
        let mut scene = Self::new(body);
        scene.haproxy.start(Mode::Alone);
        scene.haproxy.answers().await;
        scene
    }

    pub(crate) fn configure(&self, body: &str) {
        self.haproxy.configure(&format!(
            "global\n  log {} local0 notice\n  log 127.0.0.1:{} local0 notice\n  \
             log ring@herald local0 notice\n\
             ring herald\n  format raw\n  maxlen 1024\n  size 32768\n\
             defaults\n  mode http\n  log global\n  timeout connect 1s\n  timeout client 20s\n  \
             timeout server 20s\n{body}",
            self.haproxy.path("events.sock").display(),
            self.port
        ));
    }

    /// An instance that is hardly ever asked without a reason, and has no reason.
    fn quiet(&self) -> HaproxyInstance {
        let address = HaproxyAddress::Unix(self.haproxy.socket());
        HaproxyInstance { poll_interval: HOUR, ..instance(address, check("http_back")) }
    }

    /// The same with a way to hear of changes.
    pub(crate) fn hearing(&self, by: By) -> HaproxyInstance {
        let mut instance = self.quiet();
        match by {
            By::Socket => {
                let path = self.haproxy.path("events.sock");
                instance.event_socket = Some(EventSocket::Unix(path));
            }
            By::Udp => {
                let address = ([127, 0, 0, 1], self.port).into();
                instance.event_socket = Some(EventSocket::Udp(address));
            }
            By::Ring => instance.event_ring = Some("herald".to_owned()),
        }
        instance
    }
}

fn backend(defaults: &str, servers: &[&Server]) -> String {
    let lines = servers.iter().enumerate().map(|(index, server)| {
        format!("  server s{} 127.0.0.1:{} check\n", index + 1, server.port)
    });
    format!("backend http_back\n  default-server {defaults}\n") + &lines.collect::<String>()
}

const QUICK: &str = "inter 100ms rise 1 fall 1";

#[tokio::test]
async fn death_and_return_are_seen_by_each_stream() {
    for by in ALL {
        let mut server = Server::live();
        let scene = Scene::started(&backend(QUICK, &[&server])).await;
        let mut watch = Watch::of(scene.hearing(by));
        watch.stream(StreamState::Listening).await;
        server.kill();
        watch.because("s1: L4CON").await;
        server.revive();
        watch.healthy().await;
        let stream = watch.stream(StreamState::Live).await;
        assert!(stream.events >= 2, "{by:?}: {stream:?}");
    }
}

#[tokio::test]
async fn what_an_operator_does_at_the_runtime_api_is_seen_by_each_stream() {
    for by in ALL {
        let server = Server::live();
        // Without this option HAProxy tells nothing of the check that proves a server again.
        let told =
            backend("inter 100ms rise 1 fall 3", &[&server]) + "  option log-health-checks\n";
        let scene = Scene::started(&told).await;
        let mut watch = Watch::of(scene.hearing(by));
        watch.stream(StreamState::Listening).await;
        for (command, said) in [
            ("set server http_back/s1 state maint", "s1: MAINT"),
            ("set server http_back/s1 state ready", "1 of 1 server up"),
            ("set server http_back/s1 state drain", "s1: DRAIN"),
            ("set server http_back/s1 state ready", "1 of 1 server up"),
            ("set server http_back/s1 weight 0", "s1: weight 0"),
        ] {
            scene.haproxy.say(command);
            watch.because(said).await;
        }
    }
}

#[tokio::test]
async fn a_killed_haproxy_is_seen_by_its_end_without_any_stream() {
    let server = Server::live();
    let scene = Scene::started(&backend(QUICK, &[&server])).await;
    let mut watch = Watch::of(scene.quiet());
    watch.next().await;
    scene.haproxy.is_followed().await;
    scene.haproxy.signal("KILL");
    watch.until("HAProxy gone", |sample| sample.outcome == Outcome::Gone).await;
}

#[tokio::test]
async fn an_orderly_stop_is_seen_by_each_stream_and_not_held_up() {
    for by in ALL {
        let server = Server::live();
        let mut scene = Scene::started(&backend(QUICK, &[&server])).await;
        let mut watch = Watch::of(scene.hearing(by));
        watch.stream(StreamState::Listening).await;
        scene.haproxy.signal("USR1");
        watch.until("HAProxy gone", |sample| sample.outcome == Outcome::Gone).await;
        scene.haproxy.ends().await;
    }
}

#[tokio::test]
async fn a_reload_moves_to_the_new_worker_and_lets_the_old_one_go() {
    for by in ALL {
        let mut server = Server::live();
        let mut scene = Scene::new(&backend(QUICK, &[&server]));
        scene.haproxy.start(Mode::MasterWorker);
        scene.haproxy.answers().await;
        let mut watch = Watch::of(scene.hearing(by));
        watch.stream(StreamState::Listening).await;
        let old = scene.haproxy.worker().expect("it answers");
        scene.haproxy.reload().await;
        let new = scene.haproxy.worker().expect("it answers");
        watch.worker(new).await;
        eventually("the old worker ends", || !Path::new(&format!("/proc/{old}")).exists()).await;
        server.kill();
        watch.because("s1: L4CON").await;
    }
}

#[tokio::test]
async fn a_haproxy_that_returns_is_followed_again() {
    for by in ALL {
        let mut server = Server::live();
        let mut scene = Scene::started(&backend(QUICK, &[&server])).await;
        let polled = Duration::from_millis(50);
        let mut watch = Watch::of(HaproxyInstance { poll_interval: polled, ..scene.hearing(by) });
        watch.healthy().await;
        scene.haproxy.signal("KILL");
        watch.until("HAProxy gone", |sample| sample.outcome == Outcome::Gone).await;
        scene.haproxy.start(Mode::Alone);
        watch.healthy().await;
        let before = watch.stream(StreamState::Listening).await.events;
        server.kill();
        let after = watch.stream(StreamState::Live).await.events;
        assert!(after > before, "{by:?}");
    }
}

#[tokio::test]
async fn several_instances_hear_each_of_its_own() {
    let (mut one, two) = (Server::live(), Server::live());
    let first = Scene::started(&backend(QUICK, &[&one])).await;
    let second = Scene::started(&backend(QUICK, &[&two])).await;
    let mut dying = Watch::of(first.hearing(By::Socket));
    let mut living = Watch::of(second.hearing(By::Ring));
    dying.stream(StreamState::Listening).await;
    living.stream(StreamState::Listening).await;
    one.kill();
    dying.because("s1: L4CON").await;
    assert_eq!(living.stream(StreamState::Listening).await.events, 0);
    first.haproxy.signal("KILL");
    dying.until("HAProxy gone", |sample| sample.outcome == Outcome::Gone).await;
    assert_eq!(living.stream(StreamState::Listening).await.events, 0);
}

#[tokio::test]
async fn a_ring_that_is_not_there_is_lost_until_a_reload_brings_it() {
    let mut server = Server::live();
    let mut scene = Scene::new("");
    scene.haproxy.configure(&backend(QUICK, &[&server]));
    scene.haproxy.start(Mode::MasterWorker);
    scene.haproxy.answers().await;
    let polled = Duration::from_millis(50);
    let mut watch = Watch::of(HaproxyInstance { poll_interval: polled, ..scene.hearing(By::Ring) });
    watch.healthy().await;
    let because = watch.stream(StreamState::Lost).await.because.expect("a reason");
    assert!(because.as_str().contains("`log ring@herald local0 notice`"), "{because}");
    server.kill();
    watch.because("s1: L4CON").await;
    scene.configure(&backend(QUICK, &[&server]));
    scene.haproxy.reload().await;
    watch.stream(StreamState::Listening).await;
}

#[tokio::test]
async fn a_stats_socket_without_the_level_for_rings_says_which_it_needs() {
    let server = Server::live();
    let port = free_port();
    let low = format!("global\n  stats socket ipv4@127.0.0.1:{port} level user\n");
    let scene = Scene::started(&(backend(QUICK, &[&server]) + &low)).await;
    let address = HaproxyAddress::Tcp(format!("127.0.0.1:{port}"));
    let instance = HaproxyInstance { address, ..scene.hearing(By::Ring) };
    let mut watch = Watch::of(instance.clone());
    let because = watch.stream(StreamState::Lost).await.because.expect("a reason");
    assert!(because.as_str().contains("`level operator`"), "{because}");
    assert_eq!(ring_fault(&instance).await.as_deref(), Some(because.as_str()));
    assert_eq!(ring_fault(&scene.hearing(By::Ring)).await, None, "the other socket is in order");
}

#[tokio::test]
async fn a_haproxy_that_tells_nothing_is_found_out() {
    let mut server = Server::live();
    let mut scene = Scene::new("");
    scene.haproxy.configure(&backend(QUICK, &[&server]));
    scene.haproxy.start(Mode::Alone);
    let polled = Duration::from_millis(50);
    let silent = HaproxyInstance { poll_interval: polled, ..scene.hearing(By::Socket) };
    let mut watch = Watch::of(silent);
    watch.healthy().await;
    server.kill();
    watch.because("s1: L4CON").await;
    let because = watch.stream(StreamState::Silent).await.because;
    let line = format!("`log {} local0 notice`", scene.haproxy.path("events.sock").display());
    assert!(because.as_ref().is_some_and(|b| b.as_str().contains(&line)), "{because:?}");
}

/// Sends `line` to the event socket for two seconds, as fast as it is taken; gives how often HAProxy
/// was asked meanwhile, and the stream.
async fn flooded(line: &'static str) -> (u64, StreamStatus) {
    let server = Server::live();
    let scene = Scene::started(&backend(QUICK, &[&server])).await;
    let mut watch = Watch::of(scene.hearing(By::Socket));
    watch.stream(StreamState::Listening).await;
    let before = watch.polls();
    let socket = UnixDatagram::unbound().unwrap();
    socket.set_write_timeout(Some(Duration::from_millis(20))).unwrap();
    socket.connect(scene.haproxy.path("events.sock")).unwrap();
    let going_on = Arc::new(AtomicBool::new(true));
    let goes_on = Arc::clone(&going_on);
    let flood = std::thread::spawn(move || {
        while goes_on.load(Ordering::SeqCst) {
            // A line for which there is no place is dropped, as HAProxy does.
            drop(socket.send(line.as_bytes()));
        }
    });
    watch.drop_samples(Duration::from_secs(2)).await;
    let polls = watch.polls() - before;
    let stream = watch.stream(StreamState::Flooded).await;
    going_on.store(false, Ordering::SeqCst);
    flood.join().unwrap();
    (polls, stream)
}

#[tokio::test]
async fn a_flood_of_changes_makes_a_bounded_number_of_questions() {
    let (polls, _) = flooded("<129>haproxy[1]: Server http_back/s1 is DOWN").await;
    assert!((10..=300).contains(&polls), "{polls}");
}

/// Every user of the machine may write there: what is said causes a question, and the answer decides.
#[tokio::test]
async fn a_forged_line_is_asked_about_and_not_believed() {
    let server = Server::live();
    let scene = Scene::started(&backend(QUICK, &[&server])).await;
    let mut watch = Watch::of(scene.hearing(By::Socket));
    watch.stream(StreamState::Listening).await;
    eventually("the server is proven", || scene.haproxy.say("show stat").contains("L4OK")).await;
    let forger = UnixDatagram::unbound().unwrap();
    forger.connect(scene.haproxy.path("events.sock")).unwrap();
    let control = "<129>haproxy[1]: Server http_back/s1 is DOWN\u{1b}[2J, reason: I say so";
    for line in [
        "<129>haproxy[1]: Server http_back/s1 is DOWN",
        control,
        "<129>haproxy[1]: backend http_back has no server available!",
    ] {
        // With a question an hour, what comes after a quiet moment comes because of the line.
        watch.drop_samples(Duration::from_millis(200)).await;
        forger.send(line.as_bytes()).unwrap();
        let sample = watch.next().await;
        assert!(matches!(sample.outcome, Outcome::Healthy { .. }), "{line:?}: {sample:?}");
    }
}

#[tokio::test]
async fn a_flood_of_lines_that_nobody_knows_makes_a_few_questions() {
    let (polls, _) = flooded("<129>haproxy[1]: what is this").await;
    assert!((1..=12).contains(&polls), "{polls}");
}

#[tokio::test]
async fn a_flood_of_requests_makes_no_question() {
    let request = "<134>haproxy[1]: 127.0.0.1:1 [20/Nov/2026:15:00:48.123] f b/s 0/0 \"GET /\"";
    let (polls, stream) = flooded(request).await;
    assert_eq!((polls, stream.events), (0, 0));
    assert!(stream.because.unwrap().as_str().contains("notice`"));
}

#[tokio::test]
async fn a_check_of_several_servers_follows_each_death() {
    let mut servers = [Server::live(), Server::live(), Server::live()];
    let all = servers.iter().collect::<Vec<_>>();
    let scene = Scene::started(&backend(QUICK, &all)).await;
    let two = HaproxyCheck { min_up: MinUp::Servers(2), ..check("http_back") };
    let mut watch = Watch::of(HaproxyInstance { checks: vec![two], ..scene.hearing(By::Socket) });
    watch.stream(StreamState::Listening).await;
    servers[0].kill();
    watch.because("2 of 3 servers up").await;
    servers[1].kill();
    let lost = watch.because("1 of 3 servers up, 2 needed").await;
    assert_eq!(lost.outcome, Outcome::Unhealthy);
}
