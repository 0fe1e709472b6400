use std::fs;
use std::path::Path;

use super::{code, documents, names, parts, root, sources};

/// Where paths of the project begin.
const TOPS: [&str; 7] = ["src/", "tests/", "docs/", "configs/", "lab/", "fuzz/", ".ci/"];

#[test]
fn every_link_leads_somewhere() {
    let mut wrong = Vec::new();
    for (path, text) in documents() {
        for (line, words) in parts(&text).0 {
            let targets = words.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
            for (target, _) in targets {
                if !leads_somewhere(&path, &text, target) {
                    wrong.push(format!("{}:{line}: {target}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "links that lead nowhere:\n{}", wrong.join("\n"));
}

fn leads_somewhere(from: &Path, text: &str, target: &str) -> bool {
    if target.starts_with("https://") || target.starts_with("http://") {
        return true;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let there = root().join(from.parent().unwrap_or(Path::new(""))).join(file);
    let page = match file {
        "" => text.to_owned(),
        _ if anchor.is_empty() => return there.exists(),
        _ => fs::read_to_string(&there).unwrap_or_default(),
    };
    anchors(&page).any(|known| known == anchor)
}

/// The name of a heading in the manner of GitHub.
pub(super) fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
    words.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
}

/// The places of a page: headings, and `<a id="…">`.
fn anchors(page: &str) -> impl Iterator<Item = String> {
    let headings = page.lines().filter(|line| line.starts_with('#')).map(anchor);
    let marks = page.split("<a id=\"").skip(1).filter_map(|rest| rest.split_once('"'));
    headings.chain(marks.map(|(id, _)| id.to_owned()))
}

#[test]
fn every_path_that_is_named_exists() {
    let mut named = 0;
    let mut wrong = Vec::new();
    for (page, text) in documents() {
        for (line, words) in parts(&text).0 {
            let paths = code(words).filter_map(|code| code.split_whitespace().next());
            for path in paths.filter(|path| TOPS.iter().any(|top| path.starts_with(top))) {
                named += 1;
                if !exists(path) {
                    wrong.push(format!("{}:{line}: {path}", page.display()));
                }
            }
        }
    }
    assert!(named > 100, "only {named} paths were found");
    assert!(wrong.is_empty(), "paths that are not there:\n{}", wrong.join("\n"));
}

/// Whether a path is there; one with a star, when its directory has such a file.
fn exists(path: &str) -> bool {
    let Some((before, after)) = path.split_once('*') else { return root().join(path).exists() };
    let (directory, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let entries = fs::read_dir(root().join(directory)).into_iter().flatten().flatten();
    let mut files = entries.filter_map(|entry| entry.file_name().into_string().ok());
    files.any(|name| name.starts_with(prefix) && name.ends_with(after))
}

#[test]
fn every_test_and_module_that_is_named_exists() {
    let mut all = sources(&root().join("src"));
    all.extend(sources(&root().join("tests")));
    let mut named = 0;
    let mut wrong = Vec::new();
    // That page names the options of other programs, which look like tests.
    let ours = documents().into_iter().filter(|(page, _)| !page.ends_with("migration.md"));
    for (page, text) in ours {
        for (line, words) in parts(&text).0 {
            for code in code(words) {
                let there = match kind(code) {
                    Kind::Test => all.iter().any(|(_, text)| names(text, code)),
                    Kind::Module => is_module(code, &all),
                    Kind::Other => continue,
                };
                named += 1;
                if !there {
                    wrong.push(format!("{}:{line}: {code}", page.display()));
                }
            }
        }
    }
    assert!(named > 60, "only {named} were found");
    assert!(wrong.is_empty(), "neither a test nor a module:\n{}", wrong.join("\n"));
}

pub(super) enum Kind {
    Test,
    Module,
    Other,
}

/// Names of tests are sentences; names of modules have their path, and may go on with a test.
pub(super) fn kind(code: &str) -> Kind {
    let is_name = |part: &str| {
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        part.starts_with(|c: char| c.is_ascii_lowercase()) && part.chars().all(letter)
    };
    let parts: Vec<&str> = code.split("::").collect();
    match parts.as_slice() {
        [name] if name.starts_with("herald_") => Kind::Other, // a metric
        [name] if is_name(name) && name.matches('_').count() >= 3 => Kind::Test,
        [_, _, ..] if parts.iter().all(|part| is_name(part)) => Kind::Module,
        _ => Kind::Other,
    }
}

fn is_module(code: &str, all: &[(String, String)]) -> bool {
    let file = root().join("src").join(code.replace("::", "/"));
    let (around, name) = code.rsplit_once("::").unwrap_or(("", code));
    let around: Vec<&str> = around.split("::").collect();
    file.is_dir()
        || file.with_extension("rs").exists()
        || all.iter().any(|(path, text)| {
            let led = around.iter().filter(|part| path.contains(**part)).count();
            led >= around.len().min(2) && names(text, name)
        })
}
