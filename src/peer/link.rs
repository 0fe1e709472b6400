use std::future::poll_fn;
use std::io;
use std::net::Shutdown;
use std::task::{Context, Poll, ready};

use socket2::SockRef;
use tokio::net::TcpStream;

use super::socket;
use crate::base::Reason;
use crate::config::{Signature, Transport};

/// How much is read at a time of what nobody listens to any more.
const UNHEARD: usize = 4096;

/// A connection and what could not be written to it yet.
#[derive(Debug)]
pub(super) struct Link {
    stream: TcpStream,
    unwritten: Vec<u8>,
}

/// What a connection has to say.
#[derive(Debug)]
pub(super) enum LinkEvent {
    /// So many octets were read into the buffer.
    Read(usize),
    /// Everything is written.
    Drained,
    /// It has ended.
    Closed(Reason),
}

impl Link {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, unwritten: Vec::new() }
    }

    /// Signs what is sent from now on as configured.
    pub(super) fn sign_anew(
        &self,
        old: Option<&Signature>,
        transport: &Transport,
    ) -> io::Result<()> {
        socket::sign_anew(&SockRef::from(&self.stream), old, transport)
    }

    /// Writes at once what the kernel takes and keeps the rest; says whether all is written.
    pub(super) fn write(&mut self, octets: &[u8]) -> Result<bool, Reason> {
        self.unwritten.extend_from_slice(octets);
        self.flush().map_err(|error| closed(&error))
    }

    fn flush(&mut self) -> io::Result<bool> {
        while !self.unwritten.is_empty() {
            match self.stream.try_write(&self.unwritten) {
                Ok(written) => drop(self.unwritten.drain(..written)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Waits for the next thing to happen. Cancel safe: octets are in `buffer` only when it returns.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<LinkEvent> {
        if !self.unwritten.is_empty()
            && let Poll::Ready(event) = self.poll_flush(cx)
        {
            return Poll::Ready(event);
        }
        loop {
            if let Err(error) = ready!(self.stream.poll_read_ready(cx)) {
                return Poll::Ready(LinkEvent::Closed(closed(&error)));
            }
            match self.stream.try_read(buffer) {
                Ok(0) => {
                    let because = Reason::new("the neighbour closed the connection");
                    return Poll::Ready(LinkEvent::Closed(because));
                }
                Ok(read) => return Poll::Ready(LinkEvent::Read(read)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(LinkEvent::Closed(closed(&error))),
            }
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<LinkEvent> {
        loop {
            if let Err(error) = ready!(self.stream.poll_write_ready(cx)) {
                return Poll::Ready(LinkEvent::Closed(closed(&error)));
            }
            match self.flush() {
                Ok(true) => return Poll::Ready(LinkEvent::Drained),
                Ok(false) => {}
                Err(error) => return Poll::Ready(LinkEvent::Closed(closed(&error))),
            }
        }
    }

    /// Writes what is left, ends our side and reads until the neighbour ends its own: a socket that
    /// is closed with octets unread is reset, and a reset may overtake our last words (RFC 1122
    /// §4.2.2.13). A neighbour that does not read or does not close holds this up, so callers bound
    /// it.
    pub(super) async fn close(mut self) {
        let flushed = poll_fn(|cx| match self.unwritten.is_empty() {
            true => Poll::Ready(LinkEvent::Drained),
            false => self.poll_flush(cx),
        });
        if let LinkEvent::Drained = flushed.await
            && SockRef::from(&self.stream).shutdown(Shutdown::Write).is_ok()
        {
            let mut unheard = [0; UNHEARD];
            while let LinkEvent::Read(_) = poll_fn(|cx| self.poll(cx, &mut unheard)).await {}
        }
    }
}

fn closed(error: &io::Error) -> Reason {
    if error.kind() == io::ErrorKind::ConnectionReset {
        Reason::new("connection reset by the neighbour")
    } else if error.kind() == io::ErrorKind::TimedOut {
        Reason::new("the neighbour no longer acknowledges what we send")
    } else {
        Reason::from(format!("connection failed: {error}"))
    }
}
