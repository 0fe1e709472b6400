use std::path::{Path, PathBuf};
use std::process::Command;

use super::support::process::{program, run};

pub(super) fn unit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/systemd/herald.service")
}

fn analyze() -> Command {
    Command::new(program(&["systemd-analyze"], "systemd"))
}

#[test]
fn its_exposure_is_at_most_two() {
    let mut command = analyze();
    // The threshold is in tenths; above it the exit status is not 0.
    command.args(["security", "--offline=true", "--threshold=20", "--no-pager"]).arg(unit());
    let said = run(command);
    assert!(said.contains("Overall exposure level for herald.service"), "{said}");
}

#[test]
fn every_line_of_it_is_understood() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let text = std::fs::read_to_string(unit()).expect("the unit");
    // The program need not be installed where this runs.
    let here = text.replace("/usr/bin/herald", "/bin/true");
    assert_ne!(here, text);
    let file = directory.path().join("herald.service");
    std::fs::write(&file, here).expect("a writable directory");
    let mut command = analyze();
    command.args(["verify", "--man=no", "--recursive-errors=no"]).arg(&file);
    let output = super::support::process::output(&mut command);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let ours: Vec<_> = said.lines().filter(|line| line.contains("herald")).collect();
    assert!(output.status.success() && ours.is_empty(), "{said}");
}
