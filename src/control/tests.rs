use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::*;
use crate::engine::{Command, Refusal, Target, Word};
use crate::status::{
    Configuration, Event, Happening, History, Persistence, Question, RouteQuestions, Saved,
    Snapshot, Source,
};

fn snapshot() -> Snapshot {
    Snapshot {
        version: "1.2.3".to_owned(),
        pid: 7,
        router_id: [10, 0, 0, 1].into(),
        local_as: 65010,
        region: None,
        started_at: Timestamp::UNIX_EPOCH,
        neighbors: Vec::new(),
        services: Vec::new(),
        haproxy: Vec::new(),
        persistence: Persistence::default(),
        configuration: Configuration::default(),
        log_lines_lost: 0,
    }
}

fn nobody() -> watch::Receiver<RouteQuestions> {
    watch::channel(RouteQuestions::default()).1
}

/// A control socket with an agent behind it that knows no service but obeys for `web`.
struct Bench {
    directory: TempDir,
    history: watch::Sender<History>,
    saved: watch::Sender<Saved>,
    /// What it was told.
    told: mpsc::UnboundedReceiver<Command>,
    server: JoinHandle<()>,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (history, history_in) = watch::channel(History::default());
        let (source, mut questions) = Source::new(nobody(), history_in);
        tokio::spawn(async move {
            while let Some(question) = questions.recv().await {
                match question {
                    Question::Snapshot(answer) => answer.send(snapshot()).unwrap(),
                    Question::Explanation(_, answer) => answer.send(None).unwrap(),
                    Question::Sessions(_, answer) => answer.send(None).unwrap(),
                }
            }
        });
        let (saved, saved_in) = watch::channel(Saved { version: 1, fault: None });
        let (requests, mut requests_in) = mpsc::channel::<Request>(1);
        let (telling, told) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(Request { command, answer }) = requests_in.recv().await {
                let known = [Target::All, Target::One("web".into())].contains(&command.target);
                let obeyed = match known {
                    true => Ok(Obeyed { services: Vec::new(), version: 1 }),
                    false => Err(Refusal::Unknown("other".into())),
                };
                telling.send(command).unwrap();
                answer.send(obeyed).unwrap();
            }
        });
        let control = Control::bind(&directory.path().join("control.sock")).unwrap();
        let (reloads, _) = mpsc::channel(1);
        let commands = Commands { requests, saved: saved_in, reloads };
        let server = tokio::spawn(control.run(source, commands));
        Self { directory, history, saved, told, server }
    }

    fn socket(&self) -> std::path::PathBuf {
        self.directory.path().join("control.sock")
    }

    async fn post(&self, resource: &str, ask: &Ask) -> Result<Answer, ClientError> {
        post(&self.socket(), resource, ask).await
    }

    fn happens(&self, service: &str) {
        let text = |text: &str| text.to_owned();
        let (from, to, because) = (text("up"), text("down"), text("said so"));
        let what = Happening::Service { service: text(service), from, to, because };
        self.history.send_modify(|history| history.push(Timestamp::UNIX_EPOCH, what));
    }
}

