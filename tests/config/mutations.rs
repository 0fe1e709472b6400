//! Whatever stands in a file, reading it ends with a configuration or with faults that can be drawn.

use std::fs;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{read, toml_files};

fn corpus() -> Vec<String> {
    let files = toml_files("configs").into_iter().chain(toml_files("tests/config"));
    files.map(|path| fs::read_to_string(path).expect("a readable file")).collect()
}

/// Pieces that mean something to TOML or to the reader.
const PIECES: [&str; 22] = [
    "[",
    "]",
    "[[",
    "{",
    "}",
    "\"",
    "'",
    "\"\"\"",
    "=",
    "\n",
    "\r\n",
    ",",
    ".",
    "#",
    "${",
    "${SECRET}",
    "\u{0}",
    "ü",
    "-1",
    "1979-05-27",
    "99999999999999999999",
    "nan",
];

#[derive(Debug, Clone)]
enum Mutation {
    Insert(Index, &'static str),
    Delete(Index, usize),
    Swap(Index, Index),
    Retype(Index, &'static str),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        (any::<Index>(), select(PIECES.as_slice()))
            .prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        (any::<Index>(), 1usize..40).prop_map(|(at, many)| Mutation::Delete(at, many)),
        (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Mutation::Swap(one, other)),
        (
            any::<Index>(),
            select(vec!["1", "\"x\"", "true", "[]", "{}", "[{}]", "1.5", "-7", "\"\"", "[1]"])
        )
            .prop_map(|(line, value)| Mutation::Retype(line, value)),
    ]
}

fn apply(text: &str, mutation: &Mutation) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if chars.is_empty() || lines.is_empty() {
        return text.to_owned();
    }
    match mutation {
        Mutation::Insert(at, piece) => {
            let at = at.index(chars.len());
            chars.splice(at..at, piece.chars());
            chars.into_iter().collect()
        }
        Mutation::Delete(at, many) => {
            let at = at.index(chars.len());
            chars.drain(at..(at + many).min(chars.len()));
            chars.into_iter().collect()
        }
        Mutation::Swap(one, other) => {
            let (one, other) = (one.index(lines.len()), other.index(lines.len()));
            lines.swap(one, other);
            lines.join("\n")
        }
        Mutation::Retype(line, value) => {
            let line = line.index(lines.len());
            if let Some((key, _)) = lines[line].clone().split_once('=') {
                lines[line] = format!("{key}= {value}");
            }
            lines.join("\n")
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files_never_panic_and_are_never_refused_without_a_reason(
        text in select(corpus()),
        mutations in prop::collection::vec(mutation(), 1..6),
    ) {
        let text = mutations.iter().fold(text, |text, mutation| apply(&text, mutation));
        match read("mutated.toml", &text) {
            Ok(loaded) => {
                prop_assert_eq!(loaded.worries.to_string().is_empty(), loaded.worries.is_empty());
            }
            Err(faults) => {
                prop_assert!(!faults.report().is_empty());
                prop_assert!(faults.render(true).contains("error"));
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        if let Err(faults) = read("any.toml", &text) {
            prop_assert!(!faults.to_string().is_empty());
        }
    }
}
