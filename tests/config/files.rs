use std::fs;

use herald::config::load;

/// What is said about a file that cannot be read.
fn complaint(path: &std::path::Path) -> String {
    let faults = load(path).expect_err("an unreadable file");
    assert_eq!(faults.report().len(), 1);
    faults.to_string()
}

#[test]
fn a_missing_file_is_said_to_be_missing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("herald.toml");
    let said = complaint(&path);
    assert!(said.starts_with("error: there is no such file\n"), "{said}");
    assert!(said.contains(&path.display().to_string()), "{said}");
    assert!(said.contains("help: "), "{said}");
}

#[test]
fn a_directory_is_said_to_be_one() {
    let directory = tempfile::tempdir().unwrap();
    let said = complaint(directory.path());
    assert!(said.starts_with("error: this is a directory\n"), "{said}");
}

#[test]
fn a_file_that_is_not_utf_8_names_the_line() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("latin1.toml");
    fs::write(&path, b"[bgp]\nlocal-as = 65010\nshutdown-message = \"zur\xfcck\"\n").unwrap();
    let said = complaint(&path);
    assert!(said.starts_with("error: line 3 is not UTF-8\n"), "{said}");
}

#[test]
fn an_endless_file_is_refused_and_not_read_to_its_end() {
    let said = complaint(std::path::Path::new("/dev/zero"));
    assert!(said.starts_with("error: the file is larger than 1 MiB\n"), "{said}");
}

#[test]
fn a_file_on_disk_is_named_by_its_path_in_faults() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("herald.toml");
    fs::write(&path, "[bgp]\nlocal-as = 0\n").unwrap();
    let said = load(&path).expect_err("a fault").to_string();
    assert!(said.contains(&format!("{}:2:12", path.display())), "{said}");
}
