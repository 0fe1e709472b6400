use std::time::Duration;

use super::duration::{parse, show};

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
