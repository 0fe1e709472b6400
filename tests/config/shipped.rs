use std::fs;

use herald::base::{Asn, Family, NextHop};
use herald::policy::{State, attributes};

use super::{config, read, root, toml_files};

#[test]
fn every_file_that_ships_loads_without_worries() {
    let files = toml_files("configs");
    assert!(files.len() >= 6, "{files:?}");
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        match read(&path.display().to_string(), &text) {
            Ok(loaded) => assert!(loaded.worries.is_empty(), "{}", loaded.worries),
            Err(faults) => panic!("{faults}"),
        }
    }
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
            Ok(loaded) => assert!(loaded.worries.is_empty(), "{}", loaded.worries),
            // Files of the reader's machine are not on this one.
            Err(faults) => {
                assert!(
                    faults.report().iter().all(|f| f.rule == "there is no such file"),
                    "{faults}"
                );
            }
        }
    }
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
