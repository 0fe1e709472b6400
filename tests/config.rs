//! The configuration from the outside: goldens of what people see, the files that ship, and text that
//! nobody meant to write.
//!
//! `tests/config/` holds a file per rule: `fault-*` cannot be used, `worry-*` can but should not,
//! `good-*` can. What is printed for each stands beside it as `.stderr`. `UPDATE_GOLDEN=1 cargo test
//! --test config` writes these, `configs/reference.toml` and `docs/config.md` anew; the diff is then yours to
//! judge.

#[path = "config/files.rs"]
mod files;
#[path = "support/golden.rs"]
mod golden;
#[path = "config/goldens.rs"]
mod goldens;
#[path = "config/lowering.rs"]
mod lowering;
#[path = "config/mutations.rs"]
mod mutations;
#[path = "config/reference.rs"]
mod reference;
#[path = "config/shipped.rs"]
mod shipped;

use std::fs;
use std::path::{Path, PathBuf};

use golden::assert_golden;
use herald::config::{self, Faults, Loaded};

/// The value of `${SECRET}`: it must never be seen.
const SECRET: &str = "s3cr3t-value";

/// The environment of every test.
fn environment(name: &str) -> Option<String> {
    let values = [
        ("SECRET", SECRET),
        ("HOST_BITS", "10.20.30.40/24"),
        ("GOOD_ID", "192.0.2.10"),
        ("OCTET", "2"),
        ("HOST", "localhost"),
    ];
    values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
}

fn read(name: &str, text: &str) -> Result<Loaded, Faults> {
    config::read(name, text, &environment)
}

/// The configuration of a text without faults.
fn config(text: &str) -> config::Config {
    read("test.toml", text).unwrap_or_else(|faults| panic!("{faults}")).config
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The `.toml` files of a directory of the project, in order.
fn toml_files(directory: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(directory)).expect("a readable directory");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    paths
}
