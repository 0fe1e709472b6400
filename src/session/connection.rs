use std::net::IpAddr;

use super::{Malformed, Negotiated, State};
use crate::wire::{self, Context, Message};

/// One TCP connection of a session, from our OPEN on.
#[derive(Debug)]
pub(super) struct Connection {
    /// Our address on it.
    pub(super) local: IpAddr,
    /// What both OPENs came to, once the neighbour's is there.
    pub(super) negotiated: Option<Negotiated>,
    pub(super) established: bool,
    /// Octets handed to the driver are not all written yet. Nothing more is produced meanwhile, so a
    /// slow neighbour gets the newest state when it reads again, and never a queue of old ones.
    pub(super) unsent: bool,
    inbox: Vec<u8>,
    /// How much of the inbox has been read; it is cut off once no whole message is left.
    read: usize,
}

/// A message, and its octets when there is something wrong with it.
pub(super) struct Heard {
    pub(super) message: Message,
    /// The beginning of an UPDATE with malformed attributes, else empty.
    pub(super) offending: Vec<u8>,
}

impl Connection {
    pub(super) fn new(local: IpAddr) -> Self {
        Self {
            local,
            negotiated: None,
            established: false,
            unsent: false,
            inbox: Vec::new(),
            read: 0,
        }
    }

    pub(super) fn state(&self) -> State {
        match (&self.negotiated, self.established) {
            (None, _) => State::OpenSent,
            (Some(_), false) => State::OpenConfirm,
            (Some(_), true) => State::Established,
        }
    }

    /// How to read on this connection: the OPENs themselves are read by the defaults.
    fn context(&self) -> Context {
        self.negotiated.as_ref().map_or_else(Context::default, |negotiated| negotiated.context)
    }

    /// How to write on it.
    pub(super) fn sending(&self) -> Context {
        self.negotiated.as_ref().map_or_else(Context::default, Negotiated::sending)
    }

    pub(super) fn receive(&mut self, octets: &[u8]) {
        self.inbox.extend_from_slice(octets);
    }

    /// The next whole message, `None` when more octets are needed.
    pub(super) fn next_message(&mut self) -> Result<Option<Heard>, wire::Error> {
        let context = self.context();
        let unread = &self.inbox[self.read..];
        let length = match wire::frame_length(unread, &context)? {
            Some(length) if length <= unread.len() => length,
            Some(_) | None => {
                self.inbox.drain(..self.read);
                self.read = 0;
                return Ok(None);
            }
        };
        let frame = &unread[..length];
        let message = Message::decode(frame, &context)?;
        let offending = match &message {
            Message::Update(update) if !update.faults.is_empty() => {
                frame[..length.min(Malformed::MOST)].to_vec()
            }
            Message::Open(_) | Message::Update(_) | Message::Notification(_) => Vec::new(),
            Message::Keepalive | Message::RouteRefresh(_) => Vec::new(),
        };
        self.read += length;
        Ok(Some(Heard { message, offending }))
    }
}
