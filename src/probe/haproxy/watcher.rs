use std::time::Instant;

use crate::base::InstanceName;
use crate::config::{EventSocket, HaproxyAddress, HaproxyCheck, HaproxyInstance};
use crate::health::{CheckSample, Observation, Outcome, Sample};
use crate::status::{HaproxyStatus, StreamKind, StreamState, StreamStatus};

use super::answer::Answer;
use super::events::{Delivery, Heard, Line, News, Witness};
use super::judge::Judge;
use super::pace::Pace;
use super::silence::Silence;

/// Everything about one HAProxy that needs no socket: when to ask it, what its answers mean, and
/// whether its events can be relied on.
#[derive(Debug)]
pub(super) struct Watcher {
    name: InstanceName,
    address: String,
    pace: Pace,
    judge: Judge,
    witness: Witness,
    socket: Option<Delivery>,
    ring: Option<Delivery>,
    asked: Instant,
    polls: u64,
    worker: Option<u32>,
    answered: Option<Instant>,
    silence: Option<String>,
    news: bool,
}

/// What the connection that follows a worker is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Orders {
    /// Go on.
    #[default]
    Nothing,
    /// Follow the worker that has answered.
    Follow(Option<u32>),
    /// It has ended, or brings nothing: try again later.
    GiveUp,
    /// HAProxy is gone.
    Close,
}

impl Watcher {
    /// Asks at once.
    pub(super) fn new(instance: &HaproxyInstance, now: Instant) -> Self {
        let socket = instance.event_socket.as_ref().map(|socket| socket_delivery(socket, now));
        let ring = instance.event_ring.as_ref().map(|ring| {
            Delivery::new(StreamKind::Ring, ring.clone(), &format!("ring@{ring}"), now)
        });
        Self {
            name: instance.name.clone(),
            address: address(&instance.address),
            pace: Pace::new(instance.poll_interval, now),
            judge: Judge::default(),
            witness: Witness::default(),
            socket,
            ring,
            asked: now,
            polls: 0,
            worker: None,
            answered: None,
            silence: None,
            news: false,
        }
    }

    /// Whether a question begins now; then it does.
    pub(super) fn asks(&mut self, now: Instant) -> bool {
        let due = self.pace.due(now).is_some_and(|due| due <= now);
        if due {
            self.pace.ask(now);
            self.asked = now;
            self.polls += 1;
        }
        due
    }

    /// When there is something to do though nothing has happened.
    pub(super) fn deadline(&self, now: Instant) -> Option<Instant> {
        let rest = self.socket.as_ref().and_then(|socket| socket.rests_until(now));
        self.pace.due(now).into_iter().chain(rest).min()
    }

    /// Whether the event socket is left alone for a moment, because too much comes.
    pub(super) fn socket_rests(&self, now: Instant) -> bool {
        self.socket.as_ref().is_some_and(|socket| socket.rests_until(now).is_some())
    }

    /// What an answer, or none, means for each check.
    pub(super) fn observe(
        &mut self,
        checks: &[HaproxyCheck],
        answer: &Result<Answer, Silence>,
        at: Instant,
    ) -> Observation {
        if let Ok(answer) = answer {
            self.judge.learn(answer);
        }
        let sample = |check: &HaproxyCheck| match answer {
            Ok(answer) => self.judge.sample(check, answer),
            Err(silence) => {
                Sample { outcome: silence.outcome(), because: silence.to_string().into() }
            }
        };
        let samples = checks.iter().map(|check| CheckSample {
            service: check.service.clone(),
            check: check.check.clone(),
            sample: sample(check),
        });
        let took = at.saturating_duration_since(self.asked);
        Observation { samples: samples.collect(), at, took }
    }

    /// Keeps the books on an answer.
    pub(super) fn answered(
        &mut self,
        checks: &[HaproxyCheck],
        answer: &Result<Answer, Silence>,
        now: Instant,
    ) -> Orders {
        self.pace.answered(now);
        self.news = true;
        let orders = match answer {
            Ok(answer) => {
                self.silence = None;
                self.answered = Some(now);
                self.worker = answer.worker.as_ref().map(|worker| worker.pid);
                if let Some(since) = self.witness.change(checks, answer, self.asked) {
                    self.streams().for_each(|stream| stream.changed(since, now));
                }
                Orders::Follow(self.worker)
            }
            Err(silence) => {
                self.silence = Some(silence.to_string());
                self.witness.forget();
                match silence.outcome() {
                    Outcome::Gone => {
                        self.moved(now);
                        Orders::Close
                    }
                    Outcome::Unknown | Outcome::Unhealthy | Outcome::Healthy { .. } => {
                        Orders::Nothing
                    }
                }
            }
        };
        self.streams().for_each(|stream| stream.review(now));
        orders
    }

