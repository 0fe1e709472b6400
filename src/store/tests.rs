use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use jiff::Timestamp;
use tokio::sync::watch;

use super::*;
use crate::status::{Happening, History, Saved};

fn word(because: &str) -> Override {
    Override {
        word: "drain".to_owned(),
        owner: "operator".to_owned(),
        by: "root, uid 0, pid 1".to_owned(),
        because: because.to_owned(),
        since: Timestamp::UNIX_EPOCH,
        until: None,
    }
}

fn words(version: u64, because: &str) -> Words {
    Words { version, words: [("web".to_owned(), word(because))].into() }
}

fn happening() -> Happening {
    Happening::Agent { to: "started".to_owned(), because: "herald run".to_owned() }
}

/// A keeper at work, with the ends that feed it.
struct Bench {
    words: watch::Sender<Words>,
    history: watch::Sender<History>,
    saved: watch::Receiver<Saved>,
    keeper: tokio::task::JoinHandle<()>,
}

impl Bench {
    fn on(directory: &Path) -> Self {
        let (words, words_in) = watch::channel(Words::default());
        let (history, history_in) = watch::channel(History::default());
        let (saved_out, saved) = watch::channel(Saved::default());
        let keeper = tokio::spawn(keep(directory.to_owned(), words_in, history_in, saved_out));
        Self { words, history, saved, keeper }
    }

    /// The decider ends; everything is written.
    async fn end(self) {
        drop(self.words);
        self.keeper.await.unwrap();
    }
}

#[tokio::test]
async fn what_is_kept_is_loaded_again() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(load(directory.path()), Kept::default());
    let mut bench = Bench::on(directory.path());
    bench.words.send_replace(words(1, "upgrade"));
    bench.saved.wait_for(|saved| saved.version == 1).await.unwrap();
    bench.history.send_modify(|history| history.push(Timestamp::UNIX_EPOCH, happening()));
    bench.end().await;
    let kept = load(directory.path());
    assert_eq!(kept.overrides, words(1, "upgrade").words);
    assert_eq!(kept.history.len(), 1);
    let modes = fs::read_dir(directory.path()).unwrap();
    for entry in modes.map(|entry| entry.unwrap()) {
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
    }
}

#[tokio::test]
async fn words_are_safe_without_an_orderly_end() {
    let directory = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(directory.path());
    bench.words.send_replace(words(1, "first"));
    bench.words.send_replace(words(2, "second"));
    bench.saved.wait_for(|saved| saved.version == 2).await.unwrap();
    assert_eq!(load(directory.path()).overrides["web"].because, "second");
}

#[tokio::test(start_paused = true)]
async fn the_history_is_written_after_a_pause_and_not_at_each_event() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::on(directory.path());
    for _ in 0..5 {
        bench.history.send_modify(|history| history.push(Timestamp::UNIX_EPOCH, happening()));
        tokio::task::yield_now().await;
    }
    assert!(load(directory.path()).history.is_empty());
    bench.end().await;
    assert_eq!(load(directory.path()).history.len(), 5);
}

#[tokio::test]
async fn a_missing_directory_is_said_and_tried_again() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("herald");
    assert_eq!(load(&missing), Kept::default());
    let mut bench = Bench::on(&missing);
    let saved = bench.saved.wait_for(|saved| saved.fault.is_some()).await.unwrap().clone();
    assert_eq!(saved.fault.unwrap().as_str(), format!("{} does not exist", missing.display()));
    fs::create_dir(&missing).unwrap();
    bench.words.send_replace(words(1, "upgrade"));
    bench.saved.wait_for(|saved| saved.version == 1 && saved.fault.is_none()).await.unwrap();
}

#[test]
fn what_makes_no_sense_is_set_aside_and_taken_as_empty() {
    let texts: [&[u8]; 6] = [
        b"",
        b"{\"format\":1,\"content\":{\"web\":",
        b"\xff\xfe",
        b"[]",
        b"{\"format\":1,\"content\":[1,2]}",
        b"{\"format\":2,\"content\":{}}",
    ];
    for text in texts {
        let directory = tempfile::tempdir().unwrap();
        for name in [OVERRIDES, HISTORY] {
            fs::write(directory.path().join(name), text).unwrap();
        }
        assert_eq!(load(directory.path()), Kept::default(), "{text:?}");
        for name in [OVERRIDES, HISTORY] {
            assert!(!directory.path().join(name).exists());
            let aside = directory.path().join(format!("{name}.damaged"));
            assert_eq!(fs::read(aside).unwrap(), text, "kept for whoever looks into it");
        }
    }
}

#[test]
fn what_cannot_be_read_is_not_written_over() {
    let directory = tempfile::tempdir().unwrap();
    // As good as a bad sector: opened, and not read.
    let unreadable = directory.path().join(OVERRIDES).join("within");
    fs::create_dir_all(&unreadable).unwrap();
    assert_eq!(load(directory.path()), Kept::default());
    file::write(directory.path(), OVERRIDES, &words(1, "upgrade").words).unwrap();
    assert!(directory.path().join(format!("{OVERRIDES}.damaged/within")).exists());
    assert_eq!(load(directory.path()).overrides, words(1, "upgrade").words);
}

#[test]
fn what_an_aborted_write_has_left_is_no_obstacle() {
    let directory = tempfile::tempdir().unwrap();
    let half = directory.path().join(format!(".{OVERRIDES}.new"));
    fs::write(&half, "{\"form").unwrap();
    file::write(directory.path(), OVERRIDES, &words(1, "upgrade").words).unwrap();
    assert!(!half.exists());
    assert_eq!(load(directory.path()).overrides["web"].because, "upgrade");
}
