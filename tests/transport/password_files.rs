//! Real files that hold a password, or should.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use herald::base::NeighborName;
use herald::config::{self, AoAlgorithm, AoKey, Faults, Loaded, Password, Signature};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::support::herald::directory;

const SECRET: &str = "open sesame";

#[test]
fn the_first_line_is_the_password_and_debug_output_does_not_hold_it() {
    let loaded = read(&format!("{SECRET}\nsomething else\n"), 0o600).expect("a usable file");
    let neighbor = &loaded.config.neighbors[&NeighborName::from("rs")];
    let password = Password::new(SECRET.as_bytes()).expect("a usable password");
    assert_eq!(neighbor.transport.signature, Some(Signature::Md5(password)));
    assert!(neighbor.session.signed);
    assert!(loaded.worries.is_empty(), "{}", loaded.worries);
    assert!(!format!("{loaded:?}").contains(SECRET));
}

#[test]
fn a_file_that_everybody_can_read_is_a_worry() {
    let worries = read(SECRET, 0o644).expect("a usable file").worries.to_string();
    assert!(worries.contains("can be read by everybody"), "{worries}");
    assert!(worries.contains("chmod 640"), "{worries}");
    assert!(!worries.contains(SECRET), "{worries}");
}

/// A pipe that nobody writes to would hold up a reload for good, and a device has no end.
#[test]
fn what_is_no_regular_file_is_not_read() {
    let directory = directory("password");
    let pipe = directory.path().join("pipe");
    mkfifo(&pipe, Mode::S_IRUSR).expect("a named pipe");
    for path in [&pipe, Path::new("/dev/zero")] {
        let told = read_from(path, "").expect_err("no file").to_string();
        assert!(told.contains("it is not a regular file"), "{told}");
    }
}

#[test]
fn a_file_without_a_password_is_a_fault() {
    let told = refused("\nsecond line\n");
    assert!(told.contains("its first line is empty"), "{told}");
    assert!(refused("").contains("its first line is empty"));
}

#[test]
fn more_than_80_octets_are_a_fault_that_does_not_show_them() {
    let long = "x".repeat(81);
    let told = refused(&long);
    assert!(told.contains("its first line has more than 80 octets"), "{told}");
    assert!(!told.contains(&long), "{told}");
    assert!(read(&format!("{}\r\n", "x".repeat(80)), 0o600).is_ok());
}

#[test]
fn neighbours_at_one_address_need_one_password() {
    let other = "[neighbor.other]\naddress = \"192.0.2.1\"\nlocal-address = \"192.0.2.11\"\n\
                 peer-as = 65001\nfamilies = [\"ipv4-unicast\"]\n";
    let told = read_with(SECRET, 0o600, other).expect_err("two passwords").to_string();
    assert!(told.contains("neighbours rs and other differ in their password or key"), "{told}");
}

#[test]
fn azure_cannot_sign_and_that_is_a_worry() {
    let azure = "[neighbor.ars]\naddress = \"192.0.2.2\"\npeer-as = 65515\n\
                 profile = \"azure-route-server\"\npassword-file = FILE\n";
    let worries = read_with(SECRET, 0o600, azure).expect("a usable file").worries.to_string();
    assert!(worries.contains("password-file keeps the session to ars down"), "{worries}");
    assert!(worries.contains("Azure Route Server does not sign TCP segments"), "{worries}");
    let option = "tcp-ao = { key-file = FILE, send-id = 1, recv-id = 1 }";
    let azure = azure.replace("password-file = FILE", option);
    let worries = read_with(SECRET, 0o600, &azure).expect("a usable file").worries.to_string();
    assert!(worries.contains("tcp-ao keeps the session to ars down"), "{worries}");
}

#[test]
fn aws_cannot_sign_and_that_is_a_worry() {
    let aws = "[neighbor.endpoint]\naddress = \"192.0.2.2\"\npeer-as = 65001\n\
               profile = \"aws-route-server\"\npassword-file = FILE\n";
    let worries = read_with(SECRET, 0o600, aws).expect("a usable file").worries.to_string();
    assert!(worries.contains("password-file keeps the session to endpoint down"), "{worries}");
}

