use std::net::IpAddr;
use std::ops::Range;

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
    /// It was said that routes cannot be told on it.
    pub(super) withheld_mentioned: bool,
    inbox: Vec<u8>,
    /// The last message in the inbox; all up to its end is cut off once no whole message is left.
    read: Range<usize>,
}

impl Connection {
    pub(super) fn new(local: IpAddr) -> Self {
        Self {
            local,
            negotiated: None,
            established: false,
            unsent: false,
            withheld_mentioned: false,
            inbox: Vec::new(),
            read: 0..0,
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
    pub(super) fn next_message(&mut self) -> Result<Option<Message>, wire::Error> {
        let context = self.context();
        let unread = &self.inbox[self.read.end..];
        let length = match wire::frame_length(unread, &context)? {
            Some(length) if length <= unread.len() => length,
            Some(_) | None => {
                self.inbox.drain(..self.read.end);
                self.read = 0..0;
                return Ok(None);
            }
        };
        let message = Message::decode(&unread[..length], &context)?;
        self.read = self.read.end..self.read.end + length;
        Ok(Some(message))
    }

    /// The beginning of the message that came last, for an operator who must complain about it.
    pub(super) fn last_octets(&self) -> Vec<u8> {
        let last = &self.inbox[self.read.clone()];
        last[..last.len().min(Malformed::MOST)].to_vec()
    }
}
