//! The neighbour that keeps to the rules, on a thread of its own: it reads everything, says that it
//! is there, and writes down what it hears.

use std::io::{self, Read, Write};
use std::net::{IpAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::field::{now, second_handle};
use crate::support::netns::Namespace;
use crate::support::peer::PEER_AS;
use crate::support::speaker::{KEEPALIVE, Listening, Speaker, UPDATE, message, open};
use crate::support::wait::{SOON, eventually};

/// Well below a third of the hold time.
const EVERY: Duration = Duration::from_millis(500);
/// The host route of the usual configuration as it stands in an UPDATE.
const ROUTE: &[u8] = &[32, 9, 9, 9, 9];

/// A neighbour that waits for herald.
pub(crate) struct Waiting(Listening);

/// A neighbour with an established session.
pub(crate) struct Steady {
    heard: Arc<Mutex<Heard>>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    _speaker: Speaker,
}

#[derive(Debug, Default)]
struct Heard {
    /// Whether it was told the route or the withdrawal last, and when.
    route: Option<(bool, Instant)>,
    /// How the session ended.
    ended: Option<String>,
}

impl Steady {
    /// Listens on `address`; herald dials.
    pub(crate) fn listen(namespace: &Namespace, address: IpAddr) -> Waiting {
        Waiting(Listening::on(namespace, address))
    }

    /// Waits until it has the route, or has it no more, and tells since when.
    #[track_caller]
    pub(crate) fn knows_the_route(&self, has: bool) -> Instant {
        eventually(&format!("the steady neighbour has the route: {has}"), SOON, || {
            let heard = self.heard();
            let since = heard.route.filter(|(has_it, _)| *has_it == has);
            since.map(|(_, since)| since).ok_or_else(|| format!("{heard:?}"))
        })
    }

    /// The session has never ended.
    #[track_caller]
    pub(crate) fn is_up(&self) {
        assert_eq!(self.heard().ended, None, "the steady neighbour has lost its session");
    }

    fn heard(&self) -> std::sync::MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Waits for herald's connection and establishes the session.
    pub(crate) fn accept(self) -> Steady {
        let mut speaker = self.0.accept();
        speaker.establish(&open(PEER_AS, 9, [10, 9, 0, 2]));
        let (heard, stopping) = (Arc::default(), Arc::default());
        let stream = second_handle(&speaker);
        let (theirs, stop) = (Arc::clone(&heard), Arc::clone(&stopping));
        let thread = thread::spawn(move || live(stream, &theirs, &stop));
        Steady { heard, stopping, thread: Some(thread), _speaker: speaker }
    }
}

impl Drop for Steady {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn live(mut stream: TcpStream, heard: &Mutex<Heard>, stopping: &AtomicBool) {
    stream.set_read_timeout(Some(EVERY / 5)).expect("a read timeout");
    let (mut inbox, mut buffer, mut said) = (Vec::new(), [0; 4096], now());
    while !stopping.load(Ordering::SeqCst) {
        if said.elapsed() >= EVERY {
            said = now();
            // When it fails, reading says why.
            let _ = stream.write_all(&message(KEEPALIVE, &[]));
        }
        match stream.read(&mut buffer) {
            Ok(0) => return end(heard, "closed"),
            Ok(read) => inbox.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return end(heard, &error.to_string()),
        }
        while let Some(length) = whole(&inbox) {
            let message: Vec<u8> = inbox.drain(..length).collect();
            note(&message, heard);
        }
    }
}

/// Octets of the first message, when it is there as a whole.
fn whole(inbox: &[u8]) -> Option<usize> {
    let length = usize::from(u16::from_be_bytes([*inbox.get(16)?, *inbox.get(17)?]));
    (inbox.len() >= length.max(19)).then_some(length)
}

fn note(message: &[u8], heard: &Mutex<Heard>) {
    let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    match message[18] {
        // Withdrawn prefixes come first in an UPDATE, announced ones last.
        UPDATE if message[21..].starts_with(ROUTE) => heard.route = Some((false, now())),
        UPDATE if message.ends_with(ROUTE) => heard.route = Some((true, now())),
        UPDATE | KEEPALIVE => {}
        kind => heard.ended = Some(format!("type {kind}: {:02x?}", &message[19..])),
    }
}

fn end(heard: &Mutex<Heard>, how: &str) {
    let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    heard.ended.get_or_insert_with(|| how.to_owned());
}
