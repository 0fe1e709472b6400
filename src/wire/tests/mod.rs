//! Octets against values, errors against the RFCs, and whatever a generator can think of.

mod errors;
mod faults;
mod generate;
mod messages;
mod packing;
mod paths;
mod properties;
mod texts;

// `generate` is compiled here and in the differential test, where the crate goes by its name.
use crate as herald;

/// A message of type `code` around `body`.
fn frame(code: u8, body: &[u8]) -> Vec<u8> {
    let mut frame = vec![0xff; 16];
    let length = u16::try_from(19 + body.len()).unwrap();
    frame.extend(length.to_be_bytes());
    frame.push(code);
    frame.extend(body);
    frame
}

/// An UPDATE of these three parts.
fn update(withdrawn: &[u8], attributes: &[u8], announced: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in [withdrawn, attributes] {
        body.extend(u16::try_from(part.len()).unwrap().to_be_bytes());
        body.extend(part);
    }
    body.extend(announced);
    frame(2, &body)
}

const TWO_OCTETS: herald::wire::Context =
    herald::wire::Context { four_octet_asn: false, extended_messages: false };
const FOUR_OCTETS: herald::wire::Context =
    herald::wire::Context { four_octet_asn: true, extended_messages: false };
const EXTENDED: herald::wire::Context =
    herald::wire::Context { four_octet_asn: true, extended_messages: true };
