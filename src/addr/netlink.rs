//! The two netlink connections: requests on one, events on the other. On a single one the kernel's
//! echo of our own change would be taken for the reply, and a burst of events could push out replies.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use futures_util::{FutureExt, Stream, StreamExt};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::address::AddressMessage;
use netlink_packet_route::link::LinkMessage;
use rtnetlink::packet_core::{
    NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_EXCL, NLM_F_REQUEST,
    NetlinkMessage, NetlinkPayload,
};
use rtnetlink::{Handle, MulticastGroup, new_connection, new_multicast_connection};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::error::Error;
use super::message::{self, Event};
use super::present::{Found, Present};
use crate::base::LoopbackAddress;

/// Requests under way at a time: their replies must fit the socket's receive buffer (212992 octets by
/// default, some 800 charged for each reply).
const IN_FLIGHT: usize = 64;
/// The kernel answers at once or not at all.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a list is asked for again when it changed while it was read. After that it is taken as
/// it is: the change comes as an event too, and leads to another look.
const DUMP_TRIES: usize = 3;

type Events = Pin<Box<dyn Stream<Item = NetlinkMessage<RouteNetlinkMessage>> + Send>>;

/// The kernel's interfaces and addresses.
pub(super) struct Kernel {
    requests: Handle,
    events: Events,
    /// The tasks that move the messages; they end with the value.
    _connections: JoinSet<()>,
}

/// One request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change<'a> {
    Add(u32, &'a LoopbackAddress),
    Remove(&'a Found),
    /// Asks for the impossible, to learn whether it is allowed to ask: no interface has index 0.
    Nothing,
}

impl Kernel {
    /// Opens both connections, in the network namespace of this thread. Events are kept from now on.
    pub(super) fn connect() -> Result<Self, Error> {
        let groups = [MulticastGroup::Link, MulticastGroup::Ipv4Ifaddr, MulticastGroup::Ipv6Ifaddr];
        let (listener, _, events) = new_multicast_connection(&groups).map_err(Error::Open)?;
        let (mut asker, requests, _) = new_connection().map_err(Error::Open)?;
        // Only with these can an answer be told from a connection that has ended.
        asker.set_forward_ack(true);
        asker.set_forward_done(true);
        let mut connections = JoinSet::new();
        connections.spawn(listener);
        connections.spawn(asker);
        let events = Box::pin(events.map(|(message, _)| message));
        Ok(Self { requests, events, _connections: connections })
    }

    /// Lists the interfaces and addresses. Events that came before are part of the picture and are
    /// dropped.
    pub(super) async fn look(&mut self) -> Result<Present, Error> {
        while let Some(event) = self.events.next().now_or_never() {
            event.ok_or(Error::Lost)?;
        }
        let mut present = Present::default();
        for request in [
            RouteNetlinkMessage::GetLink(LinkMessage::default()),
            RouteNetlinkMessage::GetAddress(AddressMessage::default()),
        ] {
            for message in self.list(request).await? {
                match Event::read(message) {
                    Some(Event::Link(index, link)) => drop(present.links.insert(index, link)),
                    Some(Event::Address(found)) => drop(present.addresses.insert(found)),
                    Some(Event::NoAddress(_) | Event::NoLink(_) | Event::Overrun) | None => {}
                }
            }
        }
        Ok(present)
    }

    /// Makes the changes in order; one result for each. The requests travel in batches, without
    /// waiting for each other.
    pub(super) async fn carry_out(
        &mut self,
        changes: &[Change<'_>],
    ) -> Result<Vec<io::Result<()>>, Error> {
        let mut results = Vec::with_capacity(changes.len());
        for batch in changes.chunks(IN_FLIGHT) {
            let mut replies = Vec::with_capacity(batch.len());
            for change in batch {
                replies.push(self.ask(change.message(), change.flags())?);
            }
            for mut reply in replies {
                results.push(acknowledgement(&mut reply).await?);
            }
        }
        Ok(results)
    }

    /// The next event.
    pub(super) async fn event(&mut self) -> Result<Event, Error> {
        loop {
            let payload = self.events.next().await.ok_or(Error::Lost)?.payload;
            if let NetlinkPayload::InnerMessage(message) = payload {
                if let Some(event) = Event::read(message) {
                    return Ok(event);
                }
            } else if matches!(payload, NetlinkPayload::Overrun(_)) {
                return Ok(Event::Overrun);
            }
        }
    }

    async fn list(
        &mut self,
        request: RouteNetlinkMessage,
    ) -> Result<Vec<RouteNetlinkMessage>, Error> {
        let mut list = Vec::new();
        for _ in 0..DUMP_TRIES {
            let torn;
            (list, torn) = collect(&mut self.ask(request.clone(), NLM_F_DUMP)?).await?;
            if !torn {
                break;
            }
        }
        Ok(list)
    }

    fn ask(
        &mut self,
        message: RouteNetlinkMessage,
        flags: u16,
    ) -> Result<impl Stream<Item = NetlinkMessage<RouteNetlinkMessage>> + use<>, Error> {
        let mut request = NetlinkMessage::from(message);
        request.header.flags = NLM_F_REQUEST | flags;
        self.requests.request(request).map_err(|_| Error::Lost)
    }
}

impl Change<'_> {
    fn message(&self) -> RouteNetlinkMessage {
        match self {
            Self::Add(index, wanted) => {
                RouteNetlinkMessage::NewAddress(message::add(*index, wanted))
            }
            Self::Remove(found) => RouteNetlinkMessage::DelAddress(message::remove(found)),
            Self::Nothing => RouteNetlinkMessage::DelAddress(message::nowhere()),
        }
    }

    fn flags(&self) -> u16 {
        match self {
            Self::Add(..) => NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
            Self::Remove(_) | Self::Nothing => NLM_F_ACK,
        }
    }
}

async fn acknowledgement(
    reply: &mut (impl Stream<Item = NetlinkMessage<RouteNetlinkMessage>> + Unpin),
) -> Result<io::Result<()>, Error> {
    loop {
        if let NetlinkPayload::Error(error) = next(reply).await?.payload {
            return Ok(if error.code.is_none() { Ok(()) } else { Err(error.to_io()) });
        }
    }
}

/// A whole list, and whether it changed while the kernel told it.
async fn collect(
    reply: &mut (impl Stream<Item = NetlinkMessage<RouteNetlinkMessage>> + Unpin),
) -> Result<(Vec<RouteNetlinkMessage>, bool), Error> {
    let (mut list, mut torn) = (Vec::new(), false);
    loop {
        let message = next(reply).await?;
        torn |= message.header.flags & NLM_F_DUMP_INTR != 0;
        if let NetlinkPayload::InnerMessage(message) = message.payload {
            list.push(message);
        } else if let NetlinkPayload::Error(error) = message.payload {
            return Err(Error::Look(error.to_io()));
        } else if let NetlinkPayload::Done(done) = message.payload {
            // A list that breaks off half way says so in its last message, as a negative errno.
            return match done.code {
                0 => Ok((list, torn)),
                code => Err(Error::Look(io::Error::from_raw_os_error(code.saturating_neg()))),
            };
        }
    }
}

async fn next(
    reply: &mut (impl Stream<Item = NetlinkMessage<RouteNetlinkMessage>> + Unpin),
) -> Result<NetlinkMessage<RouteNetlinkMessage>, Error> {
    let silent = Error::Silent { seconds: PATIENCE.as_secs() };
    timeout(PATIENCE, reply.next()).await.map_err(|_| silent)?.ok_or(Error::Lost)
}
