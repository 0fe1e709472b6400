//! TCP-MD5 (RFC 2385).

use std::fs::{self, Permissions};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tempfile::TempDir;

use crate::support::bird::Bird;
use crate::support::config::{ANYCAST, Config};
use crate::support::haproxy::Haproxy;
use crate::support::herald::{Herald, directory};
use crate::support::netns::{Namespace, Net};
use crate::support::peer::{Connecting, Meeting, Peer, Protection, Transport};
use crate::support::scene::Scene;
use crate::support::speaker::Speaker;
use crate::support::wait::{SOON, eventually};

against_every_daemon! {
    a_signed_session_comes_up_when_herald_dials,
    a_signed_session_comes_up_when_the_other_side_dials,
    a_signed_session_comes_up_over_ipv6,
}

pub(crate) const PASSWORD: &str = "open-sesame";
pub(crate) const SIGNED: Protection = Protection { password: Some(PASSWORD), ttl_security: false };

fn a_signed_session_comes_up_when_herald_dials<P: Peer>() {
    comes_up::<P>(Connecting::HeraldDials, Transport::V4);
}

fn a_signed_session_comes_up_when_the_other_side_dials<P: Peer>() {
    comes_up::<P>(Connecting::PeerDials, Transport::V4);
}

fn a_signed_session_comes_up_over_ipv6<P: Peer>() {
    comes_up::<P>(Connecting::HeraldDials, Transport::V6);
}

#[test]
fn a_listener_of_both_families_asks_an_ipv4_neighbour_for_its_password() {
    let file = PasswordFile::new(PASSWORD);
    let meeting = Meeting { connecting: Connecting::PeerDials, transport: Transport::V4 };
    let scene = Scene::<Bird>::set_protected(meeting, SIGNED, |config| {
        file.given_to(config).set("bgp", "listen", "\"[::]:179\"")
    });
    scene.route_arrives(ANYCAST);
    assert!(connect(&scene.theirs, [10, 9, 0, 2]).is_err(), "unsigned");
}

#[test]
fn a_wrong_password_is_said_to_look_like_silence_and_is_shown_nowhere() {
    let file = PasswordFile::new(PASSWORD);
    let (_net, ours, theirs) = Net::pair();
    let other = Protection { password: Some("another"), ttl_security: false };
    let bird = Bird::start_protected(&theirs, Meeting::USUAL, other);
    let haproxy = Haproxy::prepared(&ours, &[]);
    let config = file.given_to(Config::usual(Meeting::USUAL, &haproxy.socket()));
    let herald = Herald::start(&ours, &config);
    let neighbor = eventually("the attempt is given up", SOON, || {
        let neighbor = herald.neighbor();
        if neighbor["last-error"].is_string() { Ok(neighbor) } else { Err(neighbor) }
    });
    assert_eq!(neighbor["last-error"], "no answer: a wrong password looks like this");
    assert!(!bird.is_established());
    for shown in [herald.log(), herald.status().to_string()] {
        assert!(!shown.contains(PASSWORD), "{shown}");
    }
}

#[test]
fn the_kernel_takes_no_unsigned_connection_from_a_neighbour_with_a_password() {
    let file = PasswordFile::new(PASSWORD);
    let (_net, ours, theirs) = Net::pair();
    theirs.ip(&["address", "add", "10.9.0.3/24", "dev", "eth0"]);
    let haproxy = Haproxy::prepared(&ours, &[]);
    let meeting = Meeting { connecting: Connecting::PeerDials, transport: Transport::V4 };
    let config = file.given_to(Config::usual(meeting, &haproxy.socket()));
    let herald = Herald::start(&ours, &config);
    let error = connect(&theirs, [10, 9, 0, 2]).expect_err("the SYN is dropped");
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    // A stranger is hung up on, which shows that somebody listens. It may be too quick for connect.
    match connect(&theirs, [10, 9, 0, 3]) {
        Ok(mut stranger) => assert!(stranger.is_closed()),
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
    }
    assert_eq!(herald.neighbor()["state"], "active");
}

fn comes_up<P: Peer>(connecting: Connecting, transport: Transport) {
    let file = PasswordFile::new(PASSWORD);
    let meeting = Meeting { connecting, transport };
    let scene = Scene::<P>::set_protected(meeting, SIGNED, |config| file.given_to(config));
    scene.route_arrives(ANYCAST);
    assert!(!scene.herald.log().contains(PASSWORD));
}

/// A connection to herald from one of their addresses, waited for shortly.
fn connect(namespace: &Namespace, from: [u8; 4]) -> std::io::Result<Speaker> {
    namespace.enter(|| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&SocketAddr::from((from, 0)).into())?;
        let herald = SocketAddr::from((IpAddr::from([10, 9, 0, 1]), 179));
        socket.connect_timeout(&herald.into(), Duration::from_secs(3))?;
        Ok(Speaker::from(TcpStream::from(socket)))
    })
}

/// A file with a password that only its owner may read, removed with the value.
pub(crate) struct PasswordFile(TempDir);

impl PasswordFile {
    pub(crate) fn new(password: &str) -> Self {
        let directory = directory("password");
        let file = directory.path().join("word");
        fs::write(&file, format!("{password}\n")).expect("a file");
        fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("a mode");
        Self(directory)
    }

    pub(crate) fn given_to(&self, config: Config) -> Config {
        config.set("neighbor.peer", "password-file", format!("{:?}", self.0.path().join("word")))
    }
}
