//! The floors of `src/lib.rs`, enforced: who may import whom, and what the pure floors may not mention.
//!
//! The floor table is read from `src/lib.rs` itself, so the drawing and the rule cannot drift apart.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Words that a pure floor (F0 to F3) may not contain outside comments and tests, and why.
const IMPURE: [(&str, &str); 12] = [
    ("tokio", "tasks belong to the drivers"),
    ("std::net::Tcp", "sockets belong to the drivers"),
    ("std::net::Udp", "sockets belong to the drivers"),
    ("std::os::", "descriptors belong to the drivers"),
    ("std::fs", "files belong to config and the drivers"),
    ("std::env", "the environment belongs to config"),
    ("std::process", "processes belong to the drivers"),
    ("std::thread", "threads belong to the daemon"),
    ("Mutex", "one owner decides; there is nothing to lock"),
    ("RwLock", "one owner decides; there is nothing to lock"),
    ("Instant::now", "time comes in as an argument"),
    ("SystemTime", "wall time is read by the drivers"),
];

/// The only files that may hold `unsafe`.
const UNSAFE_FILES: [&str; 2] = ["src/peer/sockopt.rs", "src/process/held.rs"];

/// What changes a file or a directory.
const WRITES: [&str; 8] = [
    "File::create",
    "File::options",
    "OpenOptions",
    "fs::write",
    "fs::rename",
    "fs::remove_",
    "fs::create_dir",
    "fs::set_permissions",
];

/// The only files that may do so, and what they write: the state directory, the paths of sockets, and
/// the file that `herald convert` is told to make.
const WRITING_FILES: [&str; 3] =
    ["src/store/file.rs", "src/socket_path/mod.rs", "src/cli/convert.rs"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Module → floor, from the table in `src/lib.rs`.
fn floors() -> BTreeMap<String, u8> {
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs is readable");
    let floors: BTreeMap<String, u8> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("//! | F"))
        .map(|row| {
            let mut cells = row.split('|').map(str::trim);
            let floor = cells.next().and_then(|c| c.parse().ok()).expect("a floor number");
            let module = cells.next().expect("a module cell").trim_matches(['[', ']', '`']);
            (module.to_owned(), floor)
        })
        .collect();
    assert!(floors.len() > 10, "the floor table of src/lib.rs was not found");
    floors
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("a readable source directory") {
        let path = entry.expect("a directory entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn is_test(path: &Path) -> bool {
    path.components().any(|c| matches!(c.as_os_str().to_str(), Some("tests" | "tests.rs")))
}

/// Lines of production code with comments cut off, numbered from 1.
fn code_lines(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).expect("a readable source file");
    text.lines()
        .enumerate()
        .map(|(n, line)| (n + 1, line.split("//").next().unwrap_or_default().to_owned()))
        .collect()
}

/// Source files of production code with the top-level module each belongs to.
fn sources() -> Vec<(String, PathBuf)> {
    let src = root().join("src");
    rust_files(&src)
        .into_iter()
        .filter(|path| !is_test(path))
        .filter_map(|path| {
            let first = path.strip_prefix(&src).ok()?.components().next()?;
            let module = first.as_os_str().to_str()?.trim_end_matches(".rs").to_owned();
            Some((module, path))
        })
        .collect()
}

/// The top-level modules that a line names by `crate::`; a brace list after it is opened.
fn imported(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for after in line.split("crate::").skip(1) {
        let list = match after.strip_prefix('{') {
            Some(group) => group.split(',').collect(),
            None => vec![after],
        };
        for item in list {
            let name: String =
                item.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !name.is_empty() {
                names.push(name);
            }
        }
    }
    names
}

#[test]
fn every_module_stands_on_a_floor_and_imports_only_lower_ones() {
    let floors = floors();
    let mut wrong = Vec::new();
    for (module, path) in sources() {
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let Some(own) = floors.get(&module) else {
            wrong.push(format!("{}: module `{module}` is not in the floor table", path.display()));
            continue;
        };
        for (number, line) in code_lines(&path) {
            for other in imported(&line) {
                let lower = floors.get(&other).is_some_and(|floor| floor < own);
                if floors.contains_key(&other) && other != module && !lower {
                    wrong.push(format!(
                        "{}:{number}: {module} (F{own}) may not import {other} (F{})",
                        path.display(),
                        floors[&other]
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_of_the_table_exists() {
    let src = root().join("src");
    let missing: Vec<_> = floors()
        .into_keys()
        .filter(|m| !src.join(m).join("mod.rs").exists() && !src.join(format!("{m}.rs")).exists())
        .collect();
    assert!(missing.is_empty(), "named in src/lib.rs but absent: {missing:?}");
}

#[test]
fn pure_floors_mention_no_task_socket_file_lock_clock_or_random_source() {
    let floors = floors();
    let mut wrong = Vec::new();
    for (module, path) in sources() {
        if floors.get(&module).is_none_or(|floor| *floor > 3) {
            continue;
        }
        for (number, line) in code_lines(&path) {
            for (word, why) in IMPURE {
                if line.contains(word) {
                    wrong.push(format!("{}:{number}: `{word}`: {why}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn unsafe_stays_in_its_file_with_a_safety_line_each() {
    let mut wrong = Vec::new();
    for (_, path) in sources() {
        let relative = path.strip_prefix(root()).expect("a path below the root");
        let text = fs::read_to_string(&path).expect("a readable source file");
        let lines: Vec<_> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if !code.contains("unsafe {")
                && !code.contains("unsafe impl")
                && !code.contains("unsafe fn")
            {
                continue;
            }
            let allowed = UNSAFE_FILES.iter().any(|file| relative == Path::new(file));
            let explained =
                lines[index.saturating_sub(4)..index].iter().any(|l| l.contains("// SAFETY:"));
            if !allowed || !explained {
                wrong.push(format!("{}:{}", path.display(), index + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "unsafe outside its file or unexplained:\n{}", wrong.join("\n"));
}

/// What can be written is known from three files (docs/decisions/0004-the-sandbox-is-the-units.md).
#[test]
fn writing_stays_in_its_files() {
    let mut writing = Vec::new();
    for (_, path) in sources() {
        let writes = |line: &(usize, String)| WRITES.iter().any(|word| line.1.contains(word));
        if code_lines(&path).iter().any(writes) {
            let relative = path.strip_prefix(root()).expect("a path below the root");
            writing.push(relative.display().to_string());
        }
    }
    writing.sort();
    let mut allowed = WRITING_FILES;
    allowed.sort_unstable();
    assert_eq!(writing, allowed);
}

#[test]
fn the_import_reader_sees_paths_and_lists() {
    assert_eq!(imported("use crate::{health, policy};"), ["health", "policy"]);
    assert_eq!(imported("use crate::base::{Asn, Prefix};"), ["base"]);
    assert_eq!(imported("let x = crate::wire::Message::Keepalive;"), ["wire"]);
}
