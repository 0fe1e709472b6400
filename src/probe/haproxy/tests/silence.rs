use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::process::geteuid;

use crate::health::Outcome;

use super::super::silence::Silence;

fn denied(path: &Path) -> String {
    Silence::from_unix(path, &io::ErrorKind::PermissionDenied.into()).to_string()
}

#[test]
fn only_a_dead_end_at_haproxy_itself_is_its_death() {
    let outcome = |kind: io::ErrorKind| {
        Silence::from_unix(Path::new("/run/haproxy/admin.sock"), &kind.into()).outcome()
    };
    assert_eq!(outcome(io::ErrorKind::NotFound), Outcome::Gone);
    assert_eq!(outcome(io::ErrorKind::ConnectionRefused), Outcome::Gone);
    assert_eq!(outcome(io::ErrorKind::ConnectionReset), Outcome::Gone);
    assert_eq!(outcome(io::ErrorKind::PermissionDenied), Outcome::Unknown);
    assert_eq!(outcome(io::ErrorKind::HostUnreachable), Outcome::Unknown);
    assert_eq!(outcome(io::ErrorKind::WouldBlock), Outcome::Unknown, "the backlog is full");
}

#[test]
fn a_refusal_names_the_mode_when_no_group_would_help() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("admin.sock");
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let words = denied(&path);
    assert!(words.contains("with mode 0600"), "{words}");
    assert!(words.contains("mode 660 group herald`"), "{words}");
}

#[test]
fn a_refusal_of_the_directory_is_told_apart() {
    let words = denied(Path::new("/nowhere/admin.sock"));
    let closed =
        "permission denied at /nowhere/admin.sock: its directory is closed to herald's user";
    let of_root = "; as root it opens only what is root's: run it as its own user";
    let hint = if geteuid().is_root() { of_root } else { "" };
    assert_eq!(words, format!("{closed}{hint}"));
}
