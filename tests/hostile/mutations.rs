//! Messages as they should be, damaged by chance, with fixed seeds.

use std::collections::BTreeMap;
use std::net::IpAddr;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use herald::base::{Family, Rng};
use herald::wire::{Context, Message, MessageKind, Treatment, Update, frame_length};

use crate::errors::notification;
use crate::field::{Bounds, Field, Reached, everything_is_read, throw};
use crate::generate::{message, mutate};
use crate::support::count::counted;
use crate::support::speaker::Speaker;

const TWO_OCTETS: Context = Context { four_octet_asn: false, extended_messages: false };
const FOUR_OCTETS: Context = Context { four_octet_asn: true, extended_messages: false };
const THROUGH_THE_CODEC: usize = 500_000;
const OVER_SESSIONS: usize = 20_000;
const NEIGHBOURS: usize = 40;
/// Messages that a session survives before one that it does not.
const PER_SESSION: usize = 100;

#[test]
fn half_a_million_damaged_messages_with_two_octet_as_numbers() {
    println!("{:?}", through_the_codec(TWO_OCTETS, 65_515));
}

#[test]
fn half_a_million_damaged_messages_with_four_octet_as_numbers() {
    println!("{:?}", through_the_codec(FOUR_OCTETS, 4_200_065_515));
}

#[test]
fn twenty_thousand_damaged_messages_over_sessions() {
    // The paths of the messages begin with any AS.
    let mut field = Field::set(NEIGHBOURS, |config| {
        (0..NEIGHBOURS).fold(config, |config, number| {
            config.set(&format!("neighbor.h{number}"), "enforce-first-as", false)
        })
    });
    let mut damaged = Damaged::new(FOUR_OCTETS, 7606);
    let (mut sent, mut malformed, mut ends) = (0, 0, BTreeMap::<&str, usize>::new());
    for session in 0.. {
        if sent >= OVER_SESSIONS {
            break;
        }
        let number = session % NEIGHBOURS;
        let mut speaker = field.reach(number, Reached::Established);
        for _ in 0..PER_SESSION {
            let (octets, faults) = damaged.find(|fate| match fate {
                Fate::Stays { faults } => Some(faults),
                Fate::Told(_) | Fate::Closed | Fate::Waits => None,
            });
            speaker.send(&octets);
            malformed += usize::from(faults);
        }
        everything_is_read(&mut speaker);
        let (octets, fate) =
            damaged.find(|fate| (!matches!(fate, Fate::Stays { .. })).then_some(fate));
        *ends.entry(ends_as(&mut speaker, &octets, fate)).or_default() += 1;
        sent += PER_SESSION + 1;
    }
    let shown = (0..NEIGHBOURS).filter_map(|number| field.shown(number)["malformed"].as_u64());
    assert_eq!(shown.sum::<u64>(), malformed as u64, "UPDATEs with malformed attributes");
    assert!(ends.len() == 3 && malformed > 1000, "{ends:?}, {malformed} malformed");
    counted("damaged messages over sessions", sent);
    println!("{sent} damaged messages, {malformed} treated by RFC 7606; sessions ended: {ends:?}");
    field.stands(Bounds { files: 16, ..Bounds::USUAL });
}

/// What a message does to an established session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Nothing, or a route less.
    Stays { faults: bool },
    /// The session ends with this NOTIFICATION.
    Told((u8, u8)),
    /// It was a NOTIFICATION: there is no answer.
    Closed,
    /// Its header promises more than there is, or less.
    Waits,
}

/// Damaged messages without end.
struct Damaged {
    context: Context,
    sound: Vec<Vec<u8>>,
    rng: Rng,
    next: usize,
}

impl Damaged {
    fn new(context: Context, seed: u64) -> Self {
        let mut runner = TestRunner::deterministic();
        let mut one = || message(context).new_tree(&mut runner).expect("a message").current();
        let sound = (0..400).map(|_| one().encode(&context)).collect();
        Self { context, sound, rng: Rng::new(seed), next: 0 }
    }

    fn next(&mut self) -> Vec<u8> {
        self.next += 1;
        mutate(&self.sound[self.next % self.sound.len()], &mut self.rng)
    }