#[test]
fn frr_has_no_authentication_option_and_that_is_a_worry() {
    let frr = "[neighbor.frr]\naddress = \"192.0.2.2\"\npeer-as = 65001\nprofile = \"frr\"\n\
               tcp-ao = { key-file = FILE, send-id = 1, recv-id = 1 }\n";
    let worries = read_with(SECRET, 0o600, frr).expect("a usable file").worries.to_string();
    assert!(worries.contains("tcp-ao keeps the session to frr down"), "{worries}");
    assert!(worries.contains("FRR signs with TCP-MD5 only"), "{worries}");
    let bird = frr.replace("profile = \"frr\"", "profile = \"bird\"");
    let loaded = read_with(SECRET, 0o600, &bird).expect("a usable file");
    assert!(loaded.worries.is_empty(), "{}", loaded.worries);
}

#[test]
fn a_key_of_the_authentication_option_arrives() {
    for (given, algorithm) in [
        ("", AoAlgorithm::HmacSha1),
        (", algorithm = \"hmac-sha-1\"", AoAlgorithm::HmacSha1),
        (", algorithm = \"aes-128-cmac\"", AoAlgorithm::Aes128Cmac),
    ] {
        let more = format!(
            "[neighbor.ao]\naddress = \"192.0.2.2\"\npeer-as = 65001\n\
             tcp-ao = {{ key-file = FILE, send-id = 7, recv-id = 255{given} }}\n"
        );
        let loaded = read_with(SECRET, 0o600, &more).expect("a usable file");
        let neighbor = &loaded.config.neighbors[&NeighborName::from("ao")];
        let secret = Password::new(SECRET.as_bytes()).expect("a usable key");
        let key = AoKey { secret, send_id: 7, recv_id: 255, algorithm };
        assert_eq!(neighbor.transport.signature, Some(Signature::Ao(key)));
        assert!(neighbor.session.signed);
        assert!(!format!("{loaded:?}").contains(SECRET));
    }
}

#[test]
fn a_session_is_signed_in_one_way() {
    let both = "tcp-ao = { key-file = FILE, send-id = 1, recv-id = 1 }\n";
    let told = read_with(SECRET, 0o600, both).expect_err("two ways").to_string();
    assert!(told.contains("tcp-ao excludes password-file"), "{told}");
    assert!(!told.contains(SECRET), "{told}");
}

fn refused(text: &str) -> String {
    read(text, 0o600).expect_err("no password").to_string()
}

fn read(text: &str, mode: u32) -> Result<Loaded, Faults> {
    read_with(text, mode, "")
}

/// A configuration with a neighbour `rs`, whose password file has this text and mode, and with more
/// tables, where `FILE` stands for the same file.
fn read_with(text: &str, mode: u32, more: &str) -> Result<Loaded, Faults> {
    let directory = directory("password");
    let file = directory.path().join("word");
    fs::write(&file, text).expect("a file");
    fs::set_permissions(&file, Permissions::from_mode(mode)).expect("a mode");
    read_from(&file, more)
}

fn read_from(file: &Path, more: &str) -> Result<Loaded, Faults> {
    let toml = format!(
        "[bgp]\nlocal-as = 65010\nrouter-id = \"192.0.2.10\"\n\
         [haproxy.local]\nsocket = \"/run/haproxy/admin.sock\"\n\
         [service.web]\naddresses = [\"198.51.100.1/32\"]\n\
         [service.web.check.backend]\nhaproxy = {{ backend = \"http_back\" }}\n\
         [neighbor.rs]\naddress = \"192.0.2.1\"\nlocal-address = \"192.0.2.10\"\n\
         peer-as = 65000\npassword-file = FILE\n{more}"
    );
    let toml = toml.replace("FILE", &format!("{file:?}"));
    config::read("test.toml", &toml, &|_| None)
}
