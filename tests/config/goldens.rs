use std::fs;

use super::{SECRET, assert_golden, read, root, toml_files};

#[test]
fn every_rule_is_told_as_its_golden_says() {
    let files = toml_files("tests/config");
    for path in &files {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a UTF-8 name");
        let text = fs::read_to_string(path).expect("a readable golden");
        let (kind, _) = name.split_once('-').expect("a kind before the first dash");
        let seen = match (kind, read(name, &text)) {
            ("fault", Err(faults)) => faults.to_string(),
            ("worry", Ok(loaded)) if !loaded.worries.is_empty() => loaded.worries.to_string(),
            ("good", Ok(loaded)) if loaded.worries.is_empty() => continue,
            (_, Ok(loaded)) => panic!("{name} is read with these worries:\n{}", loaded.worries),
            (_, Err(faults)) => panic!("{name} is refused:\n{faults}"),
        };
        assert_golden(&path.with_extension("stderr"), &(seen + "\n"));
    }
    let faults = files.iter().filter(|path| path.to_string_lossy().contains("/fault-")).count();
    assert!(faults >= 25, "only {faults} files with faults were found");
}

#[test]
fn no_golden_is_left_behind_by_its_file() {
    for entry in fs::read_dir(root().join("tests/config")).expect("a readable directory") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "stderr") {
            assert!(path.with_extension("toml").exists(), "{}", path.display());
        }
    }
}

#[test]
fn secrets_and_values_of_variables_are_never_shown() {
    for path in toml_files("tests/config") {
        let text = fs::read_to_string(&path).expect("a readable golden");
        let (shown, machine) = match read("test.toml", &text) {
            Ok(loaded) => (loaded.worries.render(true), format!("{:?}", loaded.worries)),
            Err(faults) => (faults.render(true), format!("{faults:?}")),
        };
        for secret in [SECRET, "hunter2", "10.20.30"] {
            assert!(!shown.contains(secret), "{}: {shown}", path.display());
            assert!(!machine.contains(secret), "{}: {machine}", path.display());
        }
    }
}

#[test]
fn machines_get_line_column_message_and_help() {
    let text = "[bgp]\nlocal-as = 65010\nrouter-id = \"192.0.2.10\"\nhold-time = \"2s\"\n";
    let faults = read("test.toml", text).expect_err("a hold time of 2 s");
    let all: Vec<_> = faults.report().iter().collect();
    let [fault] = all.as_slice() else { panic!("{faults}") };
    let place = fault.place.expect("a place");
    assert_eq!((place.line, place.column), (4, 13));
    assert_eq!(fault.message, "hold-time cannot be \"2s\"");
    assert!(fault.rule.contains("RFC 4271"), "{}", fault.rule);
    assert!(fault.help.contains("90s"), "{}", fault.help);
}

#[test]
fn colour_is_drawn_only_when_asked_for() {
    let faults = read("test.toml", "x = 1").expect_err("no such key");
    assert!(faults.render(true).contains('\u{1b}'));
    assert!(!faults.render(false).contains('\u{1b}'));
    assert_eq!(faults.to_string(), faults.render(false));
}
