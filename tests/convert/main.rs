//! Configurations of other programs become herald's: what comes of each option, of whole files, and of
//! files with faults.
//!
//! | file | claims |
//! |---|---|
//! | `options.rs` | every option of every format has a fate, and a golden that shows what comes of it |
//! | `files.rs` | whole files become the goldens beside them, which herald takes |
//! | `regions.rs` | the ExaBGP configurations of the Azure design become the files in `configs/` |
//! | `faults.rs` | what cannot be read is refused with its place, and no secret is shown |
//! | `command.rs` | the command: exit codes, streams, and that nothing is overwritten |
//! | `programs.rs` | the options of the installed programs are those of the tables |
//! | `documents.rs` | `docs/migration.md` and `configs/migration/` are what the code says |
//!
//! `UPDATE_GOLDEN=1 cargo test --test convert` writes the goldens anew; the diff is then yours to judge.

mod command;
mod documents;
mod faults;
mod files;
mod options;
mod programs;
mod regions;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;

use herald::config::{self, Loaded};
use herald::convert::{Conversion, Format, Input, Request, convert};

use self::support::golden;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file of the project.
fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A file of `tests/convert/input`.
fn input(name: &str) -> Input {
    Input { name: name.to_owned(), text: text(&format!("tests/convert/input/{name}")) }
}

fn written(name: &str, text: impl Into<String>) -> Input {
    Input { name: name.to_owned(), text: text.into() }
}

/// Converts what has no fault.
fn converted(format: Format, request: Request) -> Conversion {
    convert(format, request, &|_| None).unwrap_or_else(|faults| {
        panic!("{}", faults.iter().map(ToString::to_string).collect::<String>())
    })
}

/// Reads what was written as herald does. The files with passwords, which an operator has yet to make,
/// are there.
fn loaded(toml: &str) -> Loaded {
    let directory = tempfile::tempdir().expect("a directory");
    let password = directory.path().join("password");
    fs::write(&password, "a password\n").expect("a file");
    let made = |line: &str| match line.starts_with("password-file = ") {
        true => format!("password-file = {:?}\n", password.display().to_string()),
        false => line.to_owned() + "\n",
    };
    let text: String = toml.lines().map(made).collect();
    config::read("herald.toml", &text, &|_| None)
        .unwrap_or_else(|faults| panic!("{faults}\n{text}"))
}

/// Compares with a file of the project.
#[track_caller]
fn assert_golden(path: &str, actual: &str) {
    golden::assert_golden(&root().join(path), actual);
}
