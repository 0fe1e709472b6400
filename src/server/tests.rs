use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicUsize;

use axum::body::{Body, Bytes};
use axum::response::IntoResponse;
use axum::routing::get;
use futures_util::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

/// More than any buffer of the kernel takes.
const HUGE: usize = 32 << 20;

/// A server of a word, of something huge, and of something endless.
async fn started() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let endless = || async {
        let begun = stream::iter([Ok::<_, io::Error>(Bytes::from_static(b"data: begun\n\n"))]);
        let body = Body::from_stream(stream::StreamExt::chain(begun, stream::pending()));
        ([(CONTENT_TYPE, "text/event-stream")], body).into_response()
    };
    let huge = Bytes::from(vec![0; HUGE]);
    let router = Router::new()
        .route("/word", get(|| async { "heard" }))
        .route("/huge", get(|| async { huge }))
        .route("/endless", get(endless));
    tokio::spawn(serve("the test", listener, Instant::now, move |_| router.clone()));
    address
}

/// A client that has said this and says no more.
async fn client(address: SocketAddr, said: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(said.as_bytes()).await.unwrap();
    stream
}

async fn clients(address: SocketAddr, number: usize, said: &str) -> Vec<TcpStream> {
    let mut clients = Vec::new();
    for _ in 0..number {
        clients.push(client(address, said).await);
    }
    clients
}

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")
}

/// Whether whoever asks now gets an answer before those who hang must go because of their time.
async fn is_heard(address: SocketAddr) -> bool {
    let asked = async { rest(client(address, &request("/word")).await).await };
    timeout(LIFETIME / 2, asked).await.is_ok_and(|told| told.ends_with("heard"))
}

/// Everything that the client gets until the server closes; what it has not read when it is cut off
/// may be lost.
async fn rest(mut client: TcpStream) -> String {
    let mut rest = Vec::new();
    let _ = client.read_to_end(&mut rest).await;
    String::from_utf8(rest).unwrap()
}

#[tokio::test]
async fn whoever_asks_is_heard_whatever_hangs() {
    let address = started().await;
    for half in ["", "GET /wor", "GET /word HTTP/1.1\r\nHost: x\r\n"] {
        let silent = clients(address, 3 * CONNECTIONS, half).await;
        assert!(
            rest(client(address, &request("/word")).await).await.ends_with("heard"),
            "{half:?}"
        );
        drop(silent);
    }
}

#[tokio::test]
async fn whoever_asks_is_heard_while_others_do_not_read_what_they_asked_for() {
    let address = started().await;
    let deaf = clients(address, 3 * CONNECTIONS, &request("/huge")).await;
    assert!(is_heard(address).await);
    drop(deaf);
}

#[tokio::test]
async fn everybody_of_a_crowd_is_heard() {
    let address = started().await;
    let crowd = clients(address, 3 * CONNECTIONS, &request("/word")).await;
    for client in crowd {
        assert!(rest(client).await.ends_with("heard"));
    }
}

#[tokio::test]
async fn whoever_is_heard_is_not_disturbed_by_a_flood() {
    let address = started().await;
    let flood = tokio::spawn(async move {
        loop {
            let _ = clients(address, CONNECTIONS, "nonsense").await;
        }
    });
    for _ in 0..100 {
        assert!(is_heard(address).await);
    }
    flood.abort();
}

#[tokio::test(start_paused = true)]
async fn a_connection_ends_in_time_unless_it_follows() {
    let address = started().await;
    let mut follower = client(address, &request("/endless")).await;
    let (slow, begun) = (client(address, "GET /wor").await, tokio::time::Instant::now());
    assert_eq!(rest(slow).await, "");
    assert_eq!(begun.elapsed().as_secs(), 15);
    let deaf = client(address, &request("/huge")).await;
    sleep(2 * LIFETIME).await;
    assert!(rest(deaf).await.len() < HUGE, "it was cut off");
    assert!(is_open(&mut follower).await);
}

#[tokio::test]
async fn followers_make_no_room_for_others() {
    let address = started().await;
    let mut follower = client(address, &request("/endless")).await;
    assert!(is_open(&mut follower).await);
    let silent = clients(address, 3 * CONNECTIONS, "GET /wor").await;
    assert!(is_heard(address).await);
    assert!(is_open(&mut follower).await);
    drop(silent);
}

#[tokio::test]
async fn a_head_without_end_is_not_read_to_its_end() {
    let address = started().await;
    let long = "x".repeat(2 * MOST_HEAD);
    let told = rest(client(address, &format!("GET /word HTTP/1.1\r\nX: {long}")).await).await;
    assert!(!told.contains("heard"), "{told}");
    let after = "GET /word HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2);
    let told = rest(client(address, &after).await).await;
    assert_eq!(told.matches("heard").count(), 1, "one request a connection: {told}");
}

/// Whether the connection has something to read or may still get it; reads what is there.
async fn is_open(follower: &mut TcpStream) -> bool {
    let mut octets = [0; 4096];
    let read = timeout(Duration::from_millis(200), follower.read(&mut octets)).await;
    read.is_err() || read.is_ok_and(|read| read.is_ok_and(|octets| octets > 0))
}

/// A listener of a process that has too many files open.
struct Refusing;

impl Listener for Refusing {
    type Connection = TcpStream;

    async fn accepted(&self) -> io::Result<TcpStream> {
        Err(io::Error::from_raw_os_error(libc::EMFILE))
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_accepted_is_said_once_a_minute() {
    let said = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&said);
    let subscriber = tracing_subscriber::fmt().with_writer(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        io::sink()
    });
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let now = || tokio::time::Instant::now().into_std();
    let serving = serve("the test", Refusing, now, |_| Router::new());
    assert!(timeout(2 * SAID_EVERY + ACCEPT_AGAIN, serving).await.is_err());
    assert_eq!(said.load(Ordering::Relaxed), 3);
}
