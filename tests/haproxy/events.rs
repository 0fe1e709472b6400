//! Changes that HAProxy tells of: by its log datagrams, by a ring, and by its end. The regular
//! questions are an hour apart, so whatever is seen here was seen by an event.

use std::path::Path;
use std::time::Duration;

use herald::config::{EventSocket, HaproxyAddress, HaproxyInstance};
use herald::status::StreamState;

use crate::lab::{Haproxy, Mode, Server, Watch, check, free_port, instance};

/// Which of the streams an instance has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Socket,
    Udp,
    Ring,
}

const ALL: [By; 3] = [By::Socket, By::Udp, By::Ring];
const HOUR: Duration = Duration::from_secs(3600);

/// A HAProxy that logs in every way, and its instance with one of them.
struct Scene {
    haproxy: Haproxy,
    instance: HaproxyInstance,
}

impl Scene {
    fn new(by: By, backend: &str) -> Self {
        let port = free_port();
        let haproxy = Haproxy::with_config("");
        haproxy.configure(&format!(
            "global\n  log {} local0 notice\n  log 127.0.0.1:{port} local0 notice\n  \
             log ring@herald local0 notice\n\
             ring herald\n  format raw\n  maxlen 1024\n  size 32768\n\
             defaults\n  mode http\n  log global\n  timeout connect 1s\n  timeout client 20s\n  \
             timeout server 20s\n{backend}",
            haproxy.path("events.sock").display()
        ));
        let mut instance = quiet(&haproxy.socket());
        match by {
            By::Socket => {
                instance.event_socket = Some(EventSocket::Unix(haproxy.path("events.sock")));
            }
            By::Udp => {
                let address = format!("127.0.0.1:{port}").parse().unwrap();
                instance.event_socket = Some(EventSocket::Udp(address));
            }
            By::Ring => instance.event_ring = Some("herald".to_owned()),
        }
        Self { haproxy, instance }
    }

    async fn watch(&self) -> Watch {
        let mut watch = Watch::of(self.instance.clone());
        watch.next().await;
        watch
    }
}

/// An instance that is hardly ever asked without a reason.
fn quiet(socket: &Path) -> HaproxyInstance {
    let address = HaproxyAddress::Unix(socket.to_owned());
    HaproxyInstance { poll_interval: HOUR, ..instance(address, check("http_back")) }
}

fn backend(defaults: &str, servers: &[&Server]) -> String {
    let lines = servers.iter().enumerate().map(|(index, server)| {
        format!("  server s{} 127.0.0.1:{} check\n", index + 1, server.port)
    });
    format!("backend http_back\n  default-server {defaults}\n") + &lines.collect::<String>()
}

#[tokio::test]
async fn death_and_return_are_seen_by_each_stream() {
    for by in ALL {
        let mut server = Server::live();
        let mut scene = Scene::new(by, &backend("inter 100ms rise 1 fall 1", &[&server]));
        scene.haproxy.start(Mode::Alone);
        scene.haproxy.answers().await;
        let mut watch = scene.watch().await;
        watch.stream(StreamState::Listening).await;
        server.kill();
        watch.because("s1: DOWN L4CON").await;
        server.revive();
        watch.healthy().await;
        let stream = watch.stream(StreamState::Live).await;
        assert!(stream.events >= 2, "{by:?}: {stream:?}");
    }
}
