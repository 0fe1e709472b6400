use std::fs;
use std::os::unix::fs::symlink;

use super::{next, seen, short, watch};

#[tokio::test]
async fn presence_is_wanted_or_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("web.maintenance");
    let wanted = format!("file = {{ path = {path:?} }}");
    let unwanted = format!("file = {{ path = {path:?}, present = false }}");
    let there = format!("{}: is there", path.display());
    let absent = format!("{}: is not there", path.display());

    assert_eq!(seen(&wanted, "").await, ("down", absent.clone()));
    assert_eq!(seen(&unwanted, "").await, ("up", absent));
    fs::write(&path, "").unwrap();
    assert_eq!(seen(&wanted, "").await, ("up", there.clone()));
    assert_eq!(seen(&unwanted, "").await, ("down", there));
}

#[tokio::test]
async fn what_comes_and_goes_is_seen_at_the_next_look() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ready");
    let mut looks = watch(&format!("file = {{ path = {path:?} }}"), "interval = \"20ms\"");
    assert_eq!(short(next(&mut looks).await.0), "down");
    for (change, wanted) in [(true, "up"), (false, "down")] {
        match change {
            true => fs::write(&path, "").unwrap(),
            false => fs::remove_file(&path).unwrap(),
        }
        let mut looked = 0;
        while short(next(&mut looks).await.0) != wanted {
            looked += 1;
            assert!(looked < 50, "not {wanted} after {looked} looks");
        }
    }
}

#[tokio::test]
async fn anything_with_a_name_is_there_and_a_link_is_what_it_leads_to() {
    let directory = tempfile::tempdir().unwrap();
    let link = directory.path().join("link");
    let check = format!("file = {{ path = {link:?} }}");
    symlink("/nonexistent/target", &link).unwrap();
    assert_eq!(seen(&check, "").await.0, "down");
    fs::remove_file(&link).unwrap();
    symlink(directory.path(), &link).unwrap();
    assert_eq!(seen(&check, "").await.0, "up");
    // The path leads through something that is no directory.
    assert_eq!(seen("file = { path = \"/etc/passwd/web\" }", "").await.0, "down");
}

#[tokio::test]
async fn a_path_that_cannot_be_followed_proves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("loop");
    symlink(&path, &path).unwrap();
    let (outcome, words) = seen(&format!("file = {{ path = {path:?} }}"), "").await;
    let told = format!("{}: cannot look: too many levels of symbolic links", path.display());
    assert_eq!((outcome, words), ("unknown", told));
}
