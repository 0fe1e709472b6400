//! The command line: exit codes, and what is said when the answer is no.

#[path = "cli/check.rs"]
mod check;
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use support::config::Config;
use support::herald::{BINARY, control_socket, directory, write_config};
use support::peer::Meeting;
use support::process::output;

#[test]
fn check_accepts_a_right_configuration_with_exit_0() {
    let directory = directory("cli");
    let file = write_config(directory.path(), &usual());
    for arguments in [["check"].as_slice(), &["check", "--config"]] {
        let answer = herald(arguments, Some(&file));
        assert_eq!(answer.status.code(), Some(0), "{}", said(&answer));
    }
}

#[test]
fn check_shows_all_faults_in_one_go_with_file_and_line_and_ends_with_1() {
    let directory = directory("cli");
    let config = usual()
        .set("bgp", "hold-time", "\"2s\"")
        .set("neighbor.peer", "peer-as", 0)
        .set("service.web", "adresses", "[]")
        .set("service.web.loopback", "label", "\"lo:sixteen-chars\"");
    let file = write_config(directory.path(), &config);
    let answer = herald(&["check"], Some(&file));
    assert_eq!(answer.status.code(), Some(1));
    let text = said(&answer);
    for word in ["hold-time", "peer-as", "adresses", "lo:sixteen-chars"] {
        assert!(text.contains(word), "{word} in\n{text}");
    }
    let places = text.matches(&format!("{}:", file.display())).count();
    assert!(places >= 4, "each fault names its place:\n{text}");
}

#[test]
fn an_impossible_configuration_starts_nothing() {
    let directory = directory("cli");
    let file = write_config(directory.path(), &usual().set("bgp", "hold-time", "\"2s\""));
    let answer = herald(&["run", "--config"], Some(&file));
    assert_eq!(answer.status.code(), Some(1), "{}", said(&answer));
    assert!(said(&answer).contains("hold-time"), "{}", said(&answer));
    assert!(!control_socket(directory.path()).exists());
}

#[test]
fn an_absent_configuration_is_named_and_ends_with_1() {
    for command in ["check", "run"] {
        let answer = herald(&[command, "--config"], Some("/nonexistent/herald.toml".as_ref()));
        assert_eq!(answer.status.code(), Some(1), "{command}: {}", said(&answer));
        assert!(said(&answer).contains("/nonexistent/herald.toml"), "{}", said(&answer));
    }
}

#[test]
fn a_directory_in_the_place_of_a_configuration_ends_with_1() {
    let directory = directory("cli");
    let answer = herald(&["check"], Some(directory.path()));
    assert_eq!(answer.status.code(), Some(1), "{}", said(&answer));
    assert!(said(&answer).contains(&directory.path().display().to_string()), "{}", said(&answer));
}

#[test]
fn an_unreadable_configuration_ends_with_1_and_says_why() {
    let directory = directory("cli");
    let file = write_config(directory.path(), &usual());
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("a file of ours");
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups", BINARY, "check"])
        .arg(&file);
    let answer = output(&mut command);
    assert_eq!(answer.status.code(), Some(1), "{}", said(&answer));
    assert!(said(&answer).contains("no permission to read"), "{}", said(&answer));
}

