use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc::Sender;
use tokio::sync::watch;

use crate::clock;
use crate::config::HaproxyInstance;
use crate::health::Observation;
use crate::status::Haproxies;

use super::answer::Answer;
use super::client::Client;
use super::events::{EventSockets, Line, LogSocket, News, Tail};
use super::silence::Silence;
use super::watcher::{Orders, Watcher};

/// Watches one HAProxy.
#[derive(Debug)]
pub struct Probe {
    instance: HaproxyInstance,
    log_socket: Option<Arc<LogSocket>>,
    board: watch::Sender<Haproxies>,
}

type Asked = Result<Answer, Silence>;
type Question<'a> = Pin<Box<dyn Future<Output = Asked> + Send + 'a>>;

enum Happened {
    Answered(Asked),
    Logged(Line),
    Followed(News),
    TimeIsUp,
}

impl Probe {
    /// HAProxy is not asked yet. What the probe knows it writes on `board`, under its name.
    pub fn new(
        instance: HaproxyInstance,
        sockets: &EventSockets,
        board: watch::Sender<Haproxies>,
    ) -> Self {
        let log_socket = instance.event_socket.as_ref().and_then(|socket| sockets.get(socket));
        Self { instance, log_socket, board }
    }

    /// Asks every `poll-interval`, and at once when HAProxy tells of a change, and sends what each
    /// answer says of all checks, until `observations` is closed. A full channel is waited for.
    pub async fn run(self, observations: Sender<Observation>) {
        let Self { instance, log_socket, board } = self;
        let client = Client::new(&instance);
        let mut tail = Tail::new(&instance);
        let mut watcher = Watcher::new(&instance, clock::now());
        let mut question: Option<Question<'_>> = None;
        loop {
            let now = clock::now();
            // Not by way of a timer: those have the grain of a millisecond.
            if watcher.asks(now) {
                question = Some(Box::pin(client.ask()));
            }
            let happened = tokio::select! {
                biased;
                () = observations.closed() => return,
                answer = answer(&mut question) => Happened::Answered(answer),
                news = news(&mut tail) => Happened::Followed(news),
                line = line(log_socket.as_deref(), watcher.socket_rests(now)) => Happened::Logged(line),
                () = clock::reached(watcher.deadline(now)) => Happened::TimeIsUp,
            };
            let now = clock::now();
            let orders = match happened {
                Happened::Answered(answer) => {
                    question = None;
                    let observation = watcher.observe(&instance.checks, &answer, now);
                    if observations.send(observation).await.is_err() {
                        return;
                    }
                    watcher.answered(&instance.checks, &answer, now)
                }
                Happened::Logged(line) => watcher.logged(line, now),
                Happened::Followed(news) => watcher.followed(news, now),
                Happened::TimeIsUp => Orders::default(),
            };
            obey(orders, &mut tail, &mut watcher, now);
            if watcher.has_news() {
                board.send_modify(|known| {
                    known.insert(instance.name.clone(), watcher.status());
                });
            }
        }
    }
}

fn obey(orders: Orders, tail: &mut Option<Tail>, watcher: &mut Watcher, now: Instant) {
    let Some(tail) = tail else { return };
    match orders {
        Orders::Nothing => {}
        Orders::Follow(worker) => {
            if tail.follow(worker, now) {
                watcher.moved(now);
            }
        }
        Orders::GiveUp => tail.give_up(now),
        Orders::Close => tail.close(),
    }
}

async fn answer(question: &mut Option<Question<'_>>) -> Asked {
    match question {
        Some(question) => question.await,
        None => pending().await,
    }
}

async fn news(tail: &mut Option<Tail>) -> News {
    match tail {
        Some(tail) => tail.next().await,
        None => pending().await,
    }
}

async fn line(socket: Option<&LogSocket>, rests: bool) -> Line {
    match socket {
        Some(socket) if !rests => socket.next().await,
        Some(_) | None => pending().await,
    }
}
