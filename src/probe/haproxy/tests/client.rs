//! The client, the loop and the start-up look against a scripted socket.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{mpsc, watch};

use crate::config::{HaproxyAddress, HaproxyCheck, HaproxyInstance, Login};
use crate::health::{CheckSample, Observation, Outcome};

use super::super::client::{Client, LONGEST_ANSWER};
use super::super::silence::Silence;
use super::super::{EventSockets, Probe, verify};
use super::{HEADER, check};

/// What the scripted socket does with one connection.
#[derive(Clone)]
pub(super) enum Turn {
    Say(String),
    Close,
    Hang,
}

const UP: &str = "web,a,UP,1,1,0,0,0,60,,2,L4OK,,0,,Layer4 check passed,2,3,4,";

fn table(pid: u32, stopping: u8) -> Turn {
    Turn::Say(format!(
        "Pid: {pid}\nStopping: {stopping}\n\n{HEADER}\n{UP}\nweb,BACKEND,UP,1,1,0,,0,60,,1,,,,,,,,,\n\n"
    ))
}

/// A socket that plays `turns`, one for each connection; the last one is repeated.
pub(super) struct Script {
    path: PathBuf,
    _directory: TempDir,
}

impl Script {
    pub(super) fn play(turns: Vec<Turn>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("admin.sock");
        let listener = UnixListener::bind(&path).unwrap();
        tokio::spawn(async move {
            let mut hanging = Vec::new();
            let mut turn = 0;
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut line = [0; 64];
                let length = stream.read(&mut line).await.unwrap();
                if line.starts_with(b"set timeout cli") {
                    // The connection that waits for the end of a worker.
                    hanging.push(stream);
                    continue;
                }
                assert_eq!(&line[..length], b"show info;show stat\n");
                turn += 1;
                match turns[turn.min(turns.len()) - 1].clone() {
                    // Who asked may have gone before the end of what is said.
                    Turn::Say(text) => drop(stream.write_all(text.as_bytes()).await),
                    Turn::Close => {}
                    Turn::Hang => hanging.push(stream),
                }
            }
        });
        Self { path, _directory: directory }
    }

    pub(super) fn instance(&self) -> HaproxyInstance {
        instance(HaproxyAddress::Unix(self.path.clone()))
    }
}

fn instance(address: HaproxyAddress) -> HaproxyInstance {
    HaproxyInstance {
        name: "local".into(),
        address,
        event_socket: None,
        event_ring: None,
        poll_interval: Duration::from_millis(5),
        timeout: Duration::from_millis(200),
        checks: vec![check()],
    }
}

fn probe(instance: HaproxyInstance) -> Probe {
    Probe::new(instance, &EventSockets::default(), watch::Sender::default())
}

async fn silence(instance: &HaproxyInstance) -> Silence {
    Client::new(instance).ask().await.unwrap_err()
}

async fn silence_after(turns: Vec<Turn>) -> Silence {
    silence(&Script::play(turns).instance()).await
}

#[tokio::test]
async fn a_question_gets_its_answer() {
    let script = Script::play(vec![table(7, 0)]);
    let answer = Client::new(&script.instance()).ask().await.unwrap();
    assert_eq!(answer.worker.unwrap().pid, 7);
    assert!(answer.backends.contains_key("web"));
}

#[tokio::test]
async fn a_worker_that_hands_over_meanwhile_is_asked_again_at_once() {
    let cut = Turn::Say(format!("Pid: 7\n\n{HEADER}\n{UP}\n"));
    for first in [Turn::Close, cut, table(7, 1)] {
        let script = Script::play(vec![first, table(8, 0)]);
        let answer = Client::new(&script.instance()).ask().await.unwrap();
        assert_eq!(answer.worker.unwrap().pid, 8);
    }
}

#[tokio::test]
async fn a_connection_closed_twice_without_an_answer_is_a_death() {
    let silence = silence_after(vec![Turn::Close]).await;
    assert_eq!(silence.outcome(), Outcome::Gone);
    assert!(silence.to_string().starts_with("HAProxy is gone: it closed"), "{silence}");
}

#[tokio::test]
async fn an_old_worker_is_never_believed() {
    let silence = silence_after(vec![table(7, 1)]).await;
    assert_eq!(silence.outcome(), Outcome::Unknown);
    assert_eq!(silence.to_string(), "HAProxy worker 7 is stopping");
}

#[tokio::test]
async fn no_answer_in_time_is_unknown() {
    let silence = silence_after(vec![Turn::Hang]).await;
    assert_eq!(silence.outcome(), Outcome::Unknown);
    assert_eq!(silence.to_string(), "HAProxy gave no answer within 200ms");
}

#[tokio::test]
async fn what_is_not_haproxy_is_unknown() {
    let silence = silence_after(vec![Turn::Say("220 mail ready\r\n".to_owned())]).await;
    assert_eq!(silence.outcome(), Outcome::Unknown);
    assert!(silence.to_string().contains("it begins with \"220 mail ready"), "{silence}");
}

#[tokio::test]
async fn an_answer_without_end_is_not_collected() {
    let endless = Turn::Say("x".repeat(LONGEST_ANSWER + 10));
    let script = Script::play(vec![endless]);
    let patient = HaproxyInstance { timeout: Duration::from_secs(20), ..script.instance() };
    let silence = silence(&patient).await;
    assert!(matches!(silence, Silence::TooLong { .. }), "{silence}");
    assert_eq!(silence.outcome(), Outcome::Unknown);
}

