//! What a network namespace sees on its wire: the TCP segments from and to port 179.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use crate::support::netns::Namespace;

/// ETH_P_IP of linux/if_ether.h in network byte order, as packet(7) wants it.
const IPV4: i32 = 0x0800_u16.to_be() as i32;
const TCP: u8 = 6;
const BGP: u16 = 179;

/// A segment over IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Where it comes from.
    pub from: [u8; 4],
    /// The TTL it arrives with.
    pub ttl: u8,
    /// The whole octet of RFC 2474.
    pub traffic_class: u8,
    /// The SYN flag.
    pub syn: bool,
    /// The ACK flag.
    pub ack: bool,
    /// From which port, and to which.
    pub ports: (u16, u16),
    /// The octet that the sender awaits next.
    pub awaited: u32,
}

/// Collects segments from its start to its end.
pub(crate) struct Sniffer {
    segments: Receiver<Segment>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Sniffer {
    /// Starts to collect; everything that comes after the call is seen.
    pub(crate) fn start(namespace: &Namespace) -> Self {
        let socket = namespace.enter(|| {
            Socket::new(Domain::PACKET, Type::DGRAM, Some(Protocol::from(IPV4)))
                .expect("root may open a packet socket")
        });
        socket.set_read_timeout(Some(Duration::from_millis(100))).expect("a read timeout");
        let (found, segments) = mpsc::channel();
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        let thread = thread::spawn(move || collect(socket, &found, &stop));
        Self { segments, stopping, thread: Some(thread) }
    }

    /// The next segment from `from`, within a bounded time.
    pub(crate) fn next_from(&self, from: [u8; 4], within: Duration) -> Option<Segment> {
        loop {
            let segment = self.segments.recv_timeout(within).ok()?;
            if segment.from == from {
                return Some(segment);
            }
        }
    }

    /// Everything that has come so far and was not looked at yet.
    pub(crate) fn so_far(&self) -> Vec<Segment> {
        self.segments.try_iter().collect()
    }
}

impl Drop for Sniffer {
    fn drop(&mut self) {
        // The socket would keep the namespace alive.
        self.stopping.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn collect(mut socket: Socket, found: &Sender<Segment>, stop: &AtomicBool) {
    let mut packet = [0; 65536];
    while !stop.load(Ordering::SeqCst) {
        // A timeout is as good as a packet of somebody else.
        let length = socket.read(&mut packet).unwrap_or(0);
        if let Some(segment) = segment(&packet[..length]) {
            let _ = found.send(segment);
        }
    }
}

/// RFC 791 §3.1 and RFC 9293 §3.1.
fn segment(packet: &[u8]) -> Option<Segment> {
    let header = usize::from(packet.first()? & 0x0f) * 4;
    let (ip, tcp) = packet.split_at_checked(header)?;
    let port = |at: usize| Some(u16::from_be_bytes([*tcp.get(at)?, *tcp.get(at + 1)?]));
    if ip.get(9) != Some(&TCP) || (port(0)? != BGP && port(2)? != BGP) {
        return None;
    }
    let flags = *tcp.get(13)?;
    let awaited = u32::from_be_bytes(tcp.get(8..12)?.try_into().ok()?);
    Some(Segment {
        from: ip.get(12..16)?.try_into().ok()?,
        ttl: ip[8],
        traffic_class: ip[1],
        syn: flags & 0x02 != 0,
        ack: flags & 0x10 != 0,
        ports: (port(0)?, port(2)?),
        awaited,
    })
}
