use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use herald::process::Process;
use tempfile::tempdir;

use super::{eventually, next, seen, short, state, watch};

/// A child of this test with a name, ended and reaped with the value.
struct Sleeper(Child);

impl Sleeper {
    fn start() -> Self {
        Self(Command::new("/bin/sleep").arg("1000").spawn().expect("sleep runs"))
    }

    /// The kernel takes the name from the path that is executed, be it a link. It has it a moment
    /// after the child has been started.
    async fn called(name: &str, directory: &Path) -> Self {
        let path = directory.join(name);
        if !path.exists() {
            symlink("/bin/sleep", &path).expect("a writable directory");
        }
        let sleeper = Command::new(path).arg("1000").arg0("sleep").spawn().expect("sleep runs");
        let comm = format!("/proc/{}/comm", sleeper.id());
        let named = || fs::read_to_string(&comm).is_ok_and(|found| found.trim_end() == name);
        eventually("the name of the child", || named().then_some(())).await;
        Self(sleeper)
    }

    fn id(&self) -> u32 {
        self.0.id()
    }

    /// Kills it without reaping it.
    fn kill(&mut self) {
        self.0.kill().expect("a child of ours");
    }

    fn end(&mut self) {
        self.kill();
        self.0.wait().expect("a child of ours");
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.end();
    }
}

fn write(path: &Path, text: &str) {
    // Anew, as daemons do: another file in its place.
    let new = path.with_extension("new");
    fs::write(&new, text).expect("a writable directory");
    fs::rename(&new, path).expect("a writable directory");
}

fn by_file(path: &Path) -> String {
    format!("process = {{ pid-file = {path:?} }}")
}

#[tokio::test]
async fn a_process_is_known_by_the_number_in_a_file() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("pid");
    let sleeper = Sleeper::start();
    let id = sleeper.id();
    for text in [format!("{id}\n"), format!(" {id} "), format!("{id}\n/var/lib/postgresql\n")] {
        write(&path, &text);
        let told = format!("{}: process {id} runs", path.display());
        assert_eq!(seen(&by_file(&path), "").await, ("up", told));
    }
}

#[tokio::test]
async fn a_file_without_a_living_process_is_unhealthy() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("pid");
    let told = async |text: &str| {
        write(&path, text);
        let (outcome, words) = seen(&by_file(&path), "").await;
        (outcome, words.strip_prefix(&format!("{}: ", path.display())).unwrap().to_owned())
    };
    let garbage = ("down", "its first line is no process number".to_owned());
    for text in ["", "\n1\n", "haproxy\n", "0\n", "-1\n", "1 2\n", "4294967296\n", "\u{fffd}\0"] {
        assert_eq!(told(text).await, garbage, "{text:?}");
    }
    // Above the largest number that the kernel gives (proc(5), pid_max).
    assert_eq!(told("4194305").await, ("down", "process 4194305 does not run".into()));
    fs::remove_file(&path).unwrap();
    let missing = format!("{}: is not there", path.display());
    assert_eq!(seen(&by_file(&path), "").await, ("down", missing));
    let (outcome, words) = seen(&by_file(directory.path()), "").await;
    assert_eq!(outcome, "unknown", "{words}");
}

#[tokio::test]
async fn a_zombie_does_not_live() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("pid");
    let mut sleeper = Sleeper::start();
    write(&path, &sleeper.id().to_string());
    sleeper.kill();
    eventually("a zombie", || (state(sleeper.id()) == Some('Z')).then_some(())).await;
    assert_eq!(seen(&by_file(&path), "").await.0, "down");
}

#[tokio::test]
async fn a_thread_is_no_process() {
    let (told, numbers) = std::sync::mpsc::channel();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        told.send(nix::unistd::gettid()).unwrap();
        let _ = stopped.recv();
    });
    let id = numbers.recv().unwrap().as_raw().try_into().unwrap();
    assert!(Process::open(id).unwrap().is_none());
    drop(stop);
    thread.join().unwrap();
}

#[tokio::test]
async fn a_death_is_seen_when_it_happens() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("pid");
    let name = "herald-dies";
    let mut sleeper = Sleeper::called(name, directory.path()).await;
    write(&path, &sleeper.id().to_string());
    let by_name = format!("process = {{ name = {name:?} }}");
    for (kind, subject) in [(by_file(&path), path.display().to_string()), (by_name, name.into())] {
        let mut looks = watch(&kind, "interval = \"1h\"\nfall = 5");
        assert_eq!(short(next(&mut looks).await.0), "up");
        let id = sleeper.id();
        sleeper.end();
        let begun = tokio::time::Instant::now();
        let (outcome, words) = next(&mut looks).await;
        assert_eq!((short(outcome), words), ("gone", format!("{subject}: process {id} has ended")));
        println!("death by {kind}: seen after {:?}", begun.elapsed());
        // The interval is an hour; what this takes is a busy machine's.
        assert!(begun.elapsed() < Duration::from_secs(2));
        // It is told once, and not looked at again and again.
        let more = tokio::time::timeout(Duration::from_millis(200), looks.recv()).await;
        assert!(more.is_err(), "{more:?}");
        sleeper = Sleeper::called(name, directory.path()).await;
        write(&path, &sleeper.id().to_string());
    }
}

#[tokio::test]
async fn a_restart_is_seen_by_the_file_that_it_writes() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("pid");
    let mut first = Sleeper::start();
    let id = first.id();
    write(&path, &format!("{id}\n"));
    let mut looks = watch(&by_file(&path), "interval = \"20ms\"");
    assert_eq!(short(next(&mut looks).await.0), "up");
    first.end();
    while short(next(&mut looks).await.0) == "up" {}
    assert!(next(&mut looks).await.1.ends_with(&format!("process {id} has ended")));
    // Written anew, it leads to whoever has the number now.
    let second = Sleeper::start();
    write(&path, &second.id().to_string());
    let told = format!("{}: process {} runs", path.display(), second.id());
    let mut looked = 0;
    while next(&mut looks).await.1 != told {
        looked += 1;
        assert!(looked < 100, "the restart is not seen");
    }
}

#[tokio::test]
async fn a_process_is_known_by_its_name() {
    let directory = tempdir().unwrap();
    let name = "herald-15-octet";
    let kind = format!("process = {{ name = {name:?} }}");
    let told = format!("{name}: no process has this name");
    assert_eq!(seen(&kind, "").await, ("down", told));
    let mut first = Sleeper::called(name, directory.path()).await;
    let mut looks = watch(&kind, "interval = \"1h\"");
    let (outcome, words) = next(&mut looks).await;
    assert_eq!((short(outcome), words), ("up", format!("{name}: process {} runs", first.id())));
    // While another one of the name lives, the death of one is looked at, and is none.
    let second = Sleeper::called(name, directory.path()).await;
    first.end();
    let (outcome, words) = next(&mut looks).await;
    assert_eq!((short(outcome), words), ("up", format!("{name}: process {} runs", second.id())));
}

#[tokio::test]
async fn with_both_the_process_of_the_file_must_have_the_name() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("pid");
    let sleeper = Sleeper::called("herald-both", directory.path()).await;
    write(&path, &sleeper.id().to_string());
    let kind = |name: &str| format!("process = {{ pid-file = {path:?}, name = {name:?} }}");
    assert_eq!(seen(&kind("herald-both"), "").await.0, "up");
    let told = format!(
        "{}: process {} is called \"herald-both\" and not \"haproxy\"",
        path.display(),
        sleeper.id()
    );
    assert_eq!(seen(&kind("haproxy"), "").await, ("down", told));
}