fn refusal<T>(answer: Result<T, ClientError>) -> (u16, String) {
    match answer {
        Err(ClientError::Refused(problem)) => {
            assert!(!problem.hint.is_empty(), "{problem:?}");
            (problem.status, problem.error)
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was granted"),
    }
}

#[tokio::test]
async fn the_client_gets_what_the_agent_says() {
    let bench = Bench::new();
    let path = bench.socket();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
    assert_eq!(get::<Snapshot>(&path, STATUS).await.unwrap(), snapshot());
    assert_eq!(refusal(get::<Value>(&path, "/api/v1/nothing").await).0, 404);
    let explain = format!("{SERVICES}/other/explain");
    let (status, error) = refusal(get::<Value>(&path, &explain).await);
    assert_eq!((status, error.as_str()), (404, "there is no service other"));
    bench.server.abort();
    let _ = bench.server.await;
    assert!(!path.exists(), "the socket stays behind");
}

#[tokio::test]
async fn a_word_reaches_the_decider_with_who_gave_it_and_why() {
    let mut bench = Bench::new();
    let (lasts, reason) = (Some("10s".to_owned()), Some("new kernel".to_owned()));
    let answer = bench.post(&format!("{SERVICES}/web/drain"), &Ask { lasts, reason }).await;
    assert!(answer.unwrap().survives_restart);
    let command = bench.told.recv().await.unwrap();
    assert_eq!(command.target, Target::One("web".into()));
    assert_eq!(command.word, Word::Drain(crate::engine::Lasts::Exactly(Duration::from_secs(10))));
    let by = command.by.to_string();
    assert!(by.ends_with(&format!("pid {}", std::process::id())), "{by}");
    let user = by.split(", ").next().unwrap();
    assert_eq!(command.because.as_str(), format!("drain ordered by {user}: new kernel"));
    for (resource, word) in [(DRAIN, "drain"), (RESUME, "resume")] {
        bench.post(resource, &Ask::default()).await.unwrap();
        let command = bench.told.recv().await.unwrap();
        assert_eq!((command.target, command.word.as_str()), (Target::All, word));
    }
}

#[tokio::test]
async fn what_cannot_be_granted_is_refused_with_a_hint_and_tells_nobody() {
    let mut bench = Bench::new();
    let none = Ask::default();
    let drain = format!("{SERVICES}/other/drain");
    assert_eq!(refusal(bench.post(&drain, &none).await).0, 404);
    bench.told.recv().await.unwrap();
    let long = Ask { reason: Some("x".repeat(201)), ..Ask::default() };
    assert_eq!(refusal(bench.post(DRAIN, &long).await).0, 400);
    assert_eq!(refusal(bench.post(&format!("{SERVICES}/web/fly"), &none).await).0, 404);
    assert_eq!(refusal(bench.post(&format!("{SERVICES}/web/announce"), &none).await).0, 400);
    let huge = Ask { reason: Some("x".repeat(100_000)), ..Ask::default() };
    let answer = bench.post(DRAIN, &huge).await;
    assert!(answer.is_err(), "{answer:?}");
    assert!(bench.told.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn an_answer_says_whether_the_word_survives_a_restart() {
    let bench = Bench::new();
    bench.saved.send_replace(Saved { version: 0, fault: Some("disk full".into()) });
    assert!(!bench.post(DRAIN, &Ask::default()).await.unwrap().survives_restart);
    // A disk that hangs is not waited for.
    bench.saved.send_replace(Saved::default());
    assert!(!bench.post(DRAIN, &Ask::default()).await.unwrap().survives_restart);
}

#[tokio::test]
async fn events_are_listed_narrowed_and_followed() {
    let bench = Bench::new();
    for service in ["web", "dns", "web"] {
        bench.happens(service);
    }
    let ids = async |query: &str| {
        let events: Vec<Event> = get(&bench.socket(), &format!("{EVENTS}{query}")).await.unwrap();
        events.iter().map(|event| event.id).collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, [1, 2, 3]);
    assert_eq!(ids("?since=1").await, [2, 3]);
    assert_eq!(ids("?service=web").await, [1, 3]);
    assert_eq!(ids("?last=1").await, [3]);
    let wrong = get::<Value>(&bench.socket(), &format!("{EVENTS}?sience=1")).await;
    assert!(wrong.is_err());

    let (seen_out, mut seen) = mpsc::unbounded_channel();
    let socket = bench.socket();
    let resource = format!("{EVENTS}?service=web&last=1");
    let follower = tokio::spawn(async move {
        follow(&socket, &resource, |event| seen_out.send(event.id).unwrap()).await
    });
    assert_eq!(seen.recv().await, Some(3));
    bench.happens("dns");
    bench.happens("web");
    assert_eq!(seen.recv().await, Some(5));
    drop(bench.history);
    let ended = follower.await.unwrap();
    assert!(matches!(ended, Err(ClientError::Ended { .. })), "{ended:?}");
}

#[tokio::test]
async fn many_who_say_nothing_keep_nobody_else_from_speaking() {
    let bench = Bench::new();
    let mut silent = Vec::new();
    for _ in 0..40 {
        let mut stream = UnixStream::connect(bench.socket()).await.unwrap();
        stream.write_all(b"POST /api/v1/drain HTTP/1.1\r\nContent-").await.unwrap();
        silent.push(stream);
    }
    assert_eq!(get::<Snapshot>(&bench.socket(), STATUS).await.unwrap(), snapshot());
}

#[tokio::test(start_paused = true)]
async fn whoever_says_nothing_is_cut_off_and_whoever_follows_is_not() {
    let bench = Bench::new();
    let mut silent = UnixStream::connect(bench.socket()).await.unwrap();
    silent.write_all(b"GET /api").await.unwrap();
    let mut follower = UnixStream::connect(bench.socket()).await.unwrap();
    let request = format!("GET {EVENTS} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n");
    follower.write_all(request.as_bytes()).await.unwrap();
    let mut rest = Vec::new();
    silent.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty(), "the server says nothing to half a request");
    bench.happens("web");
    let mut heard = String::new();
    while !heard.contains("said so") {
        let mut buffer = [0; 1024];
        let read = follower.read(&mut buffer).await.unwrap();
        assert!(read > 0, "the follower was cut off: {heard}");
        heard.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
    }
}

#[tokio::test]
async fn an_agent_that_is_going_down_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("control.sock");
    let (_history, history) = watch::channel(History::default());
    let (source, questions) = Source::new(nobody(), history);
    drop(questions);
    let (requests, _) = mpsc::channel(1);
    let (_saved, saved) = watch::channel(Saved::default());
    let (reloads, _) = mpsc::channel(1);
    let commands = Commands { requests, saved, reloads };
    tokio::spawn(Control::bind(&path).unwrap().run(source, commands));
    assert_eq!(refusal(get::<Snapshot>(&path, STATUS).await).0, 503);
    assert_eq!(refusal(post::<Answer>(&path, DRAIN, &Ask::default()).await).0, 503);
}

#[tokio::test]
async fn without_an_agent_the_client_says_how_to_find_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("control.sock");
    let error = get::<Snapshot>(&path, STATUS).await.unwrap_err();
    assert!(matches!(error, ClientError::NoAgent { .. }));
    assert!(error.to_string().contains("--socket"), "{error}");
}

#[tokio::test]
async fn a_socket_that_answers_is_left_alone_and_a_dead_one_is_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("control.sock");
    // A listener of the standard library leaves its path behind, as a crash does.
    let dead = std::os::unix::net::UnixListener::bind(&path).unwrap();
    drop(dead);
    let first = Control::bind(&path).unwrap();
    assert!(matches!(Control::bind(&path), Err(ControlError::Running { .. })));
    drop(first);
    assert!(!path.exists(), "a start that fails must take its socket away");
}

#[tokio::test]
async fn a_file_that_is_no_socket_is_not_removed() {
    let directory = tempfile::tempdir().unwrap();
    let path: &Path = &directory.path().join("control.sock");
    fs::write(path, "precious").unwrap();
    assert!(matches!(Control::bind(path), Err(ControlError::NotASocket { .. })));
    assert_eq!(fs::read_to_string(path).unwrap(), "precious");
}
