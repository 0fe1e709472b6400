//! The installed programs themselves: what they know has a fate, and what we take for their
//! configurations they take too.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use herald::convert::TABLES;

use super::root;
use super::support::herald::directory;
use super::support::process::{output, program};

/// The options of a section of a table.
fn known(table: &str, section: &str) -> BTreeSet<String> {
    let table = TABLES.iter().find(|own| own.name == table).expect("a table");
    let rows = table.rows.iter().filter(|row| row.section == section);
    rows.map(|row| row.option.to_owned()).collect()
}

fn answer(command: &mut Command) -> String {
    let answer = output(command);
    assert!(answer.status.success(), "{command:?}: {}", String::from_utf8_lossy(&answer.stderr));
    String::from_utf8(answer.stdout).expect("text")
}

/// Python with the modules of the installed ExaBGP.
fn python(script: &str) -> String {
    let python = program(&["python3"], "python3");
    let own = PathBuf::from("/usr/bin/python3");
    answer(Command::new(if own.exists() { own } else { python }).args(["-c", script]))
}

#[test]
fn every_option_of_the_installed_healthcheck_has_a_fate() {
    let help = answer(Command::new(program(&["exabgp"], "exabgp")).args([
        "--run",
        "healthcheck",
        "--help",
    ]));
    let options: BTreeSet<&str> = help
        .lines()
        .filter(|line| line.starts_with("  -"))
        .flat_map(|line| line.split([' ', ',']))
        .filter_map(|word| word.strip_prefix("--"))
        .filter(|word| *word != "cmd")
        .collect();
    assert!(options.len() > 40, "{options:?}\n{help}");
    let known = known("ExaBGP healthcheck", "");
    let unknown: Vec<_> = options.iter().filter(|option| !known.contains(**option)).collect();
    assert!(unknown.is_empty(), "without a fate: {unknown:?}");
}

#[test]
fn every_statement_of_the_installed_exabgp_has_a_fate() {
    for (section, module, class) in [
        ("neighbor", "neighbor", "ParseNeighbor"),
        ("capability", "capability", "ParseCapability"),
        ("api", "neighbor.api", "ParseAPI"),
        ("process", "process", "ParseProcess"),
        ("route", "static.route", "ParseStaticRoute"),
    ] {
        let script = format!(
            "from exabgp.configuration.{module} import {class}; print(' '.join({class}.known))"
        );
        let said = python(&script);
        let statements: Vec<&str> = said.split_whitespace().collect();
        assert!(statements.len() > 2, "{section}: {said}");
        let mut known = known("ExaBGP configuration", section);
        // These two are registered with the routes that they open.
        known.extend(["route", "attributes"].map(str::to_owned));
        let unknown: Vec<_> = statements.iter().filter(|own| !known.contains(**own)).collect();
        assert!(unknown.is_empty(), "{section}: without a fate: {unknown:?}");
    }
}

#[test]
fn exabgp_and_bird_take_the_examples_that_ship() {
    let examples = root().join("configs/migration");
    let exabgp = program(&["exabgp"], "exabgp");
    let mut test = Command::new("/usr/bin/env");
    test.args(["exabgp.daemon.user=root", "exabgp.api.cli=false"]).arg(exabgp).arg("--test");
    let said = output(test.arg(examples.join("exabgp.conf")));
    let log = String::from_utf8_lossy(&said.stdout) + String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success() && !log.contains("not valid"), "{log}");

    // BIRD includes a list of prefixes that anycast_healthchecker writes.
    let directory = directory("convert");
    let list = directory.path().join("prefixes.conf");
    std::fs::write(&list, "define ACAST_PS_ADVERTISE = [ 198.51.100.1/32 ];\n").expect("a file");
    let text = super::text("configs/migration/bird.conf").replace(
        "/var/lib/anycast-healthchecker/anycast-prefixes.conf",
        &list.display().to_string(),
    );
    let config = directory.path().join("bird.conf");
    std::fs::write(&config, text).expect("a file");
    answer(Command::new(program(&["bird"], "bird2")).arg("-p").arg("-c").arg(&config));
}
