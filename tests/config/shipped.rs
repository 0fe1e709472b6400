use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use herald::base::{Asn, Family, NextHop};
use herald::config::Diagnostic;
use herald::policy::{State, attributes};

use super::{config, read, root, toml_files};

#[test]
fn every_file_that_ships_loads_without_worries() {
    let files = toml_files("configs");
    assert!(files.len() >= 6, "{files:?}");
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        // The scripts that ship are where they will be.
        let text = text.replace("/etc/herald/hooks", &format!("{}", hooks().display()));
        match read(&path.display().to_string(), &text) {
            Ok(loaded) => assert!(loaded.worries.is_empty(), "{}", loaded.worries),
            Err(faults) => panic!("{faults}"),
        }
    }
}

fn hooks() -> PathBuf {
    root().join("configs/hooks")
}

/// Runs a script that ships as herald would, its mark in `directory`; gives how it ends and what it
/// prints.
fn script(name: &str, directory: &Path) -> (Option<i32>, String) {
    let output = Command::new(hooks().join(name))
        .envs([("HERALD_SERVICE", "app"), ("HERALD_STATE", "up"), ("HERALD_REGION", "")])
        .envs([("HERALD_PREVIOUS_STATE", "standby"), ("HERALD_REASON", "nobody else")])
        .env("STATE", directory.join("active"))
        .env("URL", "http://127.0.0.1:1/healthz")
        .output()
        .expect("a script that can be run");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_scripts_that_ship_say_what_they_would_do() {
    let directory = tempfile::tempdir().unwrap();
    let run = |name| script(name, directory.path());
    assert_eq!(run("application-check.sh"), (Some(0), "ready to take over\n".into()));
    // Hooks may run twice.
    for _ in 0..2 {
        let (code, said) = run("take-over.sh");
        assert_eq!(code, Some(0), "{said}");
        let steps = ["app: standby -> up: nobody else", "cloud: attach", "start app.service"];
        assert!(steps.iter().all(|step| said.contains(step)), "{said}");
    }
    let (code, said) = run("application-check.sh");
    assert_eq!(code, Some(2), "it has been started, and nobody answers: {said}");
    for _ in 0..2 {
        let (code, said) = run("hand-over.sh");
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("stop app.service") && said.contains("cloud: detach"), "{said}");
    }
    assert_eq!(run("application-check.sh").0, Some(0));
    let (code, said) = run("move-address.sh");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("cloud: assign"), "{said}");
}

#[test]
fn every_script_that_ships_is_run_by_a_test() {
    let mut names: Vec<_> = fs::read_dir(hooks())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["application-check.sh", "hand-over.sh", "move-address.sh", "take-over.sh"]);
}

#[test]
fn every_file_that_ships_opens_with_what_it_is_and_what_to_change() {
    for path in toml_files("configs") {
        let text = fs::read_to_string(&path).unwrap();
        let opening: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
        assert!(opening.len() >= 4, "{} opens without explanation", path.display());
    }
}

#[test]
fn every_example_of_the_checks_can_be_used() {
    let text = fs::read_to_string(root().join("docs/checks.md")).unwrap();
    let examples: Vec<&str> = text
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("```")?.0))
        .flat_map(|block| block.split("\n\n"))
        .collect();
    assert!(examples.len() >= 5, "{examples:?}");
    for example in examples {
        let service = example.split(['.', ']']).nth(1).expect("a service");
        let whole = format!(
            "[bgp]\nlocal-as = 65010\nrouter-id = \"192.0.2.10\"\n\
             [neighbor.rs-0]\naddress = \"192.0.2.1\"\npeer-as = 65000\n\
             [service.{service}]\naddresses = [\"198.51.100.1\"]\n{example}"
        );
        match read("checks.md", &whole) {
            // Files of the reader's machine are not on this one.
            Ok(loaded) => assert!(loaded.worries.iter().all(is_absent), "{}", loaded.worries),
            Err(faults) => assert!(faults.report().iter().all(is_absent), "{faults}"),
        }
    }
}

fn is_absent(told: &Diagnostic) -> bool {
    told.rule == "there is no such file"
}

#[test]
fn the_example_of_the_hooks_can_be_used() {
    let text = fs::read_to_string(root().join("docs/hooks.md")).unwrap();
    let (_, example) = text.split_once("```toml\n").expect("an example");
    let (example, _) = example.split_once("```").expect("its end");
    let whole = format!(
        "[bgp]\nlocal-as = 65010\nrouter-id = \"192.0.2.10\"\n\
         [neighbor.rs-0]\naddress = \"192.0.2.1\"\npeer-as = 65000\n\
         [service.web]\naddresses = [\"198.51.100.1\"]\n{example}\n\
         [service.web.check.ready]\nfile = {{ path = \"/run/ready\" }}\n"
    );
    let loaded = read("hooks.md", &whole).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(loaded.worries.iter().all(is_absent), "{}", loaded.worries);
    assert_eq!(loaded.config.services["web"].hooks.len(), 2);
}

/// The AS path that the first route server of a shipped file receives while the service is healthy.
fn path_seen(file: &str) -> Vec<Asn> {
    let text = fs::read_to_string(root().join("configs").join(file)).expect("a file that ships");
    let config = config(&text);
    let (_, neighbor) = config.policy.neighbors.first_key_value().expect("a neighbour");
    let (_, service) = config.policy.services.first_key_value().expect("a service");
    let family = Family::Ipv4Unicast;
    let route = attributes(&config.policy, service, State::Up, neighbor, family).expect("a route");
    assert_eq!(route.next_hop, NextHop::SelfAddress);
    route.as_path
}

#[test]
fn the_azure_regions_announce_the_paths_of_the_design() {
    assert_eq!(path_seen("azure-northeurope.toml"), [Asn(65010)]);
    assert_eq!(path_seen("azure-westeurope.toml"), [Asn(65010); 3]);
}