    /// The next one whose fate is wanted.
    fn find<T>(&mut self, wanted: impl Fn(Fate) -> Option<T>) -> (Vec<u8>, T) {
        for _ in 0..10_000 {
            let octets = self.next();
            if let Some(found) = wanted(fate(&octets, self.context)) {
                return (octets, found);
            }
        }
        panic!("ten thousand damaged messages, none of the kind that is wanted");
    }
}

fn fate(octets: &[u8], context: Context) -> Fate {
    match frame_length(octets, &context) {
        Ok(Some(length)) if length == octets.len() => {}
        Ok(_) => return Fate::Waits,
        Err(error) => return Fate::Told(error.notification().pair()),
    }
    match Message::decode(octets, &context) {
        Ok(Message::Update(update)) => {
            Fate::Stays { faults: !update.faults.is_empty() || is_ignored(&update) }
        }
        Ok(Message::Keepalive | Message::RouteRefresh(_)) => Fate::Stays { faults: false },
        Ok(Message::Notification(_)) => Fate::Closed,
        Ok(Message::Open(_)) => Fate::Told((5, 3)),
        Err(error) => Fate::Told(error.notification().pair()),
    }
}

/// Whether an UPDATE without a fault has routes whose next hop is wrong on these sessions, over IPv4
/// (RFC 2545 §3, RFC 8950 §4).
fn is_ignored(update: &Update) -> bool {
    let reach = update.attributes.mp_reach.as_ref().filter(|_| update.prefixes().next().is_some());
    reach.is_some_and(|reach| match reach.next_hop.global {
        IpAddr::V4(_) => false,
        IpAddr::V6(hop) => reach.family == Family::Ipv4Unicast || hop.is_unicast_link_local(),
    })
}

/// Sends the message that ends a session, and sees that it does so in its way.
fn ends_as(speaker: &mut Speaker, octets: &[u8], fate: Fate) -> &'static str {
    throw(speaker, octets);
    let told = |speaker: &mut Speaker| notification(speaker).map(|body| (body[0], body[1]));
    match fate {
        Fate::Told(pair) => {
            assert_eq!(told(speaker), Some(pair), "{octets:02x?}");
            "by a notification"
        }
        Fate::Closed => {
            assert_eq!(told(speaker), None, "{octets:02x?}");
            "without an answer"
        }
        Fate::Stays { .. } | Fate::Waits => "by the peer, in the middle of a message",
    }
}

fn through_the_codec(context: Context, seed: u64) -> BTreeMap<&'static str, usize> {
    let mut damaged = Damaged::new(context, seed);
    let mut fates = BTreeMap::new();
    for _ in 0..THROUGH_THE_CODEC {
        let octets = damaged.next();
        *fates.entry(survives(&octets, context)).or_default() += 1;
    }
    assert!(fates.values().all(|count| *count > THROUGH_THE_CODEC / 50), "{fates:?}");
    counted("damaged messages through the codec", fates.values().sum());
    fates
}

/// Decodes it; what has no fault is the same when written and read again.
fn survives(octets: &[u8], context: Context) -> &'static str {
    match Message::decode(octets, &context) {
        Ok(Message::Update(update)) if update.treatment() >= Some(Treatment::DiscardAttribute) => {
            "malformed attributes"
        }
        Ok(message) => {
            let again = message.encode(&context);
            assert_eq!(Message::decode(&again, &context).as_ref(), Ok(&message), "{octets:02x?}");
            "sound after all"
        }
        Err(error) => {
            assert!((1..=7).contains(&error.notification().code), "{error}");
            assert!(error.data.len() <= octets.len().max(2), "{error}");
            "refused"
        }
    }
}

#[test]
fn every_type_is_among_the_messages_that_are_damaged() {
    let damaged = Damaged::new(FOUR_OCTETS, 1);
    for kind in MessageKind::ALL {
        let count = damaged.sound.iter().filter(|octets| octets[18] == kind.code()).count();
        assert!(count >= 10, "{count} of {}", kind.as_str());
    }
}
