use herald::config;

use super::{assert_golden, read, root};

/// The reference as lines, with those that set a key, live or commented out: index and `key = value`.
fn settings(text: &str) -> Vec<(usize, String)> {
    let is_key = |key: &str| {
        !key.is_empty()
            && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    text.lines()
        .enumerate()
        .map(|(index, line)| (index, line.strip_prefix("# ").unwrap_or(line)))
        .filter(|(_, line)| line.split_once(" = ").is_some_and(|(key, _)| is_key(key)))
        .map(|(index, line)| (index, line.to_owned()))
        .collect()
}

fn with_line(text: &str, index: usize, line: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines[index] = line;
    lines.join("\n")
}

#[test]
fn the_committed_reference_is_what_the_code_says() {
    assert_golden(&root().join("configs/reference.toml"), &config::reference());
}

#[test]
fn the_committed_manual_is_what_the_code_says() {
    assert_golden(&root().join("docs/config.md"), &config::manual());
}

#[test]
fn the_manual_fits_a_page() {
    let manual = config::manual();
    let long = manual.lines().filter(|line| line.chars().count() > 120);
    assert_eq!(long.collect::<Vec<_>>(), Vec::<&str>::new());
    let targets = manual.split("](#").skip(1).filter_map(|rest| rest.split_once(')'));
    for (target, _) in targets {
        assert!(manual.contains(&format!("<a id=\"{target}\"></a>")), "#{target} leads nowhere");
    }
}

#[test]
fn every_key_of_the_reference_is_really_read() {
    let reference = config::reference();
    let settings = settings(&reference);
    assert!(settings.len() > 70, "only {} keys were found", settings.len());
    for (index, setting) in settings {
        let (key, _) = setting.split_once(" = ").unwrap();
        // No key takes a date: whoever reads it must complain, and on this very line.
        let text = with_line(&reference, index, &format!("{key} = 1979-05-27"));
        let faults = read("reference.toml", &text).expect_err("a date");
        let complained = faults.report().iter().any(|fault| {
            fault.place.is_some_and(|place| place.line == index + 1)
                && fault.message == format!("{key} cannot be a date")
        });
        assert!(complained, "nobody reads `{setting}` in line {}:\n{faults}", index + 1);
    }
}

/// What is said of a key that is right only beside another.
const PAIRS: [&str; 4] = [
    "exclude each other",
    "has no use without",
    "is given without source",
    "there is no such file",
];

#[test]
fn every_line_of_the_reference_can_be_used() {
    let reference = config::reference();
    for (index, setting) in settings(&reference) {
        let text = with_line(&reference, index, &setting);
        let (key, _) = setting.split_once(" = ").unwrap();
        match (key, read("reference.toml", &text)) {
            // These come in pairs, exclude what the reference sets, or name a file of the machine.
            (
                "url" | "user" | "password-file" | "tcp-ao" | "ca-file" | "server-name" | "lead"
                | "poll-interval" | "acknowledge",
                Err(faults),
            ) => {
                let told = faults.to_string();
                assert!(PAIRS.iter().any(|pair| told.contains(pair)), "{told}");
                assert_eq!(faults.report().len(), 1, "{told}");
            }
            (_, Err(faults)) => panic!("{setting}:\n{faults}"),
            // Whoever sets it is asked whether it is meant.
            ("graceful-restart", Ok(loaded)) => {
                let mut worries = loaded.worries.iter();
                assert!(worries.all(|worry| worry.message.contains(key)), "{}", loaded.worries);
            }
            (_, Ok(loaded)) => assert!(loaded.worries.is_empty(), "{}", loaded.worries),
        }
    }
}

#[test]
fn what_is_shown_as_a_default_is_the_default() {
    let reference = config::reference();
    let plain = read("reference.toml", &reference).unwrap().config;
    let blocks: Vec<&str> = reference.split("\n\n").collect();
    for (index, setting) in settings(&reference) {
        let block =
            blocks.iter().find(|block| block.lines().any(|line| line == format!("# {setting}")));
        let depends = block.is_none_or(|block| block.replace("\n# ", " ").contains("Left out:"));
        if !depends {
            let text = with_line(&reference, index, &setting);
            match read("reference.toml", &text) {
                Ok(loaded) => assert_eq!(loaded.config, plain, "{setting}"),
                Err(faults) => {
                    let told = faults.to_string();
                    assert!(PAIRS.iter().any(|pair| told.contains(pair)), "{told}");
                }
            }
        }
    }
}
