use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};

use super::*;

fn listen(path: &Path) -> Result<(UnixListener, SocketPath), Occupied> {
    SocketPath::bind(path, 0o660, |p| UnixStream::connect(p), |p| UnixListener::bind(p))
}

fn receive(path: &Path) -> Result<(UnixDatagram, SocketPath), Occupied> {
    let connect = |p: &Path| UnixDatagram::unbound()?.connect(p);
    SocketPath::bind(path, 0o666, connect, |p| UnixDatagram::bind(p))
}

#[test]
fn a_path_is_taken_with_its_mode_and_given_back() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sub/events.sock");
    let held = receive(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o666);
    drop(held);
    assert!(!path.exists());
}

#[test]
fn what_a_crash_left_behind_is_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("events.sock");
    // Sockets of the standard library leave their path behind, as a crash does.
    drop(UnixDatagram::bind(&path).unwrap());
    drop(receive(&path).unwrap());
    drop(UnixListener::bind(&path).unwrap());
    listen(&path).unwrap();
}

#[test]
fn a_socket_that_somebody_holds_is_left_alone_whatever_its_type() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("events.sock");
    let datagram = receive(&path).unwrap();
    assert!(matches!(receive(&path), Err(Occupied::InUse)));
    assert!(matches!(listen(&path), Err(Occupied::InUse)));
    drop(datagram);
    let _listener = listen(&path).unwrap();
    assert!(matches!(receive(&path), Err(Occupied::InUse)));
    assert!(path.exists());
}

#[test]
fn a_file_that_is_no_socket_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("events.sock");
    fs::write(&path, "precious").unwrap();
    assert!(matches!(receive(&path), Err(Occupied::NotASocket)));
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}