    /// A line has come to the event socket.
    pub(super) fn logged(&mut self, line: Line, now: Instant) -> Orders {
        if let Some(socket) = &mut self.socket {
            socket.line(line, now);
        }
        self.wake(line, now);
        Orders::Nothing
    }

    /// Something has happened on the connection that follows a worker.
    pub(super) fn followed(&mut self, news: News, now: Instant) -> Orders {
        match news {
            News::Heard(Heard::Line(line)) => {
                if let Some(ring) = &mut self.ring {
                    ring.line(line, now);
                }
                self.wake(line, now);
                Orders::Nothing
            }
            News::Heard(Heard::Following(_)) => {
                // What has changed before this moment no line will tell.
                if let Some(ring) = &mut self.ring {
                    ring.opened(now);
                    self.pace.wake();
                }
                Orders::Nothing
            }
            News::Heard(Heard::Refused(refusal)) => {
                if let Some(ring) = &mut self.ring {
                    let because = refusal.words(&ring.status().place);
                    ring.lost(Some(because.into()), now);
                }
                Orders::GiveUp
            }
            News::Ended => {
                // Dead, replaced, or tired of us: the next answer tells.
                self.moved(now);
                self.pace.wake();
                Orders::GiveUp
            }
        }
    }

    /// The ring that was followed is one of the past.
    pub(super) fn moved(&mut self, now: Instant) {
        if let Some(ring) = &mut self.ring {
            ring.lost(None, now);
        }
    }

    /// Whether there is something to tell. Changes of the streams are logged on the way.
    pub(super) fn has_news(&mut self) -> bool {
        let (name, mut news) = (self.name.clone(), std::mem::take(&mut self.news));
        for stream in self.streams() {
            if let Some(before) = stream.news() {
                log(&name, before, stream.status());
                news = true;
            }
        }
        news
    }

    /// What is known.
    pub(super) fn status(&self) -> HaproxyStatus {
        let streams = self.socket.iter().chain(&self.ring);
        HaproxyStatus {
            name: self.name.clone(),
            address: self.address.clone(),
            worker: self.worker,
            polls: self.polls,
            answered: self.answered,
            silence: self.silence.clone().map(Into::into),
            streams: streams.map(|stream| stream.status().clone()).collect(),
        }
    }

    fn wake(&mut self, line: Line, now: Instant) {
        match line {
            Line::Change => self.pace.wake(),
            Line::Unheard => self.pace.wake_in_doubt(now),
            Line::Traffic => {}
        }
    }

    fn streams(&mut self) -> impl Iterator<Item = &mut Delivery> {
        self.socket.iter_mut().chain(&mut self.ring)
    }
}

fn log(haproxy: &InstanceName, before: StreamState, stream: &StreamStatus) {
    let StreamStatus { kind, place, state, because, .. } = stream;
    match because {
        Some(because) => tracing::warn!(
            %haproxy, stream = %kind, place, %state, %because,
            "event stream in trouble; changes are seen by polling"
        ),
        None if before.is_trouble() => {
            tracing::info!(%haproxy, stream = %kind, place, %state, "event stream is in order");
        }
        None => tracing::debug!(%haproxy, stream = %kind, place, %state, "event stream"),
    }
}

fn socket_delivery(socket: &EventSocket, now: Instant) -> Delivery {
    let log_target = match socket {
        EventSocket::Unix(path) => path.display().to_string(),
        EventSocket::Udp(address) => address.to_string(),
    };
    let mut delivery = Delivery::new(StreamKind::Socket, socket.to_string(), &log_target, now);
    delivery.opened(now);
    delivery
}

fn address(address: &HaproxyAddress) -> String {
    match address {
        HaproxyAddress::Unix(path) => path.display().to_string(),
        HaproxyAddress::Tcp(address) => format!("tcp:{address}"),
        HaproxyAddress::Http { url, .. } => url.clone(),
    }
}
