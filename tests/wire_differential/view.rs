//! What three codecs say about one message, in words they share.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use herald::base::Prefix;
use herald::wire::{Capability, Error, Message, Open, Segment, Treatment, Update};

/// What a codec makes of some octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum View {
    Refused,
    Panicked,
    Open(OpenView),
    Update(Box<UpdateView>),
    Notification(u8, u8, Vec<u8>),
    Keepalive,
    RouteRefresh(u16, u8, u8),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenView {
    pub(crate) my_as: u16,
    pub(crate) asn: u32,
    pub(crate) hold_time: u16,
    pub(crate) identifier: Ipv4Addr,
    pub(crate) families: BTreeSet<(u16, u8)>,
}

/// Prefixes are sets: a codec may drop what a message says twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct UpdateView {
    pub(crate) class: Option<Class>,
    pub(crate) withdrawn: BTreeSet<Prefix>,
    pub(crate) announced: BTreeSet<Prefix>,
    pub(crate) as_path: Option<Vec<(u8, Vec<u32>)>>,
    pub(crate) origin: Option<u8>,
    pub(crate) next_hop: Option<Ipv4Addr>,
    pub(crate) med: Option<u32>,
    pub(crate) communities: Vec<u32>,
}

/// What becomes of an UPDATE that is not sound (RFC 7606 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Discard,
    Withdraw,
    /// The session is reset, or the family disabled: RFC 7606 §3 (j) leaves the choice.
    Reset,
}

/// Ours; `merged` is for a codec that puts AS_PATH and AS4_PATH together by itself.
pub(crate) fn ours(result: &Result<Message, Error>, merged: bool) -> View {
    match result {
        Err(_) => View::Refused,
        Ok(Message::Open(open)) => View::Open(open_view(open)),
        Ok(Message::Update(update)) => View::Update(Box::new(update_view(update, merged))),
        Ok(Message::Notification(n)) => View::Notification(n.code, n.subcode, n.data.clone()),
        Ok(Message::Keepalive) => View::Keepalive,
        Ok(Message::RouteRefresh(r)) => View::RouteRefresh(r.afi, r.safi, r.subtype),
    }
}

/// What we say about the octets, for the table of known differences.
pub(crate) fn words(result: &Result<Message, Error>) -> String {
    let update = match result {
        Err(error) => return error.to_string(),
        Ok(Message::Update(update)) => update,
        Ok(message) => return message.kind().as_str().to_owned(),
    };
    let mut unknown = update.attributes.unknown.iter();
    let foreign = unknown.any(|attribute| matches!(attribute.code, 14 | 15));
    let fault = update.faults.first().map_or_else(|| "sound".to_owned(), |fault| fault.to_string());
    format!("{fault}{}", if foreign { ", foreign family" } else { "" })
}

fn open_view(open: &Open) -> OpenView {
    let family = |capability: &Capability| match capability {
        Capability::MultiProtocol { afi, safi } => Some((*afi, *safi)),
        _ => None,
    };
    OpenView {
        my_as: open.my_as.as_two_octets(),
        asn: open.asn().0,
        hold_time: open.hold_time,
        identifier: open.identifier,
        families: open.capabilities.iter().filter_map(family).collect(),
    }
}

fn update_view(update: &Update, merged: bool) -> UpdateView {
    let attributes = &update.attributes;
    let reach = attributes.mp_reach.iter().flat_map(|reach| &reach.prefixes);
    let unreach = attributes.mp_unreach.iter().flat_map(|unreach| &unreach.prefixes);
    let path = if merged { attributes.full_as_path() } else { attributes.as_path.clone() };
    UpdateView {
        class: update.treatment().map(class),
        withdrawn: update.withdrawn.iter().chain(unreach).copied().collect(),
        announced: update.announced.iter().chain(reach).copied().collect(),
        as_path: path.map(|path| joined(path.segments.iter().map(segment))),
        origin: attributes.origin.map(|origin| origin.value()),
        next_hop: attributes.next_hop,
        med: attributes.med,
        communities: attributes.communities.iter().map(|community| community.0).collect(),
    }
}

/// Where one sequence ends and the next begins means nothing.
pub(crate) fn joined(segments: impl Iterator<Item = (u8, Vec<u32>)>) -> Vec<(u8, Vec<u32>)> {
    let mut path: Vec<(u8, Vec<u32>)> = Vec::new();
    for (kind, asns) in segments {
        match path.last_mut() {
            Some((2, left)) if kind == 2 => left.extend(asns),
            _ => path.push((kind, asns)),
        }
    }
    path
}

fn class(treatment: Treatment) -> Class {
    match treatment {
        Treatment::DiscardAttribute => Class::Discard,
        Treatment::TreatAsWithdraw => Class::Withdraw,
        Treatment::DisableFamily => Class::Reset,
    }
}

fn segment(segment: &Segment) -> (u8, Vec<u32>) {
    let kind = match segment {
        Segment::Set(_) => 1,
        Segment::Sequence(_) => 2,
        Segment::ConfedSequence(_) => 3,
        Segment::ConfedSet(_) => 4,
    };
    (kind, segment.asns().iter().map(|asn| asn.0).collect())
}

/// The first thing that two codecs do not see alike, `None` when they agree.
///
/// `strict` is for a codec that knows only right and wrong. Of an UPDATE whose routes are not used
/// only the prefixes count, and of one that ends the session nothing does.
pub(crate) fn difference(ours: &View, theirs: &View, strict: bool) -> Option<&'static str> {
    let (ours, theirs) = match (ours, theirs) {
        (_, View::Panicked) => return Some("panics"),
        (View::Update(ours), View::Update(theirs)) => (ours, theirs),
        (View::Update(update), View::Refused) if strict => {
            return update.class.is_none().then_some("refuses");
        }
        (View::Update(update), View::Refused) => {
            return (update.class < Some(Class::Reset)).then_some("refuses");
        }
        (View::Open(ours), View::Open(theirs)) => return open_difference(ours, theirs),
        (ours, theirs) if ours == theirs => return None,
        (View::Refused, _) => return Some("accepts"),
        (_, View::Refused) => return Some("refuses"),
        _ => return Some("reads another message"),
    };
    if ours.class != theirs.class {
        return Some(match theirs.class {
            None => "accepts",
            Some(Class::Discard) => "discards",
            Some(Class::Withdraw) => "withdraws",
            Some(Class::Reset) => "resets",
        });
    }
    let sound = ours.class < Some(Class::Withdraw);
    let fields = [
        ("withdrawn", ours.withdrawn == theirs.withdrawn),
        ("announced", ours.announced == theirs.announced),
        ("as path", !sound || ours.as_path == theirs.as_path),
        ("origin", !sound || ours.origin == theirs.origin),
        ("next hop", !sound || ours.next_hop == theirs.next_hop),
        ("med", !sound || ours.med == theirs.med),
        ("communities", !sound || ours.communities == theirs.communities),
    ];
    fields.into_iter().find(|(_, equal)| !equal).map(|(field, _)| field)
}

fn open_difference(ours: &OpenView, theirs: &OpenView) -> Option<&'static str> {
    let fields = [
        ("my AS", ours.my_as == theirs.my_as),
        ("AS number", ours.asn == theirs.asn),
        ("hold time", ours.hold_time == theirs.hold_time),
        ("identifier", ours.identifier == theirs.identifier),
        ("families", ours.families == theirs.families),
    ];
    fields.into_iter().find(|(_, equal)| !equal).map(|(field, _)| field)
}
