//! The ways to ask, and being refused.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use herald::config::{HaproxyAddress, HaproxyInstance, Login};
use herald::health::{Outcome, Sample};

use crate::lab::{Haproxy, Mode, Server, free_port};
use crate::watch::{Watch, check, instance, is_healthy, never};

fn backend(server: &Server) -> String {
    format!(
        "backend http_back\n  server s1 127.0.0.1:{} check inter 50ms rise 1 fall 1\n",
        server.port
    )
}

#[tokio::test]
async fn the_stats_socket_over_tcp_gives_the_same_answers() {
    let mut server = Server::live();
    let port = free_port();
    let haproxy = Haproxy::started(&format!(
        "{}global\n  stats socket ipv4@127.0.0.1:{port} level user\n",
        backend(&server)
    ));
    let address = HaproxyAddress::Tcp(format!("127.0.0.1:{port}"));
    let mut watch = Watch::of(instance(address, check("http_back")));
    watch.because("http_back: 1 of 1 server up").await;
    server.kill();
    watch.because("s1: L4CON").await;
    haproxy.signal("KILL");
    watch.until("HAProxy gone", |sample| sample.outcome == Outcome::Gone).await;
}

fn page(url: &str, password_file: &Path) -> HaproxyInstance {
    let login = Login { user: "herald".to_owned(), password_file: password_file.to_owned() };
    let address = HaproxyAddress::Http { url: url.to_owned(), login: Some(login), trust: None };
    instance(address, check("http_back"))
}

#[tokio::test]
async fn the_stats_page_is_read_with_the_right_password_only() {
    let mut server = Server::live();
    let port = free_port();
    let haproxy = Haproxy::started(&format!(
        "listen stats\n  bind 127.0.0.1:{port}\n  stats enable\n  stats uri /stats\n  \
         stats auth herald:secret\n{}",
        backend(&server)
    ));
    let url = format!("http://127.0.0.1:{port}/stats");
    let (right, wrong) = (haproxy.path("right"), haproxy.path("wrong"));
    fs::write(&right, "secret\n").unwrap();
    fs::write(&wrong, "guess\n").unwrap();

    let mut watch = Watch::of(page(&url, &right));
    watch.because("http_back: 1 of 1 server up").await;
    server.kill();
    watch.because("s1: L4CON").await;

    let refused = Watch::of(page(&url, &wrong)).next().await;
    assert_eq!(refused.outcome, Outcome::Unknown);
    assert!(refused.because.as_str().contains("answered 401: `user` and `password-file`"));
    assert!(!refused.because.as_str().contains("guess"), "a password is never shown");

    let elsewhere = Watch::of(page(&url.replace("/stats", "/other"), &right)).next().await;
    assert_eq!(elsewhere.outcome, Outcome::Unknown);
    assert!(elsewhere.because.as_str().contains("`stats uri`"), "{elsewhere:?}");

    haproxy.signal("KILL");
    watch.until("HAProxy gone", |sample| sample.outcome == Outcome::Gone).await;
}

/// Whoever stands in for the page may send herald anywhere: nobody but the page is given the password.
#[tokio::test]
async fn a_page_that_sends_elsewhere_is_not_followed_and_the_password_stays() {
    let elsewhere = Listener::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned());
    let directory = tempfile::tempdir().unwrap();
    let password = directory.path().join("password");
    fs::write(&password, "secret\n").unwrap();
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"] {
        let moved = format!(
            "HTTP/1.1 {status}\r\nLocation: http://127.0.0.1:{}/stats;csv\r\n\
             Content-Length: 0\r\n\r\n",
            elsewhere.port
        );
        let stats = Listener::answering(moved);
        let url = format!("http://127.0.0.1:{}/stats", stats.port);
        let mut watch = Watch::of(page(&url, &password));
        for _ in 0..3 {
            let sample = watch.next().await;
            assert_eq!(sample.outcome, Outcome::Unknown);
            assert!(sample.because.as_str().contains(&status[..3]), "{sample:?}");
        }
        let given = "authorization: Basic aGVyYWxkOnNlY3JldA==";
        assert!(stats.heard().iter().all(|request| request.contains(given)));
    }
    assert_eq!(elsewhere.heard(), [""; 0]);
}

