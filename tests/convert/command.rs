//! `herald convert` as it is typed.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::support::herald::{BINARY, directory};
use super::support::process::output;
use super::{root, text};

fn run(arguments: &[&str], directory: &Path) -> Output {
    output(Command::new(BINARY).arg("convert").args(arguments).current_dir(directory))
}

fn said(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

#[test]
fn the_file_goes_to_standard_output_and_the_notes_to_standard_error() {
    let answer = run(&["exabgp", "exabgp.conf", "shop.options"], &root().join("configs/migration"));
    assert_eq!(answer.status.code(), Some(0), "{}", said(&answer.stderr));
    assert_eq!(said(&answer.stdout), text("configs/migration/exabgp.toml"));
    let notes = said(&answer.stderr);
    assert!(notes.contains("not carried: exabgp.conf:15: graceful-restart"), "{notes}");
    assert!(notes.contains("remark: shop.options:7: disable"), "{notes}");
}

#[test]
fn an_option_file_is_found_beside_the_configuration() {
    let directory = directory("convert");
    for file in ["exabgp.conf", "shop.options"] {
        let from = root().join("configs/migration").join(file);
        fs::copy(from, directory.path().join(file)).expect("a copy");
    }
    let answer = run(&["exabgp", "exabgp.conf"], directory.path());
    assert_eq!(answer.status.code(), Some(0), "{}", said(&answer.stderr));
    assert!(said(&answer.stdout).contains("[service.shop]"), "{}", said(&answer.stdout));
}

#[test]
fn what_it_writes_is_accepted_by_check_and_never_overwritten() {
    let directory = directory("convert");
    let source = root().join("configs/migration/keepalived.conf").display().to_string();
    let arguments = [
        "keepalived",
        &source,
        "--local-as",
        "65010",
        "--router-id",
        "192.0.2.10",
        "--neighbor",
        "192.0.2.1:65000",
        "-o",
        "herald.toml",
    ];
    let answer = run(&arguments, directory.path());
    assert_eq!(answer.status.code(), Some(0), "{}", said(&answer.stderr));
    assert!(answer.stdout.is_empty());
    let file = directory.path().join("herald.toml");
    let check = output(Command::new(BINARY).arg("check").arg(&file));
    assert_eq!(check.status.code(), Some(0), "{}", said(&check.stderr));

    fs::write(&file, "mine").expect("a file of ours");
    let again = run(&arguments, directory.path());
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again.stderr).contains("no file is overwritten"), "{}", said(&again.stderr));
    assert_eq!(fs::read_to_string(&file).expect("a file of ours"), "mine");
}

#[test]
fn a_directory_stands_for_its_configurations() {
    let directory = directory("convert");
    for (name, text) in [
        ("b.conf", "[two]\nip_prefix = 198.51.100.2\n"),
        (
            "a.conf",
            "[DEFAULT]\ncheck_cmd = /bin/true\ncheck_disabled = false\n[one]\nip_prefix = 198.51.100.1\n",
        ),
        ("readme.txt", "nothing to read"),
    ] {
        fs::write(directory.path().join(name), text).expect("a file of ours");
    }
    let flags = ["anycast-healthchecker", ".", "--local-as", "65010", "--router-id", "192.0.2.10"];
    let answer = run(&[&flags[..], &["--neighbor", "192.0.2.1:65000"]].concat(), directory.path());
    assert_eq!(answer.status.code(), Some(0), "{}", said(&answer.stderr));
    let toml = said(&answer.stdout);
    assert!(toml.contains("[service.one]") && toml.contains("[service.two]"), "{toml}");
}

#[test]
fn a_place_to_fill_in_ends_with_1_and_says_what_is_missing() {
    let directory = directory("convert");
    fs::write(directory.path().join("a.conf"), "[one]\nip_prefix = 198.51.100.1\n")
        .expect("a file");
    let answer = run(&["anycast-healthchecker", "a.conf"], directory.path());
    assert_eq!(answer.status.code(), Some(1));
    assert!(said(&answer.stdout).contains("# local-as = 65010"), "{}", said(&answer.stdout));
    let notes = said(&answer.stderr);
    assert!(notes.contains("to do: [bgp] local-as") && notes.contains("--neighbor"), "{notes}");
}

#[test]
fn a_fault_writes_nothing_and_ends_with_1() {
    let directory = directory("convert");
    let bad =
        "neighbor 192.0.2.1 {\n  local-as 65010;\n  peer-as none;\n  md5-password hunter2;\n}\n";
    fs::write(directory.path().join("bad.conf"), bad).expect("a file of ours");
    let answer = run(&["exabgp", "bad.conf", "-o", "herald.toml"], directory.path());
    assert_eq!(answer.status.code(), Some(1));
    assert!(said(&answer.stderr).contains("bad.conf:3:11"), "{}", said(&answer.stderr));
    assert!(!said(&answer.stderr).contains("hunter2"), "{}", said(&answer.stderr));
    assert!(!directory.path().join("herald.toml").exists());

    let empty = directory.path().join("empty");
    fs::create_dir(&empty).expect("a directory of ours");
    for absent in ["absent.conf", "empty"] {
        let answer = run(&["exabgp", absent], directory.path());
        assert_eq!(answer.status.code(), Some(1), "{absent}");
        assert!(said(&answer.stderr).contains(absent), "{}", said(&answer.stderr));
    }
}

#[test]
fn wrong_usage_ends_with_2_and_help_shows_an_example() {
    let here = root();
    let wrong: [&[&str]; 5] = [
        &[],
        &["exabgp"],
        &["quagga", "x"],
        &["exabgp", "x", "--neighbor", "192.0.2.1"],
        &["exabgp", "x", "--local-as", "none"],
    ];
    for arguments in wrong {
        assert_eq!(run(arguments, here).status.code(), Some(2), "{arguments:?}");
    }
    for format in ["exabgp", "anycast-healthchecker", "keepalived"] {
        let help = run(&[format, "--help"], here);
        assert_eq!(help.status.code(), Some(0));
        let text = said(&help.stdout);
        assert!(
            text.contains("Example") && text.contains(&format!("herald convert {format}")),
            "{text}"
        );
    }
}
