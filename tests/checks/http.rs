use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::servers::{Manner, Server, nobody, page};
use super::{seen, seen_within};

/// What is seen of a server that answers like this, without the name of the page.
async fn answered(manner: Manner, more: &str) -> (bool, String) {
    let server = Server::start(manner, true).await;
    let url = format!("http://{}/healthz", server.address);
    let (healthy, words) =
        seen_within(&format!("http = {{ url = \"{url}\", {more} }}"), "400ms").await;
    let said = words.strip_prefix(&format!("{url}: ")).expect("the page comes first");
    (healthy, said.to_owned())
}

#[tokio::test]
async fn a_good_status_is_healthy_and_others_are_told() {
    for (status, healthy) in [
        ("200 OK", true),
        ("204 No Content", true),
        ("199 Odd", false),
        ("404 Not Found", false),
        ("503 Service Unavailable", false),
    ] {
        let body = if status.starts_with("204") { "" } else { "x" };
        let (seen, words) = answered(page(status, body), "").await;
        assert_eq!(seen, healthy, "{status}: {words}");
        if !status.starts_with("199") {
            assert_eq!(words, status);
        }
    }
}

#[tokio::test]
async fn other_statuses_can_be_wanted() {
    let more = "status = \"200-299,401\"";
    assert_eq!(answered(page("401 Whatever", ""), more).await, (true, "401 Unauthorized".into()));
    assert!(!answered(page("403 Forbidden", ""), more).await.0);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let target = Server::start(page("200 OK", ""), true).await;
    let moved = format!(
        "HTTP/1.1 302 Found\r\nLocation: http://{}/\r\nContent-Length: 0\r\n\r\n",
        target.address
    );
    let (healthy, words) = answered(Manner::Says(moved.into_bytes()), "").await;
    assert_eq!((healthy, words.as_str()), (false, "302 Found (redirects are not followed)"));
    assert_eq!(target.taken(), 0);
}

#[tokio::test]
async fn the_body_must_match() {
    let body = |body: &str| answered(page("200 OK", body), "body = \"^(ok|ready)$\"");
    let no = "body does not match \"^(ok|ready)$\"".to_owned();
    assert_eq!(body("ready").await, (true, "200 OK".into()));
    assert_eq!(body("not ready").await, (false, no.clone()));
    assert_eq!(body("").await, (false, no));
    let chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nrea\r\n2\r\ndy\r\n0\r\n\r\n";
    let chunked = Manner::Says(chunked.as_bytes().to_vec());
    assert!(answered(chunked, "body = \"^ready$\"").await.0);
}

#[tokio::test]
async fn a_bad_status_is_bad_whatever_the_body_says() {
    let (healthy, words) = answered(page("500 Oops", "ready"), "body = \"ready\"").await;
    assert_eq!((healthy, words.as_str()), (false, "500 Internal Server Error"));
}

#[tokio::test]
async fn an_endless_body_is_read_to_its_bound_only() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
    let flood = |start: &[u8]| Manner::Floods([&head[..], start].concat());
    assert!(answered(flood(b"ready"), "body = \"^ready\"").await.0);
    let (healthy, words) = answered(flood(b"no"), "body = \"ready\"").await;
    assert_eq!((healthy, words.as_str()), (false, "body does not match \"ready\""));
}

#[tokio::test]
async fn a_body_is_not_waited_for_when_it_is_not_looked_at() {
    let stuck = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".to_vec();
    assert!(answered(Manner::SaysAndStays(stuck), "").await.0);
}

#[tokio::test]
async fn silence_and_slowness_end_at_the_timeout() {
    let head = b"HTTP/1.1 200 OK\r\n".to_vec();
    let body = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n".to_vec();
    for (manner, more) in [
        (Manner::SaysAndStays(Vec::new()), ""),
        (Manner::SaysAndStays(head.clone()), ""),
        // Slow loris: a header line that never ends, a body that never ends.
        (Manner::Drips(head, b'a'), ""),
        (Manner::Drips(body, b'b'), "body = \"ready\""),
    ] {
        let (healthy, words) = answered(manner, more).await;
        assert_eq!((healthy, words.as_str()), (false, "timed out after 400ms"));
    }
}

#[tokio::test]
async fn what_is_no_http_is_told() {
    for (octets, told) in [
        (&b"SSH-2.0-OpenSSH_9.7\r\n"[..], "invalid HTTP version"),
        (b"\x00\xff\x00\xff\r\n\r\n", "invalid"),
        (b"", "closed"),
        (b"HTTP/1.1 20", "closed in the middle"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nrea", "closed in the middle"),
    ] {
        let (healthy, words) = answered(Manner::Says(octets.to_vec()), "body = \".\"").await;
        assert!(!healthy && words.contains(told), "{words}");
    }
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    let (healthy, words) = answered(Manner::Floods(b"HTTP/1.1 200 OK\r\nX: ".to_vec()), "").await;
    assert!(!healthy, "{words}");
    assert_ne!(words, "timed out after 400ms");
}

#[tokio::test]
async fn nobody_there_is_told_at_once() {
    let url = format!("http://{}/", nobody().await);
    let seen = seen(&format!("http = {{ url = \"{url}\" }}")).await;
    assert_eq!(seen, (false, format!("{url}: connection refused")));
}

#[tokio::test]
async fn an_unknown_host_is_told_and_the_query_is_not() {
    // Too long for a label (RFC 1035 §2.3.4): refused here, and no server is asked.
    let nowhere = "x".repeat(64);
    let (healthy, words) =
        seen(&format!("http = {{ url = \"http://{nowhere}/x?token=hunter2\" }}")).await;
    assert!(!healthy && words.starts_with(&format!("http://{nowhere}/x: ")), "{words}");
    assert!(words.contains("lookup"), "{words}");
}

#[tokio::test]
async fn the_request_is_as_configured() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let request = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&request);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut octets = vec![0; 4096];
        let length = stream.read(&mut octets).await.unwrap();
        *kept.lock().await = String::from_utf8_lossy(&octets[..length]).into_owned();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    });
    let kind = format!(
        "http = {{ url = \"http://{address}/a?b=c\", method = \"HEAD\", \
         host = \"www.example.com:81\", headers = {{ X-Probe = \"1\", User-Agent = \"me\" }} }}"
    );
    assert_eq!(seen(&kind).await, (true, format!("http://{address}/a: 200 OK")));
    let request = request.lock().await.to_ascii_lowercase();
    assert!(request.starts_with("head /a?b=c http/1.1\r\n"), "{request}");
    for line in ["host: www.example.com:81", "x-probe: 1", "user-agent: me"] {
        assert_eq!(request.matches(&format!("\r\n{line}\r\n")).count(), 1, "{line} in {request}");
    }
}
