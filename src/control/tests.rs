use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use tokio::sync::watch;

use super::*;
use crate::status::{Questions, Snapshot, Source};

fn snapshot() -> Snapshot {
    Snapshot {
        version: "1.2.3".to_owned(),
        pid: 7,
        router_id: [10, 0, 0, 1].into(),
        local_as: 65010,
        region: None,
        started_at: jiff::Timestamp::UNIX_EPOCH,
        neighbors: Vec::new(),
        services: Vec::new(),
        haproxy: Vec::new(),
    }
}

fn nobody() -> watch::Receiver<Questions> {
    watch::channel(Questions::default()).1
}

/// A source that always answers.
fn source() -> Source {
    let (source, mut requests) = Source::new(nobody());
    tokio::spawn(async move {
        while let Some(answer) = requests.recv().await {
            answer.send(snapshot()).unwrap();
        }
    });
    source
}

#[tokio::test]
async fn the_client_gets_what_the_agent_says() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sub/control.sock");
    let control = Control::bind(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
    let server = tokio::spawn(control.run(source()));
    assert_eq!(get::<Snapshot>(&path, STATUS).await.unwrap(), snapshot());
    let refused = get::<Value>(&path, "/api/v1/nothing").await.unwrap_err();
    assert!(matches!(refused, ClientError::Refused { status: 404, .. }), "{refused}");
    server.abort();
    let _ = server.await;
    assert!(!path.exists(), "the socket stays behind");
}

#[tokio::test]
async fn an_agent_that_is_going_down_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("control.sock");
    let (source, requests) = Source::new(nobody());
    drop(requests);
    tokio::spawn(Control::bind(&path).unwrap().run(source));
    let refused = get::<Snapshot>(&path, STATUS).await.unwrap_err();
    assert!(matches!(refused, ClientError::Refused { status: 503, .. }), "{refused}");
}

#[tokio::test]
async fn without_an_agent_the_client_says_how_to_find_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("control.sock");
    let error = get::<Snapshot>(&path, STATUS).await.unwrap_err();
    assert!(matches!(error, ClientError::NoAgent { .. }));
    assert!(error.to_string().contains("--socket"), "{error}");
}

#[tokio::test]
async fn a_socket_that_answers_is_left_alone_and_a_dead_one_is_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("control.sock");
    // A listener of the standard library leaves its path behind, as a crash does.
    let dead = std::os::unix::net::UnixListener::bind(&path).unwrap();
    drop(dead);
    let first = Control::bind(&path).unwrap();
    assert!(matches!(Control::bind(&path), Err(ControlError::Running { .. })));
    drop(first);
    assert!(!path.exists(), "a start that fails must take its socket away");
}

#[tokio::test]
async fn a_file_that_is_no_socket_is_not_removed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("control.sock");
    fs::write(&path, "precious").unwrap();
    assert!(matches!(Control::bind(&path), Err(ControlError::NotASocket { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}