#[test]
fn text_that_is_no_toml_and_octets_that_are_no_text_end_with_1() {
    let directory = directory("cli");
    let file = directory.path().join("herald.toml");
    for octets in [&b"[bgp\nlocal-as = "[..], &[0xff, 0xfe, 0x00], b""] {
        fs::write(&file, octets).expect("a file of ours");
        let answer = herald(&["check"], Some(&file));
        assert_eq!(answer.status.code(), Some(1), "{octets:?}: {}", said(&answer));
        assert!(!said(&answer).contains("panicked"), "{}", said(&answer));
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    let wrong: [&[&str]; 4] = [
        &["announce-everything"],
        &["status", "--colour-of-the-sky"],
        &["run", "extra", "words"],
        &[],
    ];
    for arguments in wrong {
        let answer = herald(arguments, None);
        assert_eq!(answer.status.code(), Some(2), "{arguments:?}: {}", said(&answer));
        assert!(said(&answer).contains("Usage"), "{arguments:?}: {}", said(&answer));
    }
}

#[test]
fn status_without_an_agent_ends_with_3_and_names_the_socket_and_the_way_out() {
    let directory = directory("cli");
    let socket = control_socket(directory.path());
    let answer = herald(&["status", "--socket"], Some(&socket));
    assert_eq!(answer.status.code(), Some(3), "{}", said(&answer));
    let text = said(&answer);
    assert!(text.contains(&socket.display().to_string()), "{text}");
    assert!(text.contains("herald run") || text.contains("--socket"), "the way out: {text}");
    assert!(answer.stdout.is_empty(), "an error is no output");
}

/// The other agent of a machine must not be asked because of a slip in a name.
#[test]
fn a_configuration_that_cannot_tell_the_socket_asks_nobody() {
    let directory = directory("cli");
    let broken = directory.path().join("broken.toml");
    fs::write(&broken, "[agent\n").expect("a file of ours");
    let absent = directory.path().join("nope.toml");
    for (file, why) in [(&absent, "there is no such file"), (&broken, ":1:7: this is not TOML")] {
        let answer = herald(&["withdraw", "web", "--config"], Some(file));
        assert_eq!(answer.status.code(), Some(2), "{}", said(&answer));
        let words = format!("cannot tell the control socket from {}", file.display());
        for words in [words.as_str(), why, "--socket PATH"] {
            assert!(said(&answer).contains(words), "{words} in\n{}", said(&answer));
        }
    }
}

#[test]
fn a_configuration_tells_the_socket_whatever_else_is_wrong_with_it() {
    let directory = directory("cli");
    let file = directory.path().join("b.toml");
    let socket = directory.path().join("b.sock");
    let text = format!(
        "[agent]\ncontrol-socket = {socket:?}\nregion = \"${{UNSET}}\"\n[bgp]\nhold-time = \"2s\"\n"
    );
    fs::write(&file, text).expect("a file of ours");
    for arguments in [["--config"].as_slice(), &["services", "--config"]] {
        let mut command = Command::new(BINARY);
        command.args(arguments).arg(&file);
        if arguments.len() == 1 {
            command.arg("services");
        }
        let answer = output(&mut command);
        assert_eq!(answer.status.code(), Some(3), "{}", said(&answer));
        let words = format!("cannot reach herald on {}: no such socket.", socket.display());
        assert!(said(&answer).contains(&words), "{}", said(&answer));
    }
}

#[test]
fn the_socket_may_be_named_before_the_command() {
    let directory = directory("cli");
    let socket = control_socket(directory.path());
    let answer = output(Command::new(BINARY).arg("--socket").arg(&socket).arg("status"));
    assert_eq!(answer.status.code(), Some(3), "{}", said(&answer));
    assert!(said(&answer).contains(&socket.display().to_string()), "{}", said(&answer));
}

#[test]
fn help_and_version_end_with_0() {
    let help = herald(&["--help"], None);
    assert_eq!(help.status.code(), Some(0));
    for command in ["run", "check", "status"] {
        assert!(said(&help).contains(command), "{}", said(&help));
    }
    let version = herald(&["--version"], None);
    assert_eq!(version.status.code(), Some(0));
    assert!(said(&version).contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn every_command_that_needs_an_agent_ends_with_3_without_one() {
    let directory = directory("cli");
    let socket = control_socket(directory.path());
    let commands: [&[&str]; 11] = [
        &["services"],
        &["neighbors"],
        &["routes", "advertised"],
        &["explain", "web"],
        &["events"],
        &["events", "--follow"],
        &["drain", "web", "--wait"],
        &["resume", "--all"],
        &["withdraw", "web"],
        &["announce", "web", "--for", "1s"],
        &["reload"],
    ];
    for command in commands {
        let answer = herald(&[command, &["--socket"]].concat(), Some(&socket));
        assert_eq!(answer.status.code(), Some(3), "{command:?}: {}", said(&answer));
        assert!(said(&answer).contains("cannot reach herald on"), "{command:?}: {}", said(&answer));
    }
}

#[test]
fn words_that_make_no_sense_are_wrong_usage_before_anybody_is_asked() {
    let wrong: [&[&str]; 12] = [
        &["drain"],
        &["drain", "web", "--all"],
        &["drain", "web", "--for", "soon"],
        &["announce", "web"],
        &["announce", "--for", "1m"],
        &["withdraw"],
        &["completions", "tcsh-of-1983"],
        &["man", "fly"],
        &["man", "convert", "fly"],
        &["run", "--log-level", "loud"],
        &["--socket", "/run/x.sock", "run"],
        &["withdraw", "web", "--all"],
    ];
    for arguments in wrong {
        let answer = herald(arguments, None);
        assert_eq!(answer.status.code(), Some(2), "{arguments:?}: {}", said(&answer));
    }
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let commands =
        ["drain", "resume", "withdraw", "announce", "explain", "events", "status", "convert"];
    for shell in ["bash", "zsh", "fish"] {
        let script = herald(&["completions", shell], None);
        assert_eq!(script.status.code(), Some(0));
        for command in commands {
            assert!(said(&script).contains(command), "{command} in {shell}");
        }
    }
    let page = herald(&["man"], None);
    assert!(said(&page).contains(".TH herald 1"), "{}", said(&page));
    for command in commands {
        assert!(said(&page).contains(command), "{command}");
        let own = herald(&["man", command], None);
        assert!(said(&own).contains(".SH EXAMPLES"), "{}", said(&own));
    }
    let nested = herald(&["man", "convert", "exabgp"], None);
    assert!(said(&nested).contains(".TH herald-convert-exabgp 1"), "{}", said(&nested));
}

#[test]
fn every_page_that_is_listed_can_be_had() {
    let list = said(&herald(&["man", "--list"], None));
    let pages: Vec<&str> = list.lines().collect();
    assert!(pages.contains(&"drain") && pages.contains(&"convert keepalived"), "{list}");
    assert!(!pages.contains(&"help"), "{list}");
    for page in pages {
        let words: Vec<&str> = std::iter::once("man").chain(page.split(' ')).collect();
        let title = format!(".TH herald-{} 1", page.replace(' ', "-"));
        assert!(said(&herald(&words, None)).contains(&title), "{page}");
    }
}

#[test]
fn colour_is_for_terminals_and_for_those_who_want_it() {
    let directory = directory("cli");
    let file = write_config(directory.path(), &usual().set("bgp", "hold-time", "\"2s\""));
    let check = format!("{BINARY} check {}", file.display());
    let shown = |command: &mut Command| said(&output(command)).contains('\u{1b}');
    // script(1) gives it a terminal.
    let terminal = |no_colour: &str| {
        let mut command = Command::new("script");
        command.args(["-qec", &check, "/dev/null"]).env("TERM", "xterm").env("NO_COLOR", no_colour);
        command
    };
    assert!(shown(&mut terminal("")), "a terminal, and NO_COLOR is empty");
    assert!(!shown(&mut terminal("1")), "a terminal, and NO_COLOR is set");
    assert!(!shown(Command::new(BINARY).arg("check").arg(&file).env_remove("NO_COLOR")), "a pipe");
    let coloured = output(&mut terminal(""));
    assert_eq!(coloured.status.code(), Some(1), "{}", said(&coloured));
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{BINARY} --help | true; {BINARY} completions bash | head -n 1")]);
    assert!(!said(&output(&mut command)).contains("panicked"));
}

fn usual() -> Config {
    Config::usual(Meeting::USUAL, "/run/haproxy/admin.sock".as_ref())
}

fn herald(arguments: &[&str], path: Option<&Path>) -> Output {
    output(Command::new(BINARY).args(arguments).args(path))
}

/// Everything it said, on either stream.
fn said(answer: &Output) -> String {
    String::from_utf8_lossy(&answer.stdout).into_owned() + &String::from_utf8_lossy(&answer.stderr)
}
