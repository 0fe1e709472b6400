//! Octets of a peer through the codec.

use herald::wire::{Context, Message, Treatment, frame_length};

use super::speaker::message;

const CONTEXTS: [Context; 3] = [
    Context { four_octet_asn: false, extended_messages: false },
    Context { four_octet_asn: true, extended_messages: false },
    Context { four_octet_asn: true, extended_messages: true },
];

/// An input that begins like a marker is a stream; of any other, the first octet is the message type
/// and the rest its body, so that no fuzzer has to guess sixteen octets first.
pub(crate) fn decode(data: &[u8]) {
    let framed;
    let octets = match data {
        [0xff, 0xff, ..] | [] => data,
        [kind, body @ ..] => {
            framed = message(*kind, body);
            &framed
        }
    };
    for context in CONTEXTS {
        stream(octets, context);
    }
}

/// Message by message, as a session reads them.
fn stream(mut octets: &[u8], context: Context) {
    while let Ok(Some(length)) = frame_length(octets, &context) {
        assert!((19..=context.max_length()).contains(&length), "a message of {length} octets");
        let Some((frame, rest)) = octets.split_at_checked(length) else { return };
        octets = rest;
        match Message::decode(frame, &context) {
            Ok(message) => settles(&message, context),
            Err(error) => {
                assert!(error.offset <= length, "{error}");
                assert!(error.notification().code > 0, "{error}");
                assert!(error.data.len() <= length, "{error}");
                return;
            }
        }
    }
    // What is no message in the stream is none by itself either.
    if frame_length(octets, &context) != Ok(Some(octets.len())) {
        assert!(Message::decode(octets, &context).is_err());
    }
}

/// A message without a fault is the same after it was written and read again.
fn settles(message: &Message, context: Context) {
    if let Message::Update(update) = message {
        assert_eq!(update.faults.first().map(|fault| fault.treatment), update.treatment());
        assert!(update.faults.is_sorted_by(|a, b| a.treatment >= b.treatment));
        if update.treatment() >= Some(Treatment::DiscardAttribute) {
            return;
        }
    }
    let written = message.encode(&context);
    assert!(written.len() <= context.max_length(), "{} octets", written.len());
    assert_eq!(Message::decode(&written, &context).as_ref(), Ok(message));
}
