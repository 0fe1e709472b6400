//! What the documents claim about the code is there: modules and tests named in `docs/rfc.md`.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust sources below a folder, as one text per file with its path.
fn sources(dir: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("a readable directory") {
        let path = entry.expect("a directory entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).expect("a readable source");
            let relative = path.strip_prefix(root()).expect("a path below the root");
            found.push((relative.display().to_string(), text));
        }
    }
    found
}

/// The words in backticks of one cell of a table row.
fn quoted(row: &str, cell: usize) -> Vec<&str> {
    let cells: Vec<_> = row.split('|').collect();
    cells.get(cell).map(|cell| cell.split('`').skip(1).step_by(2).collect()).unwrap_or_default()
}

/// Whether a source defines a test of this name, itself or by a macro's list.
fn names(text: &str, function: &str) -> bool {
    [format!("fn {function}("), format!("fn {function}<"), format!("    {function}: ")]
        .iter()
        .any(|definition| text.contains(definition))
}

fn rows(document: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(document)).expect("a readable document");
    let rows = text.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(str::to_owned).collect()
}

#[test]
fn every_module_in_the_table_of_standards_exists() {
    let missing: Vec<_> = rows("docs/rfc.md")
        .iter()
        .flat_map(|row| quoted(row, 3).into_iter().map(str::to_owned).collect::<Vec<_>>())
        .filter(|module| {
            let path = root().join("src").join(module.replace("::", "/"));
            !path.is_dir() && !path.with_extension("rs").exists()
        })
        .collect();
    assert!(missing.is_empty(), "docs/rfc.md names modules that are not there: {missing:?}");
}

#[test]
fn every_standard_names_a_test_that_exists() {
    let mut all = sources(&root().join("src"));
    all.extend(sources(&root().join("tests")));
    let mut wrong = Vec::new();
    for row in rows("docs/rfc.md") {
        let tests = quoted(&row, 4);
        if tests.is_empty() {
            wrong.push(format!("no test: {row}"));
        }
        for test in tests {
            let mut parts: Vec<_> = test.split("::").collect();
            let function = parts.pop().unwrap_or_default();
            // Macros make tests too, a module per daemon around them, so a name in a file that the
            // path leads to is all that can be asked.
            let there = all.iter().any(|(path, text)| {
                let led = parts.iter().filter(|part| path.contains(**part)).count();
                led >= parts.len().min(2) && names(text, function)
            });
            if !there {
                wrong.push(format!("no such test: {test}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
