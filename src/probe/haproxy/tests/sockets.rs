use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::{EventSocket, HaproxyAddress, HaproxyInstance};

use super::super::events::Line;
use super::super::{BindError, EventSockets};

fn instance(socket: Option<EventSocket>) -> HaproxyInstance {
    HaproxyInstance {
        name: "local".into(),
        address: HaproxyAddress::Unix("/run/haproxy/admin.sock".into()),
        event_socket: socket,
        event_ring: None,
        poll_interval: std::time::Duration::from_secs(1),
        timeout: std::time::Duration::from_secs(1),
        checks: Vec::new(),
    }
}

fn path(directory: &tempfile::TempDir, name: &str) -> PathBuf {
    directory.path().join(name)
}

#[tokio::test]
async fn a_socket_stays_while_an_instance_wants_it() {
    let directory = tempfile::tempdir().unwrap();
    let (one, two) = (path(&directory, "one"), path(&directory, "two"));
    let [first, second] = [&one, &two].map(|path| EventSocket::Unix(path.clone()));
    let wants = |sockets: &[&EventSocket]| -> Vec<HaproxyInstance> {
        sockets.iter().map(|socket| instance(Some((*socket).clone()))).collect()
    };
    let before = EventSockets::default().complete(&wants(&[&first])).unwrap();
    let after = before.complete(&wants(&[&first, &second])).unwrap();
    assert!(Arc::ptr_eq(&before.get(&first).unwrap(), &after.get(&first).unwrap()));
    drop(before);
    assert!(one.exists() && two.exists());
    let last = after.complete(&wants(&[&second])).unwrap();
    drop(after);
    assert!(!one.exists() && two.exists());
    assert!(last.get(&first).is_none());
}

#[tokio::test]
async fn when_one_cannot_be_had_nothing_is_left_of_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let (good, bad) = (path(&directory, "good"), path(&directory, "bad"));
    fs::write(&bad, "precious").unwrap();
    let wanted = [&good, &bad].map(|path| instance(Some(EventSocket::Unix(path.clone()))));
    let refused = EventSockets::default().complete(&wanted).unwrap_err();
    assert!(matches!(refused, BindError::NotASocket(_)), "{refused}");
    assert!(!good.exists() && bad.exists());
}

#[tokio::test]
async fn a_port_that_is_taken_or_not_ours_is_said_with_the_way_out() {
    let taken = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let refused = |address| {
        let wanted = [instance(Some(EventSocket::Udp(address)))];
        EventSockets::default().complete(&wanted).unwrap_err().to_string()
    };
    assert!(refused(address).contains(&format!("another process has event-socket udp:{address}")));
    let elsewhere = refused("192.0.2.1:5514".parse().unwrap());
    assert!(elsewhere.contains("such as 127.0.0.1"), "{elsewhere}");
}

#[tokio::test]
async fn datagrams_are_read_one_by_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = path(&directory, "events");
    let socket = EventSocket::Unix(path.clone());
    let sockets = EventSockets::default().complete(&[instance(Some(socket.clone()))]).unwrap();
    let sender = std::os::unix::net::UnixDatagram::unbound().unwrap();
    let long = "x".repeat(4000);
    for line in ["Server be/s1 is UP", "", "<134>GET /", &long] {
        sender.send_to(line.as_bytes(), &path).unwrap();
    }
    let log = sockets.get(&socket).unwrap();
    let read = [log.next().await, log.next().await, log.next().await, log.next().await];
    assert_eq!(read, [Line::Change, Line::Unheard, Line::Traffic, Line::Unheard]);
}