#[tokio::test]
async fn no_socket_and_nobody_behind_it_are_deaths() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("admin.sock");
    let missing = silence(&instance(HaproxyAddress::Unix(path.clone()))).await;
    assert_eq!(missing.outcome(), Outcome::Gone);
    assert_eq!(missing.to_string(), format!("HAProxy is gone: no socket {}", path.display()));
    drop(UnixListener::bind(&path).unwrap());
    let refused = silence(&instance(HaproxyAddress::Unix(path))).await;
    assert_eq!(refused.outcome(), Outcome::Gone);
    assert!(refused.to_string().contains("connection refused at "), "{refused}");
}

#[tokio::test]
async fn a_closed_port_is_a_death_by_tcp_and_by_http() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    drop(listener);
    let tcp = silence(&instance(HaproxyAddress::Tcp(place.clone()))).await;
    assert_eq!(tcp.to_string(), format!("HAProxy is gone: connection refused at {place}"));
    let url = format!("http://{place}/stats");
    let http =
        silence(&instance(HaproxyAddress::Http { url: url.clone(), login: None, trust: None }))
            .await;
    assert_eq!(http.to_string(), format!("HAProxy is gone: connection refused at {url}"));
    assert_eq!((tcp.outcome(), http.outcome()), (Outcome::Gone, Outcome::Gone));
}

#[tokio::test]
async fn a_page_that_closes_without_an_answer_is_a_death() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/stats", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            assert_ne!(stream.read(&mut request).await.unwrap(), 0);
        }
    });
    let silence = silence(&instance(HaproxyAddress::Http { url, login: None, trust: None })).await;
    assert_eq!(silence.outcome(), Outcome::Gone, "{silence}");
}

#[tokio::test]
async fn a_password_file_that_cannot_be_read_is_named() {
    let login =
        Login { user: "herald".to_owned(), password_file: Path::new("/nowhere/pass").to_owned() };
    let url = "http://127.0.0.1:1/stats".to_owned();
    let silence =
        silence(&instance(HaproxyAddress::Http { url, login: Some(login), trust: None })).await;
    assert_eq!(silence.outcome(), Outcome::Unknown);
    assert!(silence.to_string().contains("password-file /nowhere/pass"), "{silence}");
}

#[tokio::test]
async fn each_poll_gives_one_observation_of_all_checks_and_the_watch_ends_with_its_listener() {
    let script = Script::play(vec![table(7, 0), Turn::Close]);
    let second = HaproxyCheck { check: "other".into(), backend: "db".to_owned(), ..check() };
    let instance = HaproxyInstance { checks: vec![check(), second], ..script.instance() };
    let (sender, mut receiver) = mpsc::channel(1);
    let watching = tokio::spawn(probe(instance).run(sender));
    let mut seen = Vec::new();
    for _ in 0..2 {
        let Observation { samples, .. } = receiver.recv().await.unwrap();
        seen.extend(samples.into_iter().map(|CheckSample { check, sample, .. }| {
            (check.to_string(), sample.because.to_string(), sample.outcome)
        }));
    }
    let gone = |seen: &(String, String, Outcome)| seen.2 == Outcome::Gone;
    assert_eq!(seen[0].1, "web: 1 of 1 server up");
    assert_eq!(seen[1].1, "HAProxy has no backend db; it has web");
    assert!(gone(&seen[2]) && gone(&seen[3]), "{seen:?}");
    assert_eq!((seen[2].0.as_str(), seen[3].0.as_str()), ("backend", "other"));
    drop(receiver);
    watching.await.unwrap();
}

#[tokio::test]
async fn a_watch_that_waits_for_haproxy_still_ends_with_its_listener() {
    let script = Script::play(vec![Turn::Hang]);
    let instance = HaproxyInstance { timeout: Duration::from_secs(3600), ..script.instance() };
    let (sender, receiver) = mpsc::channel(1);
    let watching = tokio::spawn(probe(instance).run(sender));
    tokio::task::yield_now().await;
    drop(receiver);
    watching.await.unwrap();
}

#[tokio::test]
async fn names_that_haproxy_does_not_have_are_faults_at_the_start() {
    let script = Script::play(vec![table(7, 0)]);
    assert_eq!(verify(&script.instance()).await, Ok(()));
    let wrong = HaproxyCheck {
        servers: Some(["a".to_owned(), "b".to_owned()].into()),
        frontend: Some("in".to_owned()),
        ..check()
    };
    let missing = HaproxyCheck { backend: "wbe".to_owned(), ..check() };
    let instance = HaproxyInstance { checks: vec![wrong, missing], ..script.instance() };
    let place = "service anycast, check backend: haproxy local has no";
    assert_eq!(
        verify(&instance).await.unwrap_err(),
        [
            format!("{place} frontend in; it has none"),
            format!("{place} server b in backend web; it has a"),
            format!("{place} backend wbe; it has web"),
        ]
    );
}

#[tokio::test]
async fn an_haproxy_that_does_not_answer_yet_is_no_fault() {
    let path = PathBuf::from("/nowhere/admin.sock");
    assert_eq!(verify(&instance(HaproxyAddress::Unix(path))).await, Ok(()));
}