#[tokio::test]
async fn a_page_without_end_is_cut_and_proves_nothing() {
    let head = "HTTP/1.1 200 OK\r\n\r\n# pxname,".to_owned();
    let stats = Listener::answering(head + &"x".repeat(9 << 20));
    let url = format!("http://127.0.0.1:{}/stats", stats.port);
    let address = HaproxyAddress::Http { url, login: None, trust: None };
    let patient = Duration::from_secs(20);
    let asked = HaproxyInstance { timeout: patient, ..instance(address, check("http_back")) };
    let sample = Watch::of(asked).next().await;
    assert_eq!(sample.outcome, Outcome::Unknown);
    assert!(sample.because.as_str().contains("8 MiB"), "{sample:?}");
}

/// Whatever is asked of it, it gives this answer; it keeps what it was asked.
struct Listener {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Listener {
    fn answering(answer: String) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, free_port())).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heard);
        // Ends with the process.
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(request(&mut stream));
                // Who has read enough hangs up.
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { port, heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn request(stream: &mut TcpStream) -> String {
    let mut octets = [0; 4096];
    let length = stream.read(&mut octets).unwrap_or(0);
    String::from_utf8_lossy(&octets[..length]).into_owned()
}

#[tokio::test]
async fn dead_servers_are_never_healthy_over_http_either() {
    let servers = [Server::dead(), Server::dead(), Server::dead()];
    let port = free_port();
    let lines = servers
        .iter()
        .map(|server| format!("  server s{0} 127.0.0.1:{0} check inter 800ms\n", server.port));
    let mut haproxy = Haproxy::with_config(&format!(
        "listen stats\n  bind 127.0.0.1:{port}\n  stats enable\n  stats uri /stats\n\
         backend http_back\n{}",
        lines.collect::<String>()
    ));
    let url = format!("http://127.0.0.1:{port}/stats");
    let address = HaproxyAddress::Http { url, login: None, trust: None };
    let mut watch = Watch::of(instance(address, check("http_back")));
    assert_eq!(watch.next().await.outcome, Outcome::Gone, "not started yet");
    haproxy.start(Mode::Alone);
    never(&watch.unhealthy().await, "dead servers were believed", is_healthy);
}

/// What somebody else than root sees at the socket: a thread that gives up root's file access.
#[expect(unsafe_code, reason = "setfsuid(2) has no safe wrapper, and only it changes one thread")]
fn sample_as_nobody(instance: HaproxyInstance) -> Sample {
    const NOBODY: u32 = 65534;
    let ask = move || {
        // SAFETY: both calls take a number, touch no memory, and change this thread alone.
        unsafe {
            libc::setfsgid(NOBODY);
            libc::setfsuid(NOBODY);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { Watch::of(instance).next().await })
    };
    std::thread::spawn(ask).join().expect("the thread ends")
}

#[tokio::test]
async fn a_refused_socket_names_the_group_to_join() {
    let server = Server::live();
    let haproxy = Haproxy::started(&backend(&server));
    Watch::socket(&haproxy.socket(), check("http_back")).healthy().await;
    let group = fs::read_to_string("/etc/group").unwrap();
    let gid = group.lines().find_map(|line| line.strip_prefix("haproxy:x:")?.split(':').next());
    let gid: u32 = gid.expect("the Debian package makes group haproxy").parse().unwrap();
    let asked = instance(HaproxyAddress::Unix(haproxy.socket()), check("http_back"));

    let of_root = sample_as_nobody(asked.clone());
    assert_eq!(of_root.outcome, Outcome::Unknown);
    assert!(of_root.because.as_str().contains("mode 660 group herald`"), "{of_root:?}");

    std::os::unix::fs::chown(haproxy.socket(), None, Some(gid)).expect("this test runs as root");
    let of_haproxy = sample_as_nobody(asked);
    assert_eq!(of_haproxy.outcome, Outcome::Unknown);
    assert!(of_haproxy.because.as_str().contains("`usermod -aG haproxy herald`"), "{of_haproxy:?}");
}

#[test]
fn the_configuration_we_recommend_is_accepted_without_a_warning() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/haproxy/herald.cfg");
    let checked = std::process::Command::new("haproxy").arg("-c").arg("-f").arg(&file).output();
    let checked = checked.expect("haproxy is installed: apt-get install haproxy");
    let said = String::from_utf8_lossy(&checked.stdout) + String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{said}");
    assert!(!said.contains("WARNING"), "{said}");
    let text = fs::read_to_string(file).unwrap();
    for line in ["log ring@herald local0 notice", "log 127.0.0.1:5514 local0 notice", "log global"]
    {
        assert!(text.contains(&format!("    {line}\n")), "{line}");
    }
}
