//! The README gives the figures of `docs/benchmarks.md`, which are those of its tables.

use std::fs;

use super::root;

const PAGE: &str = "docs/benchmarks.md";
/// Those of whom the sentence tells the median, by the row of the table; not all take part in each run.
const TOLD: [&str; 4] = [
    "herald, event stream",
    "ExaBGP healthcheck, every 10 ms",
    "anycast_healthchecker + BIRD, every 10 ms",
    "herald, polling every 500 ms",
];

#[test]
fn the_readme_repeats_the_sentence_of_the_benchmarks() {
    assert_eq!(
        sentence("README.md", "In the lab, side by side in one run: "),
        sentence(PAGE, "In one sentence: "),
        "`lab/run bench --write` writes both"
    );
}

#[test]
fn the_sentence_of_the_benchmarks_has_the_figures_of_their_table() {
    let sentence = sentence(PAGE, "In one sentence: ");
    let mut told = 0;
    for row in read(PAGE).lines() {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, name, down, ..] = cells[..] else { continue };
        if !TOLD.contains(&name) {
            continue;
        }
        let median = down.split(" (").next().expect("a median with its spread");
        assert!(sentence.contains(&format!(" {median}")), "{name}: {median} is not in: {sentence}");
        told += 1;
    }
    assert!(told >= 2, "only {told} rows of the table are known");
}

/// The paragraph of a page that begins so, in one line and without its beginning.
fn sentence(page: &str, beginning: &str) -> String {
    let text = read(page);
    let mut found = text.split("\n\n").filter_map(|paragraph| paragraph.strip_prefix(beginning));
    let paragraph = found.next().unwrap_or_else(|| panic!("{page} has no `{beginning}…`"));
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).expect("a readable document")
}
