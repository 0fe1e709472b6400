use std::collections::BTreeMap;
use std::fs;

use crate::scrape::{Scrape, URL, curl, promtool, served};
use crate::support::frr::Frr;
use crate::support::herald::directory;
use crate::support::peer::Meeting;
use crate::support::scene::Scene;

/// A scrape of one service and two neighbours, as docs/scale.md has it.
const SERIES: usize = 147;
const OCTETS: usize = 16_600;

fn page() -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scale.md");
    fs::read_to_string(page).expect("docs/scale.md")
}

/// What a series is about, by its labels.
fn subject(series: &str) -> &'static str {
    let has = |label: &str| series.contains(&format!("{label}=\""));
    match (has("service"), has("neighbor")) {
        (true, true) => "route at a neighbour",
        (true, false) if has("check") => "check",
        (true, false) if has("prefix") => "address",
        (true, false) => "service",
        (false, true) => "neighbour",
        (false, false) if has("haproxy") => "HAProxy",
        (false, false) => "agent",
    }
}

/// One service and two neighbours, of which one is there: the other lacks its hold time only.
#[test]
fn an_agent_has_as_many_series_as_the_page_about_fleets_says() {
    let scene = Scene::<Frr>::set(Meeting::USUAL, |config| {
        served(config).set("neighbor.other", "address", "\"10.9.0.100\"").set(
            "neighbor.other",
            "peer-as",
            65100,
        )
    });
    scene.routes_become(1);
    let text = curl(&scene.ours, &[URL]);
    let scrape = Scrape::of(&scene.ours);
    println!("{} series in {} octets", scrape.len(), text.len());
    assert_eq!(scrape.len() + 1, SERIES);
    assert!(text.len().abs_diff(OCTETS) < OCTETS / 20, "{}", text.len());

    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let own = scrape.series().filter(|series| !series.contains("neighbor=\"other\""));
    for series in own {
        *counts.entry(subject(series)).or_default() += 1;
    }
    // There is one at each neighbour.
    counts.entry("route at a neighbour").and_modify(|count| *count *= 2);
    let page = page();
    assert!(page.contains("\n147 series in 16.6 kB of text;"), "the scrape as a whole");
    for (subject, count) in counts {
        let row = format!("\n| {subject} | {count} |\n");
        assert!(page.contains(&row), "the page lacks{row}");
    }
}

#[test]
fn the_rules_of_the_page_about_fleets_are_good() {
    let page = page();
    let rules = page.split_once("```yaml\n").and_then(|(_, rest)| rest.split_once("```"));
    let (rules, _) = rules.expect("a block of rules");
    let directory = directory("fleet");
    let file = directory.path().join("rules.yml");
    fs::write(&file, rules).expect("a file for promtool");
    promtool(&["check", "rules", &file.display().to_string()]).expect("good rules");
}
