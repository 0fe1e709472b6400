use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::scalar;
use crate::base::InstanceName;
use crate::config::reader::{Placed, Refusal, Section};
use crate::config::types::EventSocket;

/// The ways in which an instance tells of changes.
pub(super) struct Draft {
    pub(super) socket: Option<Placed<EventSocket>>,
    pub(super) ring: Option<Placed<String>>,
}

/// `event-socket` and `event-ring` of one instance.
pub(super) fn read(section: &Section<'_>) -> Draft {
    let socket = section.text("event-socket", event_socket);
    let ring = section.text("event-ring", ring_name);
    refuse_ring_without_socket(section);
    worry_about_strangers(section, socket.as_ref());
    Draft { socket, ring }
}

/// Two instances that share one event socket would take each other's lines.
pub(super) fn refuse_shared<'a>(
    root: &Section<'_>,
    instances: impl Iterator<Item = (&'a InstanceName, &'a Draft)>,
) {
    let mut owners: BTreeMap<&EventSocket, &InstanceName> = BTreeMap::new();
    for (name, draft) in instances {
        let Some(socket) = &draft.socket else { continue };
        if let Some(owner) = owners.insert(&socket.value, name) {
            root.notes.fault(
                &socket.span,
                format!("event-socket {} is that of haproxy {owner} too", socket.shown),
                "each HAProxy has an event socket of its own",
                "give one of them another path or port",
            );
        }
    }
}

fn refuse_ring_without_socket(section: &Section<'_>) {
    if section.has("event-ring") && section.has("url") && !section.has("socket") {
        section.notes.fault(
            &section.span_of("event-ring"),
            "event-ring has no use with url",
            "a ring is followed on the stats socket, not on the stats page",
            "use event-socket, or socket in the place of url",
        );
    }
}

fn worry_about_strangers(section: &Section<'_>, socket: Option<&Placed<EventSocket>>) {
    let Some(Placed { value: EventSocket::Udp(address), span, shown, .. }) = socket else { return };
    if !address.ip().is_loopback() {
        section.notes.worry(
            span,
            format!("event-socket {shown} can be reached from other machines"),
            "whoever sends to it makes herald ask HAProxy more often, though never believe anything",
            "take 127.0.0.1 or [::1] when HAProxy runs on this machine",
        );
    }
}

fn event_socket(text: &str) -> Result<EventSocket, Refusal> {
    let Some(address) = text.strip_prefix("udp:") else {
        return scalar::path(text).map(EventSocket::Unix).map_err(|refusal| {
            match text.parse::<SocketAddr>() {
                Ok(_) => refusal.meant(format!("did you mean \"udp:{text}\"?")),
                Err(_) => refusal,
            }
        });
    };
    match address.parse::<SocketAddr>() {
        Ok(address) if address.port() != 0 => Ok(EventSocket::Udp(address)),
        Ok(_) | Err(_) => Err(Refusal::default()),
    }
}

/// HAProxy's rule for names of sections; it also keeps a name from being more than one word of a
/// command.
fn ring_name(text: &str) -> Result<String, Refusal> {
    let good = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    match !text.is_empty() && text.chars().all(good) {
        true => Ok(text.to_owned()),
        false => Err(Refusal::rule("a name in HAProxy has letters, digits, '-', '_', '.' and ':'")),
    }
}
