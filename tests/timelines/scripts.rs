//! Every `*.timeline` file of this folder, played.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use herald::engine::{Command, Input, Lasts, Target};
use herald::policy::Owner;

use super::script::{Line, What, Word, parse};
use super::stage::{Seen, Stage};

fn timelines() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/timelines");
    let entries = fs::read_dir(folder).expect("a readable folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|e| e == "timeline")).collect();
    paths.sort();
    paths
}

#[test]
fn every_timeline_goes_as_it_says() {
    let paths = timelines();
    assert!(paths.len() >= 10, "only {} timelines were found", paths.len());
    let mut wrong = Vec::new();
    for path in &paths {
        let text = fs::read_to_string(path).expect("a readable timeline");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match parse(&text) {
            Ok((tables, lines)) => {
                wrong.extend(play(&tables, &lines).into_iter().map(|why| format!("{name}:{why}")));
            }
            Err(why) => wrong.push(format!("{name}: {why}")),
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn what_a_timeline_does_not_expect_is_noticed() {
    let tables =
        "[service.web]\naddresses = [\"192.0.2.10\"]\ncheck.backend.haproxy.backend = \"b\"";
    let wrong = |story: &str| {
        let (tables, lines) = parse(&format!("{tables}\n---\n{story}")).expect("a timeline");
        play(&tables, &lines)
    };
    let pass = "at 1.0 check backend pass\n";
    let announced = "at 1.0 expect announce 192.0.2.10/32 path 65010\n";
    let right: Vec<String> = Vec::new();
    assert_eq!(wrong(&format!("{pass}{announced}at 1.0 expect up because \"said\"")), right);
    for story in [
        "at 9.0 check backend pass",
        "at 9.0 expect nothing",
        "at 1.0 expect withdraw 192.0.2.10/32",
        "at 1.0 expect announce 192.0.2.10/32 path 65010 65010",
        "at 1.1 expect announce 192.0.2.10/32 path 65010",
        "at 1.0 expect down",
        "at 1.0 expect up because \"of something else\"",
        "at 1.0 expect at most 0 changes",
    ] {
        let announced = if story.contains("announce ") { "" } else { announced };
        let announced =
            if story.contains("nothing") || story.contains("check") { "" } else { announced };
        assert!(!wrong(&format!("{pass}{announced}{story}")).is_empty(), "{story}");
    }
    for broken in ["at x check backend pass", "at 1.0 check backend well", "at 1.0 jump", "soon"] {
        assert!(parse(&format!("{tables}\n---\n{broken}")).is_err(), "{broken}");
    }
}

/// Plays a story; gives what did not go as it says.
fn play(tables: &str, lines: &[Line]) -> Vec<String> {
    let mut stage = Stage::new(tables);
    let mut wrong = Vec::new();
    // What no line has named yet, and how much had happened when a line last expected something.
    let mut unnamed: Vec<(Duration, Seen)> = Vec::new();
    let mut expected = 0;
    for line in lines {
        let before = stage.log.len();
        stage.advance(line.at);
        match &line.what {
            What::Check { name, outcome, because } => stage.check(name, *outcome, because),
            What::Word(word) => say(&mut stage, *word),
            What::Shows { neighbor, shown } => {
                stage.input(Input::Shown(neighbor.as_str().into(), shown.clone()));
            }
            What::Route(_) | What::State { .. } | What::Nothing | What::AtMost(_) => {}
        }
        unnamed.extend_from_slice(&stage.log[before..]);
        let right = match &line.what {
            What::Check { .. } | What::Word(_) | What::Shows { .. } => continue,
            What::Route(route) => take(&mut unnamed, line.at, |seen| match seen {
                Seen::Route(told) => told == route,
                Seen::State(..) => false,
            }),
            What::State { name, because } => take(&mut unnamed, line.at, |seen| match seen {
                Seen::State(state, said) => state.as_str() == name && said.contains(because),
                Seen::Route(_) => false,
            }),
            What::Nothing => stage.log.len() == expected,
            What::AtMost(count) => {
                unnamed.clear();
                stage.log.iter().filter(|(_, seen)| is_route(seen)).count() <= *count
            }
        };
        expected = stage.log.len();
        if !right {
            let told = told(&stage.log);
            wrong.push(format!("{}: this did not happen; so far:\n{told}", line.number));
        }
    }
    unnamed.retain(|(_, seen)| is_route(seen));
    if !unnamed.is_empty() {
        wrong.push(format!(" nothing is said of\n{}", told(&unnamed)));
    }
    wrong
}

fn is_route(seen: &Seen) -> bool {
    matches!(seen, Seen::Route(_))
}

fn say(stage: &mut Stage, word: Word) {
    let word = match word {
        Word::Drain(None) => herald::engine::Word::Drain(Lasts::AsConfigured),
        Word::Drain(Some(lasts)) => herald::engine::Word::Drain(Lasts::Exactly(lasts)),
        Word::Withdraw => herald::engine::Word::Withdraw,
        Word::Announce(lasts) => herald::engine::Word::Announce(lasts),
        Word::Resume => herald::engine::Word::Resume,
        Word::Stop(grace) => {
            return stage.input(Input::Stop { grace, because: "SIGTERM".into() });
        }
    };
    stage.input(Input::Command(Command {
        target: Target::One("web".into()),
        word,
        owner: Owner::Operator,
        by: "somebody".into(),
        because: "the operator said so".into(),
    }));
}

/// Takes the first of this time that fits; whether there was one.
fn take(log: &mut Vec<(Duration, Seen)>, at: Duration, fits: impl Fn(&Seen) -> bool) -> bool {
    let found = log.iter().position(|(then, seen)| *then == at && fits(seen));
    found.map(|index| log.remove(index)).is_some()
}

fn told(log: &[(Duration, Seen)]) -> String {
    let line = |(at, seen): &(Duration, Seen)| match seen {
        Seen::Route(route) => format!("    at {:.3} {route}\n", at.as_secs_f64()),
        Seen::State(state, because) => {
            format!("    at {:.3} {state} because \"{because}\"\n", at.as_secs_f64())
        }
    };
    log.iter().map(line).collect()
}
