use std::collections::VecDeque;
use std::future::pending;
use std::pin::Pin;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::base::{Backoff, Rng};
use crate::config::{HaproxyAddress, HaproxyInstance};

use super::super::dial::{Connection, dial};
use super::super::silence::Silence;
use super::transcript::{Heard, Transcript};

/// Octets taken from the connection at a time.
const PIECE: usize = 4 << 10;

/// Waiting times before the same worker is tried again after it hung up.
const FIRST_RETRY: Duration = Duration::from_millis(100);
const LAST_RETRY: Duration = Duration::from_secs(30);

/// A connection to the stats socket that stays open: it follows a ring, and even without one its end
/// tells that HAProxy has died, when it dies.
///
/// An open connection belongs to one worker and keeps that worker alive after a reload, so
/// [`Tail::follow`] is told which worker answers, and another one is followed at once.
pub(in super::super) struct Tail {
    address: HaproxyAddress,
    timeout: Duration,
    ring: Option<String>,
    command: String,
    state: State,
    /// The worker that answered when this was opened last.
    wanted: Option<u32>,
    /// When that one may be tried again after it hung up.
    again: Option<Instant>,
    backoff: Backoff,
    rng: Rng,
}

enum State {
    Closed,
    Opening(Pin<Box<dyn Future<Output = Result<Connection, Silence>> + Send>>),
    Open(Open),
}

struct Open {
    connection: Connection,
    transcript: Transcript,
    worker: Option<u32>,
    heard: VecDeque<Heard>,
}

/// What happened on the connection.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum News {
    /// HAProxy said something.
    Heard(Heard),
    /// It has ended.
    Ended,
}

impl Tail {
    /// Nothing is connected before [`Tail::follow`]. `None` when HAProxy has no stats socket for us.
    pub(in super::super) fn new(instance: &HaproxyInstance) -> Option<Self> {
        if matches!(instance.address, HaproxyAddress::Http { .. }) {
            return None;
        }
        // Without a ring, the prompt keeps the connection open. HAProxy's own timeout is 10 s.
        let last = match &instance.event_ring {
            Some(ring) => format!("show events {ring} -n;show events {ring} -w -n"),
            None => "prompt".to_owned(),
        };
        Some(Self {
            ring: instance.event_ring.clone(),
            address: instance.address.clone(),
            timeout: instance.timeout,
            command: format!("set timeout cli 1d;show info;{last}\n"),
            state: State::Closed,
            wanted: None,
            again: None,
            backoff: Backoff::new(FIRST_RETRY, LAST_RETRY),
            // One connection to a process on this machine: there is no crowd to spread.
            rng: Rng::new(0),
        })
    }

    /// Follows the worker that has just answered. Gives whether another one was followed until now.
    pub(in super::super) fn follow(&mut self, worker: Option<u32>, now: Instant) -> bool {
        let moved = match &self.state {
            State::Opening(_) => return false,
            State::Open(open) if open.worker.is_none() || open.worker == worker => return false,
            State::Open(_) => true,
            State::Closed => false,
        };
        if moved || worker != self.wanted {
            self.backoff.reset();
            self.again = None;
        }
        if self.again.is_none_or(|again| again <= now) {
            self.wanted = worker;
            self.open();
        }
        moved
    }

    /// Lets go: HAProxy is no longer there for others, and our connection must not hold it up.
    pub(in super::super) fn close(&mut self) {
        self.state = State::Closed;
    }

    /// Waits for news; for ever while nothing is followed. Cancel safe.
    pub(in super::super) async fn next(&mut self) -> News {
        loop {
            match &mut self.state {
                State::Closed => return pending().await,
                State::Opening(opening) => match opening.await {
                    Ok(connection) => {
                        let transcript = Transcript::new(self.ring.clone());
                        self.state = State::Open(Open::new(connection, transcript));
                    }
                    Err(_) => return News::Ended,
                },
                State::Open(open) => {
                    if let Some(heard) = open.heard.pop_front() {
                        if let Heard::Following(worker) = heard {
                            open.worker = Some(worker);
                        }
                        return News::Heard(heard);
                    }
                    if !open.read().await {
                        return News::Ended;
                    }
                }
            }
        }
    }

    /// It has ended, or is of no use: the same worker is tried again a while later.
    pub(in super::super) fn give_up(&mut self, now: Instant) {
        self.state = State::Closed;
        self.again = Some(now + self.backoff.next(&mut self.rng));
    }

    fn open(&mut self) {
        let (address, command, limit) = (self.address.clone(), self.command.clone(), self.timeout);
        self.state = State::Opening(Box::pin(async move {
            let opening = async {
                let mut connection = dial(&address).await?;
                let said = connection.write_all(command.as_bytes()).await;
                said.map_err(|error| Silence::from_io(String::new(), &error))?;
                Ok(connection)
            };
            timeout(limit, opening).await.unwrap_or(Err(Silence::TimedOut(limit)))
        }));
    }
}

impl Open {
    fn new(connection: Connection, transcript: Transcript) -> Self {
        Self { connection, transcript, worker: None, heard: VecDeque::new() }
    }

    /// Whether the connection goes on.
    async fn read(&mut self) -> bool {
        let mut piece = [0; PIECE];
        match self.connection.read(&mut piece).await {
            Ok(0) | Err(_) => false,
            Ok(length) => {
                self.heard.extend(self.transcript.take(&piece[..length]));
                true
            }
        }
    }
}
