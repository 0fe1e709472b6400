//! `docs/threats.md`: every part has its row, its claims, and tests that show them.

use std::fs;
use std::path::{Path, PathBuf};

use super::links::{Kind, anchor, kind};
use super::{code, names, root, rows, sources};

const PAGE: &str = "docs/threats.md";

/// A part of the page.
struct Part {
    heading: String,
    text: String,
}

impl Part {
    /// The paragraph that names modules, files and tests.
    fn shown_by(&self) -> &str {
        let begun = self.text.split("- **Shown by** ").nth(1).unwrap_or_default();
        begun.split("\n- ").next().unwrap_or_default()
    }

    /// The tests that are named, each with what stands before it: the file or module that has it.
    fn tests(&self) -> Vec<(&str, &str)> {
        let mut place = "";
        let mut found = Vec::new();
        for name in self.shown_by().lines().flat_map(code) {
            match kind(name) {
                Kind::Test => found.push((place, name)),
                Kind::Module | Kind::Other => place = name,
            }
        }
        found
    }
}

fn parts() -> Vec<Part> {
    let page = fs::read_to_string(root().join(PAGE)).expect("a readable document");
    let parts = page.split("\n## ").skip(1).filter_map(|part| part.split_once('\n'));
    parts
        .map(|(heading, text)| Part { heading: heading.to_owned(), text: text.to_owned() })
        .collect()
}

#[test]
fn the_table_has_a_row_for_each_part_and_no_other() {
    let linked = |row: &String| Some(row.split_once("](#")?.1.split_once(')')?.0.to_owned());
    let listed: Vec<_> = rows(PAGE).iter().filter_map(linked).collect();
    let written: Vec<_> = parts().iter().map(|part| anchor(&part.heading)).collect();
    assert_eq!(listed, written);
    assert!(written.len() > 10, "{written:?}");
}

#[test]
fn every_part_names_a_test_that_is_where_it_says() {
    let wrong: Vec<_> = parts().iter().flat_map(misled).collect();
    assert!(wrong.is_empty(), "{PAGE}:\n{}", wrong.join("\n"));
}

fn misled(part: &Part) -> Vec<String> {
    let heading = &part.heading;
    let tests = part.tests();
    if tests.is_empty() {
        return vec![format!("{heading}: `Shown by` names no test")];
    }
    let missing = tests.iter().filter(|(place, test)| !is_there(place, test));
    missing.map(|(place, test)| format!("{heading}: {place} has no test {test}")).collect()
}

/// Whether a file, or a module with what is below it, has a test of this name.
fn is_there(place: &str, test: &str) -> bool {
    let path = match place.ends_with(".rs") {
        true => PathBuf::from(place),
        false => Path::new("src").join(place.replace("::", "/")),
    };
    let all = sources(&root().join("src")).into_iter().chain(sources(&root().join("tests")));
    let mut files = all.filter(|(file, _)| {
        Path::new(file).starts_with(&path) || Path::new(file) == path.with_extension("rs")
    });
    files.any(|(_, text)| names(&text, test))
}
