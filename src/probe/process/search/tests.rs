use std::path::PathBuf;
use std::process::{Child, Command};

use super::*;

fn sleeper() -> Child {
    Command::new("/bin/sleep").arg("1000").spawn().unwrap()
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A file with this number, and how it is looked for.
fn file(id: u32) -> (tempfile::TempDir, PathBuf, ProcessCheck) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pid");
    fs::write(&path, id.to_string()).unwrap();
    let sought = ProcessCheck::PidFile { path: path.clone(), name: None };
    (directory, path, sought)
}

#[tokio::test]
async fn a_number_that_has_gone_to_another_is_believed_once_the_file_is_written_anew() {
    let (first, second) = (sleeper(), sleeper());
    let (_directory, path, sought) = file(second.id());
    // As if the second one had got the number of the first.
    let process = Process::open(first.id()).unwrap().unwrap();
    let version = Version::of(&fs::metadata(&path).unwrap());
    let held = Arc::new(Held { id: second.id(), process, file: Some(version) });
    assert!(matches!(find(&sought, Some(&held)), Ok(Found::Alive(_))));
    end(first);
    match find(&sought, Some(&held)) {
        Ok(Found::Nobody(words)) => {
            assert_eq!(words, format!("process {} has ended", second.id()));
        }
        other => panic!("{other:?}"),
    }
    let anew = path.with_extension("new");
    fs::write(&anew, second.id().to_string()).unwrap();
    fs::rename(&anew, &path).unwrap();
    match find(&sought, Some(&held)) {
        Ok(Found::Alive(process)) => assert!(!process.process.has_ended()),
        other => panic!("{other:?}"),
    }
    end(second);
}

#[tokio::test]
async fn a_process_that_goes_on_is_not_opened_again() {
    let child = sleeper();
    let (_directory, _, sought) = file(child.id());
    let Ok(Found::Alive(held)) = find(&sought, None) else { panic!("it lives") };
    let Ok(Found::Alive(again)) = find(&sought, Some(&held)) else { panic!("it lives") };
    assert!(Arc::ptr_eq(&held, &again));
    end(child);
}
