use std::io::ErrorKind;
use std::time::Instant;

use super::watchdog::Pace;
use super::*;

/// A service manager that listens in `directory`, and our line to it.
fn listening(directory: &tempfile::TempDir) -> (UnixDatagram, ServiceManager) {
    let path = directory.path().join("notify");
    let heard = UnixDatagram::bind(&path).unwrap();
    heard.set_nonblocking(true).unwrap();
    (heard, told(path.into_os_string()))
}

fn told(name: OsString) -> ServiceManager {
    ServiceManager(Some(Arc::new(Line::to(&name).unwrap())))
}

/// The next datagram, if there is one.
fn next(heard: &UnixDatagram) -> Option<String> {
    let mut datagram = [0; 512];
    match heard.recv(&mut datagram) {
        Ok(length) => Some(String::from_utf8(datagram[..length].to_vec()).unwrap()),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
            None
        }
    }
}

#[test]
fn words_are_those_of_sd_notify() {
    let directory = tempfile::tempdir().unwrap();
    let (heard, manager) = listening(&directory);
    manager.ready();
    assert_eq!(next(&heard).unwrap(), "READY=1\n");
    manager.status("2 of 2 neighbours established");
    assert_eq!(next(&heard).unwrap(), "STATUS=2 of 2 neighbours established\n");
    manager.stopping(Duration::from_millis(1500));
    assert_eq!(next(&heard).unwrap(), "STOPPING=1\nEXTEND_TIMEOUT_USEC=1500000\n");
    manager.reloading();
    let reloading = next(&heard).unwrap();
    let since = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap();
    assert!(since.trim().parse::<u64>().unwrap() > 0, "{reloading}");
    assert_eq!(next(&heard), None);
}

#[test]
fn a_name_that_begins_with_an_at_sign_is_abstract() {
    let name = format!("@herald-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name[1..]).unwrap();
    let heard = UnixDatagram::bind_addr(&address).unwrap();
    told(name.into()).ready();
    heard.set_nonblocking(true).unwrap();
    assert_eq!(next(&heard).unwrap(), "READY=1\n");
}

#[test]
fn a_service_manager_that_does_not_read_delays_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let (heard, manager) = listening(&directory);
    (0..10_000).for_each(|_| manager.status("nobody reads this"));
    assert!(next(&heard).is_some());
    drop(heard);
    manager.ready();
}

#[test]
fn nobody_is_told_without_a_service_manager() {
    let manager = ServiceManager::default();
    assert!(!manager.is_there());
    manager.ready();
    let mut watchdog = Watchdog::from_environment(manager);
    watchdog.alive(crate::clock::now());
    assert_eq!(watchdog.deadline(), None);
}

#[test]
fn the_watchdog_is_due_at_once_and_then_after_half_its_time() {
    let start = Instant::now();
    let at = |milliseconds| start + Duration::from_millis(milliseconds);
    let mut pace = Pace::new(Duration::from_secs(10)).unwrap();
    let due = [0, 1, 4_999, 5_000, 9_999, 10_000, 60_000, 64_999, 65_000];
    let due: Vec<_> = due.into_iter().filter(|when| pace.is_due(at(*when))).collect();
    assert_eq!(due, [0, 5_000, 10_000, 60_000, 65_000], "who comes late does not catch up");
    assert!(Pace::new(Duration::ZERO).is_none());
}
