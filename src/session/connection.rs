use std::net::IpAddr;

use super::Negotiated;
use super::State;
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
}

impl Connection {
    pub(super) fn new(local: IpAddr) -> Self {
        Self { local, negotiated: None, established: false, unsent: false, inbox: Vec::new() }
    }

    pub(super) fn state(&self) -> State {
        match (&self.negotiated, self.established) {
            (None, _) => State::OpenSent,
            (Some(_), false) => State::OpenConfirm,
            (Some(_), true) => State::Established,
        }
    }

    /// How to read and write on this connection: the OPENs themselves are read by the defaults.
    pub(super) fn context(&self) -> Context {
        self.negotiated.as_ref().map_or_else(Context::default, |negotiated| negotiated.context)
    }

    pub(super) fn receive(&mut self, octets: &[u8]) {
        self.inbox.extend_from_slice(octets);
    }

    /// The next whole message, `None` when more octets are needed.
    pub(super) fn next_message(&mut self) -> Result<Option<Message>, wire::Error> {
        let context = self.context();
        let Some(length) = wire::frame_length(&self.inbox, &context)? else { return Ok(None) };
        if self.inbox.len() < length {
            return Ok(None);
        }
        let message = Message::decode(&self.inbox[..length], &context);
        self.inbox.drain(..length);
        message.map(Some)
    }
}
