use std::future::pending;
use std::pin::Pin;
use std::time::Instant;

use tokio::sync::mpsc::Sender;
use tokio::sync::watch;

use crate::clock;
use crate::config::HaproxyInstance;
use crate::health::Observation;
use crate::status::HaproxyStatus;

use super::client::Client;
use super::events::{BindError, Line, LogSocket, News, Tail};
use super::silence::Silence;
use super::stats::Answer;
use super::watcher::{Orders, Watcher};

/// Watches one HAProxy.
#[derive(Debug)]
pub struct Probe {
    instance: HaproxyInstance,
    log_socket: Option<LogSocket>,
    status: watch::Sender<HaproxyStatus>,
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
    /// Opens the event socket, if there is to be one; HAProxy is not asked yet.
    ///
    /// # Errors
    /// The event socket cannot be had.
    ///
    /// # Panics
    /// Outside of a runtime.
    pub fn bind(instance: HaproxyInstance) -> Result<Self, BindError> {
        let log_socket = instance.event_socket.as_ref().map(LogSocket::bind).transpose()?;
        let status = watch::Sender::new(Watcher::new(&instance, clock::now()).status());
        Ok(Self { instance, log_socket, status })
    }

    /// What it says of itself, always current.
    pub fn status(&self) -> watch::Receiver<HaproxyStatus> {
        self.status.subscribe()
    }

    /// Asks every `poll-interval`, and at once when HAProxy tells of a change, and sends a sample of
    /// each check, until `observations` is closed. A full channel is waited for.
    pub async fn run(self, observations: Sender<Observation>) {
        let Self { instance, log_socket, status } = self;
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
                line = line(&log_socket, watcher.socket_rests(now)) => Happened::Logged(line),
                () = clock::reached(watcher.deadline(now)) => Happened::TimeIsUp,
            };
            let now = clock::now();
            let orders = match happened {
                Happened::Answered(answer) => {
                    question = None;
                    for observation in watcher.observe(&instance.checks, &answer, now) {
                        if observations.send(observation).await.is_err() {
                            return;
                        }
                    }
                    watcher.answered(&instance.checks, &answer, now)
                }
                Happened::Logged(line) => watcher.logged(line, now),
                Happened::Followed(news) => watcher.followed(news, now),
                Happened::TimeIsUp => Orders::default(),
            };
            obey(orders, &mut tail, &mut watcher, now);
            if watcher.has_news() {
                status.send_modify(|status| watcher.tell(status));
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

async fn line(socket: &Option<LogSocket>, rests: bool) -> Line {
    match socket {
        Some(socket) if !rests => socket.next().await,
        Some(_) | None => pending().await,
    }
}
