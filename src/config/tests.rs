use std::time::Duration;

use super::diagnostic::{Diagnostic, Faults};
use super::duration::{near, parse, show};
use super::secrets::blanked;

#[test]
fn durations_are_numbers_with_units_larger_ones_first() {
    for (text, millis) in [
        ("200ms", 200),
        ("5s", 5_000),
        ("1m30s", 90_000),
        ("0s", 0),
        ("1h", 3_600_000),
        ("2d1h", 176_400_000),
        ("1s5ms", 1_005),
    ] {
        assert_eq!(parse(text), Some(Duration::from_millis(millis)), "{text}");
    }
}

#[test]
fn anything_else_is_no_duration() {
    for text in [
        "",
        "5",
        "s",
        "5 s",
        "-5s",
        "+5s",
        "1.5s",
        "5S",
        "5s1m",
        "5s5s",
        "5sec",
        "99999999999999999d",
        "５s",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn a_shown_duration_reads_as_itself() {
    for millis in [0, 1, 999, 1_000, 90_000, 90_001, 86_399_999, 86_400_000, 5_000_000_000] {
        let duration = Duration::from_millis(millis);
        assert_eq!(parse(&show(duration)), Some(duration), "{}", show(duration));
    }
}

#[test]
fn a_duration_that_is_written_otherwise_is_told_as_it_should_be() {
    for (text, meant) in [
        ("500", &["500ms", "500s"][..]),
        ("5 secs", &["5s"]),
        ("5S", &["5s"]),
        ("1min", &["1m"]),
        ("2 hours", &["2h"]),
        ("1.5s", &["1s500ms"]),
        ("0.5h", &["30m"]),
        ("99999999999999999999999s", &[]),
        ("99999999999999999999999.5d", &[]),
        ("5 parsecs", &[]),
        ("-5", &[]),
        ("1.2.3", &[]),
        ("", &[]),
    ] {
        assert_eq!(near(text), meant, "{text}");
    }
}

#[test]
fn secrets_are_blanked_and_everything_else_is_left_alone() {
    for (line, shown) in [
        ("password = \"abc\"", "password = \"***\""),
        (
            "haproxy.local = { url = \"x\", Password=\"abc\" }",
            "haproxy.local = { url = \"x\", Password=\"***\" *",
        ),
        ("md5-secret-1 = 'abc'", "md5-secret-1 = '***'"),
        ("url = \"http://user:abc@host/x\"", "url = \"http://user:***@host/x\""),
        ("url = \"http://host/a:b@c\"", "url = \"http://host/a:b@c\""),
        ("password-file = \"/etc/p\"", "password-file = \"/etc/p\""),
        ("tcp-ao = { key = \"abc\" }", "tcp-ao = { key = \"***\" *"),
        ("key-file = \"/etc/k\"", "key-file = \"/etc/k\""),
        ("# the password is elsewhere", "# the password is elsewhere"),
        ("password: abc", "password: ***"),
        ("description = \"passwords\"", "description = \"passwords\""),
        ("token = \"é\"\nport = 179", "token = \"**\"\nport = 179"),
    ] {
        assert_eq!(blanked(line), shown);
    }
}

#[test]
fn blanking_keeps_every_octet_in_its_place() {
    let text = "a = 1\npassword = \"pä§sß\" # ü\nurl = \"ftp://a:ö@b\"\n";
    let shown = blanked(text);
    assert_eq!(shown.len(), text.len());
    assert_eq!(shown.find("url"), text.find("url"));
}

#[test]
fn faults_have_a_line_for_the_log() {
    let found = |place| Diagnostic::new(place, "no such key", "", "leave it out");
    let line = |found| Faults::of_text("herald.toml", "[bgp]\nhold = 1\n", found).line();
    let first = "herald.toml:2:1: no such key; leave it out";
    assert_eq!(line(vec![found(Some(6..10))]), first);
    let three = line(vec![found(None), found(Some(6..10)), found(Some(11..12))]);
    assert_eq!(three, format!("{first}; and 2 more: herald check"));
    assert_eq!(line(vec![found(None)]), "herald.toml: no such key; leave it out");
}
