//! What the documents claim is there: modules and tests named in `docs/rfc.md`; links, paths, tests and
//! command lines wherever they are named.

#[path = "documents/commands.rs"]
mod commands;
#[path = "documents/figures.rs"]
mod figures;
#[path = "documents/links.rs"]
mod links;
#[path = "documents/threats.rs"]
mod threats;

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

/// Everything that is written for people, with its path from the root.
fn documents() -> Vec<(PathBuf, String)> {
    let mut found: Vec<PathBuf> =
        ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"].map(PathBuf::from).into();
    for directory in ["docs", "lab", "fuzz", "configs"] {
        pages(Path::new(directory), &mut found);
    }
    found.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(root().join(&path)).expect("a readable document");
        (path, text)
    };
    found.into_iter().map(read).collect()
}

/// The pages below a directory.
fn pages(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(root().join(directory)).expect("a readable directory") {
        let path = directory.join(entry.expect("an entry").file_name());
        if root().join(&path).is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// A fenced block.
struct Block<'a> {
    language: &'a str,
    /// The number of its first line.
    first: usize,
    lines: Vec<&'a str>,
}

/// The lines outside of fenced blocks, with their numbers, and the blocks.
fn parts(text: &str) -> (Vec<(usize, &str)>, Vec<Block<'_>>) {
    let (mut prose, mut blocks) = (Vec::new(), Vec::new());
    let mut open: Option<Block<'_>> = None;
    for (index, line) in text.lines().enumerate() {
        match (line.trim_start().strip_prefix("```"), &mut open) {
            (Some(language), None) => {
                open = Some(Block { language, first: index + 2, lines: Vec::new() });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => block.lines.push(line),
            (None, None) => prose.push((index + 1, line)),
        }
    }
    (prose, blocks)
}

/// What stands between backticks.
fn code(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// The words in backticks of one cell of a table row.
fn quoted(row: &str, cell: usize) -> Vec<&str> {
    let cells: Vec<_> = row.split('|').collect();
    cells.get(cell).map(|cell| code(cell).collect()).unwrap_or_default()
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

#[test]
fn the_floors_of_the_architecture_are_those_of_the_table() {
    let table = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs");
    let page = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).expect("the architecture");
    let rows = page.lines().filter(|line| line.starts_with("| F")).flat_map(code);
    let mut told: Vec<&str> = rows.collect();
    let modules = table.lines().filter_map(|line| line.strip_prefix("//! | F"));
    let mut known: Vec<&str> = modules.filter_map(|row| row.split(['`']).nth(1)).collect();
    told.sort_unstable();
    known.sort_unstable();
    assert_eq!(told, known);
}

#[test]
fn the_configuration_of_the_readme_is_that_of_its_file_shortened() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect("a readable document");
    let (readme, file) = (read("README.md"), read("configs/azure-northeurope.toml"));
    let shown = parts(&readme).1.into_iter().find(|block| block.language == "toml");
    let shown = shown.expect("a block of TOML").lines;
    let mut rest = file.lines();
    for line in shown.iter().filter(|line| !line.is_empty()) {
        assert!(rest.any(|there| there == *line), "not in the file, or in another place: {line}");
    }
}
