use proptest::prelude::*;

use super::*;

fn request(text: &str) -> Request {
    let file = |name: &str| Input { name: name.to_owned(), text: text.to_owned() };
    Request {
        files: vec![file("source.conf")],
        bird: vec![file("bird.conf")],
        ..Request::default()
    }
}

const FORMATS: [Format; 3] = [Format::Exabgp, Format::AnycastHealthchecker, Format::Keepalived];

/// Pieces that mean something to one of the formats.
fn piece() -> impl Strategy<Value = String> {
    let mut words: Vec<String> = TABLES
        .iter()
        .flat_map(|table| table.rows)
        .flat_map(|row| [row.section.to_owned(), row.option.to_owned()])
        .collect();
    let marks = [
        "{",
        "}",
        ";",
        "[",
        "]",
        "(",
        ",",
        "\"",
        "'",
        "=",
        "\n",
        "#",
        "!",
        "%",
        "%(x)s",
        "${",
        "\\",
        "--",
        "-",
        "as",
        "bgp",
        "192.0.2.1/32",
        "2001:db8::/64",
        "0.0.0.0/0",
        "65010",
        "65515",
        "4294967296",
        "-1",
        "1e300",
        "NaN",
        "healthcheck",
        "*",
        "é",
        "\u{0}",
        "unicast",
        "65010:1",
        "/1",
        "self",
        "true",
        "nlri",
        "run",
        "[DEFAULT]",
        "[daemon]",
        "[web]",
        "/*",
        "*/",
    ];
    words.extend(marks.map(str::to_owned));
    proptest::sample::select(words)
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        for format in FORMATS {
            let _ = convert(format, request(&text), &|_| Some(text.clone()));
        }
    }

    #[test]
    fn arbitrary_words_never_panic(pieces in prop::collection::vec(piece(), 0..60)) {
        let text = pieces.join(" ");
        for format in FORMATS {
            let _ = convert(format, request(&text), &|_| Some(text.clone()));
        }
    }

    /// What is written is a file that the reader of herald's configuration can at least parse.
    #[test]
    fn whatever_is_written_is_toml(command in "[ -~]{0,40}", name in any::<String>()) {
        let text = format!("neighbor 192.0.2.1 {{ local-as 65010; peer-as 65000; }}\nprocess x {{ \
            run healthcheck --ip 198.51.100.1 --cmd {command:?} --name {name:?}; }}");
        if let Ok(conversion) = convert(Format::Exabgp, request(&text), &|_| None) {
            let faults = conversion.faults.map(|faults| faults.to_string()).unwrap_or_default();
            prop_assert!(!faults.contains("this is not TOML"), "{faults}");
        }
    }
}

#[test]
fn blocks_within_blocks_have_an_end() {
    for deep in ["a { ".repeat(100_000), "a {\n".repeat(100_000)] {
        for format in FORMATS {
            assert!(
                convert(format, request(&deep), &|_| None).is_err()
                    || format == Format::AnycastHealthchecker
            );
        }
    }
}

#[test]
fn every_option_has_one_row() {
    for table in TABLES {
        for (index, row) in table.rows.iter().enumerate() {
            let same = |other: &&Row| (other.section, other.option) == (row.section, row.option);
            assert!(
                !table.rows[..index].iter().any(|other| same(&other)),
                "{}: {row:?}",
                table.name
            );
        }
    }
}
