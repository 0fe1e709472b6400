//! TCP-AO (RFC 5925), herald against herald. Not every kernel has it; what is asserted depends on
//! that, and Python asks the kernel, so that herald cannot be wrong about it unnoticed.

use std::fs::{self, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::config::Config;
use crate::support::haproxy::Haproxy;
use crate::support::herald::{Herald, directory};
use crate::support::netns::Net;
use crate::support::peer::{Connecting, HERALD_AS, Meeting, PEER_AS, Transport};
use crate::support::process::output;
use crate::support::wait::{SOON, eventually};

const KEY: &str = "open-sesame";

/// A whole `struct tcp_ao_add` as linux/tcp.h has it, for 192.0.2.1.
const ADD_KEY: &str = r#"
import errno, socket, struct
TCP_AO_ADD_KEY = 38
peer = struct.pack("=HH4s120x", socket.AF_INET, 0, socket.inet_aton("192.0.2.1"))
key = struct.pack("=128s64siIHBBBBBB80s", peer, b"hmac(sha1)", 0, 0, 0, 32, 1, 1, 12, 0, 3, b"key")
try:
    socket.socket().setsockopt(socket.IPPROTO_TCP, TCP_AO_ADD_KEY, key)
    print("yes")
except OSError as error:
    print("no" if error.errno == errno.ENOPROTOOPT else error)
"#;

#[test]
fn sessions_are_signed_where_the_kernel_has_the_option_and_the_start_fails_where_not() {
    match kernel_has_it() {
        true => {
            println!("this kernel has TCP-AO: sessions are established");
            for algorithm in ["hmac-sha-1", "aes-128-cmac"] {
                sessions_come_up(algorithm);
            }
            another_key_is_silence();
        }
        false => {
            println!("this kernel has no TCP-AO: the start fails");
            // It fails for one that only dials, too: there is no listening socket to find it out.
            for connecting in [Connecting::HeraldDials, Connecting::PeerDials] {
                the_start_fails(connecting);
            }
        }
    }
}

fn kernel_has_it() -> bool {
    let asked = output(Command::new("/usr/bin/python3").args(["-c", ADD_KEY]));
    match String::from_utf8_lossy(&asked.stdout).trim() {
        "yes" => true,
        "no" => false,
        other => panic!("neither there nor missing: {other} {asked:?}"),
    }
}

fn the_start_fails(connecting: Connecting) {
    let (_net, ours, _theirs) = Net::pair();
    let haproxy = Haproxy::prepared(&ours, &[]);
    let file = KeyFile::new(KEY);
    let meeting = Meeting { connecting, transport: Transport::V4 };
    let config = Config::usual(meeting, &haproxy.socket());
    let mut herald = Herald::spawn(&ours, &file.given_to(config, [1, 1], "hmac-sha-1"));
    assert!(!herald.ended().success());
    let log = herald.log();
    for words in [
        "neighbour peer has tcp-ao, and this kernel has no TCP authentication option",
        "run Linux 6.7 or later with CONFIG_TCP_AO=y",
        "or take password-file (TCP-MD5) instead on both sides",
    ] {
        assert!(log.contains(words), "{words}: {log}");
    }
    assert!(!log.contains(KEY), "{log}");
}

fn sessions_come_up(algorithm: &str) {
    for transport in [Transport::V4, Transport::V6] {
        for connecting in [Connecting::HeraldDials, Connecting::PeerDials] {
            let pair = Pair::set(Meeting { connecting, transport }, algorithm, [KEY, KEY]);
            let neighbor = pair.ours.session_comes_up();
            assert_eq!(neighbor["last-error"], Value::Null, "{algorithm} {transport:?}");
            pair.theirs.session_comes_up();
            assert!(!pair.ours.log().contains(KEY));
        }
    }
}

fn another_key_is_silence() {
    let pair = Pair::set(Meeting::USUAL, "hmac-sha-1", [KEY, "another"]);
    let error = eventually("the attempt is given up", SOON, || {
        let neighbor = pair.ours.neighbor();
        if neighbor["last-error"].is_string() { Ok(neighbor) } else { Err(neighbor) }
    });
    assert_ne!(error["state"], "established", "{error}");
}

/// Two heralds that are each other's neighbour; their KeyIDs differ by direction.
struct Pair {
    ours: Herald,
    theirs: Herald,
    _files: [KeyFile; 2],
    _haproxies: [Haproxy; 2],
    _net: Net,
}

impl Pair {
    fn set(meeting: Meeting, algorithm: &str, keys: [&str; 2]) -> Self {
        let (net, ours, theirs) = Net::pair();
        let haproxies = [Haproxy::prepared(&ours, &[]), Haproxy::prepared(&theirs, &[])];
        let files = keys.map(KeyFile::new);
        let config = Config::usual(meeting, &haproxies[0].socket());
        let ours = Herald::start(&ours, &files[0].given_to(config, [1, 2], algorithm));
        let config = files[1].given_to(mirrored(meeting, &haproxies[1]), [2, 1], algorithm);
        let theirs = Herald::start(&theirs, &config);
        Self { ours, theirs, _files: files, _haproxies: haproxies, _net: net }
    }
}

/// The configuration of the other side.
fn mirrored(meeting: Meeting, haproxy: &Haproxy) -> Config {
    let (ours, theirs) = (meeting.herald_address(), meeting.peer_address());
    let listen = SocketAddr::from((theirs, 179));
    Config::usual(meeting, &haproxy.socket())
        .set("bgp", "local-as", PEER_AS)
        .set("bgp", "router-id", "\"10.9.0.2\"")
        .set("bgp", "listen", format!("\"{listen}\""))
        .set("neighbor.peer", "address", format!("\"{ours}\""))
        .set("neighbor.peer", "local-address", format!("\"{theirs}\""))
        .set("neighbor.peer", "peer-as", HERALD_AS)
        .set("neighbor.peer", "passive", !meeting.peer_dials())
}

/// A file with a master key that only its owner may read, removed with the value.
struct KeyFile(TempDir);

impl KeyFile {
    fn new(key: &str) -> Self {
        let directory = directory("key");
        let file = directory.path().join("key");
        fs::write(&file, format!("{key}\n")).expect("a file");
        fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("a mode");
        Self(directory)
    }

    fn given_to(&self, config: Config, [send, recv]: [u8; 2], algorithm: &str) -> Config {
        let file = self.0.path().join("key");
        let table = format!(
            "{{ key-file = {file:?}, send-id = {send}, recv-id = {recv}, algorithm = {algorithm:?} }}"
        );
        config.set("neighbor.peer", "tcp-ao", table)
    }
}
