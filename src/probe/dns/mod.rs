//! Asks one DNS server one question, by itself: neither resolv.conf nor any cache is involved.

mod message;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use crate::base::Rng;
use crate::config::DnsCheck;

use super::seen::Seen;
use message::{Judgement, Question};

/// The most that an answer over UDP has, since we announce no larger size (RFC 1035 §4.2.1), and room
/// to see that one has more.
const LONGEST_DATAGRAM: usize = 1024;

/// Asks over UDP from a fresh port, and once more over TCP when the answer is truncated.
pub(super) struct Dns {
    check: DnsCheck,
    subject: String,
    /// Draws the identifiers of questions.
    rng: Rng,
}

impl Dns {
    pub(super) fn new(check: &DnsCheck, seed: u64) -> Self {
        let subject = format!("{} {} at {}", check.name, check.record_type, check.server);
        Self { check: check.clone(), subject, rng: Rng::new(seed) }
    }

    /// `www.example.com A at 192.0.2.53:53`.
    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    pub(super) async fn look(&mut self) -> Seen {
        // The low bits of the sequence, which any 16 of the 64 are.
        let question = Question::new(&self.check, self.rng.next_u64() as u16);
        let judged = match over_udp(self.check.server, &question).await {
            Ok(Judgement::Truncated) => over_tcp(self.check.server, &question).await,
            judged => judged,
        };
        match judged {
            Ok(Judgement::Answer(seen)) => seen,
            Ok(Judgement::Truncated) => Seen::unhealthy("the answer is truncated over TCP too"),
            Ok(Judgement::NotOurs) => Seen::unhealthy("answered another question"),
            Err(error) => Seen::io(&error),
        }
    }
}

/// Waits for the first datagram that answers this question; others may be late, or of somebody else.
async fn over_udp(server: SocketAddr, question: &Question) -> io::Result<Judgement> {
    let any = match server {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(server).await?;
    socket.send(question.octets()).await?;
    let mut datagram = [0; LONGEST_DATAGRAM];
    loop {
        let length = socket.recv(&mut datagram).await?;
        match question.judge(&datagram[..length]) {
            Judgement::NotOurs => {}
            judgement @ (Judgement::Answer(_) | Judgement::Truncated) => return Ok(judgement),
        }
    }
}

/// Over TCP, messages follow their length in two octets (RFC 1035 §4.2.2).
async fn over_tcp(server: SocketAddr, question: &Question) -> io::Result<Judgement> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(question.octets().len()).map_err(io::Error::other)?;
    let framed = [&length.to_be_bytes(), question.octets()].concat();
    stream.write_all(&framed).await?;
    let mut answer = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut answer).await?;
    Ok(question.judge(&answer))
}
